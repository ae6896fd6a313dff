//! Who works on what, and that nobody else writes there.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use es_core::Position;
use es_core::store::{AdvanceError, Claim, Lease, RowChange, Slot, Step, StoreError, ViewStore, ViewTable};
use uuid::Uuid;

use crate::checks::views::{PARCELS, row};
use crate::factory::Handle;
use crate::given::at_once;
use crate::place::Place;
use crate::run::{Outcome, Stop};

/// A lease that no check outlives.
const LONG: Duration = Duration::from_secs(600);
const SHORT: Duration = Duration::from_millis(1);
const PATIENCE: Duration = Duration::from_secs(60);

fn slots(projection: &str, parts: u32) -> Vec<Slot> {
    (0..parts).map(|part| Slot { projection: projection.into(), version: 1, part, parts }).collect()
}

fn claim(slots: &[Slot], lasts: Duration) -> Claim {
    Claim { worker: Uuid::now_v7(), slots: slots.to_vec(), lasts }
}

/// A lease on a projection that nobody else works on.
pub(crate) async fn lease(store: &Handle, projection: &str) -> Outcome<Lease> {
    let claim = claim(&slots(projection, 1), LONG);
    let taken = store.claim(&claim).await?.pop();
    // so that the next one who asks gets it
    store.release(claim.worker).await?;
    taken.ok_or_else(|| Stop::broken("a projection that nobody holds was not given to the one who asked"))
}

/// A step that writes rows.
pub(crate) fn written<C>(lease: Lease, through: u64, table: Option<ViewTable>, rows: Vec<RowChange>) -> Step<C> {
    Step { table, rows, ..Step::new(lease, Position(through)) }
}

