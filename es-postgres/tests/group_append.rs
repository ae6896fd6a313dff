//! Appends that go out in one call: each has its own answer.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod given;
mod server;

use std::time::Duration;

use es_core::store::{Append, AppendError, Appended, EventStore, NewEvent, PageSize, StoreError};
use es_core::{Conflict, ExpectedVersion, Position, Tag};
use es_postgres::PostgresStore;
use given::{HOLD, Outcome, account, all, deposit, deposited, number, positions, send, take, until_waiting, waiting};
use server::Database;

/// Answers to appends that queue up while the call before them waits for somebody else.
async fn together(database: &Database, store: &PostgresStore, appends: Vec<Append>) -> Vec<Outcome> {
    let mut other = database.connect().await;
    server::run_all(&mut other, HOLD).await;
    let first = send(store, Append::unstreamed(vec![deposited(0)]));
    until_waiting(&mut other, 1).await;
    let mut queued = Vec::new();
    for append in appends {
        queued.push(send(store, append));
        // one thread runs these tests: the task has handed its append over when this one is run again
        tokio::task::yield_now().await;
    }
    server::run(&mut other, "rollback").await;
    first.await.unwrap().unwrap();
    let mut outcomes = Vec::new();
    for outcome in queued {
        outcomes.push(outcome.await.unwrap());
    }
    outcomes
}

async fn opened() -> (Database, PostgresStore) {
    let database = Database::create(server::fast()).await;
    let store = PostgresStore::connect(&database.url()).await.unwrap();
    (database, store)
}

#[tokio::test]
async fn appends_that_wait_are_committed_together() {
    let (database, store) = opened().await;
    let outcomes = together(&database, &store, (1..=100).map(|id| deposit(id, 5)).collect()).await;
    let appended: Vec<Appended> = outcomes.into_iter().map(Result::unwrap).collect();
    assert_eq!(appended.iter().map(|appended| appended.position.unwrap().0).collect::<Vec<_>>(), (2..=101).collect::<Vec<_>>());
    let transactions = number(&mut database.connect().await, "select count(distinct xmin::text) from es.events where position > 1").await;
    assert_eq!(transactions, 1);
    database.drop().await;
}

#[tokio::test]
async fn more_than_fit_into_a_call_go_out_in_several() {
    let (database, store) = opened().await;
    let outcomes = together(&database, &store, (1..=300).map(|id| deposit(id, 5)).collect()).await;
    assert!(outcomes.iter().all(Result::is_ok));
    let mut connection = database.connect().await;
    let largest = "select max(n) from (select count(*) n from es.events where position > 1 group by xmin::text) calls";
    assert_eq!(number(&mut connection, largest).await, 128);
    // a call ends with the append that reaches a mebibyte
    let photo = NewEvent::new("Photographed", 1, format!("\"{}\"", "x".repeat(400_000))).unwrap();
    let photos = (0..10).map(|id| Append::to(account(format!("photo-{id}")), ExpectedVersion::NoStream, vec![renewed(&photo)]));
    assert!(together(&database, &store, photos.collect()).await.iter().all(Result::is_ok));
    let largest = "select max(n) from (select count(*) n from es.events where name = 'Photographed' group by xmin::text) calls";
    assert_eq!(number(&mut connection, largest).await, 3);
    database.drop().await;
}

fn renewed(event: &NewEvent) -> NewEvent {
    NewEvent::new(event.name.clone(), event.version, event.payload.clone()).unwrap()
}

#[tokio::test]
async fn a_conflict_is_its_own_and_sees_what_came_before_it() {
    let (database, store) = opened().await;
    let exactly = |version, cents| Append::to(account(1), ExpectedVersion::Exact(version), vec![deposited(cents)]);
    let outcomes = together(&database, &store, vec![exactly(0, 1), exactly(0, 2), exactly(1, 3), deposit(2, 4)]).await;
    let [Ok(first), Err(AppendError::Conflict(Conflict::Version { actual: 1, .. })), Ok(third), Ok(last)] = &*outcomes else {
        panic!("{outcomes:?}")
    };
    assert_eq!((first.version, third.version, last.version), (1, 2, 1));
    assert_eq!(last.position, Some(Position(4)), "what was refused leaves no hole");
    database.drop().await;
}

