//! An append stores all of its events or none, at the version that was expected.

use es_core::store::{Append, AppendError, EventStore, NewEvent, PageSize};
use es_core::{Clause, Conflict, ExpectedVersion, Position, Query, StreamId};

use crate::given::{EVERYTHING, all, at, event, events, ids, names, parcel, read, refused, refused_at, same, stream, tag, tagged, to};
use crate::place::Place;
use crate::run::{Outcome, Stop};

pub(crate) async fn an_append_is_all_or_nothing(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    store.append(to(&parcel, events("Posted", 2)?)).await?;
    refused_at(&store, at(&parcel, 1, events("Scanned", 3)?)).await?;
    // the first two could be stored, the third could not
    let mut group = events("Scanned", 3)?;
    group[2].event_id = all(&store).await?[0].event_id;
    refused(&store, to(&parcel, group)).await?;
    assert_eq!(names(&all(&store).await?), ["Posted", "Posted"], "a part of a refused append was stored");

    store.append(at(&parcel, 2, events("Scanned", 3)?)).await?;
    assert_eq!(stream(&store, &parcel).await?.len(), 5, "a part of an append is missing");
    assert_eq!(all(&store).await?.len(), 5, "a part of an append is missing");
    Ok(())
}

pub(crate) async fn a_refused_append_leaves_no_trace(place: Place) -> Outcome {
    let (store, parcel, depot) = (place.open().await?, parcel("p-1")?, tag("depot", "d-1")?);
    store.append(to(&parcel, vec![event("Posted")?])).await?;
    let head = store.head().await?;
    refused_at(&store, at(&parcel, 0, vec![tagged("Scanned", &[&depot])?])).await?;

    assert_eq!(store.head().await?, head, "the head moved");
    assert_eq!(store.stream_version(&parcel).await?, 1, "the stream grew");
    let by_tag = Query::from(Clause::new().tag(depot));
    assert!(read(&store, &by_tag, Position::START, EVERYTHING).await?.is_empty(), "a tag of a refused event is found");
    Ok(())
}

pub(crate) async fn the_answer_says_where_the_events_are(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    for version in [3, 6] {
        let appended = store.append(to(&parcel, events("Scanned", 3)?)).await?;
        let stored = all(&store).await?;
        let group = &stored[stored.len() - 3..];
        assert_eq!(appended.first_position, Some(group[0].position), "the first position");
        assert_eq!(appended.position, Some(group[2].position), "the last position");
        assert_eq!(appended.version, version, "the version after the append");
        assert_eq!(appended.recorded_at, group[2].recorded_at, "the time");
    }
    Ok(())
}

pub(crate) async fn the_first_event_of_a_stream_has_version_1(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    let appended = store.append(at(&parcel, 0, vec![event("Posted")?])).await?;
    assert_eq!(appended.version, 1);
    let stored = stream(&store, &parcel).await?;
    assert_eq!((stored[0].version, stored[0].part), (1, 0));
    assert!(stored[0].position > Position::START, "the first event is at the start, which is before all events");
    Ok(())
}

pub(crate) async fn any_version_takes_a_stream_as_it_is(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    for version in 1..=3 {
        let appended = store.append(Append::to(parcel.clone(), ExpectedVersion::Any, vec![event("Scanned")?])).await?;
        assert_eq!(appended.version, version);
    }
    Ok(())
}

pub(crate) async fn no_stream_means_a_stream_without_events(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    let begin = |events| Append::to(parcel.clone(), ExpectedVersion::NoStream, events);
    store.append(begin(vec![event("Posted")?])).await?;
    assert_eq!(refused_at(&store, begin(vec![event("Posted")?])).await?, 1);
    assert_eq!(stream(&store, &parcel).await?.len(), 1);
    Ok(())
}

pub(crate) async fn exists_means_a_stream_with_events(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    let go_on = |events| Append::to(parcel.clone(), ExpectedVersion::Exists, events);
    assert_eq!(refused_at(&store, go_on(vec![event("Scanned")?])).await?, 0);
    store.append(to(&parcel, vec![event("Posted")?])).await?;
    assert_eq!(store.append(go_on(vec![event("Scanned")?])).await?.version, 2);
    Ok(())
}

