//! Views and projections, kept by workers.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use es_core::prelude::*;
use es_core::store::{AdvanceError, Claim, RowChange, Slot, Step, StoreError, ViewRow, ViewStore};
use es_core::{MemoryStore, ReadError, ReadModel, WaitError, Worker};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(60);

// what happens to parcels

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Posted {
    sender: String,
    grams: u32,
}

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Moved {
    from: String,
    to: String,
}

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Delivered;

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(id = u32, events(Posted, Moved, Delivered), apply = ignore)]
struct Parcel;

fn ignore(_: &mut Parcel, _: ParcelEvent) {}

// what is read of them

/// Where each parcel is that is on its way: by the stream's id.
#[derive(View, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[view(key = u32, events(Posted, Moved), delete_on(Delivered))]
struct OnTheWay {
    #[view(index)]
    at: String,
    #[view(index)]
    grams: u32,
    moves: u32,
    posted_at_position: u64,
}

impl ApplyRecorded<Posted> for OnTheWay {
    fn apply_recorded(&mut self, posted: Recorded<Posted>) {
        self.posted_at_position = posted.position.0;
        self.grams = posted.grams;
        self.at = "counter".into();
    }
}

impl Apply<Moved> for OnTheWay {
    fn apply(&mut self, moved: Moved) {
        self.at = moved.to;
        self.moves += 1;
    }
}

/// What each sender has posted: by a field.
#[derive(View, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[view(name = "senders", version = 2, key = String, key_from = sender, events(Posted))]
struct Sender {
    parcels: u32,
    grams: u64,
}

impl Apply<Posted> for Sender {
    fn apply(&mut self, posted: Posted) {
        self.parcels += 1;
        self.grams += u64::from(posted.grams);
    }
}

/// How many parcels came and went at each place: two rows an event.
#[derive(View, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[view(key = String, events(Moved))]
struct Place {
    moves: u32,
}

impl KeyOf<Moved> for Place {
    fn keys(moved: &Recorded<Moved>) -> impl IntoIterator<Item = String> {
        [moved.from.clone(), moved.to.clone()]
    }
}

impl Apply<Moved> for Place {
    fn apply(&mut self, _: Moved) {
        self.moves += 1;
    }
}

/// A worker that runs until it is told to stop.
struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), ReadError>>,
}

impl Running {
    fn start(worker: Worker<MemoryStore>) -> Self {
        let (stop, stopped) = oneshot::channel();
        Self { stop, task: tokio::spawn(worker.run_until(async { drop(stopped.await) })) }
    }

    async fn end(self) {
        self.stop.send(()).unwrap();
        self.task.await.unwrap().unwrap();
    }
}

async fn post(app: &App<MemoryStore>, parcel: u32, sender: &str) -> Position {
    let events = events![Posted { sender: sender.into(), grams: parcel }];
    app.append::<Parcel>(&parcel, events).await.unwrap().position.unwrap()
}

async fn carry(app: &App<MemoryStore>, parcel: u32, from: &str, to: &str) -> Position {
    let events = events![Moved { from: from.into(), to: to.into() }];
    app.append::<Parcel>(&parcel, events).await.unwrap().position.unwrap()
}

#[tokio::test]
async fn a_view_is_a_row_a_key_and_rows_end() {
    let app = App::new(MemoryStore::new());
    post(&app, 1, "ann").await;
    carry(&app, 1, "counter", "depot").await;
    post(&app, 2, "bob").await;
    let worker = Worker::new(&app).add(OnTheWay::projection()).add(Sender::projection()).add(Place::projection());
    let worker = Running::start(worker);
    post(&app, 3, "ann").await;
    let last = app.append::<Parcel>(&2, events![Delivered]).await.unwrap().position;
    app.wait_for::<OnTheWay>(last, PATIENCE).await.unwrap();
    app.wait_for::<Sender>(last, PATIENCE).await.unwrap();
    app.wait_for::<Place>(last, Duration::MAX).await.unwrap();

    let on_the_way = app.view::<OnTheWay>();
    let first = OnTheWay { at: "depot".into(), grams: 1, moves: 1, posted_at_position: 1 };
    assert_eq!(on_the_way.get(&1).await.unwrap(), Some(first.clone()));
    assert_eq!(on_the_way.get(&2).await.unwrap(), None, "it was delivered");
    assert_eq!(app.live::<OnTheWay>(&1).await.unwrap(), Some(first));
    assert_eq!(app.live::<OnTheWay>(&2).await.unwrap(), None);
    assert_eq!(app.live_at::<OnTheWay>(&2, AsOf::Position(Position(3))).await.unwrap().map(|parcel| parcel.at), Some("counter".into()));
    assert_eq!(app.view::<Sender>().get(&"ann".into()).await.unwrap(), Some(Sender { parcels: 2, grams: 4 }));
    assert_eq!(app.view::<Place>().list().await.unwrap(), [("counter".into(), Place { moves: 1 }), ("depot".into(), Place { moves: 1 })]);
    worker.end().await;
}

