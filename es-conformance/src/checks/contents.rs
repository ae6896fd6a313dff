//! What is read is what was written, to the byte.

use std::sync::Arc;

use chrono::{DateTime, Timelike, Utc};
use es_core::store::{Append, EventStore, NewEvent, PageSize};
use es_core::{AnyStore, Clause, Metadata, Position, Query, StreamId, Tag};
use uuid::Uuid;

use crate::given::{EVERYTHING, all, at_once, event, events, metadata, names, parcel, read, same, stream, tag, to, won};
use crate::place::Place;
use crate::run::Outcome;

/// Texts that a store has to quote, bind, escape or measure.
pub(crate) fn hostile() -> Vec<String> {
    let mut texts: Vec<String> = [
        "o'clock",
        "\"quoted\"",
        "'; drop table events; --",
        "%",
        "_",
        "100%_of\\them",
        "a\nb\r\nc\td",
        " leading and trailing ",
        "a//b/../c",
        "$1 ?1 :name @p {0}",
        "null",
        "{\"json\":[1,2]}",
        "{a,b}",
        "\\x00 \\u0000",
        "\u{1}\u{7f}\u{85}",
        "Größe Ελλάδα 東京 العربية",
        "e\u{301}", // the letter in two parts, and in one
        "\u{e9}",
        "I\u{307}\u{131}\u{df}",
        "👩‍👩‍👧‍👦🏳️‍🌈",
        "\u{200b}\u{feff}\u{202e}",
        "\u{ffff}\u{10ffff}",
        "CASE",
        "case",
        "*",
        ">",
        "a.b.c",
        "a b",
    ]
    .map(str::to_owned)
    .into();
    texts.push("x".repeat(512));
    texts.push("é".repeat(256));
    texts.push("🦀".repeat(128));
    texts
}

pub(crate) async fn payload_bytes_come_back_as_they_were_written(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    let payloads = [
        "{}",
        " { \"a\" :\t1 ,\n\"b\":  [ ] } \r\n",
        r#"{"b":1,"a":2,"c":{"z":0,"y":0}}"#,
        r#"{"twice":1,"twice":2}"#,
        r#"{"n":123456789012345678901234567890.123456789012345678901234567890}"#,
        r#"{"n":[9007199254740993,18446744073709551615,-9223372036854775808,1e400,1E-400,-0,-0.0,1.0,1.10]}"#,
        r#"{"t":"\u00e9\ud83e\udd80\/\b\f\n\r\t\"\\","u":"é🦀/"}"#,
        r#"{"nul":"\u0000"}"#,
        r#"{"\u0061":"a","":""}"#,
        "null",
        "true",
        "-1.50",
        "\"text\"",
        "[]",
        r#"[{"deep":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}]"#,
    ];
    let group = payloads.iter().map(|json| Ok(NewEvent::new("Scanned", 1, *json)?)).collect::<Outcome<Vec<_>>>()?;
    store.append(to(&parcel, group.clone())).await?;
    let stored = stream(&store, &parcel).await?;
    group.iter().zip(&stored).for_each(|(given, stored)| same(given, stored));
    assert_eq!(all(&store).await?, stored);
    Ok(())
}

