//! Tags that come after their event.

use es_core::store::StoreError;
use es_core::{Position, Tag};

use crate::Shared;
use crate::connections::read_on;
use crate::row::bound;

/// Adds to each event the tags that it lacks.
pub(crate) async fn add(shared: &Shared, tags: &[(Position, Vec<Tag>)]) -> Result<(), StoreError> {
    let each = || tags.iter().flat_map(|(position, tags)| tags.iter().map(|tag| (*position, tag)));
    let positions: Vec<i64> = each().map(|(position, _)| bound(position.0)).collect();
    let texts: Vec<&str> = each().map(|(_, tag)| tag.as_str()).collect();
    read_on!(shared.reads, "adding tags", |held| async {
        // added again after a lost answer, they are there already
        sqlx::query(shared.sql.add_tags()).bind(&positions).bind(&texts).execute(&mut *held).await?;
        Ok(())
    })
}