pub(crate) async fn an_exact_version_means_that_version(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    store.append(at(&parcel, 0, events("Posted", 2)?)).await?;
    for wrong in [0, 1, 3, 4, u64::from(u32::MAX), i64::MAX as u64, i64::MAX as u64 + 1, u64::MAX - 1, u64::MAX] {
        assert_eq!(refused_at(&store, at(&parcel, wrong, vec![event("Scanned")?])).await?, 2, "expected version {wrong}");
    }
    assert_eq!(store.append(at(&parcel, 2, vec![event("Scanned")?])).await?.version, 3);
    Ok(())
}

pub(crate) async fn a_version_conflict_names_the_stream_and_both_versions(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    store.append(to(&parcel, events("Scanned", 7)?)).await?;
    for expected in [ExpectedVersion::NoStream, ExpectedVersion::Exact(6), ExpectedVersion::Exact(8)] {
        match store.append(Append::to(parcel.clone(), expected, vec![event("Scanned")?])).await {
            Err(AppendError::Conflict(conflict)) => {
                assert_eq!(conflict, Conflict::Version { stream: parcel.clone(), expected, actual: 7 });
            }
            other => return Err(Stop::broken(format!("a version conflict was due, not {other:?}"))),
        }
    }
    Ok(())
}

pub(crate) async fn a_stream_grows_by_its_own_appends_only(place: Place) -> Outcome {
    let store = place.open().await?;
    // names that run into each other when they are joined
    let streams =
        [("parcel", "a"), ("parcel", "ab"), ("parcela", "b"), ("parcel/a", "b"), ("parcel", "a/b"), ("a", "parcel"), ("parcel", "A")];
    for (at, (category, id)) in streams.iter().enumerate() {
        let stream = StreamId::new(category, id)?;
        let appended = store.append(Append::to(stream.clone(), ExpectedVersion::NoStream, events("Scanned", at + 1)?)).await?;
        assert_eq!(appended.version, at as u64 + 1, "`{stream}`");
    }
    for (at, (category, id)) in streams.iter().enumerate() {
        let name = StreamId::new(category, id)?;
        assert_eq!(store.stream_version(&name).await?, at as u64 + 1, "`{name}`");
        assert!(stream(&store, &name).await?.iter().all(|event| event.stream.as_ref() == Some(&name)), "`{name}`");
    }
    Ok(())
}

pub(crate) async fn an_append_without_events_stores_none(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    store.append(to(&parcel, events("Scanned", 2)?)).await?;
    let head = store.head().await?;
    let appended = store.append(at(&parcel, 2, vec![])).await?;
    assert_eq!((appended.first_position, appended.position, appended.version), (None, None, 2));
    let nowhere = store.append(Append::unstreamed(vec![])).await?;
    assert_eq!((nowhere.position, nowhere.version), (None, 0));
    assert_eq!((store.head().await?, all(&store).await?.len()), (head, 2));
    Ok(())
}

pub(crate) async fn an_append_without_events_is_still_checked(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    store.append(to(&parcel, events("Scanned", 2)?)).await?;
    assert_eq!(refused_at(&store, at(&parcel, 1, vec![])).await?, 2);
    Ok(())
}

pub(crate) async fn events_of_one_append_stay_in_order(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    let mut group = events("Scanned", 100)?;
    // ids that sort the other way round
    group.reverse();
    store.append(to(&parcel, group.clone())).await?;
    let given: Vec<_> = group.iter().map(|event| event.event_id).collect();
    assert_eq!(ids(&stream(&store, &parcel).await?), given, "in the stream");
    assert_eq!(ids(&all(&store).await?), given, "in the store");
    Ok(())
}

