//! Appends that are committed together: each has its own answer.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod given;

use std::time::Duration;

use es_core::store::{Append, AppendError, Appended, CheckpointStore, EventStore, NewEvent, PageSize, StoreError};
use es_core::{AppendCondition, Clause, Conflict, ExpectedVersion, Position, Query, Tag};
use es_sqlite::SqliteStore;
use given::{Folder, account, deposited, folder};

type Outcome = Result<Appended, AppendError>;

/// Answers to appends that came in while somebody else was writing, so that the writer finds all of them at once.
async fn together(folder: &Folder, store: &SqliteStore, appends: Vec<Append>) -> Vec<Outcome> {
    let other = folder.raw();
    other.execute_batch("begin immediate").unwrap();
    // this one is taken alone, and waits
    let first = queue(store, Append::unstreamed(vec![deposited(0)])).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut queued = Vec::new();
    for append in appends {
        queued.push(queue(store, append).await);
    }
    other.execute_batch("rollback").unwrap();
    first.await.unwrap().unwrap();
    let mut outcomes = Vec::new();
    for outcome in queued {
        outcomes.push(outcome.await.unwrap());
    }
    outcomes
}

/// Hands an append over in its turn.
async fn queue(store: &SqliteStore, append: Append) -> tokio::task::JoinHandle<Outcome> {
    let store = store.clone();
    let task = tokio::spawn(async move { store.append(append).await });
    // one thread runs these tests: the task has come to its first wait when this one is run again
    tokio::task::yield_now().await;
    task
}

fn deposit(id: u32, cents: i64) -> Append {
    Append::to(account(id), ExpectedVersion::Any, vec![deposited(cents)])
}

#[tokio::test]
async fn appends_that_wait_are_committed_together() {
    let folder = folder();
    let store = SqliteStore::open(folder.file()).await.unwrap();
    let outcomes = together(&folder, &store, (1..=20).map(|id| deposit(id, 5)).collect()).await;
    let appended: Vec<Appended> = outcomes.into_iter().map(Result::unwrap).collect();
    let positions: Vec<u64> = appended.iter().map(|appended| appended.position.unwrap().0).collect();
    assert_eq!(positions, (2..=21).collect::<Vec<_>>());
    assert!(appended.iter().all(|other| other.recorded_at == appended[0].recorded_at), "one transaction has one time");
}

#[tokio::test]
async fn a_conflict_is_its_own_and_sees_what_came_before_it() {
    let folder = folder();
    let store = SqliteStore::open(folder.file()).await.unwrap();
    let exactly = |version, cents| Append::to(account(1), ExpectedVersion::Exact(version), vec![deposited(cents)]);
    let outcomes = together(&folder, &store, vec![exactly(0, 1), exactly(0, 2), exactly(1, 3), deposit(2, 4)]).await;
    let [Ok(first), Err(AppendError::Conflict(Conflict::Version { actual: 1, .. })), Ok(third), Ok(last)] = &*outcomes else {
        panic!("{outcomes:?}")
    };
    assert_eq!((first.version, third.version, last.version), (1, 2, 1));
    assert_eq!(last.position, Some(Position(4)), "what was refused leaves no hole");
}

#[tokio::test]
async fn a_condition_sees_the_appends_before_it_in_the_same_batch() {
    let folder = folder();
    let store = SqliteStore::open(folder.file()).await.unwrap();
    let seat = Tag::new("seat", 7).unwrap();
    let taken = AppendCondition { query: Clause::new().names(["SeatTaken"]).tag(seat.clone()).into(), after: Position::START };
    let take = || {
        let event = NewEvent::new("SeatTaken", 1, "{}").unwrap().tagged([seat.clone()]);
        Append::unstreamed(vec![event]).when(taken.clone())
    };
    let outcomes = together(&folder, &store, (0..16).map(|_| take()).collect()).await;
    let won = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).count();
    assert_eq!(won, 1, "{outcomes:?}");
    let refused = |outcome: &&Outcome| matches!(outcome, Err(AppendError::Conflict(Conflict::Condition { position: Position(2) })));
    assert_eq!(outcomes.iter().filter(refused).count(), 15, "{outcomes:?}");
}

