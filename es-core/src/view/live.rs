//! One row, folded now.

use crate::app::App;
use crate::error::ReadError;
use crate::projection::followed;
use crate::store::{StoreError, ViewStore};
use crate::stream::Position;
use crate::view::View;
use crate::view::fold::{Rows, changes_of};

pub(crate) async fn live<S: ViewStore, V: View>(app: &App<S>, key: &str, until: Option<Position>) -> Result<Option<V>, ReadError> {
    let query = followed::<V>();
    let mut rows = Rows::<V>::default();
    let mut after = Position::START;
    loop {
        let page = app.store().read(&query, after, app.page_size()).await?;
        let past = page.events.iter().take_while(|event| until.is_none_or(|until| event.position <= until));
        let failed = |error| StoreError::backend("folding a view", Box::<dyn std::error::Error + Send + Sync>::from(format!("{error}")));
        for (key, event) in changes_of::<V>(past, |touched| touched == key).map_err(failed)? {
            rows.change(key, event).map_err(failed)?;
        }
        after = page.through;
        if page.at_head || until.is_some_and(|until| after >= until) {
            return Ok(rows.0.into_values().next().flatten());
        }
    }
}
