//! A worker that gets nowhere is seen to, whatever stops it; and how much a worker reads.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

mod odd;

use std::sync::atomic::Ordering;
use std::time::Duration;

use es_core::prelude::*;
use es_core::{Health, ReadError, Stuck, Worker};
use odd::Odd;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Lent;

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(id = u32, events(Lent), apply = ignore)]
struct Book;

fn ignore(_: &mut Book, _: BookEvent) {}

macro_rules! views {
    ($($view:ident),*) => { $(
        #[derive(View, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        #[view(key = u32, events(Lent))]
        struct $view {
            times: u32,
        }

        impl Apply<Lent> for $view {
            fn apply(&mut self, _: Lent) {
                self.times += 1;
            }
        }
    )* };
}
views!(Shelf, Desk, Branch, Month, Week, Day, Reader, Author, Publisher, Subject);

struct Running {
    health: Health,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), ReadError>>,
}

impl Running {
    fn start(worker: Worker<Odd>) -> Self {
        let worker = worker.lease(Duration::from_millis(300));
        let (stop, stopped) = oneshot::channel();
        Self { health: worker.health(), stop, task: tokio::spawn(worker.run_until(async { drop(stopped.await) })) }
    }

    async fn stuck(&self, until: impl Fn(&[Stuck]) -> bool) -> Vec<Stuck> {
        let looking = async {
            loop {
                let stuck = self.health.stuck(Duration::ZERO);
                if until(&stuck) {
                    return stuck;
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(PATIENCE, looking).await.unwrap()
    }

    async fn end(self) {
        self.stop.send(()).unwrap();
        self.task.await.unwrap().unwrap();
    }
}

async fn lend(app: &App<Odd>, book: u32) -> Position {
    app.append::<Book>(&book, events![Lent]).await.unwrap().position.unwrap()
}

#[tokio::test]
async fn a_panic_in_a_worker_s_own_task_is_seen_and_another_task_takes_its_place() {
    let app = App::new(Odd::new());
    let last = lend(&app, 1).await;
    app.store().told.panics.store(1, Ordering::SeqCst);
    let worker = Running::start(Worker::new(&app).add(Shelf::projection()));
    let stuck = worker.stuck(|stuck| stuck.iter().any(|stuck| stuck.error.is_some())).await;
    assert!(stuck[0].error.as_ref().unwrap().contains("the store stumbles"), "{stuck:?}");
    app.wait_for::<Shelf>(last, PATIENCE).await.unwrap();
    worker.stuck(<[_]>::is_empty).await;
    assert_eq!(app.view::<Shelf>().get(&1).await.unwrap(), Some(Shelf { times: 1 }));
    worker.end().await;
}

#[tokio::test]
async fn a_worker_that_hears_of_nothing_new_looks_for_itself_when_it_renews_its_leases() {
    let app = App::new(Odd::new());
    app.store().told.deaf.store(true, Ordering::SeqCst);
    let worker = Running::start(Worker::new(&app).add(Shelf::projection()));
    for _ in 0..3 {
        let last = lend(&app, 1).await;
        app.wait_for::<Shelf>(last, PATIENCE).await.unwrap();
    }
    worker.end().await;
}

#[tokio::test]
async fn a_worker_whose_store_does_not_answer_is_not_well_and_it_is_seen_where_it_stands() {
    let app = App::new(Odd::new());
    let last = lend(&app, 1).await;
    let worker = Running::start(Worker::new(&app).add(Shelf::projection()));
    app.wait_for::<Shelf>(last, PATIENCE).await.unwrap();
    worker.stuck(<[_]>::is_empty).await;
    app.store().told.mute.store(true, Ordering::SeqCst);
    lend(&app, 1).await;
    let stuck = worker.stuck(|stuck| !stuck.is_empty()).await;
    assert_eq!((&*stuck[0].slot.projection, stuck[0].position), ("shelf", last));
    worker.task.abort();
}

#[tokio::test]
async fn a_worker_that_gets_no_leases_is_not_well() {
    let app = App::new(Odd::new());
    let worker = Running::start(Worker::new(&app).add(Shelf::projection()).add(Desk::projection()));
    while worker.health.positions().len() < 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    app.store().told.closed.store(true, Ordering::SeqCst);
    let stuck = worker.stuck(|stuck| stuck.len() == 2).await;
    assert!(stuck.iter().all(|stuck| stuck.error.as_ref().is_some_and(|error| error.contains("the store is closed"))), "{stuck:?}");
    app.store().told.closed.store(false, Ordering::SeqCst);
    worker.stuck(<[_]>::is_empty).await;
    worker.end().await;
}

#[tokio::test]
async fn a_worker_that_loses_a_slot_while_it_ends_has_ended() {
    let app = App::new(Odd::new());
    lend(&app, 1).await;
    let told = app.store().told.clone();
    told.robbed.store(true, Ordering::SeqCst);
    let shutdown = async {
        told.stepping.notified().await;
        told.go_on.notify_one();
    };
    let ended = Worker::new(&app).add(Shelf::projection()).run_until(shutdown);
    tokio::time::timeout(PATIENCE, ended).await.unwrap().unwrap();
}

#[tokio::test]
async fn ten_views_cost_one_read_of_the_log() {
    let app = App::new(Odd::new());
    let mut last = Position::START;
    for book in 0..3_000 {
        last = lend(&app, book % 50).await;
    }
    let worker = Worker::new(&app).add(Shelf::projection()).add(Desk::projection()).add(Branch::projection()).add(Month::projection());
    let worker = worker.add(Week::projection()).add(Day::projection()).add(Reader::projection()).add(Author::projection());
    let worker = Running::start(worker.add(Publisher::projection()).add(Subject::projection()));
    app.wait_for::<Shelf>(last, PATIENCE).await.unwrap();
    app.wait_for::<Desk>(last, PATIENCE).await.unwrap();
    app.wait_for::<Branch>(last, PATIENCE).await.unwrap();
    app.wait_for::<Month>(last, PATIENCE).await.unwrap();
    app.wait_for::<Week>(last, PATIENCE).await.unwrap();
    app.wait_for::<Day>(last, PATIENCE).await.unwrap();
    app.wait_for::<Reader>(last, PATIENCE).await.unwrap();
    app.wait_for::<Author>(last, PATIENCE).await.unwrap();
    app.wait_for::<Publisher>(last, PATIENCE).await.unwrap();
    app.wait_for::<Subject>(last, PATIENCE).await.unwrap();
    assert_eq!(app.store().told.read.load(Ordering::SeqCst), 3_000, "each event is read once, for all of them");
    assert_eq!(app.view::<Subject>().get(&7).await.unwrap(), Some(Subject { times: 60 }));
    worker.end().await;
}
