//! The states that are kept beside a stream, and what a decision loads in one go.

use es_core::StreamId;
use es_core::store::{EventStore, Load, Snapshot, SnapshotStore};

use crate::checks::contents::hostile;
use crate::given::{EVERYTHING, all, at_most, event, events, parcel, to};
use crate::place::Place;
use crate::run::Outcome;

pub(crate) fn snapshot(version: u64) -> Snapshot {
    let payload = format!("{{ \"scans\":{version} }}").into_bytes();
    Snapshot { version, fingerprint: u64::MAX - version, checksum: u64::MAX / 2 + version, payload }
}

fn load(stream: &StreamId) -> Load {
    Load { stream: stream.clone(), from: 1, snapshot: true, key: None, size: EVERYTHING }
}

pub(crate) async fn there_is_no_snapshot_before_one_is_saved(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    assert_eq!(store.snapshot(&parcel).await?, None);
    store.append(to(&parcel, vec![event("Posted")?])).await?;
    assert_eq!(store.snapshot(&parcel).await?, None);
    Ok(())
}

pub(crate) async fn a_snapshot_comes_back_as_it_was_saved(place: Place) -> Outcome {
    let store = place.open().await?;
    let extremes = [(1, 0, 0), (2, u64::MAX, u64::MAX), (3, 1 << 63, i64::MAX as u64), (i64::MAX as u64, 1, 1 << 63)];
    for (version, fingerprint, checksum) in extremes {
        let parcel = parcel(version)?;
        let kept = Snapshot { version, fingerprint, checksum, payload: format!("[ {version},\"é🦀\\u0000\" ]\n").into_bytes() };
        store.save_snapshot(&parcel, kept.clone()).await?;
        assert_eq!(store.snapshot(&parcel).await?, Some(kept));
    }
    Ok(())
}

pub(crate) async fn a_large_snapshot_comes_back(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    let kept = Snapshot { payload: format!("\"{}\"", "x".repeat(2 << 20)).into_bytes(), ..snapshot(3) };
    store.save_snapshot(&parcel, kept.clone()).await?;
    assert!(store.snapshot(&parcel).await?.as_ref() == Some(&kept));
    Ok(())
}

pub(crate) async fn a_snapshot_takes_the_place_of_the_one_before(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    for version in [1, 5, 9] {
        store.save_snapshot(&parcel, snapshot(version)).await?;
        assert_eq!(store.snapshot(&parcel).await?, Some(snapshot(version)));
    }
    Ok(())
}

pub(crate) async fn a_deleted_snapshot_is_gone(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    store.delete_snapshot(&parcel).await?;
    store.save_snapshot(&parcel, snapshot(4)).await?;
    store.delete_snapshot(&parcel).await?;
    assert_eq!(store.snapshot(&parcel).await?, None);
    store.save_snapshot(&parcel, snapshot(2)).await?;
    assert_eq!(store.snapshot(&parcel).await?, Some(snapshot(2)), "after a deletion a stream can be kept again");
    Ok(())
}

pub(crate) async fn snapshots_of_other_streams_stay_as_they_are(place: Place) -> Outcome {
    let store = place.open().await?;
    let streams = hostile().into_iter().flat_map(|id| [StreamId::new("parcel", &id), StreamId::new(&id, "parcel")]);
    let streams = streams.collect::<Result<Vec<_>, _>>()?;
    for (version, stream) in (1..).zip(&streams) {
        store.save_snapshot(stream, snapshot(version)).await?;
    }
    store.delete_snapshot(&streams[0]).await?;
    store.save_snapshot(&streams[1], snapshot(1_000)).await?;
    assert_eq!(store.snapshot(&streams[0]).await?, None);
    for (version, stream) in (1..).zip(&streams).skip(2) {
        assert_eq!(store.snapshot(stream).await?, Some(snapshot(version)), "of {stream:?}");
    }
    Ok(())
}

pub(crate) async fn snapshots_are_no_events(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    store.append(to(&parcel, events("Scanned", 3)?)).await?;
    let (head, before) = (store.head().await?, all(&store).await?);
    store.save_snapshot(&parcel, snapshot(3)).await?;
    store.delete_snapshot(&parcel).await?;
    assert_eq!((store.head().await?, all(&store).await?, store.stream_version(&parcel).await?), (head, before, 3));
    Ok(())
}

