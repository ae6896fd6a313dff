//! A store whose type is chosen at run time.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use uuid::Uuid;

use crate::query::Query;
use crate::recorded::StoredEvent;
use crate::store::fold::BoxedFold;
use crate::store::{
    AdvanceError, Append, AppendError, Appended, CheckpointStore, Claim, Durability, EventStore, FoldStream, Inline, InlineError,
    KeyRecord, Lease, Load, LoadedStream, Mark, Page, PageSize, Parked, ParkedQuery, Progress, Slot, Snapshot, SnapshotStore, Step,
    StoreError, ViewQuery, ViewRow, ViewStore, ViewTable,
};
use crate::stream::{Position, StreamId};
use crate::tag::Tag;
use crate::view::Filter;

/// Any store, behind one type: for programs that choose it at run time. It costs one allocation a call.
///
/// It keeps views. A [`Projection`](crate::Projection) writes in the SQL of one database, and runs on that store's own type.
///
/// ```
/// # async fn open(url: &str) -> Result<(), Box<dyn std::error::Error>> {
/// use es_core::{AnyStore, App, MemoryStore};
///
/// let store = match url.split_once(':') {
///     Some(("memory", _)) => AnyStore::new(MemoryStore::new()),
///     // Some(("sqlite", _)) => AnyStore::new(SqliteStore::connect(url).await?),
///     _ => return Err(format!("no store for {url}").into()),
/// };
/// let app = App::new(store);
/// # let _ = app; Ok(()) }
/// ```
#[derive(Clone)]
pub struct AnyStore(Arc<dyn DynStore>);

impl AnyStore {
    /// Hides the type of `store`.
    pub fn new<S: ViewStore>(store: S) -> Self {
        Self(Arc::new(store))
    }
}

impl fmt::Debug for AnyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AnyStore")
    }
}

type Answer<'a, T, E = StoreError> = BoxFuture<'a, Result<T, E>>;

macro_rules! erased {
    ($($through:ident: $method:ident($($arg:ident: $ty:ty),*) -> $ok:ty, $error:ty;)*) => {
        trait DynStore: Send + Sync {
            fn durability(&self) -> Durability;
            fn fold_stream<'a>(&'a self, stream: &'a StreamId, from: u64, fold: BoxedFold) -> Answer<'a, BoxedFold>;
            fn advance_rows<'a>(&'a self, step: Step<Infallible>) -> Answer<'a, (), AdvanceError>;
            fn append_inline<'a>(&'a self, append: Append, inline: Inline<Infallible>) -> Answer<'a, Appended, InlineError>;
            $( fn $method<'a>(&'a self, $($arg: $ty),*) -> Answer<'a, $ok, $error>; )*
        }

        impl<S: ViewStore> DynStore for S {
            fn durability(&self) -> Durability {
                EventStore::durability(self)
            }
            fn fold_stream<'a>(&'a self, stream: &'a StreamId, from: u64, fold: BoxedFold) -> Answer<'a, BoxedFold> {
                Box::pin(EventStore::fold_stream(self, stream, from, fold))
            }
            fn advance_rows<'a>(&'a self, step: Step<Infallible>) -> Answer<'a, (), AdvanceError> {
                // there is no connection that any work could be done on
                let Step { lease, through, table, rows, parking, work: _ } = step;
                Box::pin(ViewStore::advance(self, Step { lease, through, table, rows, parking, work: None }))
            }
            fn append_inline<'a>(&'a self, append: Append, inline: Inline<Infallible>) -> Answer<'a, Appended, InlineError> {
                let Inline { kept, rows, work: _, limit } = inline;
                Box::pin(ViewStore::append_inline(self, append, Inline { kept, rows, work: None, limit }))
            }
            $( fn $method<'a>(&'a self, $($arg: $ty),*) -> Answer<'a, $ok, $error> {
                Box::pin($through::$method(self, $($arg),*))
            } )*
        }
    };
}