/// What the claim gets, as soon as it gets anything.
async fn at_last(store: &Handle, claim: &Claim) -> Outcome<Vec<Lease>> {
    let until = Instant::now() + PATIENCE;
    loop {
        let leases = store.claim(claim).await?;
        if !leases.is_empty() {
            return Ok(leases);
        }
        if Instant::now() > until {
            return Err(Stop::broken("a lease that ran out was not taken over"));
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn first_of(store: &Handle, claim: &Claim) -> Outcome<Lease> {
    at_last(store, claim).await?.pop().ok_or_else(|| Stop::broken("no lease"))
}

async fn is_lost(store: &Handle, lease: Lease, through: u64, rows: Vec<RowChange>) -> Outcome {
    match store.advance(written(lease, through, Some(PARCELS), rows)).await {
        Err(AdvanceError::Lost) => Ok(()),
        other => Err(Stop::broken(format!("`AdvanceError::Lost` was due, not {other:?}"))),
    }
}

async fn position(store: &Handle, projection: &str) -> Outcome<Position> {
    let progress = store.progress(projection, 1).await?;
    Ok(progress.iter().map(|part| part.position).min().unwrap_or_default())
}

pub(crate) async fn a_projection_begins_at_the_start(place: Place) -> Outcome {
    let store = place.open().await?;
    assert_eq!(store.progress("parcels", 1).await?, [], "nobody has met it yet");
    let lease = lease(&store, "parcels").await?;
    assert_eq!((lease.position, lease.slot), (Position::START, slots("parcels", 1).remove(0)));
    let progress = store.progress("parcels", 1).await?;
    assert_eq!(progress.iter().map(|part| part.position).collect::<Vec<_>>(), [Position::START]);
    assert_eq!(store.progress("parcels", 2).await?, [], "another version");
    Ok(())
}

pub(crate) async fn a_step_writes_its_rows_and_moves_the_checkpoint(place: Place) -> Outcome {
    let store = place.open().await?;
    store.open_view(&PARCELS).await?;
    let mut lease = lease(&store, "parcels").await?;
    for through in [3, 4, 3_000_000_000, 1 << 50] {
        store.advance(written(lease.clone(), through, Some(PARCELS), vec![RowChange::Put(row("a", through as i64))])).await?;
        lease.position = Position(through);
        assert_eq!(position(&store, "parcels").await?, Position(through));
        assert_eq!(store.rows(&PARCELS, vec!["a".into()]).await?, [row("a", through as i64)]);
    }
    // without rows it only moves
    store.advance(written(lease.clone(), (1 << 50) + 1, None, Vec::new())).await?;
    assert_eq!(position(&store, "parcels").await?, Position((1 << 50) + 1));
    Ok(())
}

pub(crate) async fn a_step_from_another_position_writes_nothing(place: Place) -> Outcome {
    let store = place.open().await?;
    store.open_view(&PARCELS).await?;
    let lease = lease(&store, "parcels").await?;
    store.advance(written(lease.clone(), 3, Some(PARCELS), vec![RowChange::Put(row("a", 1))])).await?;
    let again = || vec![RowChange::Put(row("a", 2)), RowChange::Put(row("b", 2))];
    is_lost(&store, lease.clone(), 3, again()).await?;
    is_lost(&store, Lease { position: Position(2), ..lease.clone() }, 4, again()).await?;
    is_lost(&store, Lease { position: Position(4), ..lease }, 5, vec![RowChange::Delete("a".into())]).await?;
    assert_eq!(store.list(&PARCELS, &es_core::store::ViewQuery { limit: 9, ..Default::default() }).await?, [row("a", 1)]);
    assert_eq!(position(&store, "parcels").await?, Position(3));
    Ok(())
}

pub(crate) async fn who_lost_the_lease_writes_nothing(place: Place) -> Outcome {
    let store = place.open().await?;
    store.open_view(&PARCELS).await?;
    let paused = first_of(&store, &claim(&slots("parcels", 1), SHORT)).await?;
    let successor = first_of(&store, &claim(&slots("parcels", 1), LONG)).await?;
    assert!(successor.token > paused.token, "a slot that changes hands has a higher token");
    // the position is still the same: it is the token that tells them apart
    is_lost(&store, paused.clone(), 7, vec![RowChange::Put(row("a", 9))]).await?;
    is_lost(&store, paused, 7, Vec::new()).await?;
    assert_eq!((store.count(&PARCELS, &[]).await?, position(&store, "parcels").await?), (0, Position::START));
    store.advance(written(successor, 7, Some(PARCELS), vec![RowChange::Put(row("a", 1))])).await?;
    assert_eq!(store.rows(&PARCELS, vec!["a".into()]).await?, [row("a", 1)]);
    Ok(())
}

pub(crate) async fn a_lease_that_ran_out_is_taken_over_where_it_was(place: Place) -> Outcome {
    let store = place.open().await?;
    let dead = first_of(&store, &claim(&slots("parcels", 1), SHORT)).await?;
    store.advance(written(dead, 5, None, Vec::new())).await?;
    let successor = first_of(&store, &claim(&slots("parcels", 1), LONG)).await?;
    assert_eq!(successor.position, Position(5));
    Ok(())
}

pub(crate) async fn a_lease_is_nobody_else_s_until_it_is_given_back(place: Place) -> Outcome {
    let store = place.open().await?;
    let holder = claim(&slots("parcels", 2), LONG);
    let held = store.claim(&holder).await?;
    assert_eq!(held.len(), 2, "a worker alone holds everything");
    let renewed = store.claim(&holder).await?;
    let tokens = |leases: &[Lease]| leases.iter().map(|lease| (lease.slot.clone(), lease.token)).collect::<HashSet<_>>();
    assert_eq!(tokens(&held), tokens(&renewed), "a lease that is renewed is the same one");
    let other = claim(&slots("parcels", 2), LONG);
    assert_eq!(store.claim(&other).await?, [], "everything is held");
    store.release(holder.worker).await?;
    assert_eq!(store.claim(&other).await?.len(), 2, "everything was given back");
    Ok(())
}

pub(crate) async fn of_16_who_claim_at_once_one_gets_each_part(place: Place) -> Outcome {
    let mut stores = vec![place.open().await?];
    if place.needs(crate::Promise::SharedPlace).await.is_ok() {
        stores.push(place.open().await?);
    }
    for round in 0..10 {
        let wanted = slots(&format!("round-{round}"), 3);
        let claims = (0..16).map(|nth| {
            let (store, claim) = (stores[nth % stores.len()].clone(), claim(&wanted, LONG));
            async move { Outcome::Ok(store.claim(&claim).await?) }
        });
        let leases: Vec<Lease> = at_once(claims).await?.into_iter().collect::<Outcome<Vec<_>>>()?.concat();
        let distinct: HashSet<_> = leases.iter().map(|lease| &lease.slot).collect();
        assert_eq!(leases.len(), distinct.len(), "a part was given to two: {leases:?}");
        assert!(!leases.is_empty(), "nobody was given anything");
    }
    Ok(())
}

pub(crate) async fn of_16_steps_at_once_from_one_position_one_is_made(place: Place) -> Outcome {
    let store = place.open().await?;
    store.open_view(&PARCELS).await?;
    let mut lease = lease(&store, "parcels").await?;
    for round in 1..=20 {
        let steps = (0..16).map(|nth| {
            let (store, lease) = (store.clone(), lease.clone());
            async move {
                let rows = vec![RowChange::Put(row("a", nth)), RowChange::Put(row(&format!("{round}-{nth}"), nth))];
                match store.advance(written(lease, round, Some(PARCELS), rows)).await {
                    Ok(()) => Ok(true),
                    Err(AdvanceError::Lost) => Ok(false),
                    Err(error) => Err(Stop::from(error)),
                }
            }
        });
        let made: Vec<bool> = at_once(steps).await?.into_iter().collect::<Outcome<_>>()?;
        assert_eq!(made.iter().filter(|made| **made).count(), 1, "steps that were made from one position");
        let winner = made.iter().position(|made| *made).unwrap_or_default();
        assert_eq!(store.rows(&PARCELS, vec!["a".into()]).await?, [row("a", winner as i64)]);
        assert_eq!(store.count(&PARCELS, &[]).await?, 1 + round, "rows of steps that were not made");
        lease.position = Position(round);
    }
    Ok(())
}

pub(crate) async fn another_number_of_parts_is_refused(place: Place) -> Outcome {
    let store = place.open().await?;
    store.claim(&claim(&slots("parcels", 2), LONG)).await?;
    for parts in [1, 3] {
        let both = [slots("depots", 1), slots("parcels", parts)].concat();
        match store.claim(&claim(&both, LONG)).await {
            Err(StoreError::Refused { reason }) => assert!(reason.contains(&format!("in 2 parts, not {parts}")), "{reason}"),
            other => return Err(Stop::broken(format!("`StoreError::Refused` was due, not {other:?}"))),
        }
    }
    let claims = (1..=8_u32).map(|parts| {
        let store = store.clone();
        async move { store.claim(&claim(&slots("senders", parts), LONG)).await.is_ok() }
    });
    let taken = at_once(claims).await?;
    assert_eq!(taken.iter().filter(|taken| **taken).count(), 1, "numbers of parts under which one projection is kept");
    Ok(())
}

pub(crate) async fn parts_are_shared_evenly_among_those_who_work(place: Place) -> Outcome {
    let store = place.open().await?;
    let wanted = slots("parcels", 7);
    let claims: Vec<Claim> = (0..3).map(|_| claim(&wanted, LONG)).collect();
    let mut held = Vec::new();
    for _ in 0..12 {
        held.clear();
        for claim in &claims {
            held.push(store.claim(claim).await?.len());
        }
    }
    held.sort_unstable();
    assert_eq!(held, [2, 2, 3]);
    Ok(())
}
