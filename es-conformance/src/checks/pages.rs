//! Pages keep to their size, lead on, and say where they end.

use es_core::store::{EventStore, NewEvent, PageSize};
use es_core::{Clause, Position, Query};

use crate::factory::Handle;
use crate::given::{EVERYTHING, about, all, at_most, events, ids, parcel, read, stream, tag, to};
use crate::place::Place;
use crate::run::Outcome;

/// A payload of exactly this many bytes.
fn of_bytes(bytes: usize) -> Outcome<NewEvent> {
    Ok(NewEvent::new("Scanned", 1, format!("\"{}\"", "x".repeat(bytes - 2)))?)
}

async fn with_parcel(place: &Place, events: Vec<NewEvent>) -> Outcome<Handle> {
    let store = place.open().await?;
    store.append(to(&parcel("p-1")?, events)).await?;
    Ok(store)
}

pub(crate) async fn a_page_holds_no_more_events_than_asked_for(place: Place) -> Outcome {
    let store = with_parcel(&place, events("Scanned", 25)?).await?;
    let whole = ids(&all(&store).await?);
    for size in [1, 2, 7, 24, 25, 26] {
        let page = store.read(&Query::all(), Position::START, at_most(size)).await?;
        assert_eq!(ids(&page.events), whole[..size.min(25)], "a page of {size}");
        assert_eq!(ids(&store.read_stream(&parcel("p-1")?, 1, at_most(size)).await?), whole[..size.min(25)], "of the stream, {size}");
    }
    Ok(())
}

pub(crate) async fn a_page_ends_with_the_event_that_reaches_its_bytes(place: Place) -> Outcome {
    let store = with_parcel(&place, (0..10).map(|_| of_bytes(100)).collect::<Outcome<_>>()?).await?;
    for (bytes, expected) in [(1, 1), (99, 1), (100, 1), (101, 2), (200, 2), (201, 3), (999, 10), (1_000, 10), (5_000, 10)] {
        let size = PageSize { events: 100, bytes };
        let page = store.read(&Query::all(), Position::START, size).await?;
        assert_eq!(page.events.len(), expected, "a page of {bytes} bytes");
        assert_eq!(store.read_stream(&parcel("p-1")?, 1, size).await?.len(), expected, "of the stream, {bytes} bytes");
    }
    Ok(())
}

pub(crate) async fn an_event_larger_than_a_page_is_read_all_the_same(place: Place) -> Outcome {
    let store = with_parcel(&place, vec![of_bytes(50_000)?, of_bytes(10)?, of_bytes(200_000)?, of_bytes(90_000)?]).await?;
    let size = PageSize { events: 100, bytes: 1_000 };
    let read = read(&store, &Query::all(), Position::START, size).await?;
    let sizes: Vec<usize> = read.iter().map(|event| event.event.as_bytes().len()).collect();
    assert_eq!(sizes, [50_000, 10, 200_000, 90_000]);
    assert_eq!(store.read_stream(&parcel("p-1")?, 2, size).await?.len(), 2, "of the stream");
    Ok(())
}

pub(crate) async fn pages_of_every_size_add_up_to_the_same_events(place: Place) -> Outcome {
    let (store, depot) = (place.open().await?, tag("depot", 1)?);
    for id in 0..40 {
        let mut group = events(if id % 3 == 0 { "Scanned" } else { "Moved" }, 1 + id % 4)?;
        if id % 5 == 0 {
            group = group.into_iter().map(|event| event.tagged([depot.clone()])).collect();
        }
        store.append(to(&parcel(id % 6)?, group)).await?;
    }
    let queries: [Query; 3] = [Query::all(), Clause::new().names(["Scanned"]).into(), about(&[&depot]).into()];
    for query in queries {
        let whole = ids(&read(&store, &query, Position::START, EVERYTHING).await?);
        assert!(!whole.is_empty());
        for size in [
            PageSize { events: 1, bytes: 1 },
            PageSize { events: 3, bytes: 30 },
            at_most(2),
            at_most(10),
            PageSize { events: 90, bytes: 100 },
        ] {
            assert_eq!(ids(&read(&store, &query, Position::START, size).await?), whole, "{size:?} of {query:?}");
        }
    }
    Ok(())
}