erased! {
    EventStore: append(append: Append) -> Appended, AppendError;
    EventStore: read_stream(stream: &'a StreamId, from: u64, size: PageSize) -> Vec<StoredEvent>, StoreError;
    EventStore: read(query: &'a Query, after: Position, size: PageSize) -> Page, StoreError;
    EventStore: stream_version(stream: &'a StreamId) -> u64, StoreError;
    EventStore: head() -> Position, StoreError;
    EventStore: wait_past(position: Position) -> (), StoreError;
    EventStore: key(key: &'a str) -> Option<KeyRecord>, StoreError;
    EventStore: add_tags(tags: &'a [(Position, Vec<Tag>)]) -> (), StoreError;
    EventStore: prune_keys(before: DateTime<Utc>) -> u64, StoreError;
    SnapshotStore: snapshot(stream: &'a StreamId) -> Option<Snapshot>, StoreError;
    SnapshotStore: save_snapshot(stream: &'a StreamId, snapshot: Snapshot) -> (), StoreError;
    SnapshotStore: delete_snapshot(stream: &'a StreamId) -> (), StoreError;
    SnapshotStore: load(load: Load) -> LoadedStream, StoreError;
    CheckpointStore: checkpoint(name: &'a str) -> Position, StoreError;
    CheckpointStore: save_checkpoint(name: &'a str, position: Position) -> (), StoreError;
    ViewStore: open_view(table: &'a ViewTable) -> (), StoreError;
    ViewStore: begin_rebuild(table: &'a ViewTable, parts: u32) -> (), StoreError;
    ViewStore: finish_rebuild(table: &'a ViewTable) -> bool, StoreError;
    ViewStore: versions(projection: &'a str) -> Vec<u32>, StoreError;
    ViewStore: drop_version(projection: &'a str, version: u32) -> (), StoreError;
    ViewStore: claim(claim: &'a Claim) -> Vec<Lease>, StoreError;
    ViewStore: begin_at(slots: &'a [Slot], position: Position) -> (), StoreError;
    ViewStore: release(worker: Uuid) -> (), StoreError;
    ViewStore: progress(projection: &'a str, version: u32) -> Vec<Progress>, StoreError;
    ViewStore: parked(query: &'a ParkedQuery) -> Vec<Parked>, StoreError;
    ViewStore: mark(projection: &'a str, version: u32, rows: &'a [(String, Position)], mark: Mark) -> u64, StoreError;
    ViewStore: rows(table: &'a ViewTable, keys: Vec<String>) -> Vec<ViewRow>, StoreError;
    ViewStore: list(table: &'a ViewTable, query: &'a ViewQuery) -> Vec<ViewRow>, StoreError;
    ViewStore: count(table: &'a ViewTable, filters: &'a [Filter]) -> u64, StoreError;
}

impl EventStore for AnyStore {
    type Connection = Infallible;

    fn durability(&self) -> Durability {
        self.0.durability()
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        self.0.append(append).await
    }

    async fn read_stream(&self, stream: &StreamId, from: u64, size: PageSize) -> Result<Vec<StoredEvent>, StoreError> {
        self.0.read_stream(stream, from, size).await
    }

    async fn fold_stream<F: FoldStream>(&self, stream: &StreamId, from: u64, fold: F) -> Result<F, StoreError> {
        let BoxedFold(fold) = self.0.fold_stream(stream, from, BoxedFold(Box::new(fold))).await?;
        let another = |_| StoreError::Corrupt { what: "a store that gives back another fold than it was given".into() };
        fold.into_any().downcast().map(|fold| *fold).map_err(another)
    }

    async fn read(&self, query: &Query, after: Position, size: PageSize) -> Result<Page, StoreError> {
        self.0.read(query, after, size).await
    }

    async fn stream_version(&self, stream: &StreamId) -> Result<u64, StoreError> {
        self.0.stream_version(stream).await
    }

    async fn head(&self) -> Result<Position, StoreError> {
        self.0.head().await
    }

    async fn wait_past(&self, position: Position) -> Result<(), StoreError> {
        self.0.wait_past(position).await
    }

    async fn key(&self, key: &str) -> Result<Option<KeyRecord>, StoreError> {
        self.0.key(key).await
    }

    async fn add_tags(&self, tags: &[(Position, Vec<Tag>)]) -> Result<(), StoreError> {
        self.0.add_tags(tags).await
    }

    async fn prune_keys(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.0.prune_keys(before).await
    }
}

impl SnapshotStore for AnyStore {
    async fn snapshot(&self, stream: &StreamId) -> Result<Option<Snapshot>, StoreError> {
        self.0.snapshot(stream).await
    }

    async fn save_snapshot(&self, stream: &StreamId, snapshot: Snapshot) -> Result<(), StoreError> {
        self.0.save_snapshot(stream, snapshot).await
    }

    async fn delete_snapshot(&self, stream: &StreamId) -> Result<(), StoreError> {
        self.0.delete_snapshot(stream).await
    }

    async fn load(&self, load: Load) -> Result<LoadedStream, StoreError> {
        self.0.load(load).await
    }
}

impl CheckpointStore for AnyStore {
    async fn checkpoint(&self, name: &str) -> Result<Position, StoreError> {
        self.0.checkpoint(name).await
    }

    async fn save_checkpoint(&self, name: &str, position: Position) -> Result<(), StoreError> {
        self.0.save_checkpoint(name, position).await
    }
}

impl ViewStore for AnyStore {
    async fn open_view(&self, table: &ViewTable) -> Result<(), StoreError> {
        self.0.open_view(table).await
    }

    async fn begin_rebuild(&self, table: &ViewTable, parts: u32) -> Result<(), StoreError> {
        self.0.begin_rebuild(table, parts).await
    }

    async fn finish_rebuild(&self, table: &ViewTable) -> Result<bool, StoreError> {
        self.0.finish_rebuild(table).await
    }

    async fn versions(&self, projection: &str) -> Result<Vec<u32>, StoreError> {
        self.0.versions(projection).await
    }

    async fn drop_version(&self, projection: &str, version: u32) -> Result<(), StoreError> {
        self.0.drop_version(projection, version).await
    }

    async fn claim(&self, claim: &Claim) -> Result<Vec<Lease>, StoreError> {
        self.0.claim(claim).await
    }

    async fn begin_at(&self, slots: &[Slot], position: Position) -> Result<(), StoreError> {
        self.0.begin_at(slots, position).await
    }

    async fn release(&self, worker: Uuid) -> Result<(), StoreError> {
        self.0.release(worker).await
    }

    async fn advance(&self, step: Step<Infallible>) -> Result<(), AdvanceError> {
        self.0.advance_rows(step).await
    }

    async fn append_inline(&self, append: Append, inline: Inline<Infallible>) -> Result<Appended, InlineError> {
        self.0.append_inline(append, inline).await
    }

    async fn progress(&self, projection: &str, version: u32) -> Result<Vec<Progress>, StoreError> {
        self.0.progress(projection, version).await
    }

    async fn parked(&self, query: &ParkedQuery) -> Result<Vec<Parked>, StoreError> {
        self.0.parked(query).await
    }

    async fn mark(&self, projection: &str, version: u32, rows: &[(String, Position)], mark: Mark) -> Result<u64, StoreError> {
        self.0.mark(projection, version, rows, mark).await
    }

    async fn rows(&self, table: &ViewTable, keys: Vec<String>) -> Result<Vec<ViewRow>, StoreError> {
        self.0.rows(table, keys).await
    }

    async fn list(&self, table: &ViewTable, query: &ViewQuery) -> Result<Vec<ViewRow>, StoreError> {
        self.0.list(table, query).await
    }

    async fn count(&self, table: &ViewTable, filters: &[Filter]) -> Result<u64, StoreError> {
        self.0.count(table, filters).await
    }
}
