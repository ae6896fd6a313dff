//! From a URL to an open store.

use std::str::FromStr;
use std::time::Duration;

use es_core::store::{Durability, StoreError};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection, Row};

use crate::PostgresStore;
use crate::error::{PostgresError, code, failed, shares_statements, store_error};
use crate::migrate::migrate;
use crate::sql::Schema;

/// How positions are given out: a property of the store, which all that write to it share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Positions {
    /// 1, 2, 3, … in commit order: whoever asks for what comes after a position is right, on replicas and in plain SQL too. A
    /// transaction of yours that appends holds up all other appends from its append to its commit.
    #[default]
    Gapless,
    /// Increasing, with gaps. Appends hold up only those to the same streams, tags and keys, so a transaction of yours that appends may
    /// last; readers come no further than before it meanwhile, and lag some milliseconds behind at all times.
    ///
    /// `recorded_at` may decrease with position here, and replicas and plain SQL see positions that are not to be relied on yet.
    Fenced,
}

/// When the next append goes on, and when one is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Commit {
    /// An append is flushed to disk, and to synchronous standbys, while it holds the order of all appends.
    #[default]
    Plain,
    /// It is flushed after it has let go of the order, and before it is answered: for disks and standbys that take a millisecond or more,
    /// and for many processes. An acknowledged append is as durable as ever, and no subscription, `read` or `load` shows an event
    /// before it is flushed; plain SQL may see one that a crash of the server takes back.
    ///
    /// Once a store was opened so, it remembers: those that open it afterwards without it append plainly, and read with the same care.
    Overlapped,
}

impl Positions {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Gapless => "gapless",
            Self::Fenced => "fenced",
        }
    }
}

/// How a store is opened. Made by [`PostgresStore::builder`].
#[derive(Debug, Clone)]
#[must_use = "nothing is opened before `connect`"]
pub struct Builder {
    options: Result<PgConnectOptions, String>,
    schema: String,
    pub(crate) positions: Positions,
    pub(crate) commit: Commit,
    pub(crate) writers: Option<usize>,
    pub(crate) connections: usize,
    pub(crate) patience: Duration,
    pub(crate) pooler: bool,
}

impl Builder {
    pub(crate) fn new(url: &str) -> Self {
        let options = match url.starts_with("postgres://") || url.starts_with("postgresql://") {
            true => PgConnectOptions::from_str(url).map_err(|error| refusal(url, &error.to_string())),
            false => Err(refusal(url, "it does not begin with `postgres://`")),
        };
        Self::with(options)
    }

    pub(crate) fn with(options: Result<PgConnectOptions, String>) -> Self {
        let patience = Duration::from_secs(10);
        let (positions, commit) = (Positions::default(), Commit::default());
        Self { options, schema: "es".to_owned(), positions, commit, writers: None, connections: 8, patience, pooler: false }
    }

    /// The schema that the tables are in, which is created if there is none; `es` if nothing is said. Each schema is a store of its
    /// own: 1 to 63 of `a-z`, `0-9` and `_`.
    pub fn schema(mut self, schema: &str) -> Self {
        schema.clone_into(&mut self.schema);
        self
    }

    /// How positions are given out; [`Positions::Gapless`] if nothing is said. A store that is there keeps to how it was set up.
    pub fn positions(mut self, positions: Positions) -> Self {
        self.positions = positions;
        self
    }

    /// When the next append goes on; [`Commit::Plain`] if nothing is said.
    pub fn commit(mut self, commit: Commit) -> Self {
        self.commit = commit;
        self
    }

    /// How many connections append, at least one. If nothing is said, one where each call waits for the one before it, and 4 with
    /// [`Commit::Overlapped`] or [`Positions::Fenced`].
    pub fn writers(mut self, writers: usize) -> Self {
        self.writers = Some(writers.max(1));
        self
    }

    /// How many connections read at the same time, at least one; 8 if nothing is said. They are opened when they are needed. Others
    /// append; one listens where somebody waits for events, and one wakes other processes.
    pub fn connections(mut self, connections: usize) -> Self {
        self.connections = connections.max(1);
        self
    }

    /// How long to try again while the server is gone, and how long an append waits for the order while somebody else holds it up;
    /// 10 seconds if nothing is said.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Whether there is a pooler in transaction mode between this store and the server. Then nothing is set on connections and
    /// nothing listens on them: the events of other processes are looked for every 20 milliseconds while somebody waits for them.
    ///
    /// The pooler must know prepared statements, as pgbouncer does from 1.21 on with `max_prepared_statements` above 0. Through one
    /// that does not, clients would run each other's statements: [`connect`](Self::connect) refuses it.
    pub fn pooler(mut self, pooler: bool) -> Self {
        self.pooler = pooler;
        self
    }

