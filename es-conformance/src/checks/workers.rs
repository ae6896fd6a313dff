//! Read models at the end of everything: each equals a left fold over the log, whoever kept it and whatever happened to them.

use std::collections::{BTreeMap, BTreeSet};
use std::future::IntoFuture;
use std::process::Command;
use std::time::{Duration, Instant};

use es_core::prelude::*;
use es_core::{AnyStore, Query, View, Worker};
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

use crate::child::Child;
use crate::factory::{Handle, Promise};
use crate::place::Place;
use crate::random::Random;
use crate::run::{Outcome, Stop};

const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Moved {
    from: u32,
    to: u32,
}

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Delivered;

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(name = "parcel", id = u32, events(Moved, Delivered), apply = ignore)]
struct Parcel;

fn ignore(_: &mut Parcel, _: ParcelEvent) {}

/// What no event can be missing from, come twice to, or come out of turn: the positions of all events, folded so that order matters.
fn marked(mark: u64, position: Position) -> u64 {
    mark.wrapping_mul(31).wrapping_add(position.0)
}

/// What came and went at a depot: one or two rows an event.
#[derive(View, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[view(name = "depots", key = u32, events(Moved))]
pub(crate) struct Depot {
    #[view(index)]
    moves: u32,
    mark: u64,
}

impl KeyOf<Moved> for Depot {
    fn keys(moved: &Recorded<Moved>) -> impl IntoIterator<Item = u32> {
        if moved.from == moved.to { vec![moved.to] } else { vec![moved.from, moved.to] }
    }
}

impl ApplyRecorded<Moved> for Depot {
    fn apply_recorded(&mut self, moved: Recorded<Moved>) {
        self.moves += 1;
        self.mark = marked(self.mark, moved.position);
    }
}

/// Where a parcel is that is on its way.
#[derive(View, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[view(name = "on_the_way", key = u32, events(Moved), delete_on(Delivered))]
pub(crate) struct OnTheWay {
    #[view(index)]
    at: Option<u32>,
    mark: u64,
}

impl ApplyRecorded<Moved> for OnTheWay {
    fn apply_recorded(&mut self, moved: Recorded<Moved>) {
        self.at = Some(moved.to).filter(|to| *to > 0);
        self.mark = marked(self.mark, moved.position);
    }
}

/// A worker that keeps both, with leases short enough that others take over soon.
pub(crate) fn worker(store: &Handle) -> Worker<AnyStore> {
    let app = App::new((**store).clone());
    Worker::new(&app).add(Depot::projection().parts(3)).add(OnTheWay::projection()).lease(Duration::from_millis(400))
}

/// Appends what happens to some parcel, and says where the log ends.
async fn happen(app: &App<AnyStore>, random: &mut Random, times: usize) -> Outcome<Position> {
    let mut last = Position::START;
    for _ in 0..times {
        let parcel = random.below(30) as u32;
        let events = match random.below(10) {
            0 => events![Delivered],
            1 => events![Moved { from: 0, to: 1 }, Moved { from: 1, to: 2 }, Delivered, Moved { from: 2, to: 3 }],
            _ => events![Moved { from: random.below(6) as u32, to: random.below(6) as u32 }],
        };
        let appended = app.append::<Parcel>(&parcel, events).await?;
        last = appended.position.unwrap_or_default();
    }
    Ok(last)
}

async fn rows<V: View>(app: &App<AnyStore>) -> Outcome<BTreeMap<String, V>> {
    let listed = app.view::<V>().list().limit(u32::MAX).await?;
    Ok(listed.into_iter().map(|(key, row)| (key.to_string(), row)).collect())
}

