//! Views and projections that are kept with every append.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use es_core::prelude::*;
use es_core::{ExecuteError, MemoryStore, Query};
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Paid {
    cents: i64,
}

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Closed;

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(name = "till", id = u32, events(Paid, Closed))]
struct Till {
    cents: i64,
}

impl Apply<Paid> for Till {
    fn apply(&mut self, paid: Paid) {
        self.cents += paid.cents;
    }
}

impl Apply<Closed> for Till {
    fn apply(&mut self, _: Closed) {}
}

#[derive(Command, Debug, Clone)]
#[command(aggregate = Till)]
struct Pay {
    #[command(id)]
    till: u32,
    cents: i64,
}

impl Handle<Pay> for Till {
    fn handle(&self, pay: Pay) -> Decision<Self> {
        emit![Paid { cents: pay.cents }]
    }
}

#[derive(View, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[view(name = "tills", key = u32, events(Paid), delete_on(Closed))]
struct Takings {
    #[view(index)]
    cents: i64,
}

impl Apply<Paid> for Takings {
    fn apply(&mut self, paid: Paid) {
        assert!(paid.cents != 13, "nobody pays 13 cents");
        self.cents += paid.cents;
    }
}

/// Writes down what was paid, unless it is too much.
#[derive(Projection, Clone, Default)]
#[projection(name = "ledger", events(Paid))]
struct Ledger(Arc<Mutex<Vec<(u64, i64)>>>);

impl Project<Paid, ()> for Ledger {
    async fn project(&self, paid: &Recorded<Paid>, _: &mut ()) -> Result<(), ProjectionError> {
        match paid.cents {
            1_000.. => return Err(ProjectionError::new("too much")),
            // somebody who takes for ever
            99 => tokio::time::sleep(Duration::from_secs(3600)).await,
            _ => {}
        }
        self.0.lock().unwrap().push((paid.position.0, paid.cents));
        Ok(())
    }
}

fn pay(till: u32, cents: i64) -> Pay {
    Pay { till, cents }
}

async fn events(app: &App<MemoryStore>) -> usize {
    let (mut count, mut log) = (0, app.read(Query::all(), Position::START));
    while let Some(event) = log.next().await {
        event.unwrap();
        count += 1;
    }
    count
}

#[tokio::test]
async fn what_is_read_after_a_command_has_seen_it() {
    let ledger = Ledger::default();
    let app = App::new(MemoryStore::new()).inline(Takings::projection()).inline(ledger.clone());
    app.execute(pay(1, 5)).await.unwrap();
    let committed = app.execute(pay(1, 7)).await.unwrap();
    assert_eq!(app.view::<Takings>().get(&1).await.unwrap(), Some(Takings { cents: 12 }));
    assert_eq!(app.view::<Takings>().count().filter(Takings::CENTS.gt(10)).await.unwrap(), 1);
    assert_eq!(*ledger.0.lock().unwrap(), [(1, 5), (2, 7)]);
    app.wait_for::<Ledger>(committed.position, Duration::MAX).await.unwrap();
    assert_eq!(app.lag::<Takings>().await.unwrap().events, 0);
    app.append::<Till>(&1, events![Closed, Paid { cents: 1 }]).await.unwrap();
    assert_eq!(app.view::<Takings>().get(&1).await.unwrap(), Some(Takings { cents: 1 }));
}

#[tokio::test]
async fn what_an_app_that_lacks_it_appends_is_caught_up_on() {
    let (before, ledger) = (App::new(MemoryStore::new()), Ledger::default());
    before.execute(pay(1, 1)).await.unwrap();
    // a clone that was made earlier lacks it
    let app = before.clone().inline(Takings::projection()).inline(ledger.clone());
    let unknown = app.view::<Takings>().get(&1).await.unwrap_err().to_string();
    assert!(unknown.contains("`catch_up()`"), "{unknown}");
    app.catch_up().await.unwrap();
    assert_eq!(app.view::<Takings>().get(&1).await.unwrap(), Some(Takings { cents: 1 }));
    before.execute(pay(1, 2)).await.unwrap();
    assert_eq!(app.view::<Takings>().get(&1).await.unwrap(), Some(Takings { cents: 1 }), "nobody has told it");
    app.execute(pay(1, 3)).await.unwrap();
    assert_eq!(app.view::<Takings>().get(&1).await.unwrap(), Some(Takings { cents: 6 }));
    let unseen = before.execute(pay(1, 4)).await.unwrap().position;
    app.wait_for::<Takings>(unseen, Duration::ZERO).await.unwrap();
    assert_eq!(app.view::<Takings>().get(&1).await.unwrap(), Some(Takings { cents: 10 }));
    assert_eq!(*ledger.0.lock().unwrap(), [(1, 1), (2, 2), (3, 3), (4, 4)]);
}

#[tokio::test]
async fn what_a_read_model_refuses_is_not_stored() {
    let ledger = Ledger::default();
    let app = App::new(MemoryStore::new()).inline(Takings::projection()).inline(ledger.clone()).inline_limit(Duration::from_millis(10));
    app.execute(pay(1, 5)).await.unwrap();
    for (cents, reason) in [(5_000, "too much"), (13, "nobody pays 13 cents"), (99, "longer than 10ms")] {
        let refused = app.execute(pay(1, cents)).await;
        let Err(ExecuteError::Projection(error)) = refused else { panic!("{refused:?}") };
        assert!(error.to_string().contains(reason), "{error}");
    }
    assert_eq!(events(&app).await, 1);
    assert_eq!(app.view::<Takings>().get(&1).await.unwrap(), Some(Takings { cents: 5 }));
    assert_eq!(*ledger.0.lock().unwrap(), [(1, 5)]);
    assert_eq!(app.execute(pay(1, 7)).await.unwrap().state.cents, 12, "the state is that of the store, too");
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused_with_the_first_append() {
    let store = MemoryStore::new();
    let refused = async |app: App<MemoryStore>| app.execute(pay(1, 1)).await.unwrap_err().to_string();
    let parts = refused(App::new(store.clone()).inline(Takings::projection().parts(3))).await;
    assert!(parts.contains("leave out `.parts(3)`"), "{parts}");
    let twice = refused(App::new(store.clone()).inline(Ledger::default()).inline(Ledger::default())).await;
    assert!(twice.contains("`ledger` is kept inline twice"), "{twice}");
    assert_eq!(events(&App::new(store)).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_on_one_row_lose_no_update() {
    let app = App::new(MemoryStore::new()).inline(Takings::projection());
    // another one, with rows of its own in memory
    let other = App::new(app.store().clone()).inline(Takings::projection());
    let payers = (0..16).map(|nth| {
        let app = if nth % 2 == 0 { app.clone() } else { other.clone() };
        tokio::spawn(async move {
            for _ in 0..20 {
                app.append::<Till>(&1, events![Paid { cents: 1 }]).await.unwrap();
            }
        })
    });
    for payer in payers.collect::<Vec<_>>() {
        payer.await.unwrap();
    }
    assert_eq!(app.view::<Takings>().get(&1).await.unwrap(), Some(Takings { cents: 320 }));
}
