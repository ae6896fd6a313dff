//! As many events as a page has room for, taken off the rows of a statement.

use std::sync::atomic::{AtomicUsize, Ordering};

use es_core::StoredEvent;
use es_core::store::{PageSize, StoreError};
use futures_util::TryStreamExt;
use sqlx::Postgres;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;

use crate::connections::{Held, Stopped};

/// Rows beyond the page are read off the connection up to this many bytes; rather than more, the connection is closed.
const DISCARDED: usize = 1 << 20;

/// What is left of a page.
pub(crate) struct Room {
    events: usize,
    bytes: usize,
}

impl Room {
    pub(crate) fn new(size: PageSize) -> Self {
        Self { events: size.events.max(1), bytes: size.bytes.max(1) }
    }

    pub(crate) fn left(&self) -> bool {
        self.events > 0 && self.bytes > 0
    }

    fn take(&mut self, event: &StoredEvent) {
        self.events -= 1;
        self.bytes = self.bytes.saturating_sub(event.event.as_bytes().len());
    }
}

/// How large payloads have been lately, so that a statement isn't asked for much more than fits into the page: a statement counts
/// rows, not bytes.
pub(crate) struct Sizes {
    average: AtomicUsize,
}

impl Sizes {
    pub(crate) fn new() -> Self {
        Self { average: AtomicUsize::new(256) }
    }

    /// How many rows to ask for: one more than there is room for, so that the end is known when it is reached.
    pub(crate) fn rows(&self, room: &Room) -> usize {
        let fit = (room.bytes / self.average.load(Ordering::Relaxed).max(1)).saturating_mul(2).saturating_add(2);
        fit.min(room.events.saturating_add(1))
    }

    fn learn(&self, events: &[StoredEvent]) {
        if !events.is_empty() {
            let bytes: usize = events.iter().map(|event| event.event.as_bytes().len()).sum();
            let seen = bytes / events.len();
            let _ = self.average.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |average| Some((average + seen) / 2));
        }
    }
}

/// Where the rows of a statement ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// A further row was there, and no room for it.
    Full,
    /// All rows were taken: this many events.
    Complete(usize),
}

/// Takes events off the rows of `query` as long as there is room. What `decode` has no event for is no event.
pub(crate) async fn collect(
    held: &mut Held<'_>,
    query: Query<'_, Postgres, PgArguments>,
    (room, sizes): (&mut Room, &Sizes),
    events: &mut Vec<StoredEvent>,
    mut decode: impl FnMut(&PgRow) -> Result<Option<StoredEvent>, StoreError> + Send,
) -> Result<End, Stopped> {
    let before = events.len();
    let mut rows = query.fetch(&mut **held);
    let mut discarded = 0;
    let mut full = false;
    while let Some(row) = rows.try_next().await? {
        let Some(event) = decode(&row)? else { continue };
        if room.left() {
            room.take(&event);
            events.push(event);
            continue;
        }
        full = true;
        discarded += event.event.as_bytes().len();
        if discarded > DISCARDED {
            drop(rows);
            held.spoil();
            break;
        }
    }
    sizes.learn(&events[before..]);
    Ok(if full { End::Full } else { End::Complete(events.len() - before) })
}