pub(crate) async fn a_load_without_a_snapshot_begins_where_it_was_asked_to(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    store.append(to(&parcel, events("Scanned", 10)?)).await?;
    for from in [1, 4, 10, 11, 50] {
        let loaded = store.load(Load { from, ..load(&parcel) }).await?;
        assert_eq!((loaded.key, loaded.snapshot), (None, None));
        assert_eq!(loaded.events, store.read_stream(&parcel, from, EVERYTHING).await?, "from version {from}");
    }
    Ok(())
}

pub(crate) async fn a_load_with_a_snapshot_begins_with_the_event_of_its_version(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    store.append(to(&parcel, events("Scanned", 10)?)).await?;
    for version in [1, 4, 9, 10] {
        store.save_snapshot(&parcel, snapshot(version)).await?;
        let loaded = store.load(load(&parcel)).await?;
        assert_eq!(loaded.snapshot, Some(snapshot(version)));
        let versions: Vec<u64> = loaded.events.iter().map(|event| event.version).collect();
        assert_eq!(versions, (version..=10).collect::<Vec<_>>(), "with a snapshot of version {version}");
    }
    Ok(())
}

pub(crate) async fn a_load_with_a_snapshot_of_the_future_shows_that_the_stream_lacks_it(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    store.append(to(&parcel, events("Scanned", 3)?)).await?;
    for version in [4, 10, i64::MAX as u64] {
        store.save_snapshot(&parcel, snapshot(version)).await?;
        let loaded = store.load(load(&parcel)).await?;
        assert_eq!(loaded.snapshot, Some(snapshot(version)));
        assert_eq!(loaded.events, [], "there is no event of version {version} that could prove it");
    }
    Ok(())
}

pub(crate) async fn a_load_that_asks_for_no_snapshot_gets_none(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    store.append(to(&parcel, events("Scanned", 5)?)).await?;
    store.save_snapshot(&parcel, snapshot(4)).await?;
    let loaded = store.load(Load { snapshot: false, from: 2, ..load(&parcel) }).await?;
    assert_eq!(loaded.snapshot, None);
    assert_eq!(loaded.events, store.read_stream(&parcel, 2, EVERYTHING).await?);
    Ok(())
}

pub(crate) async fn a_load_keeps_to_the_size_of_a_page(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    store.append(to(&parcel, events("Scanned", 10)?)).await?;
    let first = store.load(Load { size: at_most(4), ..load(&parcel) }).await?;
    assert_eq!(first.events, store.read_stream(&parcel, 1, at_most(4)).await?);
    store.save_snapshot(&parcel, snapshot(5)).await?;
    let later = store.load(Load { size: at_most(3), ..load(&parcel) }).await?;
    assert_eq!(later.events, store.read_stream(&parcel, 5, at_most(3)).await?);
    Ok(())
}

pub(crate) async fn a_load_finds_its_key(place: Place) -> Outcome {
    let (store, parcel, other) = (place.open().await?, parcel("p-1")?, parcel("p-2")?);
    store.append(to(&parcel, events("Scanned", 2)?).keyed("request-1", "Scan")).await?;
    let with = |stream, key: &str| Load { key: Some(key.to_owned()), ..load(stream) };
    let known = store.load(with(&parcel, "request-1")).await?;
    assert_eq!((known.key.is_some(), known.events.len()), (true, 2));
    assert_eq!(known.key, store.key("request-1").await?);
    assert_eq!(store.load(with(&parcel, "request-2")).await?.key, None);
    let elsewhere = store.load(with(&other, "request-1")).await?;
    assert_eq!((elsewhere.key, elsewhere.events.len()), (known.key, 0), "keys are store-wide");
    Ok(())
}

pub(crate) async fn a_load_of_a_stream_without_events_is_empty(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    store.append(to(&crate::given::parcel("p-2")?, events("Scanned", 2)?)).await?;
    let loaded = store.load(load(&parcel)).await?;
    assert!(loaded.key.is_none() && loaded.snapshot.is_none() && loaded.events.is_empty(), "{loaded:?}");
    Ok(())
}
