//! The server that tests run on, and a database of its own for each of them.
#![allow(dead_code, reason = "no test needs all of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot begin fails")]

use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};

/// A server without fsync, which is fast.
pub(crate) fn fast() -> String {
    url("ES_TEST_DATABASE_URL")
}

/// A server that keeps what it has acknowledged.
pub(crate) fn durable() -> String {
    url("ES_TEST_DURABLE_DATABASE_URL")
}

fn url(name: &str) -> String {
    match std::env::var(name) {
        Ok(url) => url,
        Err(_) => panic!("{name} is not set, which names a PostgreSQL server: run `cargo xtask test`"),
    }
}

/// The same server, another database.
pub(crate) fn with_database(server: &str, database: &str) -> String {
    let (address, parameters) = server.split_once('?').map_or((server, ""), |(address, parameters)| (address, parameters));
    let begin = address.find("://").map_or(0, |at| at + 3);
    let end = address[begin..].find('/').map_or(address.len(), |at| begin + at);
    let question = if parameters.is_empty() { "" } else { "?" };
    format!("{}/{database}{question}{parameters}", &address[..end])
}

pub(crate) async fn connect(url: &str) -> PgConnection {
    PgConnectOptions::from_str(url).unwrap().disable_statement_logging().connect().await.unwrap()
}

/// A connection, where the server gives one.
pub(crate) async fn try_connect(url: &str) -> Option<PgConnection> {
    PgConnectOptions::from_str(url).unwrap().disable_statement_logging().connect().await.ok()
}

/// Runs statements of the test's own.
pub(crate) async fn run(connection: &mut PgConnection, sql: impl Into<String>) {
    connection.execute(AssertSqlSafe(sql.into())).await.unwrap();
}

/// A database that is dropped with the test, unless it fails.
pub(crate) struct Database {
    server: String,
    name: String,
}

impl Database {
    /// Creates one with a name of its own.
    pub(crate) async fn create(server: String) -> Self {
        let name = format!("es_{}", uuid::Uuid::now_v7().simple());
        let mut connection = connect(&server).await;
        run(&mut connection, format!("create database {name}")).await;
        Self { server, name }
    }

    pub(crate) fn url(&self) -> String {
        with_database(&self.server, &self.name)
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) async fn connect(&self) -> PgConnection {
        connect(&self.url()).await
    }

    pub(crate) async fn drop(self) {
        let mut connection = connect(&self.server).await;
        run(&mut connection, format!("drop database {} with (force)", self.name)).await;
        connection.close().await.unwrap();
    }
}

/// Runs several statements at once.
pub(crate) async fn run_all(connection: &mut PgConnection, sql: impl Into<String>) {
    sqlx::raw_sql(AssertSqlSafe(sql.into())).execute(connection).await.unwrap();
}

/// The same place, as somebody else.
pub(crate) fn with_login(url: &str, user: &str, password: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    let address = rest.split_once('@').map_or(rest, |(_, address)| address);
    format!("{scheme}://{user}:{password}@{address}")
}

/// The same place, with something more said in the URL.
pub(crate) fn with_parameter(url: &str, parameter: &str) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}{parameter}")
}
