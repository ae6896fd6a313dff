//! Projections: what a worker keeps up to date, a view of the framework's or the user's own SQL.

use std::fmt;
use std::future::Future;

use futures_util::future::BoxFuture;

use crate::event::{EventInfo, stored_names};
use crate::query::{Clause, Query};
use crate::recorded::{Recorded, StoredEvent};
use crate::store::{RowChange, Slot, ViewStore, ViewTable};
use crate::stream::Position;

/// What views and projections have in common.
pub trait ReadModel: 'static {
    /// Its name, unique in the store.
    const NAME: &'static str;
    /// Raised when what it makes of the events changes: a new version starts from the first event, beside the old one.
    const VERSION: u32;
    /// The events that it follows.
    const EVENTS: &'static [EventInfo];
}

/// The events that a read model follows, under all the names that they are stored under.
pub(crate) fn followed<R: ReadModel>() -> Query {
    Clause::new().names(stored_names(R::EVENTS)).into()
}

/// Something that follows the events of a store, each of which takes effect in it once.
///
/// Derived by [`#[derive(Projection)]`](macro@crate::Projection) for the user's own SQL; of a view it is
/// [`View::projection`](crate::View::projection).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a projection on `{S}`",
    label = "this type has no `#[derive(Projection)]`, or lacks a `Project` for one of its events",
    note = "write `#[derive(Projection)]` and `#[projection(events(..))]` on `{Self}`; of a view, add `{Self}::projection()`",
    note = "each listed event has `impl Project<Event, Connection> for {Self} {{ async fn project(&self, event: &Recorded<Event>, db: &mut Connection) -> Result<(), ProjectionError> {{ .. }} }}`, with the connection of `{S}`"
)]
pub trait Projection<S: ViewStore>: ReadModel + Send + Sync {
    /// In how many parts it is kept, each at its own pace and by its own worker.
    fn parts(&self) -> u32 {
        1
    }

    /// The table of a view.
    #[doc(hidden)]
    fn table(&self) -> Option<ViewTable> {
        None
    }

    /// What events make of a view's rows.
    #[doc(hidden)]
    fn change_rows<'a>(
        &'a self,
        _: &'a S,
        _: &'a Slot,
        _: &'a [&'a StoredEvent],
    ) -> BoxFuture<'a, Result<Vec<RowChange>, ProjectionError>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    /// What the user's SQL makes of an event.
    #[doc(hidden)]
    fn project_stored<'a>(&'a self, _: &'a StoredEvent, _: &'a mut S::Connection) -> BoxFuture<'a, Result<(), ProjectionError>> {
        Box::pin(async { Ok(()) })
    }
}

/// What an event does to the user's tables, through a connection of type `C` on which a transaction is open.
///
/// The transaction is not the projection's to end: it also moves the checkpoint.
///
/// What it appends through an [`App`](crate::App), in its own task, carries the event's correlation id, and the event's id as the cause.
/// Such an append is a transaction of its own, which stays if this one is undone; a store that has one writer, as SQLite, can't take it here.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not project the event `{E}` through a `{C}`",
    label = "`{Self}` lists this event but has no `impl Project<{E}, {C}> for {Self}`",
    note = "write `impl Project<{E}, {C}> for {Self} {{ async fn project(&self, event: &Recorded<{E}>, db: &mut {C}) -> Result<(), ProjectionError> {{ .. }} }}`",
    note = "or remove `{E}` from `#[projection(events(..))]`"
)]
pub trait Project<E, C> {
    /// Writes what the event changes.
    ///
    /// # Errors
    /// Whatever stops it, as [`ProjectionError`]: nothing of the batch is written, and it is tried again.
    fn project(&self, event: &Recorded<E>, db: &mut C) -> impl Future<Output = Result<(), ProjectionError>> + Send;
}

/// Why an event did not take effect. Made from any error by `?`.
pub struct ProjectionError {
    source: Box<dyn std::error::Error + Send + Sync>,
    at: Option<Position>,
}

impl ProjectionError {
    /// A reason of one's own.
    pub fn new(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { source: source.into(), at: None }
    }

    /// The event that failed, where it is known.
    pub fn position(&self) -> Option<Position> {
        self.at
    }

    pub(crate) fn at(mut self, position: Position) -> Self {
        self.at.get_or_insert(position);
        self
    }
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for ProjectionError {
    fn from(error: E) -> Self {
        Self::new(error)
    }
}

impl fmt::Display for ProjectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(position) => write!(f, "the event at position {position}: {}", self.source),
            None => self.source.fmt(f),
        }
    }
}

impl fmt::Debug for ProjectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a panic said, as an error like any other.
pub(crate) fn panicked(payload: &(dyn std::any::Any + Send)) -> ProjectionError {
    let said = payload.downcast_ref::<&str>().map(|said| (*said).to_owned()).or_else(|| payload.downcast_ref::<String>().cloned());
    ProjectionError::new(format!("it panicked: {}", said.unwrap_or_else(|| "without a message".into())))
}
