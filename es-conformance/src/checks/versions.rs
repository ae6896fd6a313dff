//! A view whose version was raised: the earlier one serves until the new one has been built.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use es_core::prelude::*;
use es_core::store::{StoreError, ViewStore};
use es_core::{AnyStore, Health, ReadError, Worker};
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

use crate::factory::Handle;
use crate::place::Place;
use crate::run::{Outcome, Stop};

const PATIENCE: Duration = Duration::from_secs(60);

/// The guests, of all checks, that the second version can't take yet.
static UNWELCOME: Mutex<BTreeSet<u64>> = Mutex::new(BTreeSet::new());

fn unwelcome() -> MutexGuard<'static, BTreeSet<u64>> {
    UNWELCOME.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Stayed {
    guest: u64,
    nights: u32,
}

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(name = "room", id = u32, events(Stayed), apply = ignore)]
struct Room;

fn ignore(_: &mut Room, _: RoomEvent) {}

#[derive(View, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[view(name = "stays", version = 1, key = u32, events(Stayed))]
struct Stays {
    #[view(index)]
    stays: u32,
}

impl Apply<Stayed> for Stays {
    fn apply(&mut self, _: Stayed) {
        self.stays += 1;
    }
}

#[derive(View, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[view(name = "stays", version = 2, key = u32, events(Stayed))]
struct Nights {
    stays: u32,
    #[view(index)]
    #[serde(default)]
    nights: u32,
}

impl Apply<Stayed> for Nights {
    fn apply(&mut self, stayed: Stayed) {
        let is_unwelcome = unwelcome().contains(&stayed.guest);
        assert!(!is_unwelcome, "guest {} cannot be taken yet", stayed.guest);
        self.stays += 1;
        self.nights += stayed.nights;
    }
}

fn start(worker: Worker<AnyStore>) -> (Health, JoinHandle<Result<(), ReadError>>) {
    let worker = worker.lease(Duration::from_millis(300));
    (worker.health(), tokio::spawn(worker.run_until(std::future::pending::<()>())))
}

async fn stay(app: &App<AnyStore>, room: u32, guest: u64, nights: u32) -> Outcome<Option<Position>> {
    Ok(app.append::<Room>(&room, events![Stayed { guest, nights }]).await?.position)
}

/// Looks again and again until there is something.
macro_rules! until {
    ($what:literal, $look:expr) => {{
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = $look {
                break found;
            }
            if Instant::now() > end {
                return Err(Stop::broken(concat!($what, ", although that was due")));
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }};
}

async fn opened(place: &Place) -> Outcome<(Handle, App<AnyStore>, u64)> {
    let store = place.open().await?;
    let app = App::new((*store).clone());
    Ok((store, app, place.seed()))
}

pub(crate) async fn an_earlier_version_serves_until_the_new_one_is_built(place: Place) -> Outcome {
    let (store, app, guest) = opened(&place).await?;
    stay(&app, 1, guest, 3).await?;
    let last = stay(&app, 1, guest.wrapping_add(1), 4).await?;
    let (_, first) = start(Worker::new(&app).add(Stays::projection().parts(2)));
    app.wait_for::<Stays>(last, PATIENCE).await?;

    // the new version gets nowhere for now, and the health of its worker says on what
    unwelcome().insert(guest.wrapping_add(1));
    let (health, second) = start(Worker::new(&app).add(Nights::projection().parts(3)));
    let why = until!("nothing was seen to stop it", health.stuck(Duration::ZERO).into_iter().find_map(|stuck| stuck.error));
    assert!(why.contains("cannot be taken yet"), "{why}");
    let last = stay(&app, 1, guest, 5).await?;
    app.wait_for::<Nights>(last, PATIENCE).await?;
    assert_eq!(app.view::<Nights>().get(&1).await?, Some(Nights { stays: 3, nights: 0 }), "as the first version has it");
    assert_eq!(app.lag::<Nights>().await?.events, 0);
    assert_eq!(app.view::<Nights>().list().await?.len(), 1);
    match app.view::<Nights>().list().filter(Nights::NIGHTS.eq(1_u32)).await {
        Err(ReadError::Store(StoreError::Refused { reason })) if reason.contains("version 1 serves") => {}
        other => return Err(Stop::broken(format!("a column that lacks was due, not {other:?}"))),
    }

    unwelcome().remove(&guest.wrapping_add(1));
    until!("the new version does not serve", store.versions("stays").await?.contains(&2).then_some(()));
    app.wait_for::<Nights>(last, PATIENCE).await?;
    assert_eq!(app.view::<Nights>().get(&1).await?, Some(Nights { stays: 3, nights: 12 }));
    assert_eq!(app.view::<Nights>().count().filter(Nights::NIGHTS.eq(12_u32)).await?, 1);
    let last = stay(&app, 1, guest, 1).await?;
    app.wait_for::<Nights>(last, PATIENCE).await?;
    assert_eq!(app.view::<Nights>().get(&1).await?, Some(Nights { stays: 4, nights: 13 }), "it is kept");
    app.wait_for::<Stays>(last, PATIENCE).await?;
    assert_eq!(app.view::<Stays>().get(&1).await?, Some(Stays { stays: 4 }), "and so is the first");
    until!("its health does not turn well", health.stuck(Duration::ZERO).is_empty().then_some(()));

    first.abort();
    app.drop_version::<Nights>(1).await?;
    assert_eq!(store.versions("stays").await?, [2]);
    second.abort();
    Ok(())
}

pub(crate) async fn a_build_that_was_broken_off_is_gone_on_with_by_another(place: Place) -> Outcome {
    let (store, app, guest) = opened(&place).await?;
    let mut last = stay(&app, 1, guest, 1).await?;
    let (_, first) = start(Worker::new(&app).add(Stays::projection()));
    app.wait_for::<Stays>(last, PATIENCE).await?;
    first.abort();
    for _ in 0..30 {
        last = stay(&app, 1, guest, 1).await?;
    }
    stay(&app, 1, guest.wrapping_add(1), 1).await?;
    unwelcome().insert(guest.wrapping_add(1));
    let (_, broken_off) = start(Worker::new(&app).add(Nights::projection()));
    until!("nothing was built", store.progress("stays~rebuild", 2).await?.first().filter(|part| Some(part.position) >= last).map(drop));
    broken_off.abort();
    let _ = broken_off.await;
    unwelcome().remove(&guest.wrapping_add(1));
    // what was built by the one before is not built again: this guest is in it
    unwelcome().insert(guest);
    let progress = std::sync::Arc::new(Mutex::new(Vec::new()));
    let told = progress.clone();
    let rebuild = app.rebuild::<Nights>().lease(Duration::from_millis(300)).on_progress(move |progress| {
        told.lock().unwrap_or_else(PoisonError::into_inner).push(progress);
    });
    tokio::time::timeout(PATIENCE, std::future::IntoFuture::into_future(rebuild)).await??;
    unwelcome().remove(&guest);
    assert_eq!(app.view::<Nights>().get(&1).await?, Some(Nights { stays: 32, nights: 32 }));
    let told = progress.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let first = told.first().ok_or_else(|| Stop::broken("nobody was told how far it is"))?;
    assert!(Some(first.position) >= last && first.head == Position(32), "{first}");
    Ok(())
}
