//! Events that a projection could not take: they are put aside with the step that goes on without them, and come back in order.

use std::collections::BTreeSet;

use es_core::Position;
use es_core::store::{AdvanceError, Lease, Mark, Parked, ParkedQuery, Parking, RowChange, Step, ViewStore};

use crate::checks::contents::hostile;
use crate::checks::leases::lease;
use crate::checks::views::{PARCELS, row};
use crate::factory::Handle;
use crate::given::at_once;
use crate::place::Place;
use crate::run::{Outcome, Stop};

fn aside(lease: &Lease, key: &str, position: u64, error: Option<&str>) -> Parked {
    let (slot, error) = (lease.slot.clone(), error.map(str::to_owned));
    let attempts = if error.is_some() { 3 } else { 0 };
    Parked { slot, key: key.into(), position: Position(position), error, attempts, mark: None, parked_at: chrono::DateTime::UNIX_EPOCH }
}

fn parks<C>(lease: &Lease, put: Vec<Parked>) -> Step<C> {
    Step { parking: Parking { put, taken: Vec::new() }, ..Step::new(lease.clone(), lease.position) }
}

fn takes<C>(lease: &Lease, taken: &[(&str, u64)]) -> Step<C> {
    let taken = taken.iter().map(|(key, position)| ((*key).to_owned(), Position(*position))).collect();
    Step { parking: Parking { put: Vec::new(), taken }, ..Step::new(lease.clone(), lease.position) }
}

fn all() -> ParkedQuery {
    ParkedQuery { projection: "parcels".into(), version: 1, limit: u32::MAX, ..ParkedQuery::default() }
}

async fn rows(store: &Handle, query: &ParkedQuery) -> Outcome<Vec<(String, u64)>> {
    Ok(store.parked(query).await?.into_iter().map(|parked| (parked.key, parked.position.0)).collect())
}

fn due(rows: &[(&str, u64)]) -> Vec<(String, u64)> {
    rows.iter().map(|(key, position)| ((*key).to_owned(), *position)).collect()
}

async fn is_lost(store: &Handle, step: Step<std::convert::Infallible>) -> Outcome {
    match store.advance(step).await {
        Err(AdvanceError::Lost) => Ok(()),
        other => Err(Stop::broken(format!("`AdvanceError::Lost` was due, not {other:?}"))),
    }
}

pub(crate) async fn a_step_parks_events_and_takes_them_out_again(place: Place) -> Outcome {
    let store = place.open().await?;
    store.open_view(&PARCELS).await?;
    let mut lease = lease(&store, "parcels").await?;
    let put = vec![aside(&lease, "a", 3, Some("too heavy")), aside(&lease, "b", 3, None)];
    let rows_of_it = vec![RowChange::Put(row("c", 3))];
    let step = Step { table: Some(PARCELS), rows: rows_of_it, ..parks(&lease, put.clone()) };
    store.advance(Step { through: Position(3), ..step }).await?;
    lease.position = Position(3);
    let found = store.parked(&all()).await?;
    for (found, put) in found.iter().zip(&put) {
        assert!(found.parked_at > chrono::DateTime::UNIX_EPOCH, "the store says when");
        assert_eq!(Parked { parked_at: put.parked_at, ..found.clone() }, *put);
    }
    assert_eq!(rows(&store, &all()).await?, due(&[("a", 3), ("b", 3)]));
    assert_eq!(store.rows(&PARCELS, vec!["c".into()]).await?, [row("c", 3)]);
    assert_eq!(store.progress("parcels", 1).await?[0].position, Position(3), "it went on");

    // another reason, and what it takes effect in
    store.advance(parks(&lease, vec![Parked { attempts: 7, ..aside(&lease, "a", 3, Some("too long")) }])).await?;
    let found = store.parked(&ParkedQuery { key: Some("a".into()), ..all() }).await?;
    assert_eq!(found.iter().map(|found| (found.error.as_deref(), found.attempts)).collect::<Vec<_>>(), [(Some("too long"), 7)]);
    store.advance(Step { table: Some(PARCELS), rows: vec![RowChange::Put(row("a", 3))], ..takes(&lease, &[("a", 3)]) }).await?;
    assert_eq!(rows(&store, &all()).await?, due(&[("b", 3)]));
    assert_eq!(store.rows(&PARCELS, vec!["a".into()]).await?, [row("a", 3)]);
    Ok(())
}

pub(crate) async fn who_lost_the_lease_parks_nothing(place: Place) -> Outcome {
    let store = place.open().await?;
    let first = lease(&store, "parcels").await?;
    let second = lease(&store, "parcels").await?;
    is_lost(&store, parks(&first, vec![aside(&first, "a", 1, None)])).await?;
    assert_eq!(rows(&store, &all()).await?, due(&[]));
    store.advance(parks(&second, vec![aside(&second, "a", 1, None)])).await?;
    is_lost(&store, takes(&first, &[("a", 1)])).await?;
    let behind = Lease { position: Position(1), ..second.clone() };
    is_lost(&store, takes(&behind, &[("a", 1)])).await?;
    assert_eq!(rows(&store, &all()).await?, due(&[("a", 1)]));
    Ok(())
}