#[tokio::test]
async fn an_append_that_breaks_the_transaction_leaves_its_mates_whole() {
    let folder = folder();
    let store = SqliteStore::open(folder.file()).await.unwrap();
    let known = deposited(1);
    store.append(Append::unstreamed(vec![known.clone()])).await.unwrap();

    let twice = Append::to(account(2), ExpectedVersion::Any, vec![deposited(2), known.clone()]);
    let outcomes = together(&folder, &store, vec![deposit(1, 1), twice, deposit(3, 3)]).await;
    let [Ok(first), Err(AppendError::Store(StoreError::Refused { reason })), Ok(last)] = &*outcomes else { panic!("{outcomes:?}") };
    assert!(reason.contains(&known.event_id.to_string()), "{reason}");
    assert_eq!((first.position, last.position), (Some(Position(3)), Some(Position(4))));
    assert_eq!(store.stream_version(&account(2)).await.unwrap(), 0, "not half of it either");
}

#[tokio::test]
async fn a_payload_that_is_not_json_never_reaches_the_batch() {
    let folder = folder();
    let store = SqliteStore::open(folder.file()).await.unwrap();
    let broken = |payload: &[u8]| Append::to(account(1), ExpectedVersion::Any, vec![NewEvent::new("Deposited", 1, payload).unwrap()]);
    let outcomes = together(&folder, &store, vec![broken(b"{"), deposit(2, 5), broken(b"\"\xff\"")]).await;
    let [Err(AppendError::Store(StoreError::Refused { .. })), Ok(_), Err(AppendError::Store(StoreError::Refused { .. }))] = &*outcomes
    else {
        panic!("{outcomes:?}")
    };
    let page = store.read(&Query::all(), Position::START, PageSize::default()).await.unwrap();
    assert_eq!(page.events.len(), 2);
}

#[tokio::test]
async fn a_key_that_is_used_twice_in_a_batch_is_used_once() {
    let folder = folder();
    let store = SqliteStore::open(folder.file()).await.unwrap();
    let outcomes = together(&folder, &store, (0..4).map(|_| deposit(1, 5).keyed("request-81", "Deposit")).collect()).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    let repeated =
        |outcome: &&Outcome| matches!(outcome, Err(AppendError::KeyUsed(record)) if record.appended == *outcomes[0].as_ref().unwrap());
    assert_eq!(outcomes.iter().filter(repeated).count(), 3, "{outcomes:?}");
}

#[tokio::test]
async fn a_write_that_is_no_append_is_no_reason_to_repeat_one() {
    let folder = folder();
    let store = SqliteStore::open(folder.file()).await.unwrap();
    let (checkpoint, beyond) = tokio::join!(
        store.save_checkpoint("revenue", Position(1)),
        // no position is that far, and SQLite has no such integer
        store.save_checkpoint("stock", Position(u64::MAX)),
    );
    checkpoint.unwrap();
    assert!(matches!(beyond, Err(StoreError::Backend { what: "saving a checkpoint", .. })), "{beyond:?}");
    assert_eq!(store.checkpoint("revenue").await.unwrap(), Position(1));
}

#[tokio::test]
async fn another_process_that_never_ends_its_transaction_is_an_error_after_the_timeout() {
    let folder = folder();
    let store = SqliteStore::builder(&folder.url()).busy_timeout(Duration::from_millis(20)).connect().await.unwrap();
    let other = folder.raw();
    other.execute_batch("begin immediate").unwrap();
    let outcome = store.append(deposit(1, 5)).await;
    assert!(matches!(outcome, Err(AppendError::Store(StoreError::Backend { .. }))), "{outcome:?}");
    other.execute_batch("rollback").unwrap();
    assert_eq!(store.append(deposit(1, 5)).await.unwrap().position, Some(Position(1)));
}

#[tokio::test]
async fn one_may_say_to_wait_forever() {
    let folder = folder();
    let store = SqliteStore::builder(&folder.url()).busy_timeout(Duration::MAX).connect().await.unwrap();
    assert_eq!(store.append(deposit(1, 5)).await.unwrap().position, Some(Position(1)));
}
