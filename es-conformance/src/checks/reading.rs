//! What a query selects.

use es_core::store::{Append, EventStore, NewEvent};
use es_core::{Clause, Position, Query, StoredEvent, StreamId, Tag};

use crate::factory::Handle;
use crate::given::{EVERYTHING, about, all, at_most, event, events, ids, names, parcel, positions, read, stream, tag, tagged, to};
use crate::place::Place;
use crate::run::Outcome;

/// A library: loans of two members, a member, and notices that belong to no stream.
async fn library(place: &Place) -> Outcome<Handle> {
    let store = place.open().await?;
    let (anna, bert, book) = (tag("member", "anna")?, tag("member", "bert")?, tag("book", "b-1")?);
    let stream = |category: &str, id: &str| StreamId::new(category, id);
    let about = |name: &'static str, tags: &[&Tag]| -> Outcome<Vec<NewEvent>> { Ok(vec![tagged(name, tags)?]) };
    store.append(to(&stream("member", "anna")?, about("Joined", &[&anna])?)).await?;
    store.append(to(&stream("loan", "l-1")?, about("Lent", &[&anna, &book])?)).await?;
    store.append(to(&stream("loan", "l-2")?, about("Lent", &[&bert])?)).await?;
    store.append(Append::unstreamed(about("Reminded", &[&anna])?)).await?;
    store.append(to(&stream("loan", "l-1")?, about("Returned", &[&book, &anna])?)).await?;
    store.append(Append::unstreamed(about("Closed", &[])?)).await?;
    store.append(to(&stream("loan", "l-2")?, about("Returned", &[&bert])?)).await?;
    Ok(store)
}

/// The positions, counted from 1, that a query selects of the library's seven events.
async fn selected(store: &Handle, query: impl Into<Query>) -> Outcome<Vec<usize>> {
    let query = query.into();
    let all = ids(&all(store).await?);
    let found = read(store, &query, Position::START, EVERYTHING).await?;
    let one_by_one = read(store, &query, Position::START, at_most(1)).await?;
    assert_eq!(found, one_by_one, "a large page and small ones differ: {query:?}");
    Ok(found.iter().map(|event| all.iter().take_while(|id| **id != event.event_id).count() + 1).collect())
}

pub(crate) async fn an_empty_store_gives_an_empty_page_at_the_head(place: Place) -> Outcome {
    let store = place.open().await?;
    for query in [Query::all(), Clause::new().names(["Lent"]).into(), about(&[&tag("book", 1)?]).into(), Query::any([])] {
        let page = store.read(&query, Position::START, EVERYTHING).await?;
        assert!(page.events.is_empty() && page.at_head && page.through == Position::START, "{page:?}");
    }
    Ok(())
}

