//! Connections that are lost: what is known of an append then, and how everybody goes on.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod given;
mod proxy;
mod server;

use es_core::store::{Append, AppendError, EventStore};
use es_core::{ExpectedVersion, Position};
use es_postgres::{Commit, Positions, PostgresStore};
use given::{HOLD, account, all, deposit, deposited, number, send, until_waiting};
use proxy::{Cut, Proxy};
use server::Database;
use sqlx::PgConnection;

/// Ends the connection that waits for a lock.
async fn terminate_waiting(connection: &mut PgConnection) {
    until_waiting(connection, 1).await;
    let waiting = "select count(pg_terminate_backend(pid)) from pg_locks where locktype = 'advisory' and not granted \
                   and database = (select oid from pg_database where datname = current_database())";
    number(connection, waiting).await;
}

#[tokio::test]
async fn an_append_whose_connection_is_ended_has_an_unknown_outcome_and_its_key_settles_it() {
    let database = Database::create(server::fast()).await;
    let store = PostgresStore::connect(&database.url()).await.unwrap();
    let mut other = database.connect().await;
    server::run_all(&mut other, HOLD).await;
    let append = deposit(1, 5).keyed("request-81", "Deposit");
    let lost = send(&store, append.clone());
    terminate_waiting(&mut other).await;
    let error = lost.await.unwrap().unwrap_err();
    assert!(matches!(error, AppendError::OutcomeUnknown(_)), "{error:?}");
    server::run(&mut other, "rollback").await;
    assert_eq!(store.key("request-81").await.unwrap(), None, "it was not stored");
    let appended = store.append(append).await.unwrap();
    assert_eq!((appended.position, appended.version), (Some(Position(1)), 1), "the store goes on");
    database.drop().await;
}

#[tokio::test]
async fn everybody_in_a_call_that_was_lost_is_told_so() {
    let database = Database::create(server::fast()).await;
    let store = PostgresStore::connect(&database.url()).await.unwrap();
    let mut other = database.connect().await;
    server::run_all(&mut other, HOLD).await;
    let first = send(&store, deposit(0, 1));
    until_waiting(&mut other, 1).await;
    let second: Vec<_> = (1..=20).map(|id| send(&store, deposit(id, 1))).collect();
    tokio::task::yield_now().await;
    terminate_waiting(&mut other).await;
    assert!(matches!(first.await.unwrap(), Err(AppendError::OutcomeUnknown(_))));
    // these were not sent yet, and go out on the next connection
    terminate_waiting(&mut other).await;
    for lost in second {
        assert!(matches!(lost.await.unwrap(), Err(AppendError::OutcomeUnknown(_))));
    }
    server::run(&mut other, "rollback").await;
    assert!(all(&store).await.is_empty());
    store.append(deposit(1, 1)).await.unwrap();
    database.drop().await;
}

#[tokio::test]
async fn a_connection_that_was_lost_while_nobody_used_it_is_noticed_before_it_is_used() {
    let database = Database::create(server::fast()).await;
    let store = PostgresStore::connect(&database.url()).await.unwrap();
    store.append(deposit(1, 1)).await.unwrap();
    let mut other = database.connect().await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    let mine =
        "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
    assert!(number(&mut other, mine).await >= 2);
    assert_eq!(store.append(deposit(1, 2)).await.unwrap().version, 2);
    assert_eq!(store.stream_version(&account(1)).await.unwrap(), 2);
    database.drop().await;
}

/// How often each connection is cut: `ES_TEST_CUTS=10000` for the long form.
fn cuts() -> u64 {
    std::env::var("ES_TEST_CUTS").map_or(40, |cuts| cuts.parse().unwrap())
}

/// Cuts the connection in the middle of each append: before the server has it, or after it has committed it.
async fn cut_appends(configure: impl Fn(es_postgres::Builder) -> es_postgres::Builder) {
    let cuts = cuts();
    let database = Database::create(server::fast()).await;
    let proxy = Proxy::start(&database.url()).await;
    let store = configure(PostgresStore::builder(&proxy.url())).connect().await.unwrap();
    let direct = configure(PostgresStore::builder(&database.url())).connect().await.unwrap();
    let mut unknown = 0;
    for round in 0..cuts {
        let key = round.to_string();
        let append = || Append::to(account(1), ExpectedVersion::Exact(round), vec![deposited(1)]).keyed(&key, "Deposit");
        proxy.cut_next(if round % 2 == 0 { Cut::Request } else { Cut::Answer });
        match store.append(append()).await {
            Ok(_) => {}
            Err(AppendError::OutcomeUnknown(_)) => unknown += 1,
            other => panic!("{other:?}"),
        }
        proxy.cut_nothing();
        match store.append(append()).await {
            Ok(appended) => assert_eq!(appended.version, round + 1),
            Err(AppendError::KeyUsed(record)) => assert_eq!(record.appended.version, round + 1),
            other => panic!("{other:?}"),
        }
        assert_eq!(direct.stream_version(&account(1)).await.unwrap(), round + 1, "an append was stored twice, or not at all");
    }
    assert!(unknown >= cuts * 3 / 4, "the proxy has cut {unknown} of {cuts} appends");
    assert_eq!(all(&direct).await.len() as u64, cuts);
    println!("{unknown} of {cuts} appends were cut, and none is stored twice");
    database.drop().await;
}

#[tokio::test]
async fn no_append_is_stored_twice_however_its_connection_is_cut() {
    cut_appends(|builder| builder).await;
}

#[tokio::test]
async fn no_overlapped_append_is_stored_twice_however_its_connection_is_cut() {
    cut_appends(|builder| builder.commit(Commit::Overlapped).writers(1)).await;
}

#[tokio::test]
async fn no_append_that_is_fenced_and_overlapped_is_stored_twice_however_its_connection_is_cut() {
    cut_appends(|builder| builder.positions(Positions::Fenced).commit(Commit::Overlapped).writers(1)).await;
}

#[tokio::test]
async fn no_fenced_append_is_stored_twice_however_its_connection_is_cut() {
    cut_appends(|builder| builder.positions(Positions::Fenced).writers(1)).await;
}
