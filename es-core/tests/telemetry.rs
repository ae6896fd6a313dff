//! Every command, append and load is counted.
#![allow(clippy::unwrap_used, reason = "a test")]

mod bank;
mod counted;

use bank::*;
use es_core::prelude::*;
use es_core::{ExecuteError, MemoryStore};

#[tokio::test]
async fn commands_appends_events_and_loads_are_counted() {
    let story = async || {
        let app = App::new(MemoryStore::new());
        app.execute(open(1)).await.unwrap();
        app.append::<Account>(&1, events![Deposited { cents: 1 }, Deposited { cents: 2 }]).await.unwrap();
        assert!(matches!(app.execute(withdraw(1, 9)).retries(0).await, Err(ExecuteError::Domain(_))));
        app.load::<Account>(&1).await.unwrap();
    };
    for (name, expected) in [("es_commands_total", 2), ("es_appends_total", 2), ("es_events_appended_total", 3), ("es_loads_total", 3)] {
        assert_eq!(counted::of(name, story()).await, expected, "{name}");
    }
}

#[tokio::test]
async fn a_conflict_is_counted_as_a_retry() {
    let story = async {
        let store = MemoryStore::new();
        let (here, there) = (App::new(store.clone()), App::new(store));
        here.execute(open(1)).await.unwrap();
        there.execute(deposit(1, 50)).await.unwrap();
        here.execute(deposit(1, 50)).await.unwrap();
    };
    assert_eq!(counted::of("es_retries_total", story).await, 1);
}
