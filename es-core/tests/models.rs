//! Decisions over several things at once: what a command rests on is chosen by tags.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod bank;

use bank::*;
use es_core::prelude::*;
use es_core::testing::prelude::*;
use es_core::{Conflict, ExecuteError, MemoryStore, Query};

#[derive(Event, serde::Serialize, serde::Deserialize, Debug, Clone)]
struct Transferred {
    #[event(tag)]
    from: u64,
    #[event(tag)]
    to: u64,
    cents: i64,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("at most {limit} cents leave an account")]
struct OverLimit {
    limit: i64,
}

/// What has left one account.
#[derive(DecisionModel, Debug, Clone, Default, PartialEq)]
#[model(events(Transferred), tags(from: u64))]
struct Left {
    cents: i64,
}

impl Apply<Transferred> for Left {
    fn apply(&mut self, transferred: Transferred) {
        self.cents += transferred.cents;
    }
}

/// What has come to one.
#[derive(DecisionModel, Debug, Clone, Default, PartialEq)]
#[model(events(Transferred), tags(to: u64))]
struct Came {
    cents: i64,
}

impl Apply<Transferred> for Came {
    fn apply(&mut self, transferred: Transferred) {
        self.cents += transferred.cents;
    }
}

#[derive(Command, Debug, Clone)]
#[command(decides_on(Left { from }, Came { to }), events(Transferred), error = OverLimit)]
struct Transfer {
    from: u64,
    to: u64,
    cents: i64,
}

const LIMIT: i64 = 100;

impl Handle<Transfer> for (Left, Came) {
    fn handle(&self, transfer: Transfer) -> Decision<Transfer> {
        let (left, came) = self;
        ensure!(left.cents + transfer.cents <= LIMIT, OverLimit { limit: LIMIT });
        ensure!(came.cents + transfer.cents <= 2 * LIMIT, OverLimit { limit: 2 * LIMIT });
        emit![Transferred { from: transfer.from, to: transfer.to, cents: transfer.cents }]
    }
}

fn transfer(from: u64, to: u64, cents: i64) -> Transfer {
    Transfer { from, to, cents }
}

#[tokio::test]
async fn each_model_folds_the_events_that_carry_its_own_tag() {
    let app = App::new(MemoryStore::new());
    app.execute(transfer(1, 2, 60)).await.unwrap();
    app.execute(transfer(2, 3, 30)).await.unwrap();
    let committed = app.execute(transfer(2, 3, 5)).await.unwrap();
    assert_eq!(committed.state, (Left { cents: 35 }, Came { cents: 35 }));
    assert_eq!((committed.version, committed.position), (0, Some(Position(3))));
    assert_eq!(committed.events[0].stream, None);
    let refused = app.execute(transfer(1, 9, 41)).await;
    assert!(matches!(refused, Err(ExecuteError::Domain(OverLimit { limit: 100 }))));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_racers_no_more_get_through_than_the_limit_allows() {
    for round in 0..50 {
        let app = App::new(MemoryStore::new()).retries(1000);
        let racers: Vec<_> = (0..16)
            .map(|racer| {
                let app = app.clone();
                tokio::spawn(async move { app.execute(transfer(1, 100 + racer, 30)).await.is_ok() })
            })
            .collect();
        let mut won = 0;
        for racer in racers {
            won += u32::from(racer.await.unwrap());
        }
        assert_eq!(won, 3, "round {round}");
        let events: Vec<_> = futures_util::TryStreamExt::try_collect(app.read(Query::all(), Position::START)).await.unwrap();
        assert_eq!(events.len(), 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_retries_a_rival_is_a_conflict_that_names_its_event() {
    let app = App::new(MemoryStore::new());
    let mut conflicts = 0;
    for _ in 0..200 {
        let rivals = [transfer(1, 2, 0), transfer(1, 3, 0)].map(|command| {
            let app = app.clone();
            tokio::spawn(async move { app.execute(command).retries(0).await })
        });
        for rival in rivals {
            match rival.await.unwrap() {
                Ok(_) => {}
                Err(ExecuteError::Conflict(Conflict::Condition { position })) => {
                    assert!(position > Position::START);
                    conflicts += 1;
                }
                Err(other) => panic!("{other}"),
            }
        }
    }
    let stored = futures_util::StreamExt::count(app.read(Query::all(), Position::START)).await;
    assert_eq!(stored + conflicts, 400);
}

#[tokio::test]
async fn a_repeat_on_models_returns_the_first_outcome() {
    let app = App::new(MemoryStore::new());
    let first = app.execute(transfer(1, 2, 60)).idempotency_key("t").await.unwrap();
    app.execute(transfer(1, 3, 40)).await.unwrap();
    let again = app.execute(transfer(1, 2, 60)).idempotency_key("t").await.unwrap();
    assert_eq!((again.state, again.position), (first.state, first.position));
    assert_eq!(format!("{:?}", again.events), format!("{:?}", first.events));
}

#[test]
fn models_are_tested_from_a_history_of_any_events() {
    let past = || history![Opened { owner: "ann".into() }, Transferred { from: 1, to: 2, cents: 90 }];
    given_history(past())
        .when(transfer(1, 3, 10))
        .then(events![Transferred { from: 1, to: 3, cents: 10 }])
        .then_state(|(left, came)| assert_eq!((left.cents, came.cents), (100, 10)));
    given_history(past()).when(transfer(1, 3, 11)).then_error(OverLimit { limit: 100 });
}
