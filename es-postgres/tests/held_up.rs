//! Transactions that stay open, and a server without a connection to spare.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::expect_used)]

mod given;
mod proxy;
mod server;

use std::time::Duration;

use es_core::Position;
use es_core::store::{AppendError, EventStore, StoreError};
use es_postgres::{Builder, Commit, Positions, PostgresError, PostgresStore};
use given::{account, all, deposit, positions, send, until};
use proxy::{Cut, Proxy};
use server::Database;
use sqlx::Executor;
use sqlx::postgres::PgPoolOptions;

/// What an open transaction may be that has nothing to do with the store: it has an id, a snapshot and locks of its own.
const LONG: &str = "begin isolation level repeatable read; create table notes (note text); \
                    insert into notes values ('lunch'); select pg_advisory_xact_lock(20291, 1), pg_advisory_xact_lock(1::bigint << 62)";

#[tokio::test]
async fn transactions_that_stay_open_here_and_in_other_databases_hold_up_nobody() {
    let modes: [fn(Builder) -> Builder; 3] =
        [|builder| builder, |builder| builder.commit(Commit::Overlapped), |builder| builder.positions(Positions::Fenced)];
    for mode in modes {
        let (here, elsewhere) = (Database::create(server::fast()).await, Database::create(server::fast()).await);
        let store = mode(PostgresStore::builder(&here.url())).connect().await.unwrap();
        // the same tables elsewhere, with an append that is not committed
        let other = mode(PostgresStore::builder(&elsewhere.url())).connect().await.unwrap();
        other.append(deposit(1, 1)).await.unwrap();
        let (mut long_here, mut long_elsewhere) = (here.connect().await, elsewhere.connect().await);
        server::run_all(&mut long_here, LONG).await;
        server::run_all(&mut long_elsewhere, format!("{LONG}; {}", given::HOLD.trim_start_matches("begin; "))).await;
        for nth in 1..=50 {
            let appended = store.append(deposit(nth % 3, 1)).await.unwrap();
            assert_eq!(store.head().await.unwrap(), appended.position.unwrap());
        }
        let read = all(&store).await;
        assert_eq!(read.len(), 50);
        store.wait_past(read[48].position).await.unwrap();
        drop((long_here, long_elsewhere, store, other));
        here.drop().await;
        elsewhere.drop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_append_in_a_transaction_that_its_client_never_finishes_is_taken_back_by_the_server() {
    for positions_of in [Positions::Gapless, Positions::Fenced] {
        let database = Database::create(server::fast()).await;
        let open = || PostgresStore::builder(&database.url()).positions(positions_of).patience(Duration::from_millis(500));
        let (store, proxy) = (open().connect().await.unwrap(), Proxy::start(&database.url()).await);
        // one leaves the time to the store, the other has its own
        let own = if positions_of == Positions::Fenced { "options=-c%20idle_in_transaction_session_timeout=3s" } else { "" };
        let pool = PgPoolOptions::new().connect(&server::with_parameter(&proxy.url(), own)).await.unwrap();
        let transaction = pool.begin().await.unwrap();
        proxy.cut_next(Cut::Commit);
        // the client hangs before its commit, and its connection stays
        let abandoned = tokio::spawn({
            let store = store.clone();
            async move { store.append_in(transaction, vec![deposit(1, 5)]).await }
        });
        until("the transaction is idle, with an append in it", || async {
            store.status().await.unwrap().holding.iter().any(|holder| holder.state == "idle in transaction")
        })
        .await;
        let error = send(&store, deposit(1, 6)).await.unwrap().unwrap_err();
        let AppendError::Store(StoreError::Backend { source, .. }) = &error else { panic!("{error:?}") };
        assert!(matches!(source.downcast_ref(), Some(PostgresError::HeldUp(_))), "{error:?}");
        assert_eq!(store.head().await.unwrap(), Position::START, "what is not committed is not read");

        let goes_on = async { while store.append(deposit(1, 7)).await.is_err() {} };
        tokio::time::timeout(Duration::from_secs(120), goes_on).await.expect("the server has ended the transaction");
        let stored = all(&store).await;
        assert_eq!((stored.len(), stored[0].version, stored[0].event.as_bytes()), (1, 1, &b"{\"cents\":7}"[..]));
        if positions_of == Positions::Gapless {
            assert_eq!(positions(&stored), [1]);
        }
        abandoned.abort();
        let _ = abandoned.await;
        drop((store, pool));
        database.drop().await;
    }
}

/// A user who may have so many connections, and the URL with which it opens the store.
async fn limited(database: &Database, connections: u32) -> String {
    drop(PostgresStore::connect(&database.url()).await.unwrap());
    let mut sql = database.connect().await;
    let name = format!("clerk_{}", uuid::Uuid::now_v7().simple());
    server::run_all(
        &mut sql,
        format!(
            "create role {name} login password 'right' connection limit {connections}; grant usage on schema es to {name}; \
             grant select, insert, update, delete on all tables in schema es to {name}"
        ),
    )
    .await;
    server::with_login(&database.url(), &name, "right")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_a_connection_to_spare_is_waited_for_and_then_named() {
    let database = Database::create(server::fast()).await;
    let url = limited(&database, 2).await;
    let opened = PostgresStore::builder(&url).patience(Duration::from_millis(500)).connect().await.unwrap();
    // one is the store's own for reading
    let mut last = server::connect(&url).await;
    let error = opened.append(deposit(1, 5)).await.unwrap_err();
    let AppendError::Store(StoreError::Backend { source, .. }) = &error else { panic!("{error:?}") };
    assert!(matches!(source.downcast_ref(), Some(PostgresError::TooManyConnections(_))), "{error:?}");
    assert!(error.to_string().contains("lower `connections(..)`"), "{error}");
    assert_eq!(all(&opened).await.len(), 0);
    drop(opened);

    let patient = PostgresStore::builder(&database.url()).connect().await.unwrap();
    let patient_too = PostgresStore::builder(&url).patience(Duration::from_secs(60));
    last.execute("select 1").await.unwrap();
    until("there is room for one", || async { server::try_connect(&url).await.is_some() }).await;
    let patient_too = patient_too.connect().await.unwrap();
    let waiting = send(&patient_too, deposit(1, 6));
    drop(last);
    waiting.await.unwrap().unwrap();
    assert_eq!(positions(&all(&patient).await), [1]);
    drop((patient, patient_too));
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_readers_than_connections_are_all_served() {
    let database = Database::create(server::fast()).await;
    // the store would open 8, and is given 3 beside the one that appends
    let url = limited(&database, 4).await;
    let store = PostgresStore::builder(&url).patience(Duration::from_secs(60)).connect().await.unwrap();
    for cents in 0..20 {
        store.append(deposit(cents % 4, cents)).await.unwrap();
    }
    let mut readers = tokio::task::JoinSet::new();
    for reader in 0..200 {
        let store = store.clone();
        readers.spawn(async move {
            assert_eq!(all(&store).await.len(), 20);
            assert_eq!(store.stream_version(&account(reader % 4)).await.unwrap(), 5);
        });
    }
    while let Some(ended) = readers.join_next().await {
        ended.unwrap();
    }
    drop(store);
    database.drop().await;
}