pub(crate) async fn every_way_to_read_gives_the_same_event(place: Place) -> Outcome {
    let (store, parcel, depot) = (place.open().await?, parcel("p-1")?, tag("depot", "d-1")?);
    let given = NewEvent::new("Scanned", 3, r#"{"by":"clerk"}"#)?.tagged([depot.clone()]);
    let who = metadata(|metadata| metadata.actor = Some("clerk-7".into()));
    store.append(to(&parcel, vec![given.clone()]).caused_by(who)).await?;

    let expected = all(&store).await?;
    same(&given, &expected[0]);
    assert_eq!(expected[0].stream.as_ref(), Some(&parcel));
    assert_eq!(store.read_stream(&parcel, 1, EVERYTHING).await?, expected, "by its stream");
    for clause in [Clause::new().names(["Scanned"]), Clause::new().category("parcel"), Clause::new().tag(depot)] {
        assert_eq!(read(&store, &clause.clone().into(), Position::START, EVERYTHING).await?, expected, "by {clause:?}");
    }
    Ok(())
}

pub(crate) async fn hostile_stream_ids_are_streams_of_their_own(place: Place) -> Outcome {
    let store = place.open().await?;
    let streams = hostile().into_iter().map(|id| Ok(StreamId::new("parcel", id)?)).collect::<Outcome<Vec<_>>>()?;
    each_is_a_stream_of_its_own(&store, &streams).await
}

pub(crate) async fn hostile_categories_are_categories_of_their_own(place: Place) -> Outcome {
    let store = place.open().await?;
    let streams = hostile().into_iter().map(|category| Ok(StreamId::new(category, "p-1")?)).collect::<Outcome<Vec<_>>>()?;
    each_is_a_stream_of_its_own(&store, &streams).await?;
    for stream in &streams {
        let found = read(&store, &Clause::new().category(stream.category()).into(), Position::START, EVERYTHING).await?;
        assert_eq!(found.len(), 1, "events in category {:?}", stream.category());
        assert_eq!(found[0].stream.as_ref(), Some(stream));
    }
    Ok(())
}

async fn each_is_a_stream_of_its_own(store: &AnyStore, streams: &[StreamId]) -> Outcome {
    for stream in streams {
        let append = Append::to(stream.clone(), es_core::ExpectedVersion::NoStream, vec![event("Posted")?]);
        assert!(won(store.append(append).await)?, "`{stream:?}` is taken for another stream");
    }
    for name in streams {
        let events = stream(store, name).await?;
        assert_eq!(events.len(), 1, "`{name:?}`");
        assert_eq!(events[0].stream.as_ref(), Some(name));
    }
    Ok(())
}

pub(crate) async fn hostile_event_names_come_back_and_are_found(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    let group = hostile().into_iter().map(|name| Ok(NewEvent::new(name, 1, *b"{}")?)).collect::<Outcome<Vec<_>>>()?;
    store.append(to(&parcel, group.clone())).await?;
    for (given, stored) in group.iter().zip(stream(&store, &parcel).await?) {
        same(given, &stored);
        let found = read(&store, &Clause::new().names([&*given.name]).into(), Position::START, EVERYTHING).await?;
        assert_eq!(names(&found), [&*given.name]);
    }
    Ok(())
}

pub(crate) async fn hostile_tags_come_back_and_are_found(place: Place) -> Outcome {
    let store = place.open().await?;
    let tags = hostile().iter().map(|text| Ok(Tag::parse(text)?)).collect::<Outcome<Vec<_>>>()?;
    let group = tags.iter().map(|tag| Ok(event("Noted")?.tagged([tag.clone()]))).collect::<Outcome<Vec<_>>>()?;
    store.append(Append::unstreamed(group.clone())).await?;
    group.iter().zip(&all(&store).await?).for_each(|(given, stored)| same(given, stored));
    for tag in tags {
        let found = read(&store, &Clause::new().tag(tag.clone()).into(), Position::START, EVERYTHING).await?;
        assert_eq!(found.len(), 1, "events with the tag {tag:?}");
        assert_eq!(found[0].tags, [tag]);
    }
    Ok(())
}

pub(crate) async fn many_tags_come_back_in_their_order(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    let mut tags = (0..100).map(|n| tag("depot", n)).collect::<Outcome<Vec<_>>>()?;
    tags.reverse();
    let group = vec![event("Routed")?.tagged(tags.clone()), event("Posted")?, event("Scanned")?.tagged(tags[..3].to_vec())];
    store.append(to(&parcel, group.clone())).await?;
    group.iter().zip(&stream(&store, &parcel).await?).for_each(|(given, stored)| same(given, stored));
    for tag in tags {
        let found = read(&store, &Clause::new().tag(tag.clone()).into(), Position::START, EVERYTHING).await?;
        assert!(found.iter().any(|event| &*event.name == "Routed"), "not found by {tag:?}");
    }
    Ok(())
}

pub(crate) async fn event_ids_of_every_kind_come_back(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    // imported events keep ids that somebody else has made
    let ids = [Uuid::now_v7(), Uuid::max(), Uuid::from_u128(1), Uuid::from_u128(0x8000_0000_0000_4000_8000_0000_0000_0000)];
    for id in ids {
        let mut given = event("Imported")?;
        given.event_id = id;
        store.append(to(&parcel, vec![given])).await?;
    }
    assert_eq!(crate::given::ids(&stream(&store, &parcel).await?), ids);
    Ok(())
}

pub(crate) async fn versions_of_event_types_are_not_judged(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    // a newer build than any reader's has written these
    let versions = [7, 1, 1_000, i32::MAX as u32, u32::MAX];
    let group = versions.iter().map(|version| Ok(NewEvent::new("Scanned", *version, *b"{}")?)).collect::<Outcome<Vec<_>>>()?;
    store.append(to(&parcel, group)).await?;
    let stored: Vec<u32> = stream(&store, &parcel).await?.iter().map(|event| event.event_version).collect();
    assert_eq!(stored, versions);
    Ok(())
}

pub(crate) async fn metadata_comes_back_with_every_event_of_the_append(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    let imported_at = DateTime::from_timestamp_micros(1_234_567_890_123_456).unwrap_or_default();
    let full = metadata(|metadata| {
        metadata.correlation_id = Some("c-1".into());
        metadata.causation_id = Some("m-7".into());
        metadata.actor = Some("clerk-7".into());
        metadata.imported_at = Some(imported_at);
        metadata.headers = [("tenant".into(), "acme".into())].into();
    });
    let only_actor = metadata(|metadata| metadata.actor = Some(String::new()));
    for given in [full, Metadata::default(), only_actor] {
        let version = store.append(to(&parcel, events("Scanned", 3)?).caused_by(given.clone())).await?.version;
        let stored = store.read_stream(&parcel, version - 2, EVERYTHING).await?;
        assert_eq!(stored.len(), 3);
        for event in stored {
            assert_eq!(*event.metadata, given, "version {}", event.version);
        }
    }
    Ok(())
}

pub(crate) async fn hostile_headers_come_back(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    let long = "y".repeat(100_000);
    let given = metadata(|metadata| {
        metadata.headers = hostile().into_iter().map(|text| (text.clone(), text)).collect();
        metadata.headers.insert("long".into(), long);
        metadata.headers.insert(String::new(), String::new());
        metadata.correlation_id = Some(hostile().concat());
    });
    store.append(to(&parcel, vec![event("Scanned")?]).caused_by(given.clone())).await?;
    assert_eq!(stream(&store, &parcel).await?[0].metadata, Arc::new(given));
    Ok(())
}

pub(crate) async fn recorded_at_is_in_whole_microseconds(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    for _ in 0..20 {
        let appended = store.append(to(&parcel, vec![event("Scanned")?])).await?;
        let stored = store.read_stream(&parcel, appended.version, PageSize::default()).await?;
        assert_eq!(stored[0].recorded_at, appended.recorded_at, "the answer and the event differ");
        assert_eq!(appended.recorded_at.nanosecond() % 1_000, 0, "{} has more than microseconds", appended.recorded_at);
    }
    Ok(())
}

pub(crate) async fn recorded_at_is_about_now(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    let recorded_at = store.append(to(&parcel, vec![event("Scanned")?])).await?.recorded_at;
    let away = (Utc::now() - recorded_at).abs();
    // it may be the clock of another machine
    assert!(away < chrono::TimeDelta::hours(1), "{recorded_at} is {away} away");
    Ok(())
}

pub(crate) async fn recorded_at_never_decreases_with_position(place: Place) -> Outcome {
    place.needs(crate::factory::Promise::TimeFollowsPosition).await?;
    let store = place.open().await?;
    let writers = (0..16).map(|writer| {
        let store = store.clone();
        async move {
            for _ in 0..20 {
                store.append(to(&parcel(writer)?, vec![event("Scanned")?])).await?;
            }
            Outcome::Ok(())
        }
    });
    at_once(writers).await?.into_iter().collect::<Outcome<()>>()?;
    let stored = read(&store, &Query::all(), Position::START, PageSize::default()).await?;
    assert_eq!(stored.len(), 320);
    for pair in stored.windows(2) {
        assert!(pair[0].recorded_at <= pair[1].recorded_at, "position {} is older than the one before it", pair[1].position);
    }
    Ok(())
}
