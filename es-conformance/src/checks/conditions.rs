//! A condition holds unless an event after its position is about what it names.

use es_core::store::{Append, EventStore};
use es_core::{AppendCondition, Clause, Position, Query, Tag};

use crate::checks::contents::hostile;
use crate::given::{about, all, at, event, names, none_of, parcel, read, refused, refused_at, refused_for, tag, tagged, to};
use crate::place::Place;
use crate::run::Outcome;

/// An append of one event about these things, under a condition.
fn reserve(tags: &[&Tag], condition: AppendCondition) -> Outcome<Append> {
    Ok(Append::unstreamed(vec![tagged("Reserved", tags)?]).when(condition))
}

fn condition(clauses: impl IntoIterator<Item = Clause>, after: Position) -> AppendCondition {
    AppendCondition { query: Query::any(clauses), after }
}

pub(crate) async fn a_condition_that_nothing_matches_holds(place: Place) -> Outcome {
    let (store, seat, other) = (place.open().await?, tag("seat", 1)?, tag("seat", 2)?);
    store.append(reserve(&[&seat], none_of(&[&seat], Position::START))?).await?;
    store.append(reserve(&[&other], none_of(&[&other], Position::START))?).await?;
    assert_eq!(all(&store).await?.len(), 2);
    Ok(())
}

pub(crate) async fn a_condition_that_an_event_matches_refuses(place: Place) -> Outcome {
    let (store, seat) = (place.open().await?, tag("seat", 1)?);
    store.append(reserve(&[&seat], none_of(&[&seat], Position::START))?).await?;
    let head = store.head().await?;
    refused_for(&store, reserve(&[&seat], none_of(&[&seat], Position::START))?).await?;
    assert_eq!((store.head().await?, all(&store).await?.len()), (head, 1), "a refused append left a trace");
    Ok(())
}

pub(crate) async fn a_conflict_names_an_event_that_matches(place: Place) -> Outcome {
    let (store, seat, other) = (place.open().await?, tag("seat", 1)?, tag("seat", 2)?);
    let old = store.append(Append::unstreamed(vec![tagged("Reserved", &[&seat])?])).await?.position.unwrap_or_default();
    store.append(Append::unstreamed(vec![tagged("Reserved", &[&other])?, tagged("Left", &[&seat])?])).await?;
    store.append(Append::unstreamed(vec![tagged("Reserved", &[&other])?])).await?;
    let named = refused_for(&store, reserve(&[&seat], none_of(&[&seat], old))?).await?;
    let found = read(&store, &about(&[&seat]).into(), old, crate::given::EVERYTHING).await?;
    assert_eq!(crate::given::positions(&found), [named.0], "the conflict names another event");
    Ok(())
}

pub(crate) async fn a_condition_looks_only_after_its_position(place: Place) -> Outcome {
    let (store, seat) = (place.open().await?, tag("seat", 1)?);
    for count in 1..=5 {
        let head = store.head().await?;
        let appended = store.append(reserve(&[&seat], none_of(&[&seat], head))?).await?;
        refused_for(&store, reserve(&[&seat], none_of(&[&seat], head))?).await?;
        assert!(appended.position > Some(head));
        assert_eq!(all(&store).await?.len(), count);
    }
    Ok(())
}

pub(crate) async fn a_condition_after_the_end_holds(place: Place) -> Outcome {
    let (store, seat) = (place.open().await?, tag("seat", 1)?);
    store.append(Append::unstreamed(vec![tagged("Reserved", &[&seat])?])).await?;
    for after in [1_000, i64::MAX as u64, i64::MAX as u64 + 1, u64::MAX] {
        store.append(reserve(&[&seat], none_of(&[&seat], Position(after)))?).await?;
    }
    assert_eq!(all(&store).await?.len(), 5);
    Ok(())
}

