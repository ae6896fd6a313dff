//! Events that a view cannot take: its worker parks them and goes on, and in the end nothing is missing and nothing is out of turn.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use es_core::prelude::*;
use es_core::store::Parked;
use es_core::{AnyStore, Query, ReadError, Worker};
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

use crate::factory::Handle;
use crate::place::Place;
use crate::run::{Outcome, Stop};

const PATIENCE: Duration = Duration::from_secs(60);

/// The scales that are out of order, of all checks: each uses numbers of its own.
static BROKEN: Mutex<BTreeSet<u64>> = Mutex::new(BTreeSet::new());

fn broken() -> MutexGuard<'static, BTreeSet<u64>> {
    BROKEN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Weighed {
    depot: u32,
    other: u32,
    scale: u64,
}

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(name = "parcel", id = u32, events(Weighed), apply = ignore)]
struct Parcel;

fn ignore(_: &mut Parcel, _: ParcelEvent) {}

/// What was weighed at a depot, in order.
#[derive(View, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[view(name = "weighed", key = u32, events(Weighed), on_error = park, retries = 1)]
struct Depot {
    positions: Vec<u64>,
}

impl KeyOf<Weighed> for Depot {
    fn keys(weighed: &Recorded<Weighed>) -> impl IntoIterator<Item = u32> {
        BTreeSet::from([weighed.depot, weighed.other])
    }
}

impl ApplyRecorded<Weighed> for Depot {
    fn apply_recorded(&mut self, weighed: Recorded<Weighed>) {
        let is_broken = broken().contains(&weighed.scale);
        assert!(!is_broken, "scale {} is out of order", weighed.scale);
        self.positions.push(weighed.position.0);
    }
}

fn start(store: &Handle) -> JoinHandle<Result<(), ReadError>> {
    let app = App::new((**store).clone());
    let worker = Worker::new(&app).add(Depot::projection().parts(2)).lease(Duration::from_millis(300));
    tokio::spawn(worker.run_until(std::future::pending::<()>()))
}

async fn weigh(app: &App<AnyStore>, depot: u32, other: u32, scale: u64) -> Outcome<Position> {
    let appended = app.append::<Parcel>(&depot, events![Weighed { depot, other, scale }]).await?;
    Ok(appended.position.unwrap_or_default())
}

async fn rows(app: &App<AnyStore>) -> Outcome<BTreeMap<u32, Vec<u64>>> {
    let listed = app.view::<Depot>().list().limit(u32::MAX).await?;
    Ok(listed.into_iter().map(|(depot, row)| (depot, row.positions)).collect())
}

async fn parked(app: &App<AnyStore>) -> Outcome<Vec<Parked>> {
    Ok(app.parked::<Depot>().list().limit(u32::MAX).await?)
}

/// Position, depot, and whether it is the one that failed.
async fn aside(app: &App<AnyStore>) -> Outcome<Vec<(u64, String, bool)>> {
    let row = |parked: Parked| (parked.position.0, parked.key, parked.error.is_some_and(|error| error.contains("out of order")));
    Ok(parked(app).await?.into_iter().map(row).collect())
}

fn due(rows: &[(u64, &str, bool)]) -> Vec<(u64, String, bool)> {
    rows.iter().map(|(position, key, failed)| (*position, (*key).to_owned(), *failed)).collect()
}

