//! A request that comes twice.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod bank;

use bank::*;
use es_core::prelude::*;
use es_core::{AnyStore, ExecuteError, MemoryStore};

#[tokio::test]
async fn a_repeat_returns_the_first_outcome() {
    let app = App::new(MemoryStore::new());
    app.execute(open(1)).idempotency_key("open-1").await.unwrap();
    let first = app.execute(deposit(1, 5)).idempotency_key("request-81").await.unwrap();
    app.execute(deposit(1, 100)).await.unwrap();
    let again = app.execute(deposit(1, 5)).idempotency_key("request-81").await.unwrap();
    assert_eq!(again.state, first.state);
    assert_eq!((again.version, again.position), (first.version, first.position));
    assert_eq!(format!("{:?}", again.events), format!("{:?}", first.events));
    assert_eq!(app.load::<Account>(&1).await.unwrap().state.cents, 105);
}

#[tokio::test]
async fn a_repeat_of_a_command_that_starts_a_stream_is_no_second_start() {
    let app = App::new(AnyStore::new(MemoryStore::new()));
    app.execute(open(1)).idempotency_key("open").await.unwrap();
    let again = app.execute(open(1)).idempotency_key("open").await.unwrap();
    assert_eq!(again.version, 1);
    assert_eq!(again.events[0].position, Position(1));
}

#[tokio::test]
async fn a_decision_to_do_nothing_is_remembered() {
    let app = App::new(MemoryStore::new());
    app.execute(open(1)).await.unwrap();
    let first = app.execute(deposit(1, 0)).idempotency_key("nothing").await.unwrap();
    app.execute(deposit(1, 9)).await.unwrap();
    let again = app.execute(deposit(1, 0)).idempotency_key("nothing").await.unwrap();
    assert_eq!((again.version, again.position), (first.version, None));
    assert_eq!(again.state.cents, 0);
}

#[tokio::test]
async fn an_error_is_not_remembered() {
    let app = App::new(MemoryStore::new());
    app.execute(open(1)).await.unwrap();
    assert!(matches!(app.execute(withdraw(1, 5)).idempotency_key("w").await, Err(ExecuteError::Domain(_))));
    app.execute(deposit(1, 5)).await.unwrap();
    let committed = app.execute(withdraw(1, 5)).idempotency_key("w").await.unwrap();
    assert_eq!((committed.version, committed.state.cents), (3, 0));
}

#[tokio::test]
async fn a_key_stands_for_one_command_on_one_stream() {
    let app = App::new(MemoryStore::new());
    app.execute(open(1)).idempotency_key("k").await.unwrap();
    let other_stream = app.execute(open(2)).idempotency_key("k").await.unwrap_err();
    assert_eq!(
        other_stream.to_string(),
        r#"idempotency key "k" was used for `Open` on stream `account/1`: take a new key for each request"#
    );
    assert!(matches!(app.execute(deposit(1, 5)).idempotency_key("k").await, Err(ExecuteError::KeyReused { .. })));
    assert!(matches!(app.append::<Account>(&1, events![]).idempotency_key("k").await, Err(ExecuteError::KeyReused { .. })));
    assert_eq!(app.load::<Account>(&1).await.unwrap().version, 1);
}

#[tokio::test]
async fn an_import_is_repeated_without_effect() {
    let app = App::new(MemoryStore::new());
    let first = app.append::<Account>(&1, events![Opened { owner: "a".into() }]).idempotency_key("row-1").await.unwrap();
    let again = app.append::<Account>(&1, events![Opened { owner: "a".into() }]).idempotency_key("row-1").await.unwrap();
    assert_eq!(first, again);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_concurrent_repeats_one_takes_effect_and_all_are_answered_alike() {
    let app = App::new(MemoryStore::new()).retries(1000);
    app.execute(open(1)).await.unwrap();
    let repeats: Vec<_> = (0..32)
        .map(|_| {
            let app = app.clone();
            tokio::spawn(async move { app.execute(deposit(1, 5)).idempotency_key("once").await.map(|done| (done.version, done.state)) })
        })
        .collect();
    for repeat in repeats {
        let (version, state) = repeat.await.unwrap().unwrap();
        assert_eq!((version, state.cents), (2, 5));
    }
    assert_eq!(app.load::<Account>(&1).await.unwrap().state.cents, 5);
}

#[tokio::test]
async fn a_pruned_key_is_forgotten() {
    let app = App::new(MemoryStore::new());
    app.execute(open(1)).await.unwrap();
    app.execute(deposit(1, 5)).idempotency_key("k").await.unwrap();
    assert_eq!(app.prune_keys(chrono::DateTime::UNIX_EPOCH).await.unwrap(), 0);
    assert_eq!(app.prune_keys(chrono::Utc::now() + chrono::Duration::seconds(1)).await.unwrap(), 1);
    app.execute(deposit(1, 5)).idempotency_key("k").await.unwrap();
    assert_eq!(app.load::<Account>(&1).await.unwrap().state.cents, 10);
}
