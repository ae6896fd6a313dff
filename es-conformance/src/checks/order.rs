//! The place of an event among all, and in its stream.

use es_core::store::EventStore;
use es_core::{Position, Query};

use crate::factory::Promise;
use crate::given::{EVERYTHING, all, at, at_once, event, events, parcel, positions, read, refused_at, stream, to};
use crate::place::Place;
use crate::run::Outcome;

pub(crate) async fn the_head_of_an_empty_store_is_the_start(place: Place) -> Outcome {
    let store = place.open().await?;
    assert_eq!(store.head().await?, Position::START);
    assert_eq!(store.stream_version(&parcel("p-1")?).await?, 0);
    Ok(())
}

pub(crate) async fn the_head_is_the_position_of_the_last_event(place: Place) -> Outcome {
    let store = place.open().await?;
    for id in 1..=5 {
        let appended = store.append(to(&parcel(id)?, events("Scanned", id)?)).await?;
        assert_eq!(Some(store.head().await?), appended.position);
        assert_eq!(all(&store).await?.last().map(|event| event.position), appended.position);
    }
    Ok(())
}

pub(crate) async fn a_later_append_has_a_later_position(place: Place) -> Outcome {
    let store = place.open().await?;
    let mut last = Position::START;
    for id in 0..50 {
        let appended = store.append(to(&parcel(id % 7)?, events("Scanned", 1 + id % 3)?)).await?;
        assert!(appended.first_position > Some(last), "{:?} does not come after {last}", appended.first_position);
        last = appended.position.unwrap_or_default();
    }
    all(&store).await?;
    Ok(())
}

pub(crate) async fn positions_of_one_append_are_without_holes(place: Place) -> Outcome {
    let store = place.open().await?;
    let writers = (0..8).map(|id| {
        let store = store.clone();
        async move {
            let mut answers = Vec::new();
            for _ in 0..10 {
                answers.push(store.append(to(&parcel(id)?, events("Scanned", 7)?)).await?);
            }
            Outcome::Ok(answers)
        }
    });
    for answer in at_once(writers).await?.into_iter().collect::<Outcome<Vec<_>>>()?.concat() {
        let (first, last) = (answer.first_position.unwrap_or_default(), answer.position.unwrap_or_default());
        assert_eq!(last.0 - first.0, 6, "seven events from {first} to {last}");
        let group = read(&store, &Query::all(), Position(first.0 - 1), crate::given::at_most(7)).await?;
        assert_eq!(positions(&group[..7]), (first.0..=last.0).collect::<Vec<_>>());
        assert!(group[..7].iter().all(|event| event.stream == group[0].stream), "another append's event stands between those of one");
    }
    Ok(())
}

pub(crate) async fn positions_are_1_2_3_without_holes(place: Place) -> Outcome {
    place.needs(Promise::GaplessPositions).await?;
    let store = place.open().await?;
    let writers = (0..16).map(|id| {
        let store = store.clone();
        async move {
            for version in 0..20 {
                refused_at(&store, at(&parcel(id)?, version + 1, vec![event("Scanned")?])).await?;
                store.append(at(&parcel(id)?, version, vec![event("Scanned")?])).await?;
            }
            Outcome::Ok(())
        }
    });
    at_once(writers).await?.into_iter().collect::<Outcome<()>>()?;
    assert_eq!(positions(&all(&store).await?), (1..=320).collect::<Vec<_>>());
    Ok(())
}

pub(crate) async fn what_was_acknowledged_is_read_at_once(place: Place) -> Outcome {
    let store = place.open().await?;
    let writers = (0..8).map(|id| {
        let (store, other) = (store.clone(), store.clone());
        async move {
            let parcel = parcel(id)?;
            for version in 1..=20 {
                let position = store.append(to(&parcel, vec![event("Scanned")?])).await?.position.unwrap_or_default();
                assert_eq!(other.stream_version(&parcel).await?, version);
                assert_eq!(other.read_stream(&parcel, version, EVERYTHING).await?.len(), 1, "the stream lacks its last event");
                assert!(other.head().await? >= position, "the head is before an acknowledged event");
                let page = other.read(&Query::all(), Position(position.0 - 1), crate::given::at_most(1)).await?;
                assert_eq!(positions(&page.events), [position.0], "an acknowledged event can't be read");
            }
            Outcome::Ok(())
        }
    });
    at_once(writers).await?.into_iter().collect()
}

pub(crate) async fn the_version_of_a_stream_is_that_of_its_last_event(place: Place) -> Outcome {
    let (store, one, other) = (place.open().await?, parcel("p-1")?, parcel("p-2")?);
    for version in 1..=10 {
        store.append(to(&one, vec![event("Scanned")?])).await?;
        store.append(to(&other, events("Scanned", 2)?)).await?;
        assert_eq!((store.stream_version(&one).await?, store.stream_version(&other).await?), (version, 2 * version));
    }
    assert_eq!(stream(&store, &one).await?.len(), 10);
    Ok(())
}

/// What a decision rests on: whoever has seen a head has seen all that will ever be before it.
pub(crate) async fn nothing_appears_behind_a_head_that_was_seen(place: Place) -> Outcome {
    let store = place.open().await?;
    let writers = (0..8).map(|id| {
        let store = store.clone();
        async move {
            for _ in 0..50 {
                store.append(to(&parcel(id)?, events("Scanned", 1 + id % 3)?)).await?;
                tokio::task::yield_now().await;
            }
            Outcome::Ok(())
        }
    });
    let watcher = store.clone();
    let watch = tokio::spawn(async move {
        let (mut seen, mut head) = (Vec::new(), Position::START);
        while seen.len() < 50 || head < watcher.head().await? {
            let next = watcher.head().await?;
            assert!(next >= head, "the head went back from {head} to {next}");
            head = next;
            let mut positions = positions(&read(&watcher, &Query::all(), Position::START, EVERYTHING).await?);
            positions.retain(|position| *position <= head.0);
            seen.push((head, positions.len()));
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        Outcome::Ok(seen)
    });
    at_once(writers).await?.into_iter().collect::<Outcome<()>>()?;
    let positions = positions(&all(&store).await?);
    for (head, seen) in watch.await?? {
        let now = positions.iter().filter(|position| **position <= head.0).count();
        assert_eq!(now, seen, "up to head {head} there were {seen} events, later {now}");
    }
    Ok(())
}