/// Both views are what folding the whole log gives, by hand.
async fn are_left_folds(app: &App<AnyStore>) -> Outcome {
    let (mut depots, mut on_the_way) = (BTreeMap::<String, Depot>::new(), BTreeMap::<String, OnTheWay>::new());
    let mut log = app.read(Query::all(), Position::START);
    while let Some(event) = log.next().await {
        let event = event?;
        let parcel = event.stream.as_ref().map(|stream| stream.id().to_owned()).unwrap_or_default();
        if &*event.name != Moved::NAME {
            on_the_way.remove(&parcel);
            continue;
        }
        let moved: Moved = serde_json::from_slice(event.event.as_bytes())?;
        let mut depot = |number: u32| {
            let depot = depots.entry(number.to_string()).or_default();
            depot.moves += 1;
            depot.mark = marked(depot.mark, event.position);
        };
        depot(moved.from);
        if moved.to != moved.from {
            depot(moved.to);
        }
        let row = on_the_way.entry(parcel).or_default();
        row.at = Some(moved.to).filter(|to| *to > 0);
        row.mark = marked(row.mark, event.position);
    }
    are_same(rows::<Depot>(app).await?, depots);
    are_same(rows::<OnTheWay>(app).await?, on_the_way);
    Ok(())
}

/// The first key that is not what it should be.
fn are_same<V: View + PartialEq + std::fmt::Debug>(found: BTreeMap<String, V>, due: BTreeMap<String, V>) {
    let keys: BTreeSet<&String> = found.keys().chain(due.keys()).collect();
    for key in keys {
        assert_eq!(found.get(key), due.get(key), "row `{key}` of `{}`", V::NAME);
    }
}

async fn caught_up(app: &App<AnyStore>, last: Position) -> Outcome {
    app.wait_for::<Depot>(last, PATIENCE).await?;
    Ok(app.wait_for::<OnTheWay>(last, PATIENCE).await?)
}

/// A parcel that is seen on its way, and then is not.
async fn ends(app: &App<AnyStore>) -> Outcome {
    for events in [events![Moved { from: 1, to: 2 }], events![Delivered]] {
        let appended = app.append::<Parcel>(&99, events).await?;
        caught_up(app, appended.position.unwrap_or_default()).await?;
    }
    Ok(())
}

fn start(store: &Handle) -> JoinHandle<Result<(), es_core::ReadError>> {
    tokio::spawn(worker(store).run_until(std::future::pending::<()>()))
}

/// Builds both views anew.
fn rebuild(store: &Handle) -> JoinHandle<Result<(), es_core::ReadError>> {
    let app = App::new((**store).clone());
    tokio::spawn(async move {
        // as the workers keep it: it may come before any of them
        app.rebuild::<Depot>().parts(3).lease(Duration::from_millis(400)).await?;
        app.rebuild::<OnTheWay>().lease(Duration::from_millis(400)).await
    })
}

pub(crate) async fn a_view_equals_a_left_fold_however_its_workers_end(place: Place) -> Outcome {
    let (mut random, mut stores) = (place.random(), vec![place.open().await?]);
    if place.needs(Promise::SharedPlace).await.is_ok() {
        stores.push(place.open().await?);
    }
    let app = App::new((*stores[0]).clone());
    let mut workers = vec![start(&stores[0])];
    let mut rebuilds: Vec<JoinHandle<Result<(), es_core::ReadError>>> = Vec::new();
    let mut last = Position::START;
    for round in 0..40 {
        last = happen(&app, &mut random, 8).await?.max(last);
        match random.below(5) {
            // one dies without a word, wherever it is
            0 if !workers.is_empty() => workers.swap_remove(random.below(workers.len())).abort(),
            1 if workers.len() < 3 => workers.push(start(&stores[round % stores.len()])),
            2 if rebuilds.len() < 2 => rebuilds.push(rebuild(&stores[round % stores.len()])),
            3 if !rebuilds.is_empty() => rebuilds.swap_remove(random.below(rebuilds.len())).abort(),
            _ => tokio::time::sleep(Duration::from_micros(random.next() % 3_000)).await,
        }
    }
    workers.push(start(&stores[0]));
    caught_up(&app, last).await?;
    ends(&app).await?;
    are_left_folds(&app).await?;
    // one that was broken off, or begins only now
    tokio::time::timeout(PATIENCE, app.rebuild::<Depot>().into_future()).await??;
    tokio::time::timeout(PATIENCE, app.rebuild::<OnTheWay>().into_future()).await??;
    rebuilds.iter().for_each(JoinHandle::abort);
    are_left_folds(&app).await?;
    // and is kept from there on
    last = happen(&app, &mut random, 5).await?;
    caught_up(&app, last).await?;
    workers.iter().for_each(JoinHandle::abort);
    are_left_folds(&app).await
}

