//! A snapshot changes how fast a state is there, never what it is.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod bank;
mod counted;

use bank::*;
use es_core::prelude::*;
use es_core::store::{Snapshot, SnapshotStore};
use es_core::{MemoryStore, StreamId};

async fn seven_events() -> (App<MemoryStore>, StreamId) {
    let app = App::new(MemoryStore::new());
    app.execute(open(1)).await.unwrap();
    for cents in 1..=6 {
        app.execute(deposit(1, cents)).await.unwrap();
    }
    (app, StreamId::new("account", "1").unwrap())
}

fn expected() -> Account {
    Account { owner: "ann".into(), cents: 21, movements: 6 }
}

async fn loads_as_expected(app: &App<MemoryStore>) {
    let loaded = app.load::<Account>(&1).await.unwrap();
    assert_eq!((loaded.state, loaded.version), (expected(), 7));
}

#[tokio::test]
async fn a_snapshot_is_kept_at_every_third_event_and_believed() {
    let (app, stream) = seven_events().await;
    let snapshot = app.store().snapshot(&stream).await.unwrap().unwrap();
    assert_eq!(snapshot.version, 6);
    let discarded = counted::of("es_snapshots_discarded_total", loads_as_expected(&app)).await;
    assert_eq!(discarded, 0);
}

#[tokio::test]
async fn new_events_are_applied_once_when_a_snapshot_is_taken() {
    let app = App::new(MemoryStore::new()).cache_states(0);
    app.append::<Account>(&1, events![Opened { owner: "ann".into() }, Deposited { cents: 100 }]).await.unwrap();
    for _ in 0..2 {
        app.execute(deposit(1, 100)).await.unwrap();
    }
    assert_eq!(app.load::<Account>(&1).await.unwrap().state.cents, 300);
}

#[tokio::test]
async fn a_state_is_read_to_the_end_however_many_events_follow_its_snapshot() {
    for following in [998, 999, 1000, 2500] {
        let (app, _) = seven_events().await;
        // the snapshot stands at version 6, and imports take none
        let imported = (0..following).map(|_| AccountEvent::Deposited(Deposited { cents: 1 })).collect();
        app.append::<Account>(&1, imported).await.unwrap();
        let loaded = app.load::<Account>(&1).await.unwrap();
        assert_eq!((loaded.state.cents, loaded.version), (21 + following, 7 + following as u64));
    }
}

#[tokio::test]
async fn a_snapshot_that_was_touched_is_discarded_counted_and_replayed() {
    let (app, stream) = seven_events().await;
    let kept = app.store().snapshot(&stream).await.unwrap().unwrap();
    let mut cents = kept.payload.clone();
    let at = cents.windows(2).position(|digits| digits == b"15").unwrap();
    cents[at] = b'9';
    let touched = [
        Snapshot { payload: cents, ..kept.clone() },
        Snapshot { payload: b"not json".to_vec(), ..kept.clone() },
        Snapshot { payload: Vec::new(), ..kept.clone() },
        Snapshot { version: 5, ..kept.clone() },
        Snapshot { version: 70, ..kept.clone() },
        Snapshot { version: 0, ..kept.clone() },
        Snapshot { fingerprint: kept.fingerprint + 1, ..kept.clone() },
        Snapshot { checksum: kept.checksum + 1, ..kept.clone() },
    ];
    for snapshot in touched {
        app.store().save_snapshot(&stream, snapshot).await.unwrap();
        let discarded = counted::of("es_snapshots_discarded_total", loads_as_expected(&app)).await;
        assert_eq!(discarded, 1);
    }
}

#[tokio::test]
async fn another_streams_snapshot_is_not_believed() {
    let (app, stream) = seven_events().await;
    app.append::<Account>(&2, events![Opened { owner: "bob".into() }]).await.unwrap();
    for cents in 1..=6 {
        app.execute(deposit(2, cents * 10)).await.unwrap();
    }
    let other = app.store().snapshot(&StreamId::new("account", "2").unwrap()).await.unwrap().unwrap();
    app.store().save_snapshot(&stream, other).await.unwrap();
    loads_as_expected(&app).await;
}

#[tokio::test]
async fn a_deleted_snapshot_is_not_missed() {
    let (app, stream) = seven_events().await;
    app.store().delete_snapshot(&stream).await.unwrap();
    loads_as_expected(&app).await;
}

#[tokio::test]
async fn a_state_of_another_shape_or_another_snapshot_version_does_not_believe_the_snapshot() {
    mod later {
        use super::*;
        #[derive(Aggregate, Debug, Default, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[aggregate(name = "account", id = u64, events(Opened, Deposited, Withdrawn), snapshot(every = 3, version = 1))]
        pub(super) struct Account {
            pub owner: String,
            pub cents: i64,
            pub movements: u32,
            #[serde(default)]
            pub largest: i64,
        }
        impl Apply<Opened> for Account {
            fn apply(&mut self, _: Opened) {}
        }
        impl Apply<Deposited> for Account {
            fn apply(&mut self, event: Deposited) {
                self.largest = self.largest.max(event.cents);
            }
        }
        impl Apply<Withdrawn> for Account {
            fn apply(&mut self, _: Withdrawn) {}
        }
    }
    let (app, _) = seven_events().await;
    let loaded = counted::value(app.load::<later::Account>(&1), "es_snapshots_discarded_total").await;
    assert_eq!((loaded.0.unwrap().state.largest, loaded.1), (6, 1), "a field that was added is folded from the history");
}
