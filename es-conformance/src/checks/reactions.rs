//! What is done outside the store: at least once, from the head on, and not because anything is built anew.

use std::collections::{BTreeMap, BTreeSet};
use std::future::IntoFuture;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use es_core::prelude::*;
use es_core::store::{Claim, Slot, ViewStore};
use es_core::{AnyStore, Query, ReadError, Worker};
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::place::Place;
use crate::run::Outcome;

const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Overdue {
    days: u32,
}

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(name = "loan", id = u32, events(Overdue), apply = ignore)]
struct Loan;

fn ignore(_: &mut Loan, _: LoanEvent) {}

/// What was sent, in order: under which key, about which event.
#[derive(Debug, Clone, Default)]
struct Sent {
    letters: Arc<Mutex<Vec<(String, u64)>>>,
    /// The days for which no letter can be written.
    fails: Arc<Mutex<BTreeSet<u32>>>,
}

impl Sent {
    fn send(&self, event: &Recorded<Overdue>, key: &str) -> Result<(), ProjectionError> {
        if self.fails.lock().unwrap_or_else(PoisonError::into_inner).contains(&event.days) {
            return Err(ProjectionError::new("the printer is out of paper"));
        }
        self.letters.lock().unwrap_or_else(PoisonError::into_inner).push((key.to_owned(), event.position.0));
        Ok(())
    }

    fn positions(&self) -> Vec<u64> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|(_, position)| *position).collect()
    }

    fn break_down(&self, days: &[u32]) {
        *self.fails.lock().unwrap_or_else(PoisonError::into_inner) = days.iter().copied().collect();
    }
}

#[derive(Reaction, Debug, Clone, Default)]
#[reaction(events(Overdue), on_error = park, retries = 1)]
struct Remind(Sent);

impl React<Overdue> for Remind {
    async fn react(&self, event: &Recorded<Overdue>, key: &str) -> Result<(), ProjectionError> {
        self.0.send(event, key)
    }
}

#[derive(Reaction, Debug, Clone, Default)]
#[reaction(events(Overdue), from = start)]
struct File(Sent);

impl React<Overdue> for File {
    async fn react(&self, event: &Recorded<Overdue>, key: &str) -> Result<(), ProjectionError> {
        tokio::task::yield_now().await;
        self.0.send(event, key)
    }
}

#[derive(View, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[view(name = "overdue", key = u32, events(Overdue))]
struct Days {
    days: u32,
}

impl Apply<Overdue> for Days {
    fn apply(&mut self, overdue: Overdue) {
        self.days = overdue.days;
    }
}

/// With leases that another takes over soon.
fn start(worker: Worker<AnyStore>) -> JoinHandle<Result<(), ReadError>> {
    tokio::spawn(worker.lease(Duration::from_millis(300)).run_until(std::future::pending::<()>()))
}

/// With leases that don't run out however busy the machine is: then each reaction is done once.
fn start_alone(worker: Worker<AnyStore>) -> JoinHandle<Result<(), ReadError>> {
    tokio::spawn(worker.lease(Duration::from_secs(12)).run_until(std::future::pending::<()>()))
}

async fn overdue(app: &App<AnyStore>, loan: u32, days: u32) -> Outcome<Position> {
    let appended = app.append::<Loan>(&loan, events![Overdue { days }]).await?;
    Ok(appended.position.unwrap_or_default())
}

pub(crate) async fn a_projection_begins_where_it_is_said_and_only_once(place: Place) -> Outcome {
    let store = place.open().await?;
    let slots: Vec<Slot> = Slot::all_of("letters", 1, 2).collect();
    for position in [7, 9] {
        store.begin_at(&slots, Position(position)).await?;
        let progress = store.progress("letters", 1).await?;
        assert_eq!(progress.iter().map(|part| part.position.0).collect::<Vec<_>>(), [7, 7]);
    }
    let claim = Claim { worker: Uuid::now_v7(), slots, lasts: Duration::from_secs(600) };
    let leases = store.claim(&claim).await?;
    assert_eq!(leases.iter().map(|lease| lease.position.0).collect::<Vec<_>>(), [7, 7]);
    Ok(())
}

pub(crate) async fn a_reaction_begins_at_the_head_unless_it_says_otherwise(place: Place) -> Outcome {
    let store = place.open().await?;
    let app = App::new((*store).clone());
    overdue(&app, 1, 1).await?;
    let head = overdue(&app, 2, 1).await?;
    let (remind, file) = (Remind::default(), File::default());
    let worker = start_alone(Worker::new(&app).add(remind.clone()).add(file.clone()));
    app.wait_for::<Remind>(head, PATIENCE).await?;
    app.wait_for::<File>(head, PATIENCE).await?;
    let last = overdue(&app, 1, 2).await?;
    app.wait_for::<Remind>(last, PATIENCE).await?;
    app.wait_for::<File>(last, PATIENCE).await?;
    assert_eq!((remind.0.positions(), file.0.positions()), (vec![3], vec![1, 2, 3]));
    worker.abort();
    Ok(())
}

