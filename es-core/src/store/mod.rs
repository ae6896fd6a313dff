//! What a store must do. A store is right when it passes the suite of `es-conformance`.

mod any;
mod claim;
mod error;
mod fold;
mod inline;
pub(crate) mod parked;
pub(crate) mod types;
mod view;

use std::future::Future;

use chrono::{DateTime, Utc};

pub use any::AnyStore;
pub use claim::{LiveWorker, Plan};
pub use error::{AppendError, StoreError};
pub use fold::FoldStream;
pub use inline::{Inline, InlineChange, InlineError, InlineRows, InlineWork, Kept, LateRows, TableChanges};
pub use parked::{Mark, Parked, ParkedQuery, Parking};
pub use types::{Append, Appended, Durability, KeyRecord, KeyScope, Load, LoadedStream, NewEvent, Page, PageSize, Snapshot};
pub use view::{AdvanceError, Claim, Lease, Progress, RowChange, Slot, Step, ViewQuery, ViewRow, ViewStore, ViewTable, Work};

use crate::backfill;
pub use crate::backfill::Backfilled;
use crate::error::BackfillError;
use crate::event::Event;
use crate::query::Query;
use crate::recorded::StoredEvent;
use crate::stream::{Position, StreamId};
use crate::tag::Tag;

/// Events in streams, and all of them in one order.
///
/// What it promises: an append is all or nothing; versions in a stream are 1, 2, 3, … without holes; a reader that follows
/// positions sees every committed event exactly once, and never a stream's later event before its earlier one, whatever the
/// writers do; an acknowledged append survives as far as [`durability`](Self::durability) says.
///
/// A handle: cheap to clone, and clones share the store.
pub trait EventStore: Clone + Send + Sync + 'static {
    /// What a projection of the user's writes through; `()` where there is none.
    type Connection: Send + 'static;

    /// What an acknowledged append survives.
    fn durability(&self) -> Durability;

    /// Appends all events of `append`, or none.
    ///
    /// An append without events stores nothing but its idempotency key, if it has one.
    ///
    /// # Errors
    /// [`AppendError`], after which nothing is stored; but for [`AppendError::OutcomeUnknown`].
    fn append(&self, append: Append) -> impl Future<Output = Result<Appended, AppendError>> + Send;

    /// Reads a stream's events from version `from`, inclusive, in order: as many as `size` allows, at least one if there is one.
    ///
    /// An answer that reaches neither limit of `size` is the end of the stream.
    fn read_stream(
        &self,
        stream: &StreamId,
        from: u64,
        size: PageSize,
    ) -> impl Future<Output = Result<Vec<StoredEvent>, StoreError>> + Send;

    /// Hands a stream's events from version `from` on to `fold`, in order, until it wants no more or the stream ends; and gives it back.
    ///
    /// It is for what a stream adds up to: a store that can folds where it reads, and copies nothing. If nothing else is said it
    /// reads pages. A panic of `fold` is the caller's.
    fn fold_stream<F: FoldStream>(&self, stream: &StreamId, from: u64, fold: F) -> impl Future<Output = Result<F, StoreError>> + Send {
        fold::fold_pages(self, stream, from, fold)
    }

    /// Reads the events after a position that `query` selects, in order of position.
    fn read(&self, query: &Query, after: Position, size: PageSize) -> impl Future<Output = Result<Page, StoreError>> + Send;

    /// The number of events that a stream has.
    fn stream_version(&self, stream: &StreamId) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// The position of the last event; [`Position::START`] for an empty store.
    fn head(&self) -> impl Future<Output = Result<Position, StoreError>> + Send;

    /// Returns once there may be an event after `position`: at once if there is one. It may return early, never late.
    fn wait_past(&self, position: Position) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// What an idempotency key was used for.
    fn key(&self, key: &str) -> impl Future<Output = Result<Option<KeyRecord>, StoreError>> + Send;

    /// Gives stored events tags that they do not have yet, as if they had been appended with them, after those that they have. One that
    /// they have already, and a position without an event, is passed over.
    fn add_tags(&self, tags: &[(Position, Vec<Tag>)]) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Forgets the keys that were used before this moment, and says how many those were.
    fn prune_keys(&self, before: DateTime<Utc>) -> impl Future<Output = Result<u64, StoreError>> + Send;
}

/// States of aggregates, kept beside their events: the latest one of each stream.
pub trait SnapshotStore: EventStore {
    /// Reads what is kept of a stream; what is not believed is the caller's to discard.
    fn snapshot(&self, stream: &StreamId) -> impl Future<Output = Result<Option<Snapshot>, StoreError>> + Send;

    /// Keeps a state in place of the one before.
    fn save_snapshot(&self, stream: &StreamId, snapshot: Snapshot) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Forgets what is kept of a stream.
    fn delete_snapshot(&self, stream: &StreamId) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Reads what a decision on a stream needs, in one round trip where the store can: the key's record, the snapshot, and the
    /// first page of events.
    ///
    /// With a snapshot, the page begins with the event *of* its version, which proves that the stream has it; without one,
    /// with version `from`.
    fn load(&self, load: Load) -> impl Future<Output = Result<LoadedStream, StoreError>> + Send {
        async move {
            let key = match &load.key {
                Some(key) => self.key(key).await?,
                None => None,
            };
            let snapshot = match load.snapshot {
                true => self.snapshot(&load.stream).await?,
                false => None,
            };
            let from = snapshot.as_ref().map_or(load.from, |snapshot| snapshot.version);
            let events = self.read_stream(&load.stream, from, load.size).await?;
            Ok(LoadedStream { key, snapshot, events })
        }
    }
}

/// How far readers have come, by name.
pub trait CheckpointStore: EventStore {
    /// The position that was saved under this name; [`Position::START`] if none was.
    fn checkpoint(&self, name: &str) -> impl Future<Output = Result<Position, StoreError>> + Send;

    /// Saves a position under a name.
    fn save_checkpoint(&self, name: &str, position: Position) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// All that an [`App`](crate::App) runs on.
pub trait Store: EventStore + SnapshotStore + CheckpointStore {
    /// Puts the tags of `E` that came later, `#[event(tag, since = N)]`, on the events that were stored before: once, after the last
    /// program has stopped that stores the earlier version. [`App`](crate::App) refuses to decide on a model that reads `E` by such a tag
    /// until this has come to the end.
    ///
    /// It goes page by page and holds up nobody. One that was broken off is gone on with by the next; one that has come to the end is
    /// gone on with from there. Nothing but the tags of an event changes. A reader that follows a tag does not see what it has passed.
    ///
    /// ```
    /// # use es_core::{MemoryStore, prelude::*};
    /// # use serde::{Deserialize, Serialize};
    /// use es_core::store::Store;
    ///
    /// #[derive(Event, Serialize, Deserialize, Debug, Clone)]
    /// #[event(version = 2, upcast_from = 1)]
    /// struct Lent {
    ///     #[event(tag)]
    ///     book: String,
    ///     #[event(tag, since = 2)]
    ///     reader: String,
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let store = MemoryStore::new();
    /// let done = store.backfill_tags::<Lent>().await?;
    /// assert_eq!(done.events, 0);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`BackfillError`]: what an event holds does not decode, or is no tag; or the store could not answer.
    fn backfill_tags<E: Event>(&self) -> impl Future<Output = Result<Backfilled, BackfillError>> + Send {
        backfill::run::<Self, E>(self)
    }
}

impl<S: EventStore + SnapshotStore + CheckpointStore> Store for S {}
