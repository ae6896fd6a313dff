//! Projections: what a worker keeps up to date, a view of the framework's or the user's own SQL.

use std::collections::HashSet;
use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tracing::Instrument;

use crate::app::App;
use crate::cause;
use crate::error::ReadError;
use crate::event::{EventInfo, stored_names};
use crate::query::{Clause, Query};
use crate::recorded::{Recorded, StoredEvent};
use crate::store::{RowChange, Slot, ViewStore, ViewTable};
use crate::stream::Position;
use crate::view::InlineView;
use crate::worker::Health;

/// What views and projections have in common.
pub trait ReadModel: 'static {
    /// Its name, unique in the store.
    const NAME: &'static str;
    /// Raised when what it makes of the events changes: a new version starts from the first event, beside the old one.
    const VERSION: u32;
    /// The events that it follows.
    const EVENTS: &'static [EventInfo];
    /// What becomes of an event that fails again and again.
    const ON_ERROR: OnError = OnError::Stop;
}

/// What becomes of an event that fails again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnError {
    /// Everything stops before it, and it is tried again, every 10 seconds at the latest. What has been written is as of an earlier
    /// moment, and right.
    Stop,
    /// It is parked after so many further tries, about 13 seconds with 8 of them, and everything else goes on: later events of its key
    /// wait behind it. See [`App::parked`](crate::App::parked).
    Park {
        /// How often it is tried again before.
        retries: u32,
    },
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

    /// The rows of a view, where it is kept with every append.
    #[doc(hidden)]
    fn inline(&self) -> Option<Arc<dyn InlineView>> {
        None
    }

    /// Builds a new version of a view beside the earlier one that serves, and puts it in its place.
    #[doc(hidden)]
    fn build_beside(&self, _: &App<S>, _: Duration, _: Health) -> Option<BoxFuture<'static, Result<(), ReadError>>> {
        None
    }

    /// What events make of a view's rows.
    #[doc(hidden)]
    fn change_rows<'a>(&'a self, _: &'a S, _: Wanted<'a>, _: &'a [&'a StoredEvent]) -> BoxFuture<'a, Result<ChangedRows, ProjectionError>> {
        Box::pin(async { Ok(ChangedRows::default()) })
    }

    /// Where a reaction begins; nothing for what is no reaction.
    #[doc(hidden)]
    fn begins(&self) -> Option<Begins> {
        None
    }

    /// What a reaction does about an event.
    #[doc(hidden)]
    fn react_stored<'a>(&'a self, _: &'a StoredEvent) -> BoxFuture<'a, Result<(), ProjectionError>> {
        Box::pin(async { Ok(()) })
    }

    /// What the user's SQL makes of an event.
    #[doc(hidden)]
    fn project_stored<'a>(&'a self, _: &'a StoredEvent, _: &'a mut S::Connection) -> BoxFuture<'a, Result<(), ProjectionError>> {
        Box::pin(async { Ok(()) })
    }
}

/// Which rows of a view are to be changed.
#[derive(Debug, Clone, Copy)]
#[doc(hidden)]
pub struct Wanted<'a> {
    /// Those of this part.
    pub slot: &'a Slot,
    /// Only this one.
    pub only: Option<&'a str>,
    /// Not these: something of theirs is parked.
    pub held_up: &'a HashSet<String>,
}

/// What events make of a view's rows.
#[derive(Debug, Default)]
#[doc(hidden)]
pub struct ChangedRows {
    /// The rows as they are now.
    pub rows: Vec<RowChange>,
    /// What is to wait behind something that is parked.
    pub behind: Vec<(String, Position)>,
}

/// What the events of a projection are kept in order by, where one of them is parked: their stream; those of no stream, all together.
pub(crate) fn order_key(event: &StoredEvent) -> String {
    event.stream.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// Has a projection of the user's see an event: under a span of its own, and on behalf of the event. A panic is an error like any other.
pub(crate) async fn run<S: ViewStore, P: Projection<S>>(
    projection: &P,
    event: &StoredEvent,
    connection: &mut S::Connection,
) -> Result<(), ProjectionError> {
    let span = tracing::debug_span!(
        "project",
        projection = P::NAME,
        position = event.position.0,
        event_id = %event.event_id,
        correlation_id = event.metadata.correlation_id.as_deref(),
    );
    let projecting = AssertUnwindSafe(projection.project_stored(event, connection)).catch_unwind();
    let projected = cause::handling(event, projecting).instrument(span).await;
    let projected = projected.unwrap_or_else(|panic| Err(panicked(&*panic)));
    projected.map_err(|error| error.at(event.position).of(order_key(event)))
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

/// What is done outside the store about an event: at least once.
///
/// See [`#[derive(Reaction)]`](macro@crate::Reaction) for what is promised.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not react to the event `{E}`",
    label = "`{Self}` lists this event but has no `impl React<{E}> for {Self}`",
    note = "write `impl React<{E}> for {Self} {{ async fn react(&self, event: &Recorded<{E}>, key: &str) -> Result<(), ProjectionError> {{ .. }} }}`",
    note = "or remove `{E}` from `#[reaction(events(..))]`"
)]
pub trait React<E> {
    /// Does what is to be done. `key` is the same whenever it is done again for this event, and no other reaction or event has it: the
    /// other side can tell by it what it has done already.
    ///
    /// # Errors
    /// Whatever stops it, as [`ProjectionError`]: it is tried again.
    fn react(&self, event: &Recorded<E>, key: &str) -> impl Future<Output = Result<(), ProjectionError>> + Send;
}

/// Where a reaction begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begins {
    /// With the first event of the store.
    Start,
    /// With the first event after those that there are when a worker first has it.
    Head,
}

/// What a reaction is known by to the other side.
pub fn reaction_key<R: ReadModel, E>(event: &Recorded<E>) -> String {
    match event.part {
        0 => format!("{}/{}", R::NAME, event.event_id),
        part => format!("{}/{}/{part}", R::NAME, event.event_id),
    }
}

/// Why an event did not take effect. Made from any error by `?`.
pub struct ProjectionError {
    source: Box<dyn std::error::Error + Send + Sync>,
    at: Option<Position>,
    key: Option<String>,
}

impl ProjectionError {
    /// A reason of one's own.
    pub fn new(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { source: source.into(), at: None, key: None }
    }

    /// The event that failed, where it is known.
    pub fn position(&self) -> Option<Position> {
        self.at
    }

    /// What the event that failed is kept in order with, where it is known: without it, it can't be parked.
    pub(crate) fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    pub(crate) fn at(mut self, position: Position) -> Self {
        self.at.get_or_insert(position);
        self
    }

    pub(crate) fn of(mut self, key: String) -> Self {
        self.key.get_or_insert(key);
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