pub(crate) async fn a_condition_over_several_tags_needs_all_of_them(place: Place) -> Outcome {
    let (store, seat, show) = (place.open().await?, tag("seat", 1)?, tag("show", 1)?);
    let both = || none_of(&[&seat, &show], Position::START);
    store.append(reserve(&[&seat], both())?).await?;
    store.append(reserve(&[&show], both())?).await?;
    store.append(Append::unstreamed(vec![tagged("Reserved", &[&tag("row", 1)?, &show, &seat])?])).await?;
    refused_for(&store, reserve(&[&seat, &show], both())?).await?;
    assert_eq!(all(&store).await?.len(), 3);
    Ok(())
}

pub(crate) async fn a_condition_with_names_is_about_these_names_only(place: Place) -> Outcome {
    let (store, seat) = (place.open().await?, tag("seat", 1)?);
    let names = || condition([about(&[&seat]).names(["Reserved", "Sold"])], Position::START);
    store.append(Append::unstreamed(vec![tagged("Cleaned", &[&seat])?, event("Reserved")?])).await?;
    store.append(Append::unstreamed(vec![tagged("Repaired", &[&seat])?]).when(names())).await?;
    store.append(Append::unstreamed(vec![tagged("Sold", &[&seat])?]).when(names())).await?;
    refused_for(&store, reserve(&[&seat], names())?).await?;
    assert_eq!(all(&store).await?.len(), 4);
    Ok(())
}

pub(crate) async fn a_condition_without_names_is_about_every_name(place: Place) -> Outcome {
    let store = place.open().await?;
    for name in ["Reserved", "Cleaned", "", "*"].iter().filter(|name| !name.is_empty()) {
        let seat = tag("seat", name)?;
        store.append(Append::unstreamed(vec![tagged(name, &[&seat])?])).await?;
        refused_for(&store, reserve(&[&seat], none_of(&[&seat], Position::START))?).await?;
    }
    Ok(())
}

pub(crate) async fn a_condition_with_an_empty_list_of_names_holds(place: Place) -> Outcome {
    let (store, seat) = (place.open().await?, tag("seat", 1)?);
    store.append(Append::unstreamed(vec![tagged("Reserved", &[&seat])?])).await?;
    let no_names = about(&[&seat]).names(Vec::<&str>::new());
    store.append(reserve(&[&seat], condition([no_names.clone()], Position::START))?).await?;
    refused_for(&store, reserve(&[&seat], condition([no_names, about(&[&seat])], Position::START))?).await?;
    Ok(())
}

pub(crate) async fn a_condition_without_clauses_holds(place: Place) -> Outcome {
    let (store, seat) = (place.open().await?, tag("seat", 1)?);
    for _ in 0..2 {
        store.append(reserve(&[&seat], condition([], Position::START))?).await?;
    }
    assert_eq!(all(&store).await?.len(), 2);
    Ok(())
}

pub(crate) async fn one_matching_clause_of_several_refuses(place: Place) -> Outcome {
    let store = place.open().await?;
    let (seat, student, course) = (tag("seat", 1)?, tag("student", 1)?, tag("course", 1)?);
    let clauses = || [about(&[&seat]).names(["Reserved"]), about(&[&student, &course]), about(&[&course]).names(["Closed"])];
    for harmless in [("Cleaned", vec![&seat]), ("Reserved", vec![&student]), ("Reserved", vec![&course])] {
        store.append(Append::unstreamed(vec![tagged(harmless.0, &harmless.1)?]).when(condition(clauses(), Position::START))).await?;
    }
    for harmful in [("Reserved", vec![&seat]), ("Enrolled", vec![&course, &student]), ("Closed", vec![&course])] {
        let before = store.head().await?;
        store.append(Append::unstreamed(vec![tagged(harmful.0, &harmful.1)?]).when(condition(clauses(), before))).await?;
        refused_for(&store, reserve(&[], condition(clauses(), before))?).await?;
    }
    Ok(())
}

