//! Views that are built anew beside the table that serves, and take its place.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use es_core::Position;
use es_core::store::{
    AdvanceError, Claim, Lease, Parked, ParkedQuery, Parking, RowChange, Slot, Step, StoreError, ViewQuery, ViewStore, ViewTable,
};
use uuid::Uuid;

use crate::checks::leases::{lease, written};
use crate::checks::views::{PARCELS, row};
use crate::factory::Handle;
use crate::place::Place;
use crate::run::{Outcome, Stop};

const BESIDE: ViewTable = ViewTable { beside: true, ..PARCELS };
const PATIENCE: Duration = Duration::from_secs(60);

/// The one slot of the table beside, held.
async fn lease_beside(store: &Handle) -> Outcome<Option<Lease>> {
    let slots = Slot::all_of(&BESIDE.projection(), 1, 1).collect();
    let claim = Claim { worker: Uuid::now_v7(), slots, lasts: Duration::from_secs(600) };
    let taken = store.claim(&claim).await?.pop();
    store.release(claim.worker).await?;
    Ok(taken)
}

async fn held_beside(store: &Handle) -> Outcome<Lease> {
    lease_beside(store).await?.ok_or_else(|| Stop::broken("a slot of a rebuild that nobody holds was not given"))
}

fn put(key: &str, grams: i64) -> Vec<RowChange> {
    vec![RowChange::Put(row(key, grams))]
}

/// A view that serves, with one row, and has come to position 5.
async fn serving(place: &Place) -> Outcome<(Handle, Lease)> {
    let store = place.open().await?;
    store.open_view(&PARCELS).await?;
    let mut lease = lease(&store, "parcels").await?;
    store.advance(written(lease.clone(), 5, Some(PARCELS), put("a", 1))).await?;
    lease.position = Position(5);
    Ok((store, lease))
}

async fn grams(store: &Handle) -> Outcome<Vec<(String, String)>> {
    let rows = store.list(&PARCELS, &ViewQuery { limit: 10, ..ViewQuery::default() }).await?;
    Ok(rows.into_iter().map(|row| (row.key, String::from_utf8_lossy(&row.state).into_owned())).collect())
}

fn due(rows: &[(&str, i64)]) -> Vec<(String, String)> {
    rows.iter().map(|(key, grams)| ((*key).to_owned(), format!("{{\"grams\":{grams}}}"))).collect()
}

async fn positions(store: &Handle, table: &ViewTable) -> Outcome<Vec<u64>> {
    Ok(store.progress(&table.projection(), 1).await?.iter().map(|part| part.position.0).collect())
}

async fn is_lost(store: &Handle, step: Step<std::convert::Infallible>) -> Outcome {
    match store.advance(step).await {
        Err(AdvanceError::Lost) => Ok(()),
        other => Err(Stop::broken(format!("`AdvanceError::Lost` was due, not {other:?}"))),
    }
}

pub(crate) async fn what_was_rebuilt_serves_once_it_has_come_as_far(place: Place) -> Outcome {
    let (store, _) = serving(&place).await?;
    assert!(!store.finish_rebuild(&PARCELS).await?, "there is none");
    store.begin_rebuild(&PARCELS, 1).await?;
    let mut beside = held_beside(&store).await?;
    assert_eq!((beside.position, positions(&store, &PARCELS).await?), (Position::START, vec![5]));
    store.advance(written(beside.clone(), 4, Some(BESIDE), put("b", 2))).await?;
    beside.position = Position(4);
    assert!(!store.finish_rebuild(&PARCELS).await?, "the one that serves has come further");
    assert_eq!(grams(&store).await?, due(&[("a", 1)]));
    store.advance(written(beside.clone(), 6, Some(BESIDE), put("c", 3))).await?;
    assert_eq!(store.versions("parcels").await?, [1]);
    assert_eq!((grams(&store).await?, positions(&store, &BESIDE).await?), (due(&[("a", 1)]), vec![6]));

    assert!(store.finish_rebuild(&PARCELS).await?);
    assert_eq!((grams(&store).await?, positions(&store, &PARCELS).await?), (due(&[("b", 2), ("c", 3)]), vec![6]));
    assert!(positions(&store, &BESIDE).await?.is_empty());
    assert!(!store.finish_rebuild(&PARCELS).await?, "it is done");
    // and again, as often as one likes
    for grams in 4..7 {
        store.begin_rebuild(&PARCELS, 1).await?;
        store.advance(written(held_beside(&store).await?, 6, Some(BESIDE), put("d", grams))).await?;
        assert!(store.finish_rebuild(&PARCELS).await?);
    }
    assert_eq!(grams(&store).await?, due(&[("d", 6)]));
    store.open_view(&PARCELS).await?;
    Ok(())
}

