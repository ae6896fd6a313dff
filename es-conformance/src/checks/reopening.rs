//! What was acknowledged is there when the store is opened again.

use es_core::Position;
use es_core::store::{Append, AppendError, CheckpointStore, EventStore, NewEvent, SnapshotStore};

use crate::checks::contents::hostile;
use crate::checks::snapshots::snapshot;
use crate::factory::Promise;
use crate::given::{all, at, event, events, metadata, none_of, parcel, refused, refused_at, refused_for, tag, tagged, to};
use crate::place::Place;
use crate::run::{Outcome, Stop};

pub(crate) async fn events_are_there_after_reopening(place: Place) -> Outcome {
    place.needs(Promise::Survival).await?;
    let before = {
        let store = place.open().await?;
        for text in hostile() {
            let given = NewEvent::new(text.clone(), 3, " {\"a\" :1.0} ")?.tagged([es_core::Tag::parse(&text)?]);
            let who = metadata(|metadata| metadata.actor = Some(text.clone()));
            store.append(to(&parcel(&text)?, vec![given, event("Scanned")?]).caused_by(who)).await?;
            store.append(Append::unstreamed(vec![event("Closed")?])).await?;
        }
        all(&store).await?
    };
    let store = place.open().await?;
    assert_eq!(all(&store).await?, before);
    assert_eq!(Some(store.head().await?), before.last().map(|event| event.position));
    Ok(())
}

pub(crate) async fn keys_are_there_after_reopening(place: Place) -> Outcome {
    place.needs(Promise::Survival).await?;
    let parcel = parcel("p-1")?;
    let before = {
        let store = place.open().await?;
        store.append(to(&parcel, events("Scanned", 2)?).keyed("request-1", "Scan")).await?;
        store.append(to(&parcel, vec![]).keyed("request-2", "Scan")).await?;
        (store.key("request-1").await?, store.key("request-2").await?)
    };
    let store = place.open().await?;
    assert_eq!((store.key("request-1").await?, store.key("request-2").await?), before);
    for key in ["request-1", "request-2"] {
        let repeat = store.append(to(&parcel, vec![event("Scanned")?]).keyed(key, "Scan")).await;
        assert!(matches!(repeat, Err(AppendError::KeyUsed(_))), "{key}: {repeat:?}");
    }
    Ok(())
}

pub(crate) async fn snapshots_and_checkpoints_are_there_after_reopening(place: Place) -> Outcome {
    place.needs(Promise::Survival).await?;
    let (one, other) = (parcel("p-1")?, parcel("p-2")?);
    {
        let store = place.open().await?;
        store.save_snapshot(&one, snapshot(3)).await?;
        store.save_snapshot(&other, snapshot(4)).await?;
        store.save_snapshot(&one, snapshot(5)).await?;
        store.delete_snapshot(&other).await?;
        store.save_checkpoint("revenue", Position(7)).await?;
        store.save_checkpoint("revenue", Position(9)).await?;
    }
    let store = place.open().await?;
    assert_eq!((store.snapshot(&one).await?, store.snapshot(&other).await?), (Some(snapshot(5)), None));
    assert_eq!((store.checkpoint("revenue").await?, store.checkpoint("stock").await?), (Position(9), Position::START));
    Ok(())
}

pub(crate) async fn a_store_goes_on_where_it_was_after_reopening(place: Place) -> Outcome {
    place.needs(Promise::Survival).await?;
    let (parcel, depot) = (parcel("p-1")?, tag("depot", 1)?);
    let posted = tagged("Posted", &[&depot])?;
    for version in 0..10 {
        let store = place.open().await?;
        if version > 0 {
            refused_at(&store, at(&parcel, version - 1, vec![event("Scanned")?])).await?;
            refused_for(&store, to(&parcel, vec![event("Scanned")?]).when(none_of(&[&depot], Position::START))).await?;
            refused(&store, to(&parcel, vec![posted.clone()])).await?;
        }
        let next = if version == 0 { posted.clone() } else { event("Scanned")? };
        assert_eq!(store.append(at(&parcel, version, vec![next])).await?.version, version + 1);
    }
    assert_eq!(place.all().await?.len(), 10);
    Ok(())
}

pub(crate) async fn time_does_not_go_back_after_reopening(place: Place) -> Outcome {
    place.needs(Promise::Survival).await?;
    place.needs(Promise::TimeFollowsPosition).await?;
    let mut last = None;
    for _ in 0..10 {
        let store = place.open().await?;
        let recorded_at = store.append(Append::unstreamed(vec![event("Opened")?])).await?.recorded_at;
        if last > Some(recorded_at) {
            return Err(Stop::broken(format!("{recorded_at} is recorded after {last:?}")));
        }
        last = Some(recorded_at);
    }
    Ok(())
}

pub(crate) async fn opening_an_empty_store_again_leaves_it_empty(place: Place) -> Outcome {
    place.needs(Promise::Survival).await?;
    for _ in 0..3 {
        let store = place.open().await?;
        assert_eq!((store.head().await?, all(&store).await?.len()), (Position::START, 0));
    }
    Ok(())
}
