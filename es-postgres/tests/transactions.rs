//! Appends in transactions of the user's own, and who holds up the order.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod given;
mod server;

use std::time::Duration;

use es_core::store::{Append, AppendError, EventStore, NewEvent, StoreError};
use es_core::{Conflict, ExpectedVersion, Position};
use es_postgres::{PostgresError, PostgresStore};
use given::{HOLD, account, all, deposit, deposited, number, positions, send, until, until_waiting};
use server::Database;
use sqlx::{Connection, Executor, PgConnection, Row};

/// A store, and a table of the user's beside it.
async fn with_stock() -> (Database, PostgresStore, PgConnection) {
    let database = Database::create(server::fast()).await;
    let store = PostgresStore::connect(&database.url()).await.unwrap();
    let mut mine = database.connect().await;
    server::run_all(
        &mut mine,
        "create table stock (part int primary key, pieces int); insert into stock select n, 100 from generate_series(1, 9) n",
    )
    .await;
    (database, store, mine)
}

const TAKE_ONE: &str = "update stock set pieces = pieces - 1 where part = 1";
const LEFT: &str = "select pieces::bigint from stock where part = 1";

#[tokio::test]
async fn what_a_transaction_wrote_and_its_events_are_stored_together() {
    let (database, store, mut mine) = with_stock().await;
    let mut transaction = mine.begin().await.unwrap();
    transaction.execute(TAKE_ONE).await.unwrap();
    let appends = vec![deposit(1, 5), deposit(2, 6).keyed("k", "Deposit"), deposit(1, 7)];
    let appended = store.append_in(transaction, appends).await.unwrap();
    let told: Vec<_> = appended.iter().map(|appended| (appended.position.unwrap().0, appended.version)).collect();
    assert_eq!(told, [(1, 1), (2, 1), (3, 2)]);
    assert_eq!((number(&mut mine, LEFT).await, positions(&all(&store).await)), (99, vec![1, 2, 3]));
    assert_eq!(store.key("k").await.unwrap().unwrap().appended, appended[1]);
    database.drop().await;
}

#[tokio::test]
async fn a_refused_append_takes_the_whole_transaction_back() {
    let (database, store, mut mine) = with_stock().await;
    store.append(deposit(1, 5).keyed("used", "Deposit")).await.unwrap();
    let stored = all(&store).await;
    let late = || Append::to(account(1), ExpectedVersion::NoStream, vec![deposited(1)]);
    let not_json = || Append::unstreamed(vec![NewEvent::new("Deposited", 1, "{").unwrap()]);
    let mut duplicate = deposit(2, 2);
    duplicate.events[0].event_id = stored[0].event_id;
    let refusals = [late(), not_json(), deposit(3, 3).keyed("used", "Deposit"), duplicate];
    for (case, refused) in refusals.into_iter().enumerate() {
        let mut transaction = mine.begin().await.unwrap();
        transaction.execute(TAKE_ONE).await.unwrap();
        let error = store.append_in(transaction, vec![deposit(9, 9), refused]).await.unwrap_err();
        match (case, &error) {
            (0, AppendError::Conflict(Conflict::Version { actual: 1, .. })) | (2, AppendError::KeyUsed(_)) => {}
            (1, AppendError::Store(StoreError::Refused { reason })) => assert!(reason.contains("is not JSON"), "{reason}"),
            (3, AppendError::Store(StoreError::Refused { reason })) => {
                assert!(reason.contains(&stored[0].event_id.to_string()), "{reason}");
            }
            _ => panic!("case {case}: {error:?}"),
        }
        assert_eq!((number(&mut mine, LEFT).await, all(&store).await.len()), (100, 1), "case {case}");
    }
    database.drop().await;
}

#[tokio::test]
async fn a_transaction_that_gives_up_before_it_appends_holds_up_nobody() {
    let (database, store, mut mine) = with_stock().await;
    let mut transaction = mine.begin().await.unwrap();
    transaction.execute(TAKE_ONE).await.unwrap();
    store.append(deposit(1, 5)).await.unwrap();
    transaction.rollback().await.unwrap();
    assert_eq!(number(&mut mine, LEFT).await, 100);
    database.drop().await;
}

#[tokio::test]
async fn one_key_twice_in_a_transaction_is_refused_before_it_is_sent() {
    let (database, store, mut mine) = with_stock().await;
    let transaction = mine.begin().await.unwrap();
    let error = store.append_in(transaction, vec![deposit(1, 1).keyed("k", "A"), deposit(2, 2).keyed("k", "B")]).await.unwrap_err();
    assert!(error.to_string().contains("two appends of one transaction have the idempotency key \"k\""), "{error}");
    database.drop().await;
}

#[tokio::test]
async fn another_isolation_than_read_committed_is_refused() {
    let (database, store, mut mine) = with_stock().await;
    for isolation in ["serializable", "repeatable read"] {
        let mut transaction = mine.begin().await.unwrap();
        server::run(&mut transaction, format!("set transaction isolation level {isolation}")).await;
        let error = store.append_in(transaction, vec![deposit(1, 5)]).await.unwrap_err().to_string();
        assert!(error.contains(&format!("an append needs READ COMMITTED, this transaction is {}", isolation.to_uppercase())), "{error}");
    }
    assert!(all(&store).await.is_empty());
    database.drop().await;
}

