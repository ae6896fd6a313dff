//! Every store, each in a place of its own.
#![allow(dead_code, reason = "each test file uses a part of it")]

use es_core::{AnyStore, MemoryStore};
use es_postgres::sqlx::{AssertSqlSafe, Connection, PgConnection};
use es_postgres::{Positions, PostgresStore, sqlx};
use es_sqlite::SqliteStore;

/// What is taken away after a test that went well.
pub enum Place {
    Memory,
    Folder(tempfile::TempDir),
    Database(String),
}

impl Place {
    pub async fn remove(self) {
        match self {
            Self::Memory => {}
            Self::Folder(folder) => drop(folder),
            Self::Database(name) => statement(format!("drop database {name} with (force)")).await,
        }
    }
}

pub async fn memory() -> (AnyStore, Place) {
    (AnyStore::new(MemoryStore::new()), Place::Memory)
}

pub async fn sqlite() -> (AnyStore, Place) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("tests.db")).await.unwrap();
    (AnyStore::new(store), Place::Folder(folder))
}

pub async fn postgres() -> (AnyStore, Place) {
    on_postgres(Positions::Gapless).await
}

pub async fn postgres_fenced() -> (AnyStore, Place) {
    on_postgres(Positions::Fenced).await
}

async fn on_postgres(positions: Positions) -> (AnyStore, Place) {
    let name = format!("tests_{}", uuid::Uuid::now_v7().simple());
    statement(format!("create database {name}")).await;
    let server = server();
    let (address, rest) = server.split_once("://").unwrap();
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    let parameters = rest.split_once('?').map(|(_, parameters)| format!("?{parameters}")).unwrap_or_default();
    let url = format!("{address}://{host}/{name}{parameters}");
    let store = PostgresStore::builder(&url).positions(positions).connect().await.unwrap();
    (AnyStore::new(store), Place::Database(name))
}

fn server() -> String {
    match std::env::var("ES_TEST_DATABASE_URL") {
        Ok(server) => server,
        Err(_) => panic!("ES_TEST_DATABASE_URL is not set, which names a PostgreSQL server: run `cargo xtask test`"),
    }
}

async fn statement(sql: String) {
    let mut connection = PgConnection::connect(&server()).await.unwrap();
    sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}