pub(crate) async fn a_page_without_limits_has_no_limit(place: Place) -> Outcome {
    let store = with_parcel(&place, events("Scanned", 3_000)?).await?;
    assert_eq!(
        store.read_stream(&parcel("p-1")?, 1, EVERYTHING).await?.len(),
        3_000,
        "an answer that reaches no limit is the end of the stream"
    );
    assert_eq!(read(&store, &Query::all(), Position::START, EVERYTHING).await?.len(), 3_000);
    let large = PageSize { events: i64::MAX as usize + 1, bytes: i64::MAX as usize + 1 };
    assert_eq!(store.read_stream(&parcel("p-1")?, 2_990, large).await?.len(), 11);
    Ok(())
}

pub(crate) async fn an_answer_that_reaches_no_limit_is_the_end_of_the_stream(place: Place) -> Outcome {
    let (store, one) = (with_parcel(&place, events("Scanned", 20)?).await?, parcel("p-1")?);
    for _ in 0..10 {
        store.append(to(&parcel("p-2")?, events("Scanned", 20)?)).await?;
        store.append(to(&one, events("Scanned", 20)?)).await?;
    }
    for from in [1, 50, 219, 220] {
        let answer = store.read_stream(&one, from, at_most(300)).await?;
        assert_eq!(answer.last().map(|event| event.version), Some(220), "from version {from}");
    }
    assert_eq!(stream(&store, &one).await?.len(), 220);
    Ok(())
}

pub(crate) async fn a_page_is_at_the_head_only_if_nothing_follows(place: Place) -> Outcome {
    let store = with_parcel(&place, events("Scanned", 5)?).await?;
    store.append(to(&parcel("p-2")?, events("Moved", 3)?)).await?;
    let head = store.head().await?;
    for query in [Query::all(), Clause::new().names(["Scanned"]).into(), Clause::new().names(["Moved"]).into()] {
        for size in [1, 2, 3, 4, 5, 8, 9] {
            let mut at = Position::START;
            loop {
                let page = store.read(&query, at, at_most(size)).await?;
                assert_eq!(page.at_head, page.through >= head, "{size} of {query:?}: {page:?}, the head is {head}");
                at = page.through;
                if page.at_head {
                    break;
                }
            }
        }
    }
    Ok(())
}

pub(crate) async fn a_page_never_goes_through_an_event_that_it_lacks(place: Place) -> Outcome {
    let store = place.open().await?;
    for id in 0..60 {
        store.append(to(&parcel(id)?, events(if id % 7 == 0 { "Scanned" } else { "Moved" }, 2)?)).await?;
    }
    let query = Query::from(Clause::new().names(["Scanned"]));
    let whole: Vec<_> = all(&store).await?.into_iter().filter(|event| query.matches(event)).collect();
    for size in [1, 2, 3, 5, 100] {
        let (mut at, mut seen) = (Position::START, 0);
        loop {
            let page = store.read(&query, at, at_most(size)).await?;
            seen += page.events.len();
            let due = whole.iter().filter(|event| event.position <= page.through).count();
            assert_eq!(seen, due, "pages of {size}: through {}", page.through);
            at = page.through;
            if page.at_head {
                break;
            }
        }
    }
    Ok(())
}

pub(crate) async fn a_rare_event_is_found_among_many(place: Place) -> Outcome {
    let (store, rare) = (place.open().await?, tag("lost", "yes")?);
    let mut expected = Vec::new();
    for id in 0..20 {
        let mut group = events("Scanned", 250)?;
        if id % 6 == 5 {
            group[id].name = "Lost".into();
            group[id].tags.push(rare.clone());
            expected.push(group[id].event_id);
        }
        store.append(to(&parcel(id)?, group)).await?;
    }
    for query in [Query::from(Clause::new().names(["Lost"])), about(&[&rare]).into(), about(&[&rare]).category("parcel").into()] {
        for size in [at_most(1), at_most(2), PageSize::default()] {
            assert_eq!(ids(&read(&store, &query, Position::START, size).await?), expected, "{size:?} of {query:?}");
        }
    }
    Ok(())
}
