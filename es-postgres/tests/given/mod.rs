//! A small bank, and words that the tests are written in.
#![allow(dead_code, reason = "no test needs all of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot begin fails")]

use std::time::Duration;

use es_core::store::{Append, AppendError, Appended, EventStore, NewEvent, PageSize};
use es_core::{AppendCondition, Clause, ExpectedVersion, Position, Query, StoredEvent, StreamId, Tag};
use es_postgres::PostgresStore;
use sqlx::{AssertSqlSafe, PgConnection, Row};
use tokio::task::JoinHandle;

pub(crate) type Outcome = Result<Appended, AppendError>;

pub(crate) fn account(id: impl std::fmt::Display) -> StreamId {
    StreamId::new("account", id.to_string()).unwrap()
}

pub(crate) fn deposited(cents: i64) -> NewEvent {
    NewEvent::new("Deposited", 1, format!(r#"{{"cents":{cents}}}"#)).unwrap()
}

pub(crate) fn deposit(id: impl std::fmt::Display, cents: i64) -> Append {
    Append::to(account(id), ExpectedVersion::Any, vec![deposited(cents)])
}

/// Takes a seat, unless somebody has.
pub(crate) fn take(seat: &Tag) -> Append {
    let taken = AppendCondition { query: Clause::new().names(["SeatTaken"]).tag(seat.clone()).into(), after: Position::START };
    let event = NewEvent::new("SeatTaken", 1, "{}").unwrap().tagged([seat.clone()]);
    Append::unstreamed(vec![event]).when(taken)
}

/// Hands an append over, and goes on.
pub(crate) fn send(store: &PostgresStore, append: Append) -> JoinHandle<Outcome> {
    let store = store.clone();
    tokio::spawn(async move { store.append(append).await })
}

/// All events, page by page.
pub(crate) async fn all(store: &PostgresStore) -> Vec<StoredEvent> {
    let (mut events, mut after) = (Vec::new(), Position::START);
    loop {
        let page = store.read(&Query::all(), after, PageSize::default()).await.unwrap();
        events.extend(page.events);
        after = page.through;
        if page.at_head {
            return events;
        }
    }
}

pub(crate) fn positions(events: &[StoredEvent]) -> Vec<u64> {
    events.iter().map(|event| event.position.0).collect()
}

/// One number from the server.
pub(crate) async fn number(connection: &mut PgConnection, sql: impl Into<String>) -> i64 {
    sqlx::query(AssertSqlSafe(sql.into())).fetch_one(connection).await.unwrap().get(0)
}

/// Asks again until it is so.
pub(crate) async fn until<F: Future<Output = bool>>(what: &str, mut is_so: impl FnMut() -> F) {
    for _ in 0..2_000 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never was so: {what}");
}

/// How many transactions wait for a lock of ours.
pub(crate) async fn waiting(connection: &mut PgConnection) -> i64 {
    let here = "database = (select oid from pg_database where datname = current_database())";
    number(connection, format!("select count(*) from pg_locks where locktype = 'advisory' and not granted and {here}")).await
}

/// Returns when so many transactions wait for a lock of ours.
pub(crate) async fn until_waiting(connection: &mut PgConnection, many: i64) {
    for _ in 0..2_000 {
        if waiting(connection).await >= many {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("nobody waits for a lock");
}

/// Takes the lock of the store, as an append in an open transaction has it.
pub(crate) const HOLD: &str = "begin; select pg_advisory_xact_lock(20291, 'es.events'::regclass::oid::int)";
