//! Decisions over several things at once, by many at once.

use std::sync::Arc;
use std::time::Duration;

use es_core::store::{Append, EventStore};
use es_core::{AnyStore, AppendCondition, Position, Query, Tag};
use futures_util::future::join_all;

use crate::given::{EVERYTHING, about, all, at_once, event, none_of, parcel, read, tag, tagged, to, won};
use crate::place::Place;
use crate::roles::count_up;
use crate::run::{Outcome, ROUNDS, Stop};

const RACERS: usize = 16;

/// How many rounds of the races on one condition there are, and of appends that must not conflict: `ES_CONFORMANCE_ROUNDS` says so for
/// the long form.
fn rounds(short: usize) -> usize {
    std::env::var(ROUNDS).ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(short)
}

/// Lets 16 racers append once, round after round: what each of them sends, and how many may win.
async fn race(place: &Place, rounds: usize, entry: impl Fn(usize, usize) -> Outcome<Append> + Send + Sync + 'static) -> Outcome {
    let store = place.open().await?;
    let entry = Arc::new(entry);
    for round in 0..rounds {
        let racers = (0..RACERS).map(|racer| {
            let (store, entry) = (store.clone(), entry.clone());
            async move { won(store.append(entry(round, racer)?).await) }
        });
        let won = at_once(racers).await?.into_iter().collect::<Outcome<Vec<bool>>>()?;
        assert_eq!(won.iter().filter(|won| **won).count(), 1, "winners of round {round}");
    }
    assert_eq!(all(&store).await?.len(), rounds, "an append that won is not stored, or one that lost is");
    Ok(())
}

pub(crate) async fn of_16_racers_on_one_condition_one_wins(place: Place) -> Outcome {
    race(&place, rounds(1_000), |round, _| {
        let seat = tag("seat", round)?;
        Ok(Append::unstreamed(vec![tagged("Reserved", &[&seat])?]).when(none_of(&[&seat], Position::START)))
    })
    .await
}

pub(crate) async fn of_16_racers_on_a_condition_with_names_one_wins(place: Place) -> Outcome {
    race(&place, 100, |round, _| {
        let seat = tag("seat", round)?;
        let query = about(&[&seat]).names(["Reserved", "Sold"]).into();
        Ok(Append::unstreamed(vec![tagged("Sold", &[&seat])?]).when(AppendCondition { query, after: Position::START }))
    })
    .await
}

pub(crate) async fn of_16_racers_over_several_tags_and_clauses_one_wins(place: Place) -> Outcome {
    race(&place, 100, |round, racer| {
        let (seat, show, racer) = (tag("seat", round)?, tag("show", "s-1")?, tag("racer", racer)?);
        let query = Query::any([about(&[&show, &seat]), about(&[&racer, &seat]).names(["Left"])]);
        let event = tagged("Reserved", &[&racer, &seat, &show])?;
        Ok(Append::unstreamed(vec![event]).when(AppendCondition { query, after: Position::START }))
    })
    .await
}

pub(crate) async fn of_16_racers_with_streams_of_their_own_one_wins(place: Place) -> Outcome {
    race(&place, 100, |round, racer| {
        let slot = tag("slot", round)?;
        let stream = parcel(format!("{round}-{racer}"))?;
        Ok(to(&stream, vec![tagged("Assigned", &[&slot])?]).when(none_of(&[&slot], Position::START)))
    })
    .await
}

/// An append that is sent without waiting for the one before it must still see that one.
pub(crate) async fn appends_that_are_sent_together_see_each_other(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    for round in 0..100 {
        let (seat, other) = (tag("seat", round)?, tag("other", round)?);
        let head = store.head().await?;
        let appends = [
            to(&parcel, vec![tagged("Reserved", &[&seat, &other])?]).when(none_of(&[&seat], head)),
            Append::unstreamed(vec![tagged("Reserved", &[&other, &seat])?]).when(none_of(&[&other], head)),
            to(&parcel, vec![tagged("Reserved", &[&seat, &other])?]).when(none_of(&[&other, &seat], head)),
        ];
        let answers = join_all(appends.map(|append| store.append(append))).await;
        let won = answers.into_iter().map(won).collect::<Outcome<Vec<bool>>>()?;
        assert_eq!(won.iter().filter(|won| **won).count(), 1, "winners of round {round}: {won:?}");
    }
    Ok(())
}

