//! Writers at the same time.

use std::time::Duration;

use es_core::ExpectedVersion;
use es_core::store::{Append, AppendError, EventStore};

use crate::given::{all, at, at_once, event, events, in_order, parcel, stream, to, won};
use crate::place::Place;
use crate::run::{Outcome, Stop};

pub(crate) async fn of_64_appends_at_one_version_one_wins(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    for version in 0..10 {
        let racers = (0..64).map(|_| {
            let (store, parcel) = (store.clone(), parcel.clone());
            async move { won(store.append(at(&parcel, version, vec![event("Scanned")?])).await) }
        });
        let won = at_once(racers).await?.into_iter().collect::<Outcome<Vec<bool>>>()?;
        assert_eq!(won.iter().filter(|won| **won).count(), 1, "winners of version {}", version + 1);
        assert_eq!(store.stream_version(&parcel).await?, version + 1);
    }
    assert_eq!(stream(&store, &parcel).await?.len(), 10);
    Ok(())
}

pub(crate) async fn of_64_appends_that_begin_a_stream_one_wins(place: Place) -> Outcome {
    let store = place.open().await?;
    for round in 0..10 {
        let parcel = parcel(round)?;
        let racers = (0..64).map(|_| {
            let append = event("Posted").map(|event| Append::to(parcel.clone(), ExpectedVersion::NoStream, vec![event]));
            let store = store.clone();
            async move { won(store.append(append?).await) }
        });
        let won = at_once(racers).await?.into_iter().collect::<Outcome<Vec<bool>>>()?;
        assert_eq!(won.iter().filter(|won| **won).count(), 1, "winners of round {round}");
        assert_eq!(stream(&store, &parcel).await?.len(), 1);
    }
    Ok(())
}

pub(crate) async fn appends_to_64_streams_all_win(place: Place) -> Outcome {
    let store = place.open().await?;
    let writers = (0..64).map(|id| {
        let store = store.clone();
        async move {
            for version in 0..5 {
                store.append(at(&parcel(id)?, version, vec![event("Scanned")?])).await?;
            }
            Outcome::Ok(())
        }
    });
    at_once(writers).await?.into_iter().collect::<Outcome<()>>()?;
    assert_eq!(all(&store).await?.len(), 320);
    Ok(())
}

pub(crate) async fn appends_at_any_version_all_win(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    let writers = (0..64).map(|_| {
        let (store, parcel) = (store.clone(), parcel.clone());
        async move {
            let mut versions = Vec::new();
            for _ in 0..5 {
                versions.push(store.append(to(&parcel, vec![event("Scanned")?])).await?.version);
            }
            Outcome::Ok(versions)
        }
    });
    let mut versions = at_once(writers).await?.into_iter().collect::<Outcome<Vec<_>>>()?.concat();
    versions.sort_unstable();
    assert_eq!(versions, (1..=320).collect::<Vec<_>>(), "each append is told a version of its own");
    assert_eq!(stream(&store, &parcel).await?.len(), 320);
    Ok(())
}

pub(crate) async fn versions_are_without_holes_whoever_fails(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    let writers = (0..32).map(|writer| {
        let (store, parcel) = (store.clone(), parcel.clone());
        async move {
            let mut stored = 0;
            for _ in 0..20 {
                let version = store.stream_version(&parcel).await?;
                let group = events("Scanned", 1 + writer % 4)?;
                stored += if won(store.append(at(&parcel, version, group)).await)? { 1 + writer % 4 } else { 0 };
            }
            Outcome::Ok(stored)
        }
    });
    let stored: usize = at_once(writers).await?.into_iter().collect::<Outcome<Vec<_>>>()?.iter().sum();
    assert_eq!(stream(&store, &parcel).await?.len(), stored, "events of appends that won");
    assert_eq!(all(&store).await?.len(), stored);
    Ok(())
}

