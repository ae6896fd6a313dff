//! The server event store of [`es_core`], on PostgreSQL.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use es_core::App;
//! use es_postgres::PostgresStore;
//!
//! let app = App::new(PostgresStore::connect("postgres://orders@localhost/orders").await?);
//! # let _ = app; Ok(()) }
//! ```
//!
//! A store is a schema: its tables are for everyone to read in SQL, and for nobody else to change. `events` has one row an event, with
//! its payload as `json`; `event_tags` finds them by tag. Tables of your own stand in schemas of your own, and are written in one
//! transaction with events by [`PostgresStore::append_in`].
//!
//! # How it appends
//! One call does it all on the server: checks versions, conditions and keys, gives out positions, and inserts. Appends that come in
//! while a call is under way go out together in the next one, each with an answer of its own. How positions are given out is said by
//! [`Positions`], and when an append lets go of the order by [`Commit`]. All work together in one store but the two [`Positions`].
//!
//! # What it needs
//! PostgreSQL 15 or newer, in READ COMMITTED, which it asks for. It opens one connection that appends, up to
//! [`Builder::connections`] that read, one that listens where somebody waits for events, one that wakes other processes, and up to 4 on
//! which projections of yours write where a worker keeps them.
//!
//! * **Privileges.** To set it up: `create` on the database, or on the schema where there is one. To use it: `usage` on the schema;
//!   `select`, `insert`, `update` and `delete` on its tables; `usage`, `select` and `update` on its sequence.
//! * **A pooler in transaction mode** works with [`Builder::pooler`]: pgbouncer 1.21 or newer with `max_prepared_statements` above 0,
//!   or another that knows prepared statements; one that doesn't is refused when the store is opened.
//!   What doesn't work through it: notifications, so events of other processes are looked for every 20 milliseconds; and `lock_timeout`
//!   and the planner's settings, which are set for the pooler's user instead: `alter role .. set plan_cache_mode = force_generic_plan`.
//! * **TLS, passwords and sockets** are said in the URL as sqlx has them.
//! * **A standby** can be read from, gapless positions only. Events are looked for every 20 milliseconds there.
//! * **Clocks.** Times are the server's.
//!
//! # What goes wrong
//! A [`StoreError::Backend`] of this store has a [`PostgresError`] for its source, which says what to do. Reading is tried again while
//! a server is gone, for as long as [`Builder::patience`] says; an append whose connection was lost under way is
//! [`AppendError::OutcomeUnknown`], which a repeat with the same idempotency key settles. [`PostgresStore::status`] says who holds up
//! the order of appends.

mod append;
mod builder;
mod checkpoint;
mod connections;
mod error;
mod fence;
mod flush;
mod fold;
mod inline;
mod keys;
mod load;
mod lock;
mod migrate;
mod page;
mod parked;
mod projection;
mod query;
mod read;
mod rebuild;
mod row;
mod snapshot;
mod sql;
mod status;
mod stream;
mod tags;
mod transaction;
mod view;
mod wake;
mod writer;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use chrono::{DateTime, Utc};
use es_core::store::{Append, AppendError, Appended, Durability, EventStore, FoldStream, KeyRecord, Page, PageSize, StoreError};
use es_core::{Position, Query, StoredEvent, StreamId, Tag};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection, SqlStr};

pub use builder::{Builder, Commit, Positions};
pub use error::{PostgresError, Said};
pub use sqlx;
pub use status::{Holder, Status};

use append::{Answer, Prepared};
use builder::Settings;
use connections::Connections;
use fence::Fence;
use flush::Flushed;
use page::Sizes;
use sql::{Schema, Statements};
use wake::Wake;
use writer::Appends;

/// Events in a schema of a PostgreSQL database. Clones share its connections; the last one closes them.
#[derive(Clone)]
pub struct PostgresStore {
    shared: Arc<Shared>,
    appends: Appends,
    _open: Arc<Open>,
}

/// How many projections of the user's write at the same time.
const PROJECTING: usize = 4;

/// What the handles and the tasks of a store share.
struct Shared {
    sql: Statements,
    schema: Schema,
    reads: Connections,
    /// On which the user's projections write.
    projecting: Connections,
    /// How many milliseconds the leases of a worker of this process last.
    lease: AtomicU64,
    wake: Wake,
    sizes: Sizes,
    positions: Positions,
    commit: Commit,
    fence: Fence,
    flushed: Flushed,
    /// Whether what is seen may not be flushed yet.
    overlapped: bool,
    patience: Duration,
    pooler: bool,
    durability: Durability,
    oid: i64,
}

impl Shared {
    fn append_call(&self) -> SqlStr {
        match self.commit {
            Commit::Plain => self.sql.append(),
            Commit::Overlapped => self.sql.append_overlapped(),
        }
    }