pub(crate) async fn a_step_that_takes_what_is_no_longer_parked_does_nothing(place: Place) -> Outcome {
    let store = place.open().await?;
    store.open_view(&PARCELS).await?;
    let lease = lease(&store, "parcels").await?;
    store.advance(parks(&lease, vec![aside(&lease, "a", 1, None), aside(&lease, "b", 2, None)])).await?;
    store.advance(takes(&lease, &[("a", 1)])).await?;
    for taken in [&[("a", 1)][..], &[("b", 2), ("a", 1)], &[("b", 1)]] {
        let step = Step { table: Some(PARCELS), rows: vec![RowChange::Put(row("a", 1))], ..takes(&lease, taken) };
        is_lost(&store, Step { through: Position(5), ..step }).await?;
    }
    assert_eq!(rows(&store, &all()).await?, due(&[("b", 2)]));
    assert_eq!(store.rows(&PARCELS, vec!["a".into()]).await?, []);
    assert_eq!(store.progress("parcels", 1).await?[0].position, Position::START);
    Ok(())
}

pub(crate) async fn of_16_steps_that_take_one_parked_event_one_is_made(place: Place) -> Outcome {
    let store = place.open().await?;
    let lease = lease(&store, "parcels").await?;
    for round in 1..=10 {
        store.advance(parks(&lease, vec![aside(&lease, "a", round, None)])).await?;
        let taking = (0..16).map(|_| {
            let (store, step) = (store.clone(), takes(&lease, &[("a", round)]));
            async move { store.advance(step).await }
        });
        let made = at_once(taking).await?.into_iter().filter(Result::is_ok).count();
        assert_eq!(made, 1, "round {round}");
    }
    Ok(())
}

pub(crate) async fn parked_events_are_listed_in_order_and_page_by_page(place: Place) -> Outcome {
    let store = place.open().await?;
    let lease = lease(&store, "parcels").await?;
    let mut keys: Vec<String> = hostile().into_iter().filter(|key| !key.is_empty()).collect();
    keys.push(String::new());
    let keys: BTreeSet<String> = keys.into_iter().collect();
    let each = |position| keys.iter().map(move |key| (key.clone(), position));
    let expected: Vec<(String, u64)> = each(2).chain(each(3)).chain(each(3_000_000_000)).collect();
    let put = expected.iter().rev().map(|(key, position)| aside(&lease, key, *position, None)).collect();
    store.advance(parks(&lease, put)).await?;

    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = rows(&store, &ParkedQuery { after, limit: 7, ..all() }).await?;
        let Some((key, position)) = page.last() else { break };
        after = Some((Position(*position), key.clone()));
        assert!(page.len() <= 7, "a page of at most 7 holds {}", page.len());
        seen.extend(page);
    }
    assert_eq!(seen, expected);
    assert_eq!(rows(&store, &ParkedQuery { position: Some(Position(3)), ..all() }).await?, each(3).collect::<Vec<_>>());
    for key in &keys {
        let of_key = rows(&store, &ParkedQuery { key: Some(key.clone()), ..all() }).await?;
        assert_eq!(of_key, [(key.clone(), 2), (key.clone(), 3), (key.clone(), 3_000_000_000)]);
    }
    for other in [
        ParkedQuery { part: Some(1), ..all() },
        ParkedQuery { version: 2, ..all() },
        ParkedQuery { projection: "letters".into(), ..all() },
        ParkedQuery { marked: true, ..all() },
    ] {
        assert_eq!(rows(&store, &other).await?, due(&[]), "{other:?}");
    }
    Ok(())
}

pub(crate) async fn what_is_marked_to_be_dropped_stays_so(place: Place) -> Outcome {
    let store = place.open().await?;
    let lease = lease(&store, "parcels").await?;
    let put = |error| vec![aside(&lease, "a", 1, error), aside(&lease, "a", 2, error), aside(&lease, "b", 2, error)];
    store.advance(parks(&lease, put(None))).await?;
    let at = |key: &str, position| (key.to_owned(), Position(position));
    let marked = async |marks: &[Option<Mark>]| -> Outcome {
        let found = store.parked(&all()).await?;
        assert_eq!(found.iter().map(|parked| parked.mark).collect::<Vec<_>>(), marks);
        let those = store.parked(&ParkedQuery { marked: true, part: Some(0), ..all() }).await?;
        assert_eq!(those.len(), marks.iter().flatten().count());
        Ok(())
    };
    assert_eq!(store.mark("parcels", 1, &[at("a", 2), at("b", 2), at("b", 9)], Mark::Retry).await?, 2);
    marked(&[None, Some(Mark::Retry), Some(Mark::Retry)]).await?;
    assert_eq!(store.mark("parcels", 1, &[at("a", 2)], Mark::Discard).await?, 1);
    for (projection, version) in [("parcels", 2), ("letters", 1)] {
        assert_eq!(store.mark(projection, version, &[at("a", 1)], Mark::Discard).await?, 0);
    }
    // whoever has tried meanwhile has not seen it
    store.advance(parks(&lease, put(Some("still too heavy")))).await?;
    marked(&[None, Some(Mark::Discard), None]).await?;
    Ok(())
}
