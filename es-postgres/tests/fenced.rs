//! Positions that are fenced: a transaction may last, and no reader passes it.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod given;
mod server;

use std::time::Duration;

use es_core::store::{Append, AppendError, EventStore, NewEvent, PageSize};
use es_core::{Clause, Position, Query, Tag};
use es_postgres::{Positions, PostgresStore};
use given::{all, deposit, deposited, positions, send, take, until_waiting};
use server::Database;
use sqlx::{Connection, PgConnection};

async fn opened() -> (Database, PostgresStore) {
    let database = Database::create(server::fast()).await;
    let store = PostgresStore::builder(&database.url()).positions(Positions::Fenced).connect().await.unwrap();
    (database, store)
}

/// Appends an event of no stream as an open transaction has it. It is at the next position, and not committed.
async fn open_append(connection: &mut PgConnection) {
    server::run_all(
        connection,
        "begin;
         select es.append_1('{}', '{}', '{}', '{0}', '{null}', '{1}', '{null}', null, null, null, '{1}', '{1}', '{Slow}', '{1}',
                            array[gen_random_uuid()], array['{}']::json[], null, null, null, null, '{}', '{}', '{}', '{}', '{}', false)",
    )
    .await;
}

#[tokio::test]
async fn an_open_transaction_holds_up_no_append_and_no_reader_passes_it() {
    let (database, store) = opened().await;
    let mut slow = database.connect().await;
    store.append(deposit(1, 1)).await.unwrap();
    open_append(&mut slow).await;
    // 2 is drawn; 3 is committed before it
    assert_eq!(store.append(deposit(1, 3)).await.unwrap().position, Some(Position(3)));
    let page = store.read(&Query::all(), Position::START, PageSize::default()).await.unwrap();
    assert_eq!((positions(&page.events), page.through), (vec![1], Position(1)), "a reader has passed what is still to come");
    assert_eq!(store.head().await.unwrap(), Position(1));
    let deposits = Clause::new().names(["Deposited"]).into();
    let page = store.read(&deposits, Position::START, PageSize::default()).await.unwrap();
    assert_eq!((positions(&page.events), page.through), (vec![1], Position(1)));
    // a decision on a stream sees all of it
    assert_eq!(store.read_stream(&given::account(1), 1, PageSize::default()).await.unwrap().len(), 2);

    server::run(&mut slow, "commit").await;
    let events = all(&store).await;
    assert_eq!((positions(&events), &*events[1].name), (vec![1, 2, 3], "Slow"));
    database.drop().await;
}

#[tokio::test]
async fn what_was_rolled_back_leaves_a_gap_that_readers_pass() {
    let (database, store) = opened().await;
    let mut slow = database.connect().await;
    open_append(&mut slow).await;
    store.append(deposit(1, 2)).await.unwrap();
    server::run(&mut slow, "rollback").await;
    assert_eq!(positions(&all(&store).await), [2]);
    database.drop().await;
}

#[tokio::test]
async fn a_transaction_that_was_prepared_is_not_passed_either() {
    let (database, store) = opened().await;
    let mut slow = database.connect().await;
    open_append(&mut slow).await;
    store.append(deposit(1, 2)).await.unwrap();
    let reading = tokio::spawn({
        let store = store.clone();
        async move { store.read(&Query::all(), Position::START, PageSize::default()).await.unwrap() }
    });
    // the reader has seen who holds the lock, who now goes on under another name
    tokio::time::sleep(Duration::from_millis(100)).await;
    server::run(&mut slow, format!("prepare transaction '{}'", database.name())).await;
    slow.close().await.unwrap();
    assert!(reading.await.unwrap().events.is_empty(), "a reader has passed what is still to come");
    let mut other = database.connect().await;
    server::run(&mut other, format!("commit prepared '{}'", database.name())).await;
    assert_eq!(positions(&all(&store).await), [1, 2]);
    database.drop().await;
}

#[tokio::test]
async fn a_reader_that_waits_goes_on_when_the_transaction_ends() {
    let (database, store) = opened().await;
    let mut slow = database.connect().await;
    open_append(&mut slow).await;
    store.append(deposit(1, 2)).await.unwrap();
    let tailing = tokio::spawn({
        let store = store.clone();
        async move {
            let mut after = Position::START;
            loop {
                let page = store.read(&Query::all(), after, PageSize::default()).await.unwrap();
                if !page.events.is_empty() {
                    return positions(&page.events);
                }
                after = page.through;
                store.wait_past(after).await.unwrap();
            }
        }
    });
    tokio::time::sleep(Duration::from_millis(1200)).await;
    server::run(&mut slow, "commit").await;
    assert_eq!(tailing.await.unwrap(), [1, 2]);
    database.drop().await;
}

#[tokio::test]
async fn appends_to_one_stream_wait_for_each_other_and_those_to_others_do_not() {
    let (database, store) = opened().await;
    let mut slow = database.connect().await;
    let transaction = slow.begin().await.unwrap();
    // what `append_in` locks is held until its commit: this one does not commit yet
    let mut transaction = transaction;
    server::run_all(&mut transaction, "select es.lock_1('{s7:account1}', '{false}', false)").await;
    let held_up = send(&store, deposit(1, 1));
    until_waiting(&mut database.connect().await, 1).await;
    store.append(deposit(2, 2)).await.unwrap();
    assert!(!held_up.is_finished());
    transaction.rollback().await.unwrap();
    held_up.await.unwrap().unwrap();
    database.drop().await;
}

#[tokio::test]
async fn a_condition_waits_for_whoever_carries_its_tag() {
    let (database, store) = opened().await;
    let mut slow = database.connect().await;
    let mut transaction = slow.begin().await.unwrap();
    let seat = Tag::new("seat", 7).unwrap();
    let carrying = NewEvent::new("SeatTaken", 1, "{}").unwrap().tagged([seat.clone()]);
    server::run_all(&mut transaction, "select es.lock_1('{t:seat:7}', '{true}', false)").await;
    let held_up = send(&store, take(&seat));
    until_waiting(&mut database.connect().await, 1).await;
    // others may carry it at the same time, and other seats are free
    store.append(take(&Tag::new("seat", 8).unwrap())).await.unwrap();
    store.append_in(transaction, vec![Append::unstreamed(vec![carrying])]).await.unwrap();
    let error = held_up.await.unwrap().unwrap_err();
    assert!(matches!(error, AppendError::Conflict(_)), "{error:?}");
    database.drop().await;
}

#[tokio::test]
async fn more_than_64_tags_are_locked_as_one() {
    let (database, store) = opened().await;
    let tags: Vec<Tag> = (0..200).map(|seat| Tag::new("seat", seat).unwrap()).collect();
    let block = NewEvent::new("SeatTaken", 1, "{}").unwrap().tagged(tags.clone());
    let mut looking = database.connect().await;
    let mut slow = database.connect().await;
    open_append(&mut slow).await;
    // it waits for everybody, and everybody for it
    let held_up = send(&store, Append::unstreamed(vec![block, deposited(1)]));
    until_waiting(&mut looking, 1).await;
    let behind = send(&store, take(&tags[150]));
    until_waiting(&mut looking, 2).await;
    server::run(&mut slow, "commit").await;
    held_up.await.unwrap().unwrap();
    assert!(matches!(behind.await.unwrap(), Err(AppendError::Conflict(_))));
    database.drop().await;
}
