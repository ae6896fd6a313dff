//! A cached state decides only what is then appended.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod bank;

use bank::*;
use es_core::prelude::*;
use es_core::{ExecuteError, MemoryStore};

/// Two programs on one store: what one does, the other's cache does not know.
async fn two_programs() -> (App<MemoryStore>, App<MemoryStore>) {
    let store = MemoryStore::new();
    let (here, there) = (App::new(store.clone()), App::new(store));
    here.execute(open(1)).await.unwrap();
    (here, there)
}

#[tokio::test]
async fn a_stale_state_never_refuses_a_command() {
    let (here, there) = two_programs().await;
    there.execute(deposit(1, 50)).await.unwrap();
    let committed = here.execute(withdraw(1, 50)).await.unwrap();
    assert_eq!((committed.version, committed.state.cents), (3, 0));
}

#[tokio::test]
async fn a_stale_state_never_accepts_a_command() {
    let (here, there) = two_programs().await;
    here.execute(deposit(1, 50)).await.unwrap();
    there.execute(withdraw(1, 50)).await.unwrap();
    let refused = here.execute(withdraw(1, 50)).await;
    assert!(matches!(refused, Err(ExecuteError::Domain(Refused::Short(0)))));
}

#[tokio::test]
async fn a_stale_state_never_decides_to_do_nothing() {
    #[derive(Command, Debug, Clone)]
    #[command(aggregate = Account)]
    struct Empty {
        #[command(id)]
        account: u64,
    }
    impl Handle<Empty> for Account {
        fn handle(&self, _: Empty) -> Decision<Self> {
            if self.cents == 0 {
                return emit![];
            }
            emit![Withdrawn { cents: self.cents }]
        }
    }
    let (here, there) = two_programs().await;
    there.execute(deposit(1, 50)).await.unwrap();
    let committed = here.execute(Empty { account: 1 }).await.unwrap();
    assert_eq!((committed.version, committed.events.len()), (3, 1));
}

#[tokio::test]
async fn without_retries_a_stale_state_is_a_conflict_and_the_next_command_sees_the_store() {
    let (here, there) = two_programs().await;
    there.execute(deposit(1, 50)).await.unwrap();
    let conflict = here.execute(deposit(1, 1)).retries(0).await.unwrap_err();
    assert_eq!(conflict.to_string(), "the stream has moved on: `account/1` has version 2, expected version 1");
    assert_eq!(here.execute(deposit(1, 1)).retries(0).await.unwrap().state.cents, 51);
}

#[tokio::test]
async fn the_version_that_a_client_has_seen_is_held_against_the_store_not_the_cache() {
    let (here, there) = two_programs().await;
    there.execute(deposit(1, 50)).await.unwrap();
    here.execute(deposit(1, 1)).expected(ExpectedVersion::Exact(2)).await.unwrap();
    there.execute(deposit(1, 50)).await.unwrap();
    let seen_long_ago = here.execute(deposit(1, 1)).expected(ExpectedVersion::Exact(3)).await;
    assert!(matches!(seen_long_ago, Err(ExecuteError::Conflict(_))));
}

#[tokio::test]
async fn load_and_execute_with_always_read() {
    let (here, there) = two_programs().await;
    there.execute(deposit(1, 50)).await.unwrap();
    assert_eq!(here.load::<Account>(&1).await.unwrap().state.cents, 50);
    assert_eq!(here.execute_with(withdraw(1, 50), &()).await.unwrap().state.cents, 0);
}

#[tokio::test]
async fn with_the_cache_off_or_tiny_the_result_is_the_same() {
    for states in [0, 1, 2] {
        let app = App::new(MemoryStore::new()).cache_states(states);
        for account in 0..5 {
            app.execute(open(account)).await.unwrap();
        }
        for round in 1..=4 {
            for account in 0..5 {
                let committed = app.execute(deposit(account, 10)).await.unwrap();
                assert_eq!((committed.version, committed.state.cents), (round + 1, round as i64 * 10));
            }
        }
    }
}