pub(crate) async fn a_rebuild_that_was_broken_off_is_gone_on_with(place: Place) -> Outcome {
    let (store, _) = serving(&place).await?;
    let rebuilt = async |table: &ViewTable, parts: u32| -> Outcome<Vec<u64>> {
        store.begin_rebuild(table, parts).await?;
        positions(&store, &BESIDE).await
    };
    assert_eq!(rebuilt(&PARCELS, 1).await?, [0]);
    store.advance(written(held_beside(&store).await?, 3, Some(BESIDE), put("b", 2))).await?;
    assert_eq!(rebuilt(&PARCELS, 1).await?, [3]);
    assert_eq!(rebuilt(&ViewTable { fingerprint: 7, ..PARCELS }, 1).await?, [0], "of another shape");
    store.advance(written(held_beside(&store).await?, 3, Some(BESIDE), put("b", 2))).await?;
    assert_eq!(rebuilt(&ViewTable { fingerprint: 7, ..PARCELS }, 2).await?, [0, 0], "in another number of parts");
    let rows = store.list(&BESIDE, &ViewQuery { limit: 10, ..ViewQuery::default() }).await?;
    assert_eq!(rows, [], "it began anew");
    assert_eq!(grams(&store).await?, due(&[("a", 1)]), "what serves is as it was");
    Ok(())
}

pub(crate) async fn who_held_a_slot_before_a_rebuild_writes_nothing_after_it(place: Place) -> Outcome {
    let (store, held) = serving(&place).await?;
    assert!(lease_beside(&store).await?.is_none(), "a claim does not begin a rebuild");
    store.begin_rebuild(&PARCELS, 1).await?;
    let mut beside = held_beside(&store).await?;
    store.advance(written(beside.clone(), 5, Some(BESIDE), put("b", 2))).await?;
    beside.position = Position(5);
    assert!(store.finish_rebuild(&PARCELS).await?);
    is_lost(&store, written(held.clone(), 6, Some(PARCELS), put("a", 9))).await?;
    is_lost(&store, written(beside, 6, Some(PARCELS), put("b", 9))).await?;
    assert_eq!(grams(&store).await?, due(&[("b", 2)]));
    assert!(lease_beside(&store).await?.is_none(), "nor does one that comes late");
    // whoever takes it over goes on where it is
    let next = lease(&store, "parcels").await?;
    assert!(next.position == Position(5) && next.token > held.token, "{next:?}");
    store.advance(written(next, 6, Some(PARCELS), put("b", 3))).await?;
    assert_eq!(grams(&store).await?, due(&[("b", 3)]));
    Ok(())
}

pub(crate) async fn what_a_rebuild_parked_is_parked_afterwards(place: Place) -> Outcome {
    let (store, held) = serving(&place).await?;
    let aside = |lease: &Lease, key: &str| Parked {
        slot: lease.slot.clone(),
        key: key.into(),
        position: Position(2),
        error: Some("too heavy".into()),
        attempts: 1,
        mark: None,
        parked_at: chrono::DateTime::UNIX_EPOCH,
    };
    let parks = |lease: &Lease, key: &str| Parking { put: vec![aside(lease, key)], taken: Vec::new() };
    store.advance(Step { parking: parks(&held, "before"), ..Step::new(held.clone(), Position(5)) }).await?;
    store.begin_rebuild(&PARCELS, 1).await?;
    let beside = held_beside(&store).await?;
    store.advance(Step { parking: parks(&beside, "anew"), ..Step::new(beside.clone(), Position(5)) }).await?;
    let parked = async |projection: &str| -> Outcome<Vec<String>> {
        let query = ParkedQuery { projection: projection.into(), version: 1, limit: 10, ..ParkedQuery::default() };
        Ok(store.parked(&query).await?.into_iter().map(|parked| parked.key).collect())
    };
    assert_eq!((parked("parcels").await?, parked(&BESIDE.projection()).await?), (vec!["before".into()], vec!["anew".into()]));
    assert!(store.finish_rebuild(&PARCELS).await?);
    assert_eq!((parked("parcels").await?, parked(&BESIDE.projection()).await?), (vec!["anew".into()], vec![]));
    Ok(())
}

