//! A key makes a repeat harmless.

use std::time::Duration;

use es_core::store::{Append, AppendError, Appended, EventStore, KeyRecord};
use es_core::{AnyStore, ExpectedVersion, Position, StreamId};

use crate::checks::contents::hostile;
use crate::given::{all, at, at_once, event, events, none_of, parcel, refused, refused_at, refused_for, stream, tag, tagged, to};
use crate::place::Place;
use crate::run::{Outcome, Stop};

/// An append that repeats a key; what the store remembers of the first.
async fn repeated(store: &AnyStore, append: Append) -> Outcome<KeyRecord> {
    match store.append(append).await {
        Err(AppendError::KeyUsed(record)) => Ok(*record),
        other => Err(Stop::broken(format!("`AppendError::KeyUsed` was due, not {other:?}"))),
    }
}

fn record(command: &str, stream: Option<&StreamId>, appended: &Appended) -> KeyRecord {
    KeyRecord { command: command.into(), stream: stream.cloned(), appended: appended.clone() }
}

fn scan(stream: &StreamId, key: &str) -> Outcome<Append> {
    Ok(to(stream, vec![event("Scanned")?]).keyed(key, "Scan"))
}

pub(crate) async fn a_key_is_recorded_with_its_append(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    assert_eq!(store.key("request-1").await?, None);
    for (key, count) in [("request-1", 3), ("request-2", 1)] {
        let appended = store.append(to(&parcel, events("Scanned", count)?).keyed(key, "Scan")).await?;
        assert_eq!(store.key(key).await?, Some(record("Scan", Some(&parcel), &appended)));
    }
    assert_eq!(store.key("request-3").await?, None);
    Ok(())
}

pub(crate) async fn a_repeat_is_told_what_the_first_did(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    store.append(to(&parcel, events("Posted", 2)?)).await?;
    let appended = store.append(to(&parcel, events("Scanned", 3)?).keyed("request-1", "Scan")).await?;
    store.append(to(&parcel, events("Moved", 4)?)).await?;
    for _ in 0..3 {
        assert_eq!(repeated(&store, scan(&parcel, "request-1")?).await?, record("Scan", Some(&parcel), &appended));
    }
    assert_eq!(stream(&store, &parcel).await?.len(), 9, "a repeat stored something");
    Ok(())
}

pub(crate) async fn a_repeat_is_known_whatever_else_is_wrong_with_it(place: Place) -> Outcome {
    let (store, parcel, depot) = (place.open().await?, parcel("p-1")?, tag("depot", 1)?);
    let first = || Outcome::Ok(Append::to(parcel.clone(), ExpectedVersion::NoStream, vec![tagged("Posted", &[&depot])?]));
    let appended = store.append(first()?.keyed("request-1", "Post").when(none_of(&[&depot], Position::START))).await?;
    let known = record("Post", Some(&parcel), &appended);
    // the same command once more: by now the stream exists, and the condition is broken by its own event
    assert_eq!(repeated(&store, first()?.keyed("request-1", "Post")).await?, known);
    assert_eq!(repeated(&store, first()?.keyed("request-1", "Post").when(none_of(&[&depot], Position::START))).await?, known);
    assert_eq!(repeated(&store, at(&parcel, 9, vec![event("Posted")?]).keyed("request-1", "Post")).await?, known);
    Ok(())
}

pub(crate) async fn a_key_is_used_store_wide(place: Place) -> Outcome {
    let (store, one, other) = (place.open().await?, parcel("p-1")?, parcel("p-2")?);
    let appended = store.append(scan(&one, "request-1")?).await?;
    let known = record("Scan", Some(&one), &appended);
    assert_eq!(repeated(&store, scan(&other, "request-1")?).await?, known);
    assert_eq!(repeated(&store, to(&one, vec![event("Moved")?]).keyed("request-1", "Move")).await?, known);
    assert_eq!(repeated(&store, Append::unstreamed(vec![]).keyed("request-1", "Close")).await?, known);
    assert_eq!(all(&store).await?.len(), 1);
    Ok(())
}

pub(crate) async fn an_append_without_events_is_remembered_by_its_key(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    store.append(to(&parcel, events("Scanned", 2)?)).await?;
    let appended = store.append(to(&parcel, vec![]).keyed("request-1", "Scan")).await?;
    assert_eq!((appended.position, appended.version), (None, 2));
    assert_eq!(store.key("request-1").await?, Some(record("Scan", Some(&parcel), &appended)));
    assert_eq!(repeated(&store, scan(&parcel, "request-1")?).await?, record("Scan", Some(&parcel), &appended));
    assert_eq!(stream(&store, &parcel).await?.len(), 2);
    Ok(())
}

