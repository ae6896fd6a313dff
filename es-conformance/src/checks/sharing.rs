//! Several stores opened at one place are one store.

use std::time::Duration;

use es_core::store::{Append, AppendError, CheckpointStore, EventStore, PageSize, SnapshotStore};
use es_core::{ExpectedVersion, Position, Query};
use uuid::Uuid;

use crate::checks::boundaries::counted_without_loss;
use crate::checks::snapshots::snapshot;
use crate::checks::tailing::{follow, waiter_past};
use crate::factory::{Handle, Promise};
use crate::given::{all, at, at_once, event, events, ids, none_of, parcel, refused, refused_at, refused_for, stream, tag, tagged, to, won};
use crate::place::Place;
use crate::roles::count_up;
use crate::run::{Outcome, Stop};

async fn two(place: &Place) -> Outcome<(Handle, Handle)> {
    place.needs(Promise::SharedPlace).await?;
    Ok((place.open().await?, place.open().await?))
}

pub(crate) async fn a_place_may_be_opened_by_many_at_once(place: Place) -> Outcome {
    place.needs(Promise::SharedPlace).await?;
    // `needs` has opened it before; this one is new
    let place = place.another()?;
    let openers = (0..8).map(|id| {
        let place = place.clone();
        async move {
            let store = place.open().await?;
            store.append(at(&parcel(id)?, 0, vec![event("Posted")?])).await?;
            Outcome::Ok(())
        }
    });
    at_once(openers).await?.into_iter().collect::<Outcome<()>>()?;
    assert_eq!(place.all().await?.len(), 8);
    place.remove().await;
    Ok(())
}

pub(crate) async fn what_one_appends_the_other_sees_at_once(place: Place) -> Outcome {
    let ((one, other), parcel) = (two(&place).await?, parcel("p-1")?);
    for version in 1..=20 {
        let (writer, reader) = if version % 2 == 0 { (&one, &other) } else { (&other, &one) };
        let appended = writer.append(at(&parcel, version - 1, events("Scanned", 1)?)).await?;
        assert_eq!(Some(reader.head().await?), appended.position);
        assert_eq!(reader.stream_version(&parcel).await?, version);
        assert_eq!(stream(reader, &parcel).await?.len() as u64, version);
        assert_eq!(all(reader).await?.len() as u64, version);
    }
    Ok(())
}

pub(crate) async fn what_one_has_refuses_the_other(place: Place) -> Outcome {
    let ((one, other), parcel, depot) = (two(&place).await?, parcel("p-1")?, tag("depot", 1)?);
    let posted = tagged("Posted", &[&depot])?;
    one.append(Append::to(parcel.clone(), ExpectedVersion::NoStream, vec![posted.clone()])).await?;
    assert_eq!(refused_at(&other, at(&parcel, 0, vec![event("Posted")?])).await?, 1);
    refused_for(&other, to(&parcel, vec![event("Scanned")?]).when(none_of(&[&depot], Position::START))).await?;
    refused(&other, to(&parcel, vec![posted])).await?;
    Ok(())
}

pub(crate) async fn racers_on_two_handles_have_one_winner(place: Place) -> Outcome {
    let ((one, other), parcel) = (two(&place).await?, parcel("p-1")?);
    for round in 0..30 {
        let seat = tag("seat", round)?;
        let racers = (0..16).map(|racer| {
            let store = if racer % 2 == 0 { one.clone() } else { other.clone() };
            let (parcel, seat) = (parcel.clone(), seat.clone());
            async move {
                let event = tagged("Reserved", &[&seat])?;
                let append = match round % 2 {
                    0 => at(&parcel, round / 2, vec![event]),
                    _ => Append::unstreamed(vec![event]).when(none_of(&[&seat], Position::START)),
                };
                won(store.append(append).await)
            }
        });
        let won = at_once(racers).await?.into_iter().collect::<Outcome<Vec<bool>>>()?;
        assert_eq!(won.iter().filter(|won| **won).count(), 1, "winners of round {round}");
    }
    assert_eq!(all(&one).await?, all(&other).await?);
    Ok(())
}

pub(crate) async fn a_key_used_by_one_is_used_for_the_other(place: Place) -> Outcome {
    let ((one, other), parcel) = (two(&place).await?, parcel("p-1")?);
    one.append(to(&parcel, vec![event("Scanned")?]).keyed("request-1", "Scan")).await?;
    assert_eq!(other.key("request-1").await?, one.key("request-1").await?);
    let repeat = other.append(to(&parcel, vec![event("Scanned")?]).keyed("request-1", "Scan")).await;
    assert!(matches!(repeat, Err(AppendError::KeyUsed(_))), "{repeat:?}");
    assert_eq!(one.prune_keys(chrono::Utc::now() + chrono::TimeDelta::days(1)).await?, 1);
    assert_eq!(other.key("request-1").await?, None);
    Ok(())
}