pub(crate) async fn a_condition_sees_unconditional_appends_of_the_same_moment(place: Place) -> Outcome {
    let store = place.open().await?;
    for round in 0..100 {
        let seat = tag("seat", round)?;
        let plain = Append::unstreamed(vec![tagged("Blocked", &[&seat])?]);
        let held = Append::unstreamed(vec![tagged("Reserved", &[&seat])?]).when(none_of(&[&seat], Position::START));
        let racers = [plain, held].map(|append| {
            let store = store.clone();
            async move { won(store.append(append).await) }
        });
        let won = at_once(racers).await?.into_iter().collect::<Outcome<Vec<bool>>>()?;
        let stored = read(&store, &about(&[&seat]).into(), Position::START, EVERYTHING).await?;
        let names = crate::given::names(&stored);
        match won[..] {
            [true, true] => assert_eq!(names, ["Reserved", "Blocked"], "the condition overlooked an event"),
            [true, false] => assert_eq!(names, ["Blocked"]),
            _ => assert!(won[0], "an append without a condition lost"),
        }
    }
    Ok(())
}

pub(crate) async fn conditions_on_other_things_never_conflict(place: Place) -> Outcome {
    let (store, rounds) = (place.open().await?, rounds(20));
    let writers = (0..RACERS).map(|id| {
        let store = store.clone();
        async move {
            let (seat, show) = (tag("seat", id)?, tag("show", "s-1")?);
            for _ in 0..rounds {
                let head = store.head().await?;
                tokio::task::yield_now().await;
                let append = Append::unstreamed(vec![tagged("Reserved", &[&show, &seat])?]).when(none_of(&[&show, &seat], head));
                assert!(won(store.append(append).await)?, "{seat} conflicts with another seat");
            }
            Outcome::Ok(())
        }
    });
    at_once(writers).await?.into_iter().collect::<Outcome<()>>()?;
    assert_eq!(all(&store).await?.len(), RACERS * rounds);
    Ok(())
}

pub(crate) async fn sixteen_counters_lose_no_update(place: Place) -> Outcome {
    let store = place.open().await?;
    let counters = (0..RACERS).map(|_| {
        let store = store.clone();
        async move { count_up(&store, 10).await }
    });
    at_once(counters).await?.into_iter().collect::<Outcome<()>>()?;
    counted_without_loss(&store, RACERS * 10).await
}

/// Every count rests on all that came before it.
pub(crate) async fn counted_without_loss(store: &AnyStore, expected: usize) -> Outcome {
    let counted = all(store).await?;
    assert_eq!(counted.len(), expected, "counts that were acknowledged");
    for (count, event) in (1..).zip(counted) {
        let said: serde_json::Value = serde_json::from_slice(event.event.as_bytes())?;
        assert_eq!(said["count"], count, "an update was lost before position {}", event.position);
    }
    Ok(())
}

pub(crate) async fn a_show_is_never_overbooked(place: Place) -> Outcome {
    const SEATS: usize = 10;
    let store = place.open().await?;
    for show in 0..8 {
        let show = tag("show", show)?;
        let guests = (0..32).map(|guest| {
            let (store, show) = (store.clone(), show.clone());
            async move { book(&store, &show, guest, SEATS).await }
        });
        at_once(guests).await?.into_iter().collect::<Outcome<()>>()?;
        let booked = read(&store, &about(&[&show]).names(["Booked"]).into(), Position::START, EVERYTHING).await?;
        assert_eq!(booked.len(), SEATS, "guests of {show}");
    }
    Ok(())
}

/// Tries to book until the guest has a seat or there is none.
async fn book(store: &AnyStore, show: &Tag, guest: usize, seats: usize) -> Outcome {
    let guest = tag("guest", guest)?;
    let query = Query::any([about(&[show]).names(["Booked", "Cancelled"]), about(&[show, &guest])]);
    // each loss is another guest's gain
    for _ in 0..=seats {
        let head = store.head().await?;
        if read(store, &query, Position::START, EVERYTHING).await?.len() >= seats {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_micros(100)).await;
        let condition = AppendCondition { query: query.clone(), after: head };
        if won(store.append(Append::unstreamed(vec![tagged("Booked", &[&guest, show])?]).when(condition)).await)? {
            return Ok(());
        }
    }
    Err(Stop::broken(format!("{guest} lost more often than {show} has seats")))
}

pub(crate) async fn a_busy_store_does_not_break_a_condition_on_something_else(place: Place) -> Outcome {
    let store = place.open().await?;
    let (busy, busy_store) = (parcel("busy")?, store.clone());
    let noise = tokio::spawn(async move {
        for _ in 0..200 {
            busy_store.append(to(&busy, vec![event("Scanned")?])).await?;
        }
        Outcome::Ok(())
    });
    let seat = tag("seat", 1)?;
    for _ in 0..50 {
        let head = store.head().await?;
        let append = Append::unstreamed(vec![tagged("Reserved", &[&seat])?]).when(none_of(&[&seat], head));
        assert!(won(store.append(append).await)?, "an event without the tag broke the condition");
    }
    noise.await?
}