#[tokio::test]
async fn a_row_is_asked_for_as_it_was_at_a_position_or_a_time() {
    let app = App::new(MemoryStore::new());
    let mut times = Vec::new();
    for parcel in 1..=5 {
        let appended = app.append::<Parcel>(&parcel, events![Posted { sender: "ann".into(), grams: 10 }]).await.unwrap();
        times.push(appended.recorded_at);
        // so that the next one is recorded at another microsecond
        while chrono::Utc::now() <= appended.recorded_at + chrono::Duration::microseconds(1) {}
    }
    let ann = "ann".to_owned();
    let parcels = async |as_of| app.live_at::<Sender>(&ann, as_of).await.unwrap().map(|sender| sender.parcels);
    assert_eq!(parcels(AsOf::Position(Position(0))).await, None);
    assert_eq!(parcels(AsOf::Position(Position(3))).await, Some(3));
    assert_eq!(parcels(AsOf::Position(Position(99))).await, Some(5));
    assert_eq!(parcels(AsOf::Time(times[0] - chrono::Duration::microseconds(1))).await, None);
    for (nth, time) in (1..).zip(times) {
        assert_eq!(parcels(AsOf::Time(time)).await, Some(nth), "what was recorded at that moment counts");
    }
    let refused = app.live_at::<Sender>(&ann, AsOf::Version(3)).await.unwrap_err().to_string();
    assert!(refused.contains("ask for a position or a time"), "{refused}");
}

#[tokio::test]
async fn rows_are_filtered_counted_and_paged() {
    let app = App::new(MemoryStore::new());
    let mut last = Position::START;
    for parcel in 10..40 {
        last = post(&app, parcel, "ann").await;
    }
    let worker = Running::start(Worker::new(&app).add(OnTheWay::projection()));
    app.wait_for::<OnTheWay>(last, PATIENCE).await.unwrap();
    let view = app.view::<OnTheWay>();
    assert_eq!(view.count().await.unwrap(), 30);
    assert_eq!(view.count().filter(OnTheWay::GRAMS.lt(20_u32)).filter(OnTheWay::GRAMS.ge(15_u32)).await.unwrap(), 5);
    assert_eq!(view.count().filter(OnTheWay::AT.eq("depot")).await.unwrap(), 0);
    let (mut seen, mut page) = (Vec::new(), view.list().filter(OnTheWay::AT.eq("counter")).limit(7).await.unwrap());
    while let Some((key, _)) = page.last() {
        let key = *key;
        seen.extend(page.iter().map(|(key, _)| *key));
        page = view.list().filter(OnTheWay::AT.eq("counter")).after(&key).limit(7).await.unwrap();
    }
    assert_eq!(seen, (10..40).collect::<Vec<_>>());
    worker.end().await;
}

/// Writes down each event that takes effect.
#[derive(Projection, Clone, Default)]
#[projection(events(Posted, Moved))]
struct Diary {
    written: Arc<Mutex<Vec<u64>>>,
    /// The position of an event that fails, and how often.
    fails: Arc<(AtomicU64, AtomicU32)>,
    panics: bool,
}

impl Diary {
    fn write(&self, position: Position) -> Result<(), ProjectionError> {
        let (at, times) = &*self.fails;
        if at.load(Ordering::SeqCst) == position.0
            && times.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
        {
            assert!(!self.panics, "the ink ran out");
            return Err(ProjectionError::new("the ink ran out"));
        }
        self.written.lock().unwrap().push(position.0);
        Ok(())
    }
}

impl Project<Posted, ()> for Diary {
    async fn project(&self, event: &Recorded<Posted>, _: &mut ()) -> Result<(), ProjectionError> {
        self.write(event.position)
    }
}

impl Project<Moved, ()> for Diary {
    async fn project(&self, event: &Recorded<Moved>, _: &mut ()) -> Result<(), ProjectionError> {
        self.write(event.position)
    }
}

#[tokio::test]
async fn an_event_that_fails_is_tried_again_and_a_panic_is_an_error_like_any_other() {
    for panics in [false, true] {
        let app = App::new(MemoryStore::new());
        for parcel in 1..=5 {
            post(&app, parcel, "ann").await;
        }
        let diary = Diary { fails: Arc::new((AtomicU64::new(3), AtomicU32::new(3))), panics, ..Diary::default() };
        let worker = Worker::new(&app).add(diary.clone());
        let health = worker.health();
        let worker = Running::start(worker);
        let stuck = loop {
            match health.stuck(Duration::ZERO).pop() {
                Some(stuck) if stuck.error.is_some() => break stuck,
                _ => tokio::time::sleep(Duration::from_millis(1)).await,
            }
        };
        assert!(stuck.error.unwrap().contains("the ink ran out"));
        app.wait_for::<Diary>(Position(5), PATIENCE).await.unwrap();
        assert_eq!(health.stuck(Duration::ZERO), []);
        // what a step did before it failed is not undone in memory, which has no transactions
        let mut written = diary.written.lock().unwrap().clone();
        written.dedup();
        assert!(written.ends_with(&[3, 4, 5]), "{written:?}");
        worker.end().await;
    }
}

