//! What PostgreSQL says, in the words of a store: what is wrong, then what to do.

use std::fmt;
use std::sync::Arc;

use es_core::store::StoreError;
use sqlx::postgres::{PgDatabaseError, PgSeverity};

/// The source of a [`StoreError::Backend`] of this store: what PostgreSQL said, told apart by what there is to do about it.
///
/// ```
/// # async fn run() {
/// use es_core::store::StoreError;
/// use es_postgres::{PostgresError, PostgresStore};
///
/// let error = PostgresStore::connect("postgres://nobody@localhost/orders").await.unwrap_err();
/// if let StoreError::Backend { source, .. } = &error
///     && let Some(PostgresError::Unreachable(_)) = source.downcast_ref()
/// {
///     eprintln!("is the server running?");
/// }
/// # }
/// ```
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum PostgresError {
    /// No server answered.
    #[error("no server answers ({0}): start it, or correct host and port in the URL")]
    Unreachable(Said),
    /// The server is starting, stopping, or was stopped while it worked.
    #[error("the server is starting up or shutting down ({0}): try again")]
    Restarting(Said),
    /// The connection broke.
    #[error("the connection was lost ({0}): try again")]
    Disconnected(Said),
    /// TLS was asked for and could not be agreed on, or was demanded by the server.
    #[error("no TLS connection ({0}): correct `sslmode` and `sslrootcert` in the URL, or the server's certificate")]
    Tls(Said),
    /// There is a pooler between this store and the server that the store was not told of, or that it can't work through.
    #[error(
        "{0}: where a pooler in transaction mode stands before the server, open the store with `pooler(true)`, and have the pooler know \
         prepared statements: pgbouncer 1.21 or newer with `max_prepared_statements` above 0"
    )]
    Pooler(Said),
    /// A user or a password that the server does not accept.
    #[error("the server refuses this user ({0}): correct user and password in the URL, or the server's pg_hba.conf")]
    Login(Said),
    /// There is no such database.
    #[error("{0}: create it with `createdb`, or correct the URL")]
    NoDatabase(Said),
    /// The user may not do this.
    #[error(
        "{0}: to set a store up, the user needs `create` on the database or on the schema; to use it, `usage` on the schema, `select`, \
         `insert`, `update` and `delete` on its tables, and `execute` on its functions"
    )]
    Privilege(Said),
    /// The disk is full.
    #[error("the server's disk is full ({0}): nothing was written; make room and try again")]
    DiskFull(Said),
    /// The server has as many connections as it allows.
    #[error("the server takes no more connections ({0}): raise `max_connections`, put a pooler in front, or lower `connections(..)`")]
    TooManyConnections(Said),
    /// The server takes no writes: it is a standby, or was set so.
    #[error("the server is read-only ({0}): connect to the primary")]
    ReadOnly(Said),
    /// Somebody else's transaction holds up the order of all appends.
    #[error(
        "{0}: another transaction holds up the order of appends; `PostgresStore::status` says which, end it with `pg_terminate_backend`"
    )]
    HeldUp(Said),
    /// The server took longer than it may.
    #[error("{0}: raise `statement_timeout`, or append less at once")]
    Cancelled(Said),
    /// Anything else.
    #[error("{0}")]
    Other(Said),
}

/// What the driver said. Cheap to clone, so that all appends of a batch can be told.
#[derive(Clone)]
pub struct Said(Arc<sqlx::Error>);

impl Said {
    /// The driver's error.
    pub fn driver(&self) -> &sqlx::Error {
        &self.0
    }

    /// The five characters that PostgreSQL has for an error of its own.
    pub fn code(&self) -> Option<&str> {
        code(&self.0)
    }
}

impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            sqlx::Error::Database(error) => f.write_str(error.message()),
            error => error.fmt(f),
        }
    }
}

impl From<sqlx::Error> for PostgresError {
    fn from(error: sqlx::Error) -> Self {
        let kind = kind(&error);
        kind(Said(Arc::new(error)))
    }
}

impl PostgresError {
    /// What became of connecting: whatever the network says, there is nobody.
    pub(crate) fn connecting(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Io(_) => Self::Unreachable(Said(Arc::new(error))),
            error => error.into(),
        }
    }
}

fn kind(error: &sqlx::Error) -> fn(Said) -> PostgresError {
    match error {
        sqlx::Error::Tls(_) => PostgresError::Tls,
        sqlx::Error::Io(error) => match error.kind() {
            std::io::ErrorKind::ConnectionRefused | std::io::ErrorKind::NotFound | std::io::ErrorKind::TimedOut => {
                PostgresError::Unreachable
            }
            _ => PostgresError::Disconnected,
        },
        sqlx::Error::Protocol(_) => PostgresError::Disconnected,
        _ if database_error(error).is_some_and(|error| error.message().starts_with("unsupported startup parameter")) => {
            PostgresError::Pooler
        }
        _ => match code(error).unwrap_or_default() {
            "28P01" | "28000" => PostgresError::Login,
            "3D000" => PostgresError::NoDatabase,
            "42501" => PostgresError::Privilege,
            "53100" => PostgresError::DiskFull,
            "53300" => PostgresError::TooManyConnections,
            "25006" => PostgresError::ReadOnly,
            "55P03" => PostgresError::HeldUp,
            "57014" => PostgresError::Cancelled,
            "57P01" | "57P02" | "57P03" => PostgresError::Restarting,
            code if code.starts_with("08") => PostgresError::Disconnected,
            _ => PostgresError::Other,
        },
    }
}

pub(crate) fn code(error: &sqlx::Error) -> Option<&str> {
    database_error(error).map(PgDatabaseError::code)
}

pub(crate) fn database_error(error: &sqlx::Error) -> Option<&PgDatabaseError> {
    error.as_database_error().and_then(|error| error.try_downcast_ref())
}

/// Whether the connection is of no more use: what was asked may have been done or not.
pub(crate) fn is_lost(error: &sqlx::Error) -> bool {
    match database_error(error) {
        Some(error) => matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic),
        None => matches!(error, sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::Tls(_) | sqlx::Error::WorkerCrashed),
    }
}

/// Whether the same may succeed a little later on another connection.
pub(crate) fn is_passing(error: &sqlx::Error) -> bool {
    match database_error(error) {
        Some(error) => matches!(error.code(), "57P01" | "57P02" | "57P03" | "53300") || error.code().starts_with("08"),
        None => matches!(error, sqlx::Error::Io(_) | sqlx::Error::Protocol(_)),
    }
}

pub(crate) fn store_error(what: &'static str, error: impl Into<PostgresError>) -> StoreError {
    StoreError::backend(what, error.into())
}

/// That a pooler hands statements on as they are, so that one client would run another's.
pub(crate) fn shares_statements() -> StoreError {
    let reason = "what stands before the server hands prepared statements on under the names that its clients have for them, and one \
                  would run another's: use pgbouncer 1.21 or newer with `max_prepared_statements` above 0, or, where each client has a \
                  connection of its own, open the store without `pooler(true)`";
    StoreError::Refused { reason: reason.into() }
}

/// Says what was being done when PostgreSQL refused.
pub(crate) fn failed(what: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
    move |error| store_error(what, error)
}