pub(crate) async fn ten_thousand_events_fit_into_one_append(place: Place) -> Outcome {
    let (store, parcel, depot) = (place.open().await?, parcel("p-1")?, tag("depot", "d-1")?);
    let group: Vec<NewEvent> = events("Scanned", 10_000)?.into_iter().map(|event| event.tagged([depot.clone()])).collect();
    let appended = store.append(at(&parcel, 0, group.clone())).await?;
    assert_eq!(appended.version, 10_000);
    let stored = stream(&store, &parcel).await?;
    assert_eq!(stored.len(), 10_000);
    group.iter().zip(&stored).for_each(|(given, stored)| same(given, stored));
    assert_eq!(read(&store, &Clause::new().tag(depot).into(), Position::START, PageSize::default()).await?.len(), 10_000, "by tag");
    Ok(())
}

pub(crate) async fn payloads_of_5_megabytes_come_back(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    let photo = |letter: &str| NewEvent::new("Photographed", 1, format!("{{\"photo\":\"{}\"}}", letter.repeat(5 << 20)));
    let group = vec![photo("a")?, event("Scanned")?, photo("b")?];
    store.append(at(&parcel, 0, group.clone())).await?;
    let stored = stream(&store, &parcel).await?;
    assert_eq!(stored.len(), 3);
    group.iter().zip(&stored).for_each(|(given, stored)| same(given, stored));
    assert_eq!(all(&store).await?, stored);
    Ok(())
}

pub(crate) async fn an_event_id_is_stored_once(place: Place) -> Outcome {
    let (store, one, other) = (place.open().await?, parcel("p-1")?, parcel("p-2")?);
    let posted = event("Posted")?;
    store.append(to(&one, vec![posted.clone()])).await?;
    for again in [to(&one, vec![posted.clone()]), to(&other, vec![posted.clone()]), Append::unstreamed(vec![posted.clone()])] {
        let reason = refused(&store, again).await?;
        assert!(reason.contains(&posted.event_id.to_string()), "the reason does not name the event id: {reason}");
    }
    let twice = event("Scanned")?;
    refused(&store, to(&other, vec![twice.clone(), twice])).await?;
    assert_eq!(ids(&all(&store).await?), [posted.event_id]);
    assert_eq!(store.stream_version(&other).await?, 0);
    Ok(())
}

pub(crate) async fn a_payload_that_is_not_json_is_refused(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    for payload in [&b""[..], b"{", b"{}}", b"{'a':1}", b"nul", b"{\"a\":\xff}", b"\xef\xbb\xbf{}"] {
        let group = vec![event("Posted")?, NewEvent::new("Scanned", 1, payload)?];
        refused(&store, to(&parcel, group)).await?;
    }
    assert!(all(&store).await?.is_empty(), "a part of a refused append was stored");
    Ok(())
}

pub(crate) async fn events_of_no_stream_have_version_0(place: Place) -> Outcome {
    let (store, seat) = (place.open().await?, tag("seat", 7)?);
    store.append(to(&parcel("p-1")?, vec![event("Posted")?])).await?;
    for _ in 0..2 {
        let appended = store.append(Append::unstreamed(vec![tagged("Reserved", &[&seat])?, tagged("Paid", &[&seat])?])).await?;
        assert_eq!(appended.version, 0);
    }
    let stored = all(&store).await?;
    assert_eq!(names(&stored), ["Posted", "Reserved", "Paid", "Reserved", "Paid"]);
    assert!(stored[1..].iter().all(|event| event.stream.is_none() && event.version == 0));
    Ok(())
}

pub(crate) async fn an_expected_version_needs_a_stream(place: Place) -> Outcome {
    let store = place.open().await?;
    for expected in [ExpectedVersion::NoStream, ExpectedVersion::Exists, ExpectedVersion::Exact(0)] {
        let mut append = Append::unstreamed(vec![event("Reserved")?]);
        append.expected = expected;
        refused(&store, append).await?;
    }
    assert_eq!(store.head().await?, Position::START);
    Ok(())
}

pub(crate) async fn a_store_goes_on_after_a_refused_append(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    for version in 0..10 {
        refused_at(&store, at(&parcel, version + 1, vec![event("Scanned")?])).await?;
        store.append(at(&parcel, version, vec![event("Scanned")?])).await?;
    }
    assert_eq!(stream(&store, &parcel).await?.len(), 10);
    assert_eq!(all(&store).await?.len(), 10);
    Ok(())
}
