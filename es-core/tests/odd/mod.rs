//! A store in memory that counts, and that does badly what it is told to.
#![allow(dead_code, missing_docs, unreachable_pub, clippy::panic, reason = "each test uses a part of it")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use es_core::store::{
    AdvanceError, Append, AppendError, Appended, CheckpointStore, Claim, Durability, EventStore, Inline, InlineError, KeyRecord, Lease,
    Mark, Page, PageSize, Parked, ParkedQuery, Progress, Slot, Snapshot, SnapshotStore, Step, StoreError, ViewQuery, ViewRow, ViewStore,
    ViewTable,
};
use es_core::view::Filter;
use es_core::{MemoryStore, Position, Query, StoredEvent, StreamId, Tag};
use tokio::sync::Notify;
use uuid::Uuid;

#[derive(Debug, Clone)]
pub struct Odd {
    store: MemoryStore,
    pub told: Arc<Told>,
}

#[derive(Debug, Default)]
pub struct Told {
    /// Events that were read.
    pub read: AtomicU64,
    /// Never says that there is something new.
    pub deaf: AtomicBool,
    /// Never answers who reads.
    pub mute: AtomicBool,
    /// Panics as often in the middle of a step.
    pub panics: AtomicU64,
    /// Gives no leases.
    pub closed: AtomicBool,
    /// Says that a step has begun, and when it goes on the slot is another's.
    pub robbed: AtomicBool,
    pub stepping: Notify,
    pub go_on: Notify,
}

impl Odd {
    pub fn new() -> Self {
        Self { store: MemoryStore::new(), told: Arc::default() }
    }
}

macro_rules! the_same {
    ($($method:ident($($arg:ident: $ty:ty),*) -> $ok:ty;)*) => {
        $( async fn $method(&self, $($arg: $ty),*) -> Result<$ok, StoreError> {
            self.store.$method($($arg),*).await
        } )*
    };
}

impl EventStore for Odd {
    type Connection = ();

    fn durability(&self) -> Durability {
        self.store.durability()
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        self.store.append(append).await
    }

    async fn read(&self, query: &Query, after: Position, size: PageSize) -> Result<Page, StoreError> {
        if self.told.mute.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        let page = self.store.read(query, after, size).await?;
        self.told.read.fetch_add(page.events.len() as u64, Ordering::SeqCst);
        Ok(page)
    }

    async fn wait_past(&self, position: Position) -> Result<(), StoreError> {
        if self.told.deaf.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        self.store.wait_past(position).await
    }

    the_same! {
        read_stream(stream: &StreamId, from: u64, size: PageSize) -> Vec<StoredEvent>;
        stream_version(stream: &StreamId) -> u64;
        head() -> Position;
        key(key: &str) -> Option<KeyRecord>;
        add_tags(tags: &[(Position, Vec<Tag>)]) -> ();
        prune_keys(before: DateTime<Utc>) -> u64;
    }
}

impl SnapshotStore for Odd {
    the_same! {
        snapshot(stream: &StreamId) -> Option<Snapshot>;
        save_snapshot(stream: &StreamId, snapshot: Snapshot) -> ();
        delete_snapshot(stream: &StreamId) -> ();
    }
}

impl CheckpointStore for Odd {
    the_same! {
        checkpoint(name: &str) -> Position;
        save_checkpoint(name: &str, position: Position) -> ();
    }
}

impl ViewStore for Odd {
    async fn claim(&self, claim: &Claim) -> Result<Vec<Lease>, StoreError> {
        if self.told.closed.load(Ordering::SeqCst) {
            return Err(StoreError::Closed);
        }
        self.store.claim(claim).await
    }

    async fn append_inline(&self, append: Append, inline: Inline<()>) -> Result<Appended, InlineError> {
        self.store.append_inline(append, inline).await
    }

    async fn advance(&self, step: Step<()>) -> Result<(), AdvanceError> {
        let panics = self.told.panics.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if panics.is_ok() {
            panic!("the store stumbles");
        }
        if self.told.robbed.load(Ordering::SeqCst) {
            self.told.stepping.notify_one();
            self.told.go_on.notified().await;
            return Err(AdvanceError::Lost);
        }
        self.store.advance(step).await
    }

    the_same! {
        open_view(table: &ViewTable) -> ();
        begin_rebuild(table: &ViewTable, parts: u32) -> ();
        finish_rebuild(table: &ViewTable) -> bool;
        versions(projection: &str) -> Vec<u32>;
        drop_version(projection: &str, version: u32) -> ();
        begin_at(slots: &[Slot], position: Position) -> ();
        release(worker: Uuid) -> ();
        progress(projection: &str, version: u32) -> Vec<Progress>;
        parked(query: &ParkedQuery) -> Vec<Parked>;
        mark(projection: &str, version: u32, rows: &[(String, Position)], mark: Mark) -> u64;
        rows(table: &ViewTable, keys: Vec<String>) -> Vec<ViewRow>;
        list(table: &ViewTable, query: &ViewQuery) -> Vec<ViewRow>;
        count(table: &ViewTable, filters: &[Filter]) -> u64;
    }
}