/// Waits until as many are parked.
async fn until_parked(app: &App<AnyStore>, count: usize) -> Outcome {
    let until = Instant::now() + PATIENCE;
    loop {
        let parked = parked(app).await?;
        if parked.len() == count {
            return Ok(());
        }
        if Instant::now() > until {
            return Err(Stop::broken(format!("{count} parked events were due, not {parked:?}")));
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Weighs at two depots on a scale that is out of order, and on one that isn't; all that can take effect has done so.
async fn out_of_order(place: &Place) -> Outcome<(App<AnyStore>, JoinHandle<Result<(), ReadError>>, [u64; 2])> {
    let store = place.open().await?;
    let app = App::new((*store).clone());
    let scales = [place.seed() | 1, place.seed() & !1];
    broken().insert(scales[0]);
    let worker = start(&store);
    // positions 1 to 6
    weigh(&app, 1, 2, scales[1]).await?;
    weigh(&app, 1, 3, scales[0]).await?;
    weigh(&app, 1, 1, scales[1]).await?;
    weigh(&app, 2, 3, scales[1]).await?;
    weigh(&app, 1, 4, scales[1]).await?;
    let last = weigh(&app, 2, 5, scales[1]).await?;
    app.wait_for::<Depot>(last, PATIENCE).await?;
    Ok((app, worker, scales))
}

pub(crate) async fn an_event_that_fails_is_parked_with_what_comes_behind_it(place: Place) -> Outcome {
    let (app, worker, _) = out_of_order(&place).await?;
    let (first, behind) = (true, false);
    let expected = [(2, "1", first), (2, "3", first), (3, "1", behind), (4, "3", behind), (5, "1", behind)];
    assert_eq!(aside(&app).await?, due(&expected));
    assert_eq!(rows(&app).await?, BTreeMap::from([(1, vec![1]), (2, vec![1, 4, 6]), (4, vec![5]), (5, vec![6])]));
    let (event, why) = app.parked::<Depot>().get(Position(2)).await?.ok_or_else(|| Stop::broken("it is parked"))?;
    assert_eq!((event.position, &*event.name), (Position(2), "Weighed"));
    assert_eq!(why.iter().map(|parked| (&*parked.key, parked.attempts)).collect::<Vec<_>>(), [("1", 2), ("3", 2)]);
    assert!(app.parked::<Depot>().get(Position(1)).await?.is_none());
    worker.abort();
    Ok(())
}

pub(crate) async fn a_retry_takes_an_event_and_those_behind_it_in_order(place: Place) -> Outcome {
    let (app, worker, scales) = out_of_order(&place).await?;
    // it still fails, and stays where it is, once more
    assert_eq!(app.parked::<Depot>().retry(Position(5)).await?, 1);
    let until = Instant::now() + PATIENCE;
    while parked(&app).await?[0].attempts != 3 {
        assert!(Instant::now() < until, "it was not tried again");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(parked(&app).await?.iter().map(|parked| parked.mark).collect::<Vec<_>>(), [None; 5]);
    broken().remove(&scales[0]);
    assert_eq!(app.parked::<Depot>().retry(Position(3)).await?, 1);
    until_parked(&app, 2).await?;
    assert_eq!(rows(&app).await?.get(&1), Some(&vec![1, 2, 3, 5]));
    assert_eq!(app.parked::<Depot>().retry_all().await?, 1);
    until_parked(&app, 0).await?;
    assert_eq!(rows(&app).await?.get(&3), Some(&vec![2, 4]));
    // and nothing waits any more
    let last = weigh(&app, 1, 3, scales[1]).await?;
    app.wait_for::<Depot>(last, PATIENCE).await?;
    assert_eq!((rows(&app).await?.get(&1), parked(&app).await?), (Some(&vec![1, 2, 3, 5, 7]), Vec::new()));
    worker.abort();
    Ok(())
}

pub(crate) async fn a_retry_goes_as_far_as_it_can(place: Place) -> Outcome {
    let store = place.open().await?;
    let app = App::new((*store).clone());
    let [first, second, fine] = [0, 1, 2].map(|nth| (place.seed() & !3) | nth);
    broken().extend([first, second]);
    let worker = start(&store);
    weigh(&app, 1, 1, first).await?;
    for _ in 2..=130 {
        weigh(&app, 1, 1, fine).await?;
    }
    weigh(&app, 1, 1, second).await?;
    let last = weigh(&app, 1, 1, fine).await?;
    app.wait_for::<Depot>(last, PATIENCE).await?;
    until_parked(&app, 132).await?;
    broken().remove(&first);
    app.parked::<Depot>().retry(Position(1)).await?;
    until_parked(&app, 2).await?;
    let until = Instant::now() + PATIENCE;
    while parked(&app).await?[0].error.is_none() {
        assert!(Instant::now() < until, "it is not said why the next one fails");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(aside(&app).await?, due(&[(131, "1", true), (132, "1", false)]));
    assert_eq!(rows(&app).await?.get(&1), Some(&(1..=130).collect::<Vec<_>>()));
    // what comes now still waits
    let last = weigh(&app, 1, 1, fine).await?;
    app.wait_for::<Depot>(last, PATIENCE).await?;
    until_parked(&app, 3).await?;
    worker.abort();
    Ok(())
}

pub(crate) async fn an_event_that_is_discarded_takes_no_effect_and_those_behind_it_do(place: Place) -> Outcome {
    let (app, worker, scales) = out_of_order(&place).await?;
    assert_eq!(app.parked::<Depot>().discard(Position(3)).await?, 1, "one that only waits");
    until_parked(&app, 4).await?;
    assert_eq!(rows(&app).await?.get(&1), Some(&vec![1]), "the others wait on");
    assert_eq!(app.parked::<Depot>().discard(Position(2)).await?, 2);
    until_parked(&app, 0).await?;
    let last = weigh(&app, 1, 3, scales[1]).await?;
    app.wait_for::<Depot>(last, PATIENCE).await?;
    let found = rows(&app).await?;
    assert_eq!((found.get(&1), found.get(&3)), (Some(&vec![1, 5, 7]), Some(&vec![4, 7])));
    assert_eq!(app.parked::<Depot>().discard(Position(2)).await?, 0);
    worker.abort();
    Ok(())
}

pub(crate) async fn whatever_fails_and_whoever_ends_nothing_is_missing_or_out_of_turn(place: Place) -> Outcome {
    let (store, mut random) = (place.open().await?, place.random());
    let app = App::new((*store).clone());
    let scales: Vec<u64> = (0..4).map(|nth| (place.seed() & !3) | nth).collect();
    let (mut workers, mut last) = (vec![start(&store)], Position::START);
    for _ in 0..120 {
        match random.below(12) {
            0 => broken().extend([scales[random.below(4)]]),
            1 => {
                let mended = scales[random.below(4)];
                broken().retain(|scale| *scale != mended);
            }
            2 => {
                app.parked::<Depot>().retry_all().await?;
            }
            3 if !workers.is_empty() => workers.swap_remove(random.below(workers.len())).abort(),
            4 if workers.len() < 3 => workers.push(start(&store)),
            _ => last = weigh(&app, random.below(6) as u32, random.below(6) as u32, scales[random.below(4)]).await?,
        }
        tokio::time::sleep(Duration::from_micros(random.next() % 8_000)).await;
    }
    broken().retain(|scale| !scales.contains(scale));
    workers.push(start(&store));
    app.wait_for::<Depot>(last, PATIENCE).await?;
    let until = Instant::now() + PATIENCE;
    // a try that began before the scales were mended may end after this
    while app.parked::<Depot>().retry_all().await? > 0 {
        assert!(Instant::now() < until, "{:?}", parked(&app).await?);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    workers.iter().for_each(JoinHandle::abort);

    let mut expected = BTreeMap::<u32, Vec<u64>>::new();
    let mut log = app.read(Query::all(), Position::START);
    while let Some(event) = log.next().await {
        let event = event?;
        let weighed: Weighed = serde_json::from_slice(event.event.as_bytes())?;
        for depot in BTreeSet::from([weighed.depot, weighed.other]) {
            expected.entry(depot).or_default().push(event.position.0);
        }
    }
    assert_eq!(rows(&app).await?, expected);
    Ok(())
}