#[tokio::test]
async fn a_condition_sees_the_appends_before_it_in_the_same_call() {
    let (database, store) = opened().await;
    let (seat, other) = (Tag::new("seat", 7).unwrap(), Tag::new("seat", 8).unwrap());
    let both = NewEvent::new("SeatTaken", 1, "{}").unwrap().tagged([other.clone(), seat.clone()]);
    let group = Append::unstreamed(vec![deposited(1), both, deposited(2)]);
    let outcomes = together(&database, &store, vec![group, take(&seat), take(&other), deposit(1, 1)]).await;
    let conflict = |outcome: &Outcome| match outcome {
        Err(AppendError::Conflict(Conflict::Condition { position })) => *position,
        other => panic!("{other:?}"),
    };
    // the first event of the call is at 2, and the one that matches at 3
    assert_eq!((conflict(&outcomes[1]), conflict(&outcomes[2])), (Position(3), Position(3)));
    assert!(outcomes[0].is_ok() && outcomes[3].is_ok());
    database.drop().await;
}

#[tokio::test]
async fn a_rival_that_was_refused_itself_refuses_nobody() {
    let (database, store) = opened().await;
    let seat = Tag::new("seat", 7).unwrap();
    let mut late = take(&seat);
    late.stream = Some(account(1));
    late.expected = ExpectedVersion::Exact(5);
    let outcomes = together(&database, &store, vec![late, take(&seat), take(&seat)]).await;
    assert!(matches!(outcomes[0], Err(AppendError::Conflict(Conflict::Version { .. }))), "{outcomes:?}");
    assert!(outcomes[1].is_ok() && outcomes[2].is_err(), "{outcomes:?}");
    database.drop().await;
}

#[tokio::test]
async fn what_cannot_be_stored_fails_nobody_else() {
    let (database, store) = opened().await;
    let bad = Append::to(account("bad"), ExpectedVersion::Any, vec![deposited(1), NewEvent::new("Deposited", 1, "{cents:1}").unwrap()]);
    let stored = deposited(1);
    let twice = |id: &str| Append::to(account(id), ExpectedVersion::Any, vec![stored.clone()]);
    let outcomes = together(&database, &store, vec![deposit(1, 1), bad, twice("a"), twice("b"), deposit(2, 2)]).await;
    let refused = |outcome: &Outcome| match outcome {
        Err(AppendError::Store(StoreError::Refused { reason })) => reason.clone(),
        other => panic!("{other:?}"),
    };
    assert!(refused(&outcomes[1]).starts_with("the payload of `Deposited` is not JSON"), "{outcomes:?}");
    assert!(refused(&outcomes[3]).contains(&stored.event_id.to_string()), "{outcomes:?}");
    assert!(outcomes[0].is_ok() && outcomes[2].is_ok() && outcomes[4].is_ok(), "{outcomes:?}");
    assert_eq!(positions(&all(&store).await), [1, 2, 3, 4]);
    database.drop().await;
}

#[tokio::test]
async fn of_one_key_in_one_call_the_first_is_stored_and_the_others_are_told_of_it() {
    let (database, store) = opened().await;
    let keyed = |id| deposit(id, 5).keyed("request-81", "Deposit");
    let outcomes = together(&database, &store, vec![keyed(1), deposit(7, 7), keyed(2), keyed(3)]).await;
    let first = outcomes[0].as_ref().unwrap();
    for repeat in &outcomes[2..] {
        let Err(AppendError::KeyUsed(record)) = repeat else { panic!("{repeat:?}") };
        assert_eq!((&record.appended, &record.stream), (first, &Some(account(1))));
    }
    assert_eq!(all(&store).await.len(), 3);
    database.drop().await;
}

