//! From a URL to a store: the one place that knows which stores there are.

use std::future::Future;
use std::path::Path;

use es_core::App;
use es_core::store::{StoreError, ViewStore};
use es_postgres::PostgresStore;
use es_postgres::sqlx::{Connection as _, PgConnection};
use es_sqlite::SqliteStore;
use es_sqlite::rusqlite::Connection;

use crate::error::Error;
use crate::read_models::Sql;

/// What the desk runs on: a store, and a database that has tables of the desk's own beside it.
pub trait Database: ViewStore<Connection: Sql> {
    /// Opens the store that a URL names; it is made if it is not there.
    fn connect(url: &str) -> impl Future<Output = Result<Self, StoreError>> + Send;

    /// A connection of the desk's own to the same database.
    fn database(url: &str) -> impl Future<Output = Result<Self::Connection, Error>> + Send;
}

/// The stores that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

/// The schemes that [`Scheme::of`] knows, as an error message lists them.
pub const SCHEMES: &str = "`sqlite:` (as in sqlite:orders.db) and `postgres:` (as in postgres://localhost/orders)";

impl Scheme {
    /// The kind of store that a URL names.
    ///
    /// # Errors
    /// [`Error::Scheme`].
    pub fn of(url: &str) -> Result<Self, Error> {
        match url.split_once(':') {
            Some(("sqlite", _)) => Ok(Self::Sqlite),
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres),
            _ => Err(Error::Scheme { url: url.to_owned() }),
        }
    }
}

/// Opens the desk on the store that a URL names; it is made if it is not there.
///
/// # Errors
/// [`Error::Open`].
pub async fn open<S: Database>(url: &str) -> Result<App<S>, Error> {
    match S::connect(url).await {
        Ok(store) => Ok(App::new(store)),
        Err(source) => Err(Error::Open { url: url.to_owned(), source }),
    }
}

/// Opens the store that a URL names, to read it: a file that is not there is not made.
///
/// # Errors
/// [`Error::NoStore`], and those of [`open`].
pub async fn open_existing<S: Database>(url: &str) -> Result<App<S>, Error> {
    match file(url) {
        Some(file) if !file.contains(['%', '?']) && !Path::new(file).exists() => Err(Error::NoStore { url: url.to_owned() }),
        _ => open(url).await,
    }
}

fn file(url: &str) -> Option<&str> {
    url.strip_prefix("sqlite:").map(|rest| rest.strip_prefix("//").unwrap_or(rest))
}

impl Database for SqliteStore {
    async fn connect(url: &str) -> Result<Self, StoreError> {
        Self::connect(url).await
    }

    async fn database(url: &str) -> Result<Connection, Error> {
        let connection = Connection::open(file(url).unwrap_or(url)).and_then(|connection| {
            connection.busy_timeout(std::time::Duration::from_secs(10))?;
            Ok(connection)
        });
        connection.map_err(|error| Error::Tables(error.into()))
    }
}

impl Database for PostgresStore {
    async fn connect(url: &str) -> Result<Self, StoreError> {
        Self::connect(url).await
    }

    async fn database(url: &str) -> Result<PgConnection, Error> {
        PgConnection::connect(url).await.map_err(|error| Error::Tables(error.into()))
    }
}