pub(crate) async fn a_query_for_all_gives_all_in_order(place: Place) -> Outcome {
    let store = library(&place).await?;
    assert_eq!(selected(&store, Query::all()).await?, [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(selected(&store, Clause::new()).await?, [1, 2, 3, 4, 5, 6, 7], "a clause that asks for nothing is every event");
    Ok(())
}

pub(crate) async fn a_query_selects_by_name(place: Place) -> Outcome {
    let store = library(&place).await?;
    assert_eq!(selected(&store, Clause::new().names(["Lent"])).await?, [2, 3]);
    assert_eq!(selected(&store, Clause::new().names(["Returned", "Closed", "Lost"])).await?, [5, 6, 7]);
    assert_eq!(selected(&store, Clause::new().names(["lent"])).await?, [0; 0], "names are compared byte by byte");
    assert_eq!(selected(&store, Clause::new().names(["%", "L_nt", "Len"])).await?, [0; 0], "names are no patterns");
    Ok(())
}

pub(crate) async fn a_query_selects_by_category(place: Place) -> Outcome {
    let store = library(&place).await?;
    assert_eq!(selected(&store, Clause::new().category("loan")).await?, [2, 3, 5, 7]);
    assert_eq!(selected(&store, Clause::new().category("member")).await?, [1]);
    for other in ["loa", "loans", "Loan", "l%", "%", "l-1"] {
        assert_eq!(selected(&store, Clause::new().category(other)).await?, [0; 0], "category {other:?}");
    }
    Ok(())
}

pub(crate) async fn a_query_selects_by_tag(place: Place) -> Outcome {
    let store = library(&place).await?;
    assert_eq!(selected(&store, about(&[&tag("member", "anna")?])).await?, [1, 2, 4, 5]);
    assert_eq!(selected(&store, about(&[&tag("book", "b-1")?])).await?, [2, 5]);
    assert_eq!(selected(&store, about(&[&tag("member", "an")?])).await?, [0; 0]);
    Ok(())
}

pub(crate) async fn a_clause_with_several_tags_selects_events_with_all_of_them(place: Place) -> Outcome {
    let store = library(&place).await?;
    let (anna, bert, book) = (tag("member", "anna")?, tag("member", "bert")?, tag("book", "b-1")?);
    assert_eq!(selected(&store, about(&[&anna, &book])).await?, [2, 5]);
    assert_eq!(selected(&store, about(&[&book, &anna])).await?, [2, 5]);
    assert_eq!(selected(&store, about(&[&bert, &book])).await?, [0; 0]);
    Ok(())
}

pub(crate) async fn all_that_a_clause_says_must_hold(place: Place) -> Outcome {
    let store = library(&place).await?;
    let anna = tag("member", "anna")?;
    assert_eq!(selected(&store, about(&[&anna]).names(["Lent", "Reminded"])).await?, [2, 4]);
    assert_eq!(selected(&store, about(&[&anna]).category("loan")).await?, [2, 5]);
    assert_eq!(selected(&store, Clause::new().category("loan").names(["Returned"])).await?, [5, 7]);
    assert_eq!(selected(&store, about(&[&anna]).category("loan").names(["Returned", "Joined"])).await?, [5]);
    assert_eq!(selected(&store, about(&[&anna]).category("member").names(["Lent"])).await?, [0; 0]);
    Ok(())
}

pub(crate) async fn one_clause_of_several_is_enough(place: Place) -> Outcome {
    let store = library(&place).await?;
    let (anna, bert) = (tag("member", "anna")?, tag("member", "bert")?);
    let or = |clauses: Vec<Clause>| Query::any(clauses);
    assert_eq!(selected(&store, or(vec![about(&[&bert]), Clause::new().category("member")])).await?, [1, 3, 7]);
    assert_eq!(selected(&store, or(vec![about(&[&anna]).names(["Lent"]), Clause::new().names(["Closed"])])).await?, [2, 6]);
    assert_eq!(selected(&store, or(vec![Clause::new(), about(&[&anna])])).await?, [1, 2, 3, 4, 5, 6, 7]);
    Ok(())
}

pub(crate) async fn an_event_that_several_clauses_select_comes_once(place: Place) -> Outcome {
    let store = library(&place).await?;
    let (anna, book) = (tag("member", "anna")?, tag("book", "b-1")?);
    let overlapping = [about(&[&anna]), about(&[&book]), about(&[&anna, &book]), Clause::new().names(["Lent"]), about(&[&anna])];
    assert_eq!(selected(&store, Query::any(overlapping)).await?, [1, 2, 3, 4, 5]);
    Ok(())
}

pub(crate) async fn a_query_without_clauses_selects_nothing(place: Place) -> Outcome {
    let store = library(&place).await?;
    assert_eq!(selected(&store, Query::any([])).await?, [0; 0]);
    assert_eq!(selected(&store, Clause::new().names(Vec::<&str>::new())).await?, [0; 0], "an empty list of names is no name");
    Ok(())
}

pub(crate) async fn a_query_that_selects_nothing_moves_on_to_the_head(place: Place) -> Outcome {
    let store = library(&place).await?;
    let head = store.head().await?;
    for query in [Clause::new().names(["Lost"]).into(), about(&[&tag("book", "b-2")?]).into(), Query::any([])] {
        let (mut at, mut pages) = (Position::START, 0);
        loop {
            let page = store.read(&query, at, at_most(2)).await?;
            assert!(page.events.is_empty() && (page.at_head || page.through > at), "{page:?}");
            (at, pages) = (page.through, pages + 1);
            if page.at_head {
                break;
            }
            assert!(pages <= 7, "more pages than events");
        }
        assert_eq!(at, head, "{query:?} does not reach the head");
    }
    Ok(())
}

pub(crate) async fn reading_goes_on_after_any_position(place: Place) -> Outcome {
    let store = library(&place).await?;
    let all = all(&store).await?;
    let queries = [Query::all(), Clause::new().category("loan").into(), about(&[&tag("member", "anna")?]).into()];
    for query in queries {
        let whole: Vec<StoredEvent> = all.iter().filter(|event| query.matches(event)).cloned().collect();
        for after in std::iter::once(Position::START).chain(all.iter().map(|event| event.position)) {
            let rest: Vec<_> = whole.iter().filter(|event| event.position > after).cloned().collect();
            assert_eq!(read(&store, &query, after, at_most(2)).await?, rest, "{query:?} after {after}");
        }
    }
    Ok(())
}

pub(crate) async fn after_the_end_there_is_nothing(place: Place) -> Outcome {
    let store = library(&place).await?;
    let head = store.head().await?;
    for after in [head.0, head.0 + 1, 1_000_000, i64::MAX as u64, i64::MAX as u64 + 1, u64::MAX] {
        for query in [Query::all(), Clause::new().category("loan").into(), about(&[&tag("member", "anna")?]).into()] {
            let page = store.read(&query, Position(after), EVERYTHING).await?;
            assert!(page.events.is_empty() && page.at_head, "after {after}: {page:?}");
            assert!(page.through >= Position(after), "a reader is sent back from {after} to {}", page.through);
        }
    }
    Ok(())
}

pub(crate) async fn a_stream_is_read_from_any_version(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    store.append(to(&parcel, events("Scanned", 10)?)).await?;
    let whole = stream(&store, &parcel).await?;
    for from in 1..=10 {
        assert_eq!(store.read_stream(&parcel, from, EVERYTHING).await?, whole[from as usize - 1..], "from version {from}");
    }
    assert_eq!(store.read_stream(&parcel, 0, EVERYTHING).await?, whole, "from before the first version");
    Ok(())
}

pub(crate) async fn after_the_end_of_a_stream_there_is_nothing(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    store.append(to(&parcel, events("Scanned", 3)?)).await?;
    for from in [4, 5, 1_000, i64::MAX as u64, i64::MAX as u64 + 1, u64::MAX] {
        assert_eq!(store.read_stream(&parcel, from, EVERYTHING).await?, [], "from version {from}");
    }
    assert_eq!(store.read_stream(&crate::given::parcel("p-2")?, 1, EVERYTHING).await?, [], "of a stream that does not exist");
    Ok(())
}

pub(crate) async fn a_stream_holds_its_own_events_only(place: Place) -> Outcome {
    let (store, one, other) = (place.open().await?, parcel("p-1")?, parcel("p-10")?);
    for _ in 0..5 {
        store.append(to(&one, vec![event("Scanned")?])).await?;
        store.append(to(&other, vec![event("Moved")?])).await?;
        store.append(Append::unstreamed(vec![event("Closed")?])).await?;
    }
    assert_eq!(names(&stream(&store, &one).await?), ["Scanned"; 5]);
    assert_eq!(names(&stream(&store, &other).await?), ["Moved"; 5]);
    assert_eq!(positions(&all(&store).await?).len(), 15);
    Ok(())
}
