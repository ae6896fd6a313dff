//! From nothing to an open store, and what is in the way.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod given;
mod server;

use es_core::Position;
use es_core::store::{Durability, EventStore, StoreError};
use es_postgres::{Commit, Positions, PostgresError, PostgresStore};
use given::{all, deposit, number};
use server::Database;
use sqlx::Connection;

async fn refused(url: &str) -> String {
    match PostgresStore::connect(url).await {
        Err(StoreError::Refused { reason }) => reason,
        other => panic!("{other:?}"),
    }
}

async fn said(url: &str) -> PostgresError {
    match PostgresStore::connect(url).await {
        Err(StoreError::Backend { source, .. }) => source.downcast_ref::<PostgresError>().unwrap().clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_store_is_set_up_once_and_then_opened() {
    let database = Database::create(server::fast()).await;
    let store = PostgresStore::connect(&database.url()).await.unwrap();
    store.append(deposit(1, 5)).await.unwrap();
    drop(store);
    let mut connection = database.connect().await;
    let migrations = "select count(*) from es.migrations";
    let applied = number(&mut connection, migrations).await;
    let store = PostgresStore::connect(&database.url()).await.unwrap();
    assert_eq!((all(&store).await.len(), number(&mut connection, migrations).await), (1, applied));
    database.drop().await;
}

#[tokio::test]
async fn several_stores_live_in_one_database() {
    let database = Database::create(server::fast()).await;
    let open = async |schema: &str| PostgresStore::builder(&database.url()).schema(schema).connect().await.unwrap();
    let (orders, stock) = (open("orders").await, open("user").await);
    let waiting = tokio::spawn({
        let stock = stock.clone();
        async move { stock.wait_past(Position::START).await }
    });
    for cents in 1..=3 {
        orders.append(deposit(1, cents).keyed(&cents.to_string(), "Deposit")).await.unwrap();
    }
    assert!(!waiting.is_finished(), "one store wakes the readers of another");
    assert_eq!(stock.append(deposit(1, 1).keyed("1", "Deposit")).await.unwrap().position, Some(Position(1)));
    waiting.await.unwrap().unwrap();
    assert_eq!((all(&orders).await.len(), all(&stock).await.len()), (3, 1));
    database.drop().await;
}

#[tokio::test]
async fn a_store_that_a_newer_build_wrote_is_refused() {
    let database = Database::create(server::fast()).await;
    drop(PostgresStore::connect(&database.url()).await.unwrap());
    let mut connection = database.connect().await;
    server::run(&mut connection, "insert into es.migrations (version) values (9999)").await;
    let error = PostgresStore::connect(&database.url()).await.unwrap_err();
    let StoreError::Newer { found: 9999, known } = error else { panic!("{error:?}") };
    assert_eq!(i64::try_from(known).unwrap(), number(&mut connection, "select count(*) - 1 from es.migrations").await);
    database.drop().await;
}

#[tokio::test]
async fn a_store_keeps_to_the_positions_that_it_was_set_up_with() {
    let database = Database::create(server::fast()).await;
    drop(PostgresStore::connect(&database.url()).await.unwrap());
    let fenced = PostgresStore::builder(&database.url()).positions(Positions::Fenced).connect().await;
    let Err(StoreError::Refused { reason }) = fenced else { panic!("{fenced:?}") };
    assert!(reason.contains("set up with `gapless` positions"), "{reason}");
    database.drop().await;
}

#[tokio::test]
async fn a_store_remembers_that_appends_are_seen_before_they_are_flushed() {
    let database = Database::create(server::fast()).await;
    drop(PostgresStore::connect(&database.url()).await.unwrap());
    let overlapped = "select overlapped::int::bigint from es.store";
    let mut connection = database.connect().await;
    assert_eq!(number(&mut connection, overlapped).await, 0);
    drop(PostgresStore::builder(&database.url()).commit(Commit::Overlapped).connect().await.unwrap());
    drop(PostgresStore::connect(&database.url()).await.unwrap());
    assert_eq!(number(&mut connection, overlapped).await, 1);
    database.drop().await;
}

#[tokio::test]
async fn a_store_promises_what_the_server_does() {
    let (fast, durable) = (Database::create(server::fast()).await, Database::create(server::durable()).await);
    assert_eq!(PostgresStore::connect(&fast.url()).await.unwrap().durability(), Durability::Process);
    assert_eq!(PostgresStore::connect(&durable.url()).await.unwrap().durability(), Durability::Machine);
    fast.drop().await;
    durable.drop().await;
}

#[tokio::test]
async fn a_url_of_another_form_is_refused_with_the_right_one() {
    for url in ["sqlite:orders.db", "localhost/orders", "", "postgres://host:port/orders", "postgres://host/db?sslmode=perhaps"] {
        let reason = refused(url).await;
        assert!(reason.contains("write `postgres://user:password@host:5432/database`"), "{url}: {reason}");
    }
    let reason = refused("postgres://clerk:secret@host:port/orders").await;
    assert!(!reason.contains("secret"), "a password is shown: {reason}");
}

#[tokio::test]
async fn a_schema_of_another_form_is_refused() {
    let builder = PostgresStore::builder(&server::fast()).schema("orders\"; drop table events; --");
    let error = builder.connect().await.unwrap_err();
    assert!(error.to_string().contains("1 to 63 of `a-z`, `0-9` and `_`"), "{error}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let error = said("postgres://clerk@127.0.0.1:1/orders").await;
    assert!(matches!(error, PostgresError::Unreachable(_)), "{error:?}");
    assert!(error.to_string().contains("start it, or correct host and port"), "{error}");
    let error = said("postgres://clerk@no-such-host.invalid/orders").await;
    assert!(matches!(error, PostgresError::Unreachable(_)), "{error:?}");
}

#[tokio::test]
async fn a_database_that_is_not_there_is_named() {
    let error = said(&server::with_database(&server::fast(), "no_such_database")).await;
    assert!(matches!(error, PostgresError::NoDatabase(_)), "{error:?}");
    assert!(error.to_string().contains("create it with `createdb`"), "{error}");
}

/// A role with a password, which owns nothing.
async fn clerk(database: &Database) -> (String, String) {
    let mut connection = database.connect().await;
    let name = format!("clerk_{}", uuid::Uuid::now_v7().simple());
    server::run(&mut connection, format!("create role {name} login password 'right'")).await;
    (name.clone(), server::with_login(&database.url(), &name, "right"))
}

#[tokio::test]
async fn a_wrong_password_is_told_from_other_trouble() {
    let database = Database::create(server::fast()).await;
    let (name, _) = clerk(&database).await;
    let error = said(&server::with_login(&database.url(), &name, "wrong")).await;
    assert!(matches!(&error, PostgresError::Login(said) if said.code() == Some("28P01")), "{error:?}");
    assert!(error.to_string().contains("correct user and password"), "{error}");
    database.drop().await;
}

#[tokio::test]
async fn a_user_without_privileges_is_told_which_are_needed() {
    let database = Database::create(server::fast()).await;
    let (name, url) = clerk(&database).await;
    let error = said(&url).await;
    assert!(matches!(error, PostgresError::Privilege(_)), "{error:?}");
    assert!(error.to_string().contains("the user needs `create` on the database"), "{error}");

    // once it is set up, it takes no more than the tables and functions
    drop(PostgresStore::connect(&database.url()).await.unwrap());
    let mut connection = database.connect().await;
    server::run_all(
        &mut connection,
        format!(
            "grant usage on schema es to {name}; grant select, insert, update, delete on all tables in schema es to {name}; \
             grant execute on all routines in schema es to {name}"
        ),
    )
    .await;
    let store = PostgresStore::connect(&url).await.unwrap();
    store.append(deposit(1, 5).keyed("k", "Deposit")).await.unwrap();
    assert_eq!(all(&store).await.len(), 1);
    drop(store);
    server::run(&mut connection, format!("revoke insert on es.events from {name}")).await;
    let store = PostgresStore::connect(&url).await.unwrap();
    let error = store.append(deposit(1, 5).keyed("late", "Deposit")).await.unwrap_err();
    let es_core::store::AppendError::Store(StoreError::Backend { source, .. }) = &error else { panic!("{error:?}") };
    assert!(matches!(source.downcast_ref(), Some(PostgresError::Privilege(_))), "{error:?}");
    assert_eq!((all(&store).await.len(), store.key("late").await.unwrap()), (1, None), "nothing of it is there");
    drop(store);
    connection.close().await.unwrap();
    database.drop().await;
}

#[tokio::test]
async fn a_store_that_takes_no_writes_says_so_and_is_read_all_the_same() {
    let database = Database::create(server::fast()).await;
    drop(PostgresStore::connect(&database.url()).await.unwrap());
    let url = server::with_parameter(&database.url(), "options=-c%20default_transaction_read_only=on");
    let store = PostgresStore::connect(&url).await.unwrap();
    let error = store.append(deposit(1, 5)).await.unwrap_err();
    assert!(error.to_string().contains("the server is read-only"), "{error}");
    assert_eq!(all(&store).await.len(), 0);
    database.drop().await;
}

#[tokio::test]
async fn another_isolation_by_default_is_no_hindrance() {
    let database = Database::create(server::fast()).await;
    let mut connection = database.connect().await;
    server::run(&mut connection, format!("alter database {} set default_transaction_isolation = serializable", database.name())).await;
    let store = PostgresStore::connect(&database.url()).await.unwrap();
    store.append(deposit(1, 5)).await.unwrap();
    connection.close().await.unwrap();
    database.drop().await;
}