pub(crate) async fn a_version_that_is_dropped_is_gone(place: Place) -> Outcome {
    let (store, _) = serving(&place).await?;
    let second = ViewTable { version: 2, ..PARCELS };
    // one that is only built beside does not serve yet
    store.begin_rebuild(&second, 2).await?;
    assert_eq!(store.versions("parcels").await?, [1]);
    assert!(store.finish_rebuild(&second).await?);
    assert_eq!(store.versions("parcels").await?, [1, 2]);
    store.drop_version("parcels", 1).await?;
    assert_eq!((store.versions("parcels").await?, positions(&store, &PARCELS).await?), (vec![2], vec![]));
    match store.rows(&PARCELS, vec!["a".into()]).await {
        Err(StoreError::Refused { reason }) if reason.contains("is not set up") => {}
        other => return Err(Stop::broken(format!("a view that is not set up was due, not {other:?}"))),
    }
    assert_eq!(store.rows(&second, vec!["a".into()]).await?, []);
    store.drop_version("parcels", 7).await?;
    // and may be set up again
    store.open_view(&PARCELS).await?;
    assert_eq!(grams(&store).await?, []);
    Ok(())
}

pub(crate) async fn whoever_reads_while_a_rebuild_takes_its_place_finds_every_row(place: Place) -> Outcome {
    let (store, _) = serving(&place).await?;
    let done = Arc::new(AtomicBool::new(false));
    let reads = Arc::new(AtomicU64::new(0));
    let reader = tokio::spawn({
        let (store, done, reads) = (store.clone(), done.clone(), reads.clone());
        async move {
            let mut last = 0;
            while !done.load(Ordering::SeqCst) {
                assert_eq!(store.rows(&PARCELS, vec!["a".into()]).await?.len(), 1);
                let position = positions(&store, &PARCELS).await?.into_iter().min().unwrap_or(0);
                assert!(position >= last, "it went back from {last} to {position}");
                last = position;
                reads.fetch_add(1, Ordering::SeqCst);
                tokio::task::yield_now().await;
            }
            Outcome::Ok(())
        }
    });
    // what serves is kept up to date meanwhile
    let writer = tokio::spawn(keep_up(store.clone(), done.clone()));
    let until = Instant::now() + PATIENCE;
    for round in 0..12 {
        store.begin_rebuild(&PARCELS, 1).await?;
        let mut beside = held_beside(&store).await?;
        loop {
            // ahead of what serves, so that it is put in its place even while that goes on
            let through = positions(&store, &PARCELS).await?.into_iter().max().unwrap_or(0) + 3;
            let through = through.max(beside.position.0);
            store.advance(written(beside.clone(), through, Some(BESIDE), put("a", 2))).await?;
            beside.position = Position(through);
            let is_read = reads.load(Ordering::SeqCst) > round;
            if is_read && store.finish_rebuild(&PARCELS).await? {
                break;
            }
            assert!(Instant::now() < until && !reader.is_finished(), "it is never put in its place");
            tokio::task::yield_now().await;
        }
    }
    done.store(true, Ordering::SeqCst);
    writer.await??;
    reader.await?
}

/// Moves what serves on, one event after the other.
async fn keep_up(store: Handle, done: Arc<AtomicBool>) -> Outcome {
    let slots: Vec<Slot> = Slot::all_of("parcels", 1, 1).collect();
    let claim = Claim { worker: Uuid::now_v7(), slots, lasts: Duration::from_secs(600) };
    while !done.load(Ordering::SeqCst) {
        if let Some(held) = store.claim(&claim).await?.pop() {
            let next = held.position.0 + 1;
            match store.advance(written(held, next, Some(PARCELS), put("a", 1))).await {
                Ok(()) | Err(AdvanceError::Lost) => {}
                Err(error) => return Err(error.into()),
            }
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(())
}