#[tokio::test]
async fn events_before_one_that_always_fails_take_effect_and_it_is_seen_what_stops() {
    let app = App::new(MemoryStore::new());
    for parcel in 1..=5 {
        post(&app, parcel, "ann").await;
    }
    let diary = Diary { fails: Arc::new((AtomicU64::new(4), AtomicU32::new(u32::MAX))), ..Diary::default() };
    let worker = Running::start(Worker::new(&app).add(diary));
    app.wait_for::<Diary>(Position(3), PATIENCE).await.unwrap();
    let waited = app.wait_for::<Diary>(Position(4), Duration::from_millis(30)).await;
    assert!(matches!(waited, Err(WaitError::Timeout { projection: "diary", reached: Position(3), .. })), "{waited:?}");
    let lag = app.lag::<Diary>().await.unwrap();
    assert_eq!((lag.position, lag.events), (Position(3), 2));
    assert!(lag.since.is_some());
    worker.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_workers_share_a_view_s_parts_and_no_event_takes_effect_twice() {
    let app = App::new(MemoryStore::new());
    let worker = || Worker::new(&app).add(Sender::projection().parts(4)).add(Place::projection()).lease(Duration::from_millis(200));
    let mut workers: Vec<_> = (0..3).map(|_| Running::start(worker())).collect();
    let (mut expected, mut last) = (BTreeMap::new(), Position::START);
    for parcel in 0..600_u32 {
        let sender = format!("sender {}", parcel % 17);
        last = post(&app, parcel, &sender).await;
        let row: &mut Sender = expected.entry(sender).or_default();
        row.parcels += 1;
        row.grams += u64::from(parcel);
        match parcel {
            // one dies without a word, one ends in order, one comes late
            150 => workers.remove(0).task.abort(),
            300 => workers.remove(0).end().await,
            400 => workers.push(Running::start(worker())),
            _ => {}
        }
    }
    app.wait_for::<Sender>(last, PATIENCE).await.unwrap();
    let rows = app.view::<Sender>().list().limit(1000).await.unwrap();
    assert_eq!(rows.into_iter().collect::<BTreeMap<_, _>>(), expected);
    for worker in workers {
        worker.end().await;
    }
}

#[tokio::test]
async fn who_lost_the_lease_writes_nothing() {
    let app = App::new(MemoryStore::new());
    let last = post(&app, 1, "ann").await;
    let store = app.store().clone();
    let worker = Running::start(Worker::new(&app).add(Sender::projection()));
    app.wait_for::<Sender>(last, PATIENCE).await.unwrap();
    worker.end().await;

    let slot = Slot { projection: Sender::NAME.into(), version: Sender::VERSION, part: 0, parts: 1 };
    let claim = |lasts| Claim { worker: Uuid::now_v7(), slots: vec![slot.clone()], lasts };
    let paused = store.claim(&claim(Duration::from_millis(1))).await.unwrap().remove(0);
    let successor = loop {
        if let Some(lease) = store.claim(&claim(PATIENCE)).await.unwrap().pop() {
            break lease;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    };
    let step = |lease| {
        let row = ViewRow { key: "ann".into(), position: Position(7), columns: Vec::new(), state: b"{\"parcels\":9,\"grams\":9}".to_vec() };
        Step { rows: vec![RowChange::Put(row)], ..Step::new(lease, Position(7)) }
    };
    assert!(matches!(store.advance(step(paused)).await, Err(AdvanceError::Lost)));
    store.advance(step(successor.clone())).await.unwrap();
    assert!(matches!(store.advance(step(successor)).await, Err(AdvanceError::Lost)), "the same step twice");
}

#[derive(View, Debug, Clone, Default, Serialize, Deserialize)]
#[view(name = "senders", version = 2, key = String, key_from = sender, events(Posted))]
struct SenderOfAnotherShape {
    parcels: String,
}

impl Apply<Posted> for SenderOfAnotherShape {
    fn apply(&mut self, _: Posted) {}
}

#[tokio::test]
async fn another_shape_or_number_of_parts_under_the_same_version_is_refused() {
    let app = App::new(MemoryStore::new());
    Worker::new(&app).add(Sender::projection()).run_until(async {}).await.unwrap();
    let refused = |result: Result<(), ReadError>| match result {
        Err(ReadError::Store(StoreError::Refused { reason })) => reason,
        other => panic!("{other:?}"),
    };
    let shape = Worker::new(&app).add(SenderOfAnotherShape::projection()).run_until(async {}).await;
    assert!(refused(shape).contains("raise its version"));
    let parts = Worker::new(&app).add(Sender::projection().parts(3)).run_until(async {}).await;
    assert!(refused(parts).contains("1 parts, not 3"));
    let twice = Worker::new(&app).add(Place::projection()).add(Place::projection()).run_until(async {}).await;
    assert!(refused(twice).contains("added twice"));
    let unknown = app.view::<OnTheWay>().get(&1).await;
    assert!(unknown.unwrap_err().to_string().contains("run a worker"));
}
