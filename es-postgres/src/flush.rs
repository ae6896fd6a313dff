//! Where appends are seen before they are flushed, whatever leaves the store is flushed first.

use std::sync::atomic::{AtomicU64, Ordering};

use es_core::Position;
use sqlx::PgConnection;

use crate::Shared;
use crate::builder::Positions;

/// The last position up to which everything is known to be flushed.
#[derive(Default)]
pub(crate) struct Flushed(AtomicU64);

/// Takes note that the append which ends with `position` was acknowledged, here or in another process.
pub(crate) fn acknowledged(shared: &Shared, position: Position) {
    // positions in another order than that of commits say nothing about those before
    if shared.positions == Positions::Gapless {
        shared.flushed.0.fetch_max(position.0, Ordering::Relaxed);
    }
}

/// Returns once everything up to `position`, which was read, is flushed and replicated; without a position, everything.
pub(crate) async fn through(shared: &Shared, connection: &mut PgConnection, position: Option<Position>) -> Result<(), sqlx::Error> {
    let known = shared.flushed.0.load(Ordering::Relaxed);
    if !shared.overlapped || position.is_some_and(|position| position.0 <= known) {
        return Ok(());
    }
    // its commit comes after those that were seen, and waits like any other
    sqlx::query(shared.sql.flush()).execute(connection).await?;
    if let Some(position) = position {
        shared.flushed.0.fetch_max(position.0, Ordering::Relaxed);
    }
    Ok(())
}