    /// Connects, and brings the tables up to date; they are created if there are none.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for a URL or a schema of another form, and for a store that was set up with other positions;
    /// [`StoreError::Newer`] for one that a newer build wrote; [`StoreError::Backend`] with a [`PostgresError`](crate::PostgresError)
    /// for everything that the server says.
    pub async fn connect(self) -> Result<PostgresStore, StoreError> {
        let schema = Schema::new(&self.schema)?;
        let options = self.connect_options()?;
        let mut connection = options.connect().await.map_err(|error| store_error("connecting", PostgresError::connecting(error)))?;
        if self.pooler {
            pooler_knows_statements(&mut connection).await?;
        }
        migrate(&mut connection, &schema, self.positions).await?;
        let mut settings = read_settings(&mut connection, &schema).await?;
        if settings.positions != self.positions.name() {
            let reason = format!(
                "the store in schema `{}` was set up with `{}` positions, and all that open it use these: open it so, or another schema",
                schema.name(),
                settings.positions
            );
            return Err(StoreError::Refused { reason });
        }
        if self.commit == Commit::Overlapped && !settings.overlapped {
            let remember = sqlx::query(schema.render(include_str!("sql/remember_overlapped.sql"))).execute(&mut connection);
            remember.await.map_err(failed("remembering how appends commit"))?;
            settings.overlapped = true;
        }
        if settings.is_standby && self.positions == Positions::Fenced {
            let reason = "this is a standby, which does not know who is about to commit: read a store with fenced positions on the primary";
            return Err(StoreError::Refused { reason: reason.into() });
        }
        Ok(PostgresStore::start(self, options, schema, settings, connection))
    }

    fn connect_options(&self) -> Result<PgConnectOptions, StoreError> {
        let options = self.options.clone().map_err(|reason| StoreError::Refused { reason })?;
        let options = options.disable_statement_logging();
        let options = match options.get_application_name() {
            Some(_) => options,
            None => options.application_name("es-postgres"),
        };
        if self.pooler {
            // what a pooler would refuse when it connects
            return Ok(options.extra_float_digits(None));
        }
        let lock_timeout = self.patience.as_millis().clamp(1, i32::MAX as u128).to_string();
        Ok(options.options([
            ("plan_cache_mode", "force_generic_plan"),
            ("jit", "off"),
            ("default_transaction_isolation", "read committed"),
            ("idle_in_transaction_session_timeout", "30s"),
            ("lock_timeout", &lock_timeout),
        ]))
    }
}

/// Looks at the name that a statement of ours has on the server. In a transaction, because there the connection stays the same.
async fn pooler_knows_statements(connection: &mut PgConnection) -> Result<(), StoreError> {
    let asking = failed("asking a pooler for prepared statements");
    let mut transaction = connection.begin().await.map_err(&asking)?;
    let ours = sqlx::query(include_str!("sql/pooled.sql")).fetch_one(&mut *transaction).await.and_then(|row| row.try_get(0));
    let shared = match &ours {
        Ok(ours) => *ours,
        // somebody has used the name
        Err(error) => code(error) == Some("42P05"),
    };
    // nothing of it stays behind for others
    let _ = transaction.clear_cached_statements().await;
    transaction.rollback().await.map_err(&asking)?;
    match ours {
        _ if shared => Err(shares_statements()),
        Ok(_) => Ok(()),
        Err(error) => Err(asking(error)),
    }
}

fn refusal(url: &str, why: &str) -> String {
    let shown = url.split_once('@').map_or(url, |(_, rest)| rest);
    format!("`{shown}` is no URL of a PostgreSQL store ({why}): write `postgres://user:password@host:5432/database`")
}

/// What is known of a store when it is opened.
pub(crate) struct Settings {
    positions: String,
    /// Whether some append was ever visible before it was flushed.
    pub(crate) overlapped: bool,
    pub(crate) is_standby: bool,
    pub(crate) durability: Durability,
    /// The table of events, which locks and channels are named for.
    pub(crate) oid: i64,
}

async fn read_settings(connection: &mut PgConnection, schema: &Schema) -> Result<Settings, StoreError> {
    let select = sqlx::query(schema.render(include_str!("sql/settings.sql")));
    let read = async {
        let row = select.fetch_one(connection).await?;
        let durability = if row.try_get(2)? { Durability::Machine } else { Durability::Process };
        let (positions, overlapped) = (row.try_get(0)?, row.try_get(1)?);
        Ok(Settings { positions, overlapped, is_standby: row.try_get(3)?, durability, oid: row.try_get(4)? })
    };
    read.await.map_err(failed("reading the store's settings"))
}