pub(crate) async fn snapshots_and_checkpoints_are_shared(place: Place) -> Outcome {
    let ((one, other), parcel) = (two(&place).await?, parcel("p-1")?);
    for version in 1..=5 {
        one.save_snapshot(&parcel, snapshot(version)).await?;
        assert_eq!(other.snapshot(&parcel).await?, Some(snapshot(version)));
        other.save_checkpoint("revenue", Position(version)).await?;
        assert_eq!(one.checkpoint("revenue").await?, Position(version));
    }
    other.delete_snapshot(&parcel).await?;
    assert_eq!(one.snapshot(&parcel).await?, None);
    Ok(())
}

pub(crate) async fn waiting_ends_when_another_handle_appends(place: Place) -> Outcome {
    let ((one, other), parcel) = (two(&place).await?, parcel("p-1")?);
    for _ in 0..5 {
        let (waiter, head) = (one.clone(), one.head().await?);
        let waiting = tokio::spawn(async move { waiter_past(&waiter, head).await });
        tokio::time::sleep(Duration::from_millis(5)).await;
        other.append(to(&parcel, vec![event("Scanned")?])).await?;
        waiting.await??;
    }
    Ok(())
}

pub(crate) async fn waiting_ends_when_another_process_appends(place: Place) -> Outcome {
    place.needs(Promise::SharedByProcesses).await?;
    let store = place.open().await?;
    let waiter = store.clone();
    let waiting = tokio::spawn(async move { waiter_past(&waiter, Position::START).await });
    place.start("once", 1).await?.finish().await?;
    waiting.await??;
    assert_eq!(all(&store).await?.len(), 1);
    Ok(())
}

pub(crate) async fn two_processes_that_append_lose_nothing(place: Place) -> Outcome {
    place.needs(Promise::SharedByProcesses).await?;
    let processes = place.start_two("append", 50).await?;
    let mut acknowledged = 0;
    for process in processes {
        let said = process.finish().await?;
        acknowledged += said.iter().filter_map(|line| line.rsplit_once(' ')?.1.parse::<usize>().ok()).sum::<usize>();
    }
    // versions without holes are part of reading all
    let stored = place.all().await?;
    assert!(acknowledged >= 2 * 4 * 50, "{acknowledged} events acknowledged");
    assert_eq!(stored.len(), acknowledged, "events that were acknowledged");
    Ok(())
}

pub(crate) async fn a_reader_behind_two_processes_sees_every_event_once_in_order(place: Place) -> Outcome {
    place.needs(Promise::SharedByProcesses).await?;
    let (store, last) = (place.open().await?, Uuid::now_v7());
    let reader = follow(store.clone(), Query::all(), Position::START, PageSize { events: 7, bytes: 500 }, last);
    let processes = place.start_two("append", 40).await?;
    for process in processes {
        process.finish().await?;
    }
    let mut end = event("Closed")?;
    end.event_id = last;
    store.append(Append::unstreamed(vec![end])).await?;
    assert_eq!(ids(&reader.await??), ids(&all(&store).await?), "what the reader saw and what is stored differ");
    Ok(())
}

pub(crate) async fn counters_in_two_processes_lose_no_update(place: Place) -> Outcome {
    place.needs(Promise::SharedByProcesses).await?;
    let processes = place.start_two("count", 40).await?;
    let store = place.open().await?;
    count_up(&store, 40).await?;
    for process in processes {
        process.finish().await?;
    }
    counted_without_loss(&store, 120).await
}

pub(crate) async fn a_key_is_free_for_one_of_two_processes(place: Place) -> Outcome {
    place.needs(Promise::SharedByProcesses).await?;
    let processes = place.start_two("keys", 200).await?;
    let mut stored = Vec::new();
    for process in processes {
        stored.extend(process.finish().await?.iter().filter_map(|line| line.strip_prefix("stored ")?.parse::<usize>().ok()));
    }
    stored.sort_unstable();
    assert_eq!(stored, (0..200).collect::<Vec<_>>(), "each key is free once");
    match place.all().await?.len() {
        200 => Ok(()),
        events => Err(Stop::broken(format!("{events} events under 200 keys"))),
    }
}