pub(crate) async fn a_key_of_events_without_a_stream_names_none(place: Place) -> Outcome {
    let (store, seat) = (place.open().await?, tag("seat", 1)?);
    let appended = store.append(Append::unstreamed(vec![tagged("Reserved", &[&seat])?]).keyed("request-1", "Reserve")).await?;
    assert_eq!(store.key("request-1").await?, Some(record("Reserve", None, &appended)));
    Ok(())
}

pub(crate) async fn a_refused_append_is_not_remembered(place: Place) -> Outcome {
    let (store, parcel, depot) = (place.open().await?, parcel("p-1")?, tag("depot", 1)?);
    let posted = tagged("Posted", &[&depot])?;
    store.append(to(&parcel, vec![posted.clone()])).await?;

    refused_at(&store, at(&parcel, 0, vec![event("Scanned")?]).keyed("request-1", "Scan")).await?;
    refused_at(&store, at(&parcel, 0, vec![]).keyed("request-1", "Scan")).await?;
    refused_for(&store, scan(&parcel, "request-1")?.when(none_of(&[&depot], Position::START))).await?;
    refused(&store, to(&parcel, vec![posted]).keyed("request-1", "Scan")).await?;
    assert_eq!(store.key("request-1").await?, None);
    store.append(scan(&parcel, "request-1")?).await?;
    assert_eq!(stream(&store, &parcel).await?.len(), 2);
    Ok(())
}

pub(crate) async fn of_16_repeats_at_once_one_is_stored(place: Place) -> Outcome {
    let store = place.open().await?;
    for round in 0..50 {
        let (parcel, key) = (parcel(round)?, format!("request-{round}"));
        let repeats = (0..16).map(|_| {
            let (store, append) = (store.clone(), scan(&parcel, &key));
            async move {
                match store.append(append?).await {
                    Ok(appended) => Ok((true, appended)),
                    Err(AppendError::KeyUsed(record)) => Ok((false, record.appended)),
                    Err(error) => Err(Stop::from(error)),
                }
            }
        });
        let answers = at_once(repeats).await?.into_iter().collect::<Outcome<Vec<_>>>()?;
        assert_eq!(answers.iter().filter(|(stored, _)| *stored).count(), 1, "appends of round {round} that were stored");
        assert!(answers.iter().all(|(_, appended)| *appended == answers[0].1), "the repeats are told different things: {answers:?}");
        assert_eq!(stream(&store, &parcel).await?.len(), 1);
    }
    Ok(())
}

pub(crate) async fn hostile_keys_are_keys_of_their_own(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    for key in hostile() {
        assert_eq!(store.key(&key).await?, None, "{key:?} is taken for another key");
        store.append(scan(&parcel, &key)?).await?;
    }
    for (version, key) in (1..).zip(hostile()) {
        let known = store.key(&key).await?.map(|known| known.appended.version);
        assert_eq!(known, Some(version), "{key:?}");
        repeated(&store, scan(&parcel, &key)?).await?;
    }
    Ok(())
}

pub(crate) async fn keys_outside_the_limits_are_refused(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    for key in [String::new(), "x".repeat(513), "a\0b".into()] {
        refused(&store, scan(&parcel, &key)?).await?;
    }
    assert_eq!(store.stream_version(&parcel).await?, 0);
    Ok(())
}

pub(crate) async fn pruning_forgets_the_keys_used_before(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    let old = store.append(scan(&parcel, "old")?).await?;
    store.append(to(&parcel, vec![]).keyed("empty", "Scan")).await?;
    let new = loop {
        tokio::time::sleep(Duration::from_millis(3)).await;
        let appended = store.append(scan(&parcel, &uuid::Uuid::now_v7().to_string())?).await?;
        if appended.recorded_at > old.recorded_at {
            tokio::time::sleep(Duration::from_millis(3)).await;
            break store.append(scan(&parcel, "new")?).await?;
        }
    };
    assert_eq!(store.prune_keys(old.recorded_at).await?, 0, "`before` is before");
    let pruned = store.prune_keys(new.recorded_at).await?;
    assert!(pruned >= 3, "{pruned} keys were pruned, of at least 3");
    assert_eq!((store.key("old").await?, store.key("empty").await?), (None, None));
    assert!(store.key("new").await?.is_some(), "a key was forgotten too early");
    assert_eq!(store.prune_keys(new.recorded_at).await?, 0, "they are forgotten once");
    Ok(())
}

pub(crate) async fn a_pruned_key_may_be_used_again(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    let first = store.append(scan(&parcel, "request-1")?).await?;
    assert_eq!(store.prune_keys(first.recorded_at + chrono::TimeDelta::days(1)).await?, 1);
    assert_eq!(all(&store).await?.len(), 1, "pruning keys took an event along");
    let second = store.append(scan(&parcel, "request-1")?).await?;
    assert_eq!(second.version, 2);
    assert_eq!(store.key("request-1").await?, Some(record("Scan", Some(&parcel), &second)));
    Ok(())
}
