//! The embedded event store of [`es_core`], on SQLite: one file, no server.
//!
//! ```
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use es_core::App;
//! use es_sqlite::SqliteStore;
//!
//! let app = App::new(SqliteStore::open("orders.db").await?);
//! # let _ = app; Ok(()) }
//! ```
//!
//! The file is an ordinary SQLite database in WAL mode, which other processes may open at the same time: events are in the table
//! `events`, their payloads as JSON text, for everyone to read and for nobody else to change. Tables of your own may stand beside
//! them.
//!
//! Appends that come in while others are being committed are committed together afterwards by a thread, each with an answer of its
//! own; none is answered before it is committed. A caller that is alone reads and commits on its own thread as long as the disk
//! has taken less than a millisecond for that, and never waits there for anybody. A few threads read. Dropping the last handle ends
//! them all and copies the write-ahead log into the file, which blocks for as long as that takes: [`SqliteStore::close`] is the way
//! that doesn't.

mod append;
mod builder;
mod change;
mod checkpoint;
mod error;
mod fold;
mod inline;
mod keys;
mod load;
mod migrate;
mod pace;
mod parked;
mod projection;
mod query;
mod queue;
mod read;
mod reader;
mod rebuild;
mod row;
mod snapshot;
mod stream;
mod tags;
mod threads;
mod view;
mod wake;
mod writer;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use es_core::store::{
    Append, AppendError, Appended, Durability, EventStore, FoldStream, InlineError, KeyRecord, Page, PageSize, StoreError,
};
use es_core::{Position, Query, StoredEvent, StreamId, Tag};
use rusqlite::Connection;

pub use builder::{Builder, Synchronous};
pub use rusqlite;

use append::AppendJob;
use change::Change;
use error::failed;
use read::Selection;
use reader::Reader;
use stream::Part;
use threads::Threads;

/// Events in a SQLite file. Clones share its connections; the last one closes them.
#[derive(Clone)]
pub struct SqliteStore {
    /// The connection on which projections of the user's write; closed before the others.
    projecting: Arc<tokio::sync::Mutex<Option<Connection>>>,
    opening: Arc<Builder>,
    threads: Arc<Threads>,
    durability: Durability,
}

impl SqliteStore {
    /// Opens the file at this path, which is created if there is none.
    ///
    /// # Errors
    /// As [`Builder::connect`].
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Builder::new(Ok(builder::plain(path.as_ref()))).connect().await
    }

    /// Opens the file that a URL names: `sqlite:orders.db`, `sqlite://orders.db`, `sqlite:///var/orders.db`. A path is relative to
    /// the working directory unless it begins with `/`; `%20` stands for a space.
    ///
    /// # Errors
    /// As [`Builder::connect`].
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        Self::builder(url).connect().await
    }

    /// Begins to open the file that a URL names, with settings.
    ///
    /// ```
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// use es_sqlite::{SqliteStore, Synchronous};
    ///
    /// let store = SqliteStore::builder("sqlite:orders.db").synchronous(Synchronous::Normal).connect().await?;
    /// # let _ = store; Ok(()) }
    /// ```
    pub fn builder(url: &str) -> Builder {
        Builder::new(builder::path_of(url))
    }

    /// Closes the store, for all clones: what was asked before is still done, what is asked later is [`StoreError::Closed`].
    pub async fn close(self) {
        self.threads.close().await;
    }

    async fn read_with<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (task, outcome) = reader::task(read);
        self.threads.reads.push(task).map_err(|_| StoreError::Closed)?;
        match outcome.await {
            Ok(Ok(outcome)) => outcome,
            // the caller's own code, which was run there
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_) => Err(StoreError::Closed),
        }
    }

    /// A short read: on the caller's thread if the write connection is idle, which has the pages that were written last.
    async fn read_briefly<T: Send + 'static>(
        &self,
        read: impl Fn(&mut Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        if let Some(value) = self.threads.writer.read_here(&read) {
            return Ok(value);
        }
        let writer = self.threads.writer.clone();
        self.read_with(move |reader| writer.measured(|| read(reader))).await
    }

    async fn write_with<T: Send + 'static>(
        &self,
        what: &'static str,
        write: impl FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (change, outcome) = Change::new(what, write);
        self.threads.writer.queue.push(Box::new(change)).map_err(|_| StoreError::Closed)?;
        outcome.await.unwrap_or(Err(StoreError::Closed))
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("durability", &self.durability).finish_non_exhaustive()
    }
}

impl EventStore for SqliteStore {
    type Connection = Connection;

    fn durability(&self) -> Durability {
        self.durability
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let (job, outcome) = AppendJob::new(append, None)?;
        self.threads.writer.write(Box::new(job)).await?;
        match outcome.await {
            Ok(Ok(appended)) => Ok(appended),
            Ok(Err(InlineError::Append(error))) => Err(error),
            Ok(Err(error)) => Err(StoreError::backend("appending without read models", error).into()),
            // it was taken, and its thread died before it could say what became of it
            Err(_) => Err(AppendError::OutcomeUnknown(StoreError::Closed)),
        }
    }

    async fn read_stream(&self, stream: &StreamId, from: u64, size: PageSize) -> Result<Vec<StoredEvent>, StoreError> {
        let part = Part { stream: stream.clone(), from, size };
        self.read_with(move |reader| part.read(reader)).await
    }

    async fn fold_stream<F: FoldStream>(&self, stream: &StreamId, from: u64, fold: F) -> Result<F, StoreError> {
        fold::fold(self, stream, from, fold).await
    }

    async fn read(&self, query: &Query, after: Position, size: PageSize) -> Result<Page, StoreError> {
        let selection = Selection { query: query.clone(), after, size };
        self.read_with(move |reader| selection.read(reader)).await
    }

    async fn stream_version(&self, stream: &StreamId) -> Result<u64, StoreError> {
        let stream = stream.clone();
        self.read_briefly(move |reader| stream::version(&reader.connection, &stream).map_err(failed("reading a stream's version"))).await
    }

    async fn head(&self) -> Result<Position, StoreError> {
        self.read_briefly(|reader| read::head(&reader.connection).map_err(failed("reading the head"))).await
    }

    async fn wait_past(&self, position: Position) -> Result<(), StoreError> {
        self.threads.wake.past(position).await
    }

    async fn key(&self, key: &str) -> Result<Option<KeyRecord>, StoreError> {
        let key = key.to_owned();
        self.read_briefly(move |reader| keys::select(&reader.connection, &key).map_err(failed("reading a key"))).await
    }

    async fn add_tags(&self, tags: &[(Position, Vec<Tag>)]) -> Result<(), StoreError> {
        let tags = tags.to_vec();
        self.write_with("adding tags", move |connection| tags::add(connection, &tags)).await
    }

    async fn prune_keys(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        keys::prune(self, before).await
    }
}