pub(crate) async fn nothing_is_missed_after_a_reaction_has_begun(place: Place) -> Outcome {
    let (store, mut random) = (place.open().await?, place.random());
    let app = App::new((*store).clone());
    let (remind, file) = (Remind::default(), File::default());
    let both = || Worker::new(&app).add(remind.clone()).add(file.clone());
    let mut workers = vec![start(both())];
    // it has begun
    app.wait_for::<Remind>(Position::START, PATIENCE).await?;
    let until = Instant::now() + PATIENCE;
    while store.progress("remind", 1).await?.is_empty() {
        assert!(Instant::now() < until, "no worker has it");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let mut last = Position::START;
    for day in 0..60 {
        last = overdue(&app, random.below(5) as u32, day).await?;
        match random.below(4) {
            0 if !workers.is_empty() => workers.swap_remove(random.below(workers.len())).abort(),
            1 if workers.len() < 2 => workers.push(start(both())),
            _ => tokio::time::sleep(Duration::from_micros(random.next() % 4_000)).await,
        }
    }
    workers.push(start(both()));
    app.wait_for::<Remind>(last, PATIENCE).await?;
    app.wait_for::<File>(last, PATIENCE).await?;
    workers.iter().for_each(JoinHandle::abort);

    let mut log = app.read(Query::all(), Position::START);
    let mut ids = BTreeMap::new();
    while let Some(event) = log.next().await {
        let event = event?;
        ids.insert(event.position.0, event.event_id);
    }
    for (name, sent) in [("remind", &remind.0), ("file", &file.0)] {
        let letters = sent.letters.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let reacted: BTreeSet<u64> = letters.iter().map(|(_, position)| *position).collect();
        assert_eq!(reacted, ids.keys().copied().collect(), "`{name}`");
        for (key, position) in letters {
            assert_eq!(Some(key), ids.get(&position).map(|id| format!("{name}/{id}")), "the key of position {position}");
        }
    }
    Ok(())
}

pub(crate) async fn nothing_is_reacted_to_because_a_view_is_built_anew(place: Place) -> Outcome {
    let store = place.open().await?;
    let app = App::new((*store).clone());
    let file = File::default();
    let mut last = Position::START;
    for day in 0..5 {
        last = overdue(&app, day, day).await?;
    }
    let worker = start_alone(Worker::new(&app).add(file.clone()).add(Days::projection()));
    app.wait_for::<File>(last, PATIENCE).await?;
    app.wait_for::<Days>(last, PATIENCE).await?;
    tokio::time::timeout(PATIENCE, app.rebuild::<Days>().into_future()).await??;
    last = overdue(&app, 1, 9).await?;
    app.wait_for::<File>(last, PATIENCE).await?;
    assert_eq!(file.0.positions(), [1, 2, 3, 4, 5, 6]);
    worker.abort();
    Ok(())
}

pub(crate) async fn a_reaction_that_fails_is_parked_and_tried_again_when_asked_for(place: Place) -> Outcome {
    let store = place.open().await?;
    let app = App::new((*store).clone());
    let remind = Remind::default();
    remind.0.break_down(&[13]);
    store.begin_at(&Slot::all_of("remind", 1, 1).collect::<Vec<_>>(), Position::START).await?;
    let worker = start_alone(Worker::new(&app).add(remind.clone()));
    // positions 1 to 4
    overdue(&app, 1, 12).await?;
    overdue(&app, 1, 13).await?;
    overdue(&app, 2, 1).await?;
    let last = overdue(&app, 1, 14).await?;
    app.wait_for::<Remind>(last, PATIENCE).await?;
    assert_eq!(remind.0.positions(), [1, 3], "each once, and what comes behind waits");
    let parked = app.parked::<Remind>().list().await?;
    let why: Vec<_> = parked.iter().map(|parked| (parked.position.0, &*parked.key, parked.error.is_some(), parked.attempts)).collect();
    assert_eq!(why, [(2, "loan/1", true, 2), (4, "loan/1", false, 0)]);
    remind.0.break_down(&[]);
    app.parked::<Remind>().retry_all().await?;
    let until = Instant::now() + PATIENCE;
    while !app.parked::<Remind>().list().await?.is_empty() {
        assert!(Instant::now() < until, "it stays parked");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(remind.0.positions(), [1, 3, 2, 4]);
    worker.abort();
    Ok(())
}