/// With the append first, some of these wait for each other for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn transactions_that_lock_rows_and_append_never_wait_for_each_other_in_a_circle() {
    let (database, store, mut mine) = with_stock().await;
    let (rounds, clerks) = (20, 8);
    let mut tasks = tokio::task::JoinSet::new();
    for clerk in 0..clerks {
        let (store, mut connection) = (store.clone(), database.connect().await);
        tasks.spawn(async move {
            for round in 0..rounds {
                let mut transaction = connection.begin().await.unwrap();
                let take = sqlx::query("update stock set pieces = pieces - 1 where part = $1").bind(1 + (clerk + round) % 2);
                take.execute(&mut *transaction).await.unwrap();
                tokio::time::sleep(Duration::from_millis(1)).await;
                store.append_in(transaction, vec![deposit(clerk % 3, 1), deposit(clerk, 1)]).await.unwrap();
            }
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    let events = all(&store).await;
    assert_eq!(positions(&events), (1..=2 * (rounds * clerks) as u64).collect::<Vec<_>>());
    assert_eq!(number(&mut mine, "select 900 - sum(pieces) from stock").await, i64::from(rounds * clerks));
    database.drop().await;
}

#[tokio::test]
async fn readers_are_woken_by_a_transaction_of_the_users() {
    let (database, store, mut mine) = with_stock().await;
    let waiting = tokio::spawn({
        let store = store.clone();
        async move { store.wait_past(Position::START).await }
    });
    let transaction = mine.begin().await.unwrap();
    store.append_in(transaction, vec![deposit(1, 5)]).await.unwrap();
    waiting.await.unwrap().unwrap();
    database.drop().await;
}

#[tokio::test]
async fn the_status_names_who_holds_up_the_order() {
    let (database, store, mut other) = with_stock().await;
    for cents in 1..=20 {
        store.append(deposit(1, cents)).await.unwrap();
    }
    let quiet = store.status().await.unwrap();
    assert_eq!((quiet.head, quiet.waiting, quiet.holding.len()), (Position(20), 0, 0));
    assert!(quiet.events_per_second > 0.0 && quiet.connections_here >= 3 && quiet.connections_allowed >= quiet.connections, "{quiet:?}");

    server::run_all(&mut other, "set application_name = 'till'").await;
    server::run_all(&mut other, HOLD).await;
    server::run(&mut other, "select 'lunch'").await;
    let (mut looking, held_up) = (database.connect().await, send(&store, deposit(1, 21)));
    until_waiting(&mut looking, 1).await;
    let status = store.status().await.unwrap();
    let pid = i64::from(status.holding[0].pid.unwrap());
    assert_eq!(pid, number(&mut looking, "select pid::bigint from pg_stat_activity where application_name = 'till'").await);
    assert_eq!((status.waiting, status.holding.len(), &*status.holding[0].application), (1, 1, "till"));
    assert_eq!((&*status.holding[0].state, status.holding[0].query.as_deref()), ("idle in transaction", Some("select 'lunch'")));

    number(&mut looking, format!("select pg_terminate_backend({pid})::int::bigint")).await;
    held_up.await.unwrap().unwrap();
    database.drop().await;
}

#[tokio::test]
async fn the_status_names_a_transaction_that_was_prepared() {
    let (database, store, mut other) = with_stock().await;
    let name = format!("till-{}", database.name());
    server::run_all(&mut other, HOLD).await;
    server::run(&mut other, format!("prepare transaction '{name}'")).await;
    other.close().await.unwrap();
    let holding = store.status().await.unwrap().holding;
    assert_eq!((holding.len(), holding[0].pid, holding[0].prepared.as_deref()), (1, None, Some(&*name)));
    let mut other = database.connect().await;
    server::run(&mut other, format!("rollback prepared '{name}'")).await;
    store.append(deposit(1, 5)).await.unwrap();
    database.drop().await;
}

#[tokio::test]
async fn an_append_that_is_held_up_for_too_long_says_by_what() {
    let database = Database::create(server::fast()).await;
    let store = PostgresStore::builder(&database.url()).patience(Duration::from_millis(300)).connect().await.unwrap();
    let mut other = database.connect().await;
    server::run_all(&mut other, HOLD).await;
    let waiting: Vec<_> = (1..=5).map(|id| send(&store, deposit(id, 5))).collect();
    for held_up in waiting {
        let error = held_up.await.unwrap().unwrap_err();
        let AppendError::Store(StoreError::Backend { source, .. }) = &error else { panic!("{error:?}") };
        assert!(matches!(source.downcast_ref(), Some(PostgresError::HeldUp(_))), "{error:?}");
        assert!(error.to_string().contains("`PostgresStore::status` says which"), "{error}");
    }
    server::run(&mut other, "rollback").await;
    store.append(deposit(1, 5)).await.unwrap();
    assert_eq!(positions(&all(&store).await), [1]);
    database.drop().await;
}

#[tokio::test]
async fn connections_of_the_store_let_go_of_what_they_hold() {
    let (database, store, _mine) = with_stock().await;
    let mut connection = database.connect().await;
    store.append(deposit(1, 5)).await.unwrap();
    // as it is for the connections that append: they are the same in this
    let idle = until("nobody is in a transaction", || async {
        let mut look = database.connect().await;
        number(&mut look, "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in%'").await == 0
    });
    idle.await;
    let row = sqlx::query(
        "select count(*) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())",
    );
    assert_eq!(row.fetch_one(&mut connection).await.unwrap().get::<i64, _>(0), 0);
    database.drop().await;
}