fn signal(process: &Child, signal: &str) -> Outcome {
    let sent = Command::new("kill").args([signal, &process.id().to_string()]).status()?;
    if sent.success() { Ok(()) } else { Err(Stop::broken(format!("`kill {signal}` ended with {sent}"))) }
}

/// Waits until no thread of a process runs any more, where the system tells.
async fn stands_still(process: &Child) -> Outcome {
    let stopped = |task: std::io::Result<std::fs::DirEntry>| {
        let stat = task.and_then(|task| std::fs::read_to_string(task.path().join("stat")));
        // `pid (name) state ..`
        stat.is_ok_and(|stat| stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with(['T', 't'])))
    };
    let until = Instant::now() + PATIENCE;
    while let Ok(mut tasks) = std::fs::read_dir(format!("/proc/{}/task", process.id())) {
        if tasks.all(stopped) {
            break;
        }
        if Instant::now() > until {
            return Err(Stop::broken("a process that was stopped still runs"));
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(())
}

/// Stops a process where it is, lets things happen, and waits for the others to take over; then it goes on.
///
/// It is not stopped where it holds up all who write: there an embedded store waits for it to go on.
async fn pause(process: &Child, app: &App<AnyStore>, random: &mut Random) -> Outcome {
    loop {
        signal(process, "-STOP")?;
        stands_still(process).await?;
        // in tasks of their own: some stores block the thread that waits for a lock
        let (elsewhere, mut choices) = (app.clone(), random.fork());
        let mut appending = tokio::spawn(async move { happen(&elsewhere, &mut choices, 10).await });
        if let Ok(appended) = tokio::time::timeout(Duration::from_secs(5), &mut appending).await {
            let (elsewhere, last) = (app.clone(), appended??);
            let mut taking_over = tokio::spawn(async move { caught_up(&elsewhere, last).await });
            let taken_over = tokio::time::timeout(PATIENCE, &mut taking_over).await;
            signal(process, "-CONT")?;
            return taken_over?.map_err(Stop::from)?;
        }
        signal(process, "-CONT")?;
        let _ = appending.await;
    }
}

pub(crate) async fn a_view_equals_a_left_fold_after_workers_were_killed_and_paused(place: Place) -> Outcome {
    place.needs(Promise::SharedByProcesses).await?;
    let (store, mut random) = (place.open().await?, place.random());
    let app = App::new((*store).clone());
    let mut last = happen(&app, &mut random, 20).await?;
    let mut workers = vec![place.start("work", 0).await?, place.start("work", 0).await?];
    for round in 0..8 {
        caught_up(&app, last).await?;
        // in the middle of something
        let times = 1 + random.below(20);
        happen(&app, &mut random, times).await?;
        // the other one takes over what was held, and whoever was paused goes on as if nothing had happened
        let hit = workers.remove(0);
        if round % 2 == 0 {
            hit.kill()?;
            last = happen(&app, &mut random, 10).await?;
            caught_up(&app, last).await?;
            workers.push(place.start("work", 0).await?);
        } else {
            pause(&hit, &app, &mut random).await?;
            workers.push(hit);
        }
        last = happen(&app, &mut random, 5).await?;
    }
    caught_up(&app, last).await?;
    ends(&app).await?;
    drop(workers);
    are_left_folds(&app).await
}