#[tokio::test]
async fn an_append_that_nobody_waits_for_any_more_is_not_sent() {
    let (database, store) = opened().await;
    let mut other = database.connect().await;
    server::run_all(&mut other, HOLD).await;
    let first = send(&store, deposit(1, 1));
    until_waiting(&mut other, 1).await;
    let abandoned = send(&store, deposit(2, 2));
    tokio::task::yield_now().await;
    abandoned.abort();
    assert!(abandoned.await.unwrap_err().is_cancelled());
    server::run(&mut other, "rollback").await;
    first.await.unwrap().unwrap();
    store.append(deposit(3, 3)).await.unwrap();
    assert!(store.read_stream(&account(2), 1, PageSize::default()).await.unwrap().is_empty());
    database.drop().await;
}

/// Appends that hang on one another, and have nothing but a stream's version to be checked.
fn simple() -> Vec<Append> {
    let (seat, row) = (Tag::new("seat", "A 1").unwrap(), Tag::new("row", "\"A\"").unwrap());
    let several = (1..=3).map(deposited).chain([deposited(4).tagged([seat.clone(), row.clone(), seat])]).collect();
    let to = |id, expected, events| Append::to(account(id), expected, events);
    vec![
        to(1, ExpectedVersion::NoStream, vec![deposited(1)]),
        to(1, ExpectedVersion::NoStream, vec![deposited(2)]),
        to(1, ExpectedVersion::Exact(1), several),
        to(1, ExpectedVersion::Exact(9), vec![deposited(3)]),
        to(2, ExpectedVersion::Exists, vec![deposited(4)]),
        to(1, ExpectedVersion::Exists, vec![deposited(5), deposited(6)]),
        to(2, ExpectedVersion::Any, vec![deposited(7).tagged([row])]),
        Append::unstreamed(vec![deposited(8)]),
        Append::unstreamed(vec![deposited(9), deposited(10)]),
        to(1, ExpectedVersion::Exact(7), vec![deposited(11)]),
    ]
}

/// What the appends were told, and what is stored then, without times and ids.
async fn seen(store: &PostgresStore, outcomes: Vec<Outcome>) -> (Vec<String>, Vec<String>) {
    let told = outcomes.into_iter().map(|outcome| match outcome {
        Ok(Appended { first_position, position, version, .. }) => format!("{first_position:?} {position:?} {version}"),
        Err(error) => format!("{error:?}"),
    });
    let stored = all(store).await.into_iter().map(|event| {
        format!("{:?} {:?} {} {} {:?} {:?}", event.position, event.stream, event.version, event.name, event.event, event.tags)
    });
    (told.collect(), stored.collect())
}

#[tokio::test]
async fn an_append_by_itself_is_stored_and_told_as_one_of_several() {
    let (database, store) = opened().await;
    let grouped = together(&database, &store, simple()).await;
    let grouped = seen(&store, grouped).await;
    database.drop().await;

    let (database, store) = opened().await;
    store.append(Append::unstreamed(vec![deposited(0)])).await.unwrap();
    let mut alone = Vec::new();
    for append in simple() {
        alone.push(store.append(append).await);
    }
    assert_eq!(seen(&store, alone).await, grouped);
    let tagged = "select count(*) from es.event_tags t join es.events e using (position, name) where t.tag = any (e.tags)";
    assert_eq!(number(&mut database.connect().await, tagged).await, 3);
    database.drop().await;
}

#[tokio::test]
async fn an_append_that_is_given_up_under_way_leaves_nothing_for_the_next() {
    let database = Database::create(server::fast()).await;
    let store = PostgresStore::builder(&database.url()).patience(Duration::from_secs(1)).connect().await.unwrap();
    let mut other = database.connect().await;
    server::run_all(&mut other, HOLD).await;
    let given_up = send(&store, deposit(1, 5));
    until_waiting(&mut other, 1).await;
    given_up.abort();
    assert!(given_up.await.unwrap_err().is_cancelled());
    // the server says that it has waited for too long, and nobody hears of it
    while waiting(&mut other).await > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server::run(&mut other, "rollback").await;
    for cents in 1..=20 {
        let appended = store.append(deposit(2, cents)).await.unwrap();
        assert_eq!((appended.position, appended.version), (Some(Position(cents.cast_unsigned())), cents.cast_unsigned()));
    }
    database.drop().await;
}