    /// Whether one append by itself may go out in `append_one`.
    fn has_call_for_one(&self) -> bool {
        self.commit == Commit::Plain && self.positions == Positions::Gapless
    }

    /// What the processes of one store wake each other on.
    fn channel(&self) -> String {
        format!("es_{}", self.oid)
    }
}

/// Ends the tasks of a store with its last handle.
struct Open(Arc<Shared>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.wake.close();
        let mut idle = self.0.reads.close();
        idle.extend(self.0.projecting.close());
        // so that the server sees them go
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                for connection in idle {
                    let _ = connection.close().await;
                }
            });
        }
    }
}

impl PostgresStore {
    /// Opens the store in the schema `es` of the database that a URL names, `postgres://user:password@host:5432/database`, and sets
    /// it up if there is none. The URL may say what sqlx knows: `?sslmode=verify-full&sslrootcert=ca.pem`, `?host=/var/run/postgresql`.
    ///
    /// # Errors
    /// As [`Builder::connect`].
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        Self::builder(url).connect().await
    }

    /// Begins to open the store that a URL names, with settings.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// use es_postgres::PostgresStore;
    ///
    /// let store = PostgresStore::builder("postgres://orders@localhost/orders").schema("orders").connections(4).connect().await?;
    /// # let _ = store; Ok(()) }
    /// ```
    pub fn builder(url: &str) -> Builder {
        Builder::new(url)
    }

    /// The same, with options of sqlx in place of a URL.
    pub fn builder_with(options: PgConnectOptions) -> Builder {
        Builder::with(Ok(options))
    }

    fn start(builder: Builder, options: PgConnectOptions, schema: Schema, settings: Settings, first: PgConnection) -> Self {
        let Builder { connections, patience, pooler, positions, commit, writers, .. } = builder;
        let projecting = if pooler { options.clone() } else { options.clone().options([("default_transaction_read_only", "on")]) };
        let at_once = if commit == Commit::Overlapped || positions == Positions::Fenced { 4 } else { 1 };
        let shared = Arc::new(Shared {
            sql: Statements::new(&schema),
            schema,
            projecting: Connections::new(projecting, None, PROJECTING, patience),
            reads: Connections::new(options, Some(first), connections, patience),
            lease: AtomicU64::new(5_000),
            wake: Wake::new(),
            sizes: Sizes::new(),
            positions,
            commit,
            fence: Fence::default(),
            flushed: Flushed::default(),
            // what a standby has is flushed
            overlapped: settings.overlapped && !settings.is_standby,
            patience,
            pooler,
            durability: settings.durability,
            oid: settings.oid,
        });
        let appends = writer::start(&shared, writers.unwrap_or(at_once));
        wake::spawn(&shared, wake::tell);
        Self { _open: Arc::new(Open(shared.clone())), shared, appends }
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("durability", &self.shared.durability).finish_non_exhaustive()
    }
}

impl EventStore for PostgresStore {
    type Connection = PgConnection;

    fn durability(&self) -> Durability {
        self.shared.durability
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let prepared = Arc::new(Prepared::new(append, self.shared.positions)?);
        loop {
            match self.appends.send(prepared.clone()).await? {
                Answer::Stored(appended) => return Ok(appended),
                Answer::Refused(error) => return Err(error),
                Answer::Inline(error) => return Err(StoreError::backend("appending without read models", error).into()),
                Answer::KeyUsed => {}
            }
            // unless the key was forgotten in between
            let key = prepared.key().unwrap_or_default();
            if let Some(record) = keys::select(&self.shared, key).await? {
                return Err(AppendError::KeyUsed(Box::new(record)));
            }
        }
    }

    async fn read_stream(&self, stream: &StreamId, from: u64, size: PageSize) -> Result<Vec<StoredEvent>, StoreError> {
        stream::read(&self.shared, stream, from, size).await
    }

    async fn fold_stream<F: FoldStream>(&self, stream: &StreamId, from: u64, fold: F) -> Result<F, StoreError> {
        fold::fold(&self.shared, stream, from, fold).await
    }

    async fn read(&self, query: &Query, after: Position, size: PageSize) -> Result<Page, StoreError> {
        read::read(&self.shared, query, after, size).await
    }

    async fn stream_version(&self, stream: &StreamId) -> Result<u64, StoreError> {
        stream::version(&self.shared, stream).await
    }

    async fn head(&self) -> Result<Position, StoreError> {
        read::head(&self.shared).await
    }

    async fn wait_past(&self, position: Position) -> Result<(), StoreError> {
        wake::past(&self.shared, position).await
    }

    async fn key(&self, key: &str) -> Result<Option<KeyRecord>, StoreError> {
        keys::select(&self.shared, key).await
    }

    async fn add_tags(&self, tags: &[(Position, Vec<Tag>)]) -> Result<(), StoreError> {
        tags::add(&self.shared, tags).await
    }

    async fn prune_keys(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        keys::prune(&self.shared, before).await
    }
}