pub(crate) async fn a_condition_sees_events_of_streams_and_of_none(place: Place) -> Outcome {
    let (store, parcel, depot) = (place.open().await?, parcel("p-1")?, tag("depot", 1)?);
    let mut head = store.head().await?;
    for append in [to(&parcel, vec![tagged("Scanned", &[&depot])?]), Append::unstreamed(vec![tagged("Closed", &[&depot])?])] {
        store.append(append).await?;
        refused_for(&store, reserve(&[&depot], none_of(&[&depot], head))?).await?;
        refused_for(&store, to(&parcel, vec![event("Scanned")?]).when(none_of(&[&depot], head))).await?;
        head = store.head().await?;
    }
    assert_eq!(names(&all(&store).await?), ["Scanned", "Closed"]);
    Ok(())
}

pub(crate) async fn a_condition_does_not_look_at_its_own_events(place: Place) -> Outcome {
    let (store, seat) = (place.open().await?, tag("seat", 1)?);
    let group = vec![tagged("Reserved", &[&seat])?, tagged("Reserved", &[&seat])?];
    store.append(Append::unstreamed(group).when(none_of(&[&seat], Position::START))).await?;
    assert_eq!(all(&store).await?.len(), 2);
    Ok(())
}

pub(crate) async fn a_version_and_a_condition_must_both_hold(place: Place) -> Outcome {
    let (store, parcel, depot, other) = (place.open().await?, parcel("p-1")?, tag("depot", 1)?, tag("depot", 2)?);
    store.append(to(&parcel, vec![tagged("Scanned", &[&depot])?])).await?;
    let scan = |version, tag: &Tag| Outcome::Ok(at(&parcel, version, vec![event("Scanned")?]).when(none_of(&[tag], Position::START)));
    refused_at(&store, scan(0, &other)?).await?;
    refused_for(&store, scan(1, &depot)?).await?;
    assert!(store.append(scan(0, &depot)?).await.is_err(), "neither the version nor the condition holds");
    assert_eq!(store.append(scan(1, &other)?).await?.version, 2);
    Ok(())
}

pub(crate) async fn an_append_without_events_is_held_to_its_condition(place: Place) -> Outcome {
    let (store, seat) = (place.open().await?, tag("seat", 1)?);
    store.append(Append::unstreamed(vec![]).when(none_of(&[&seat], Position::START))).await?;
    store.append(Append::unstreamed(vec![tagged("Reserved", &[&seat])?])).await?;
    refused_for(&store, Append::unstreamed(vec![]).when(none_of(&[&seat], Position::START))).await?;
    Ok(())
}

pub(crate) async fn tags_are_compared_byte_by_byte(place: Place) -> Outcome {
    let store = place.open().await?;
    let tags = hostile().iter().map(|text| Ok(Tag::parse(text)?)).collect::<Outcome<Vec<_>>>()?;
    // each tag is free although all the others are taken
    for tag in &tags {
        store.append(reserve(&[tag], none_of(&[tag], Position::START))?).await?;
    }
    for tag in &tags {
        refused_for(&store, reserve(&[tag], none_of(&[tag], Position::START))?).await?;
    }
    Ok(())
}

pub(crate) async fn a_condition_with_a_clause_without_tags_is_refused(place: Place) -> Outcome {
    let (store, seat) = (place.open().await?, tag("seat", 1)?);
    let names_only = || Clause::new().names(["Reserved"]);
    let conditions = [
        AppendCondition { query: Query::all(), after: Position::START },
        condition([Clause::new()], Position::START),
        condition([names_only()], Position::START),
        condition([about(&[&seat]), names_only()], Position::START),
    ];
    for condition in conditions {
        refused(&store, reserve(&[&seat], condition)?).await?;
    }
    assert_eq!(store.head().await?, Position::START, "a refused append was stored");
    Ok(())
}

pub(crate) async fn a_condition_with_a_category_is_refused(place: Place) -> Outcome {
    let (store, seat) = (place.open().await?, tag("seat", 1)?);
    for clauses in [vec![about(&[&seat]).category("show")], vec![about(&[&seat]), about(&[&seat]).category("show")]] {
        refused(&store, reserve(&[&seat], condition(clauses, Position::START))?).await?;
    }
    assert_eq!(store.head().await?, Position::START, "a refused append was stored");
    Ok(())
}