pub(crate) async fn events_of_one_append_stay_together_in_a_crowd(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    let writers = (0..16).map(|writer| {
        let (store, parcel) = (store.clone(), parcel.clone());
        async move {
            for _ in 0..10 {
                let mut group = events("Scanned", 5)?;
                group.iter_mut().for_each(|event| event.version = writer);
                store.append(to(&parcel, group)).await?;
            }
            Outcome::Ok(())
        }
    });
    at_once(writers).await?.into_iter().collect::<Outcome<()>>()?;
    let stored = stream(&store, &parcel).await?;
    assert_eq!(stored.len(), 800);
    for group in stored.chunks(5) {
        assert!(group.iter().all(|event| event.event_version == group[0].event_version), "version {}", group[0].version);
    }
    Ok(())
}

pub(crate) async fn a_conflict_fails_nobody_else(place: Place) -> Outcome {
    let store = place.open().await?;
    store.append(to(&parcel("contended")?, vec![event("Posted")?])).await?;
    for round in 0..20 {
        let crowd = (0..32).map(|id| {
            let store = store.clone();
            async move {
                match id % 2 {
                    0 => won(store.append(at(&parcel("contended")?, 0, vec![event("Scanned")?])).await),
                    _ => won(store.append(at(&parcel(id)?, round, vec![event("Scanned")?])).await),
                }
            }
        });
        let won = at_once(crowd).await?.into_iter().collect::<Outcome<Vec<bool>>>()?;
        assert!(won.iter().enumerate().all(|(id, won)| *won == (id % 2 == 1)), "round {round}: {won:?}");
    }
    assert_eq!(all(&store).await?.len(), 1 + 20 * 16);
    Ok(())
}

pub(crate) async fn an_append_that_cannot_be_stored_fails_nobody_else(place: Place) -> Outcome {
    let store = place.open().await?;
    for round in 0..20 {
        let crowd = (0..16).map(|id| {
            let store = store.clone();
            async move {
                let mut event = event("Scanned")?;
                if id == 7 {
                    event.payload = b"{ not json".to_vec();
                }
                match store.append(to(&parcel(id)?, vec![event])).await {
                    Ok(_) => Ok(true),
                    Err(AppendError::Store(_)) => Ok(false),
                    Err(error) => Err(Stop::from(error)),
                }
            }
        });
        let stored = at_once(crowd).await?.into_iter().collect::<Outcome<Vec<bool>>>()?;
        assert!(stored.iter().enumerate().all(|(id, stored)| *stored == (id != 7)), "round {round}: {stored:?}");
    }
    assert_eq!(all(&store).await?.len(), 20 * 15);
    Ok(())
}

pub(crate) async fn of_16_appends_of_one_event_id_one_wins(place: Place) -> Outcome {
    let store = place.open().await?;
    for round in 1..=20 {
        let same = event("Posted")?;
        let racers = (0..16).map(|id| {
            let (store, same) = (store.clone(), same.clone());
            async move {
                match store.append(to(&parcel(id)?, vec![same])).await {
                    Ok(_) => Ok(true),
                    Err(AppendError::Store(_)) => Ok(false),
                    Err(error) => Err(Stop::from(error)),
                }
            }
        });
        let won = at_once(racers).await?.into_iter().collect::<Outcome<Vec<bool>>>()?;
        assert_eq!(won.iter().filter(|won| **won).count(), 1);
        assert_eq!(all(&store).await?.len(), round);
    }
    Ok(())
}

/// A caller may be dropped while it waits: a request that was cancelled, a time limit.
pub(crate) async fn an_append_whose_caller_went_away_is_stored_whole_or_not(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    let mut random = place.random();
    let mut acknowledged = 0;
    for group in 0..100 {
        let mut events = events("Scanned", 5)?;
        events.iter_mut().for_each(|event| event.version = group);
        let patience = Duration::from_micros(random.next() % 1_500);
        match tokio::time::timeout(patience, store.append(to(&parcel, events))).await {
            Ok(answer) => acknowledged += usize::from(answer?.version > 0),
            Err(_) => continue,
        }
    }
    // those that are still on their way come before it
    store.append(to(&parcel, events("Delivered", 5)?)).await?;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let stored = stream(&store, &parcel).await?;
    in_order(&all(&store).await?);
    assert!(stored.len() >= 5 * (acknowledged + 1), "acknowledged events are missing");
    assert_eq!(stored.len() % 5, 0, "a part of an append was stored");
    for group in stored.chunks(5) {
        assert!(group.iter().all(|event| event.event_version == group[0].event_version), "a part of an append was stored");
    }
    Ok(())
}
