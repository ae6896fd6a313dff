//! Tags that come after their event.

use es_core::store::{Append, EventStore};
use es_core::{AnyStore, Clause, Position, StoredEvent, Tag};

use crate::checks::contents::hostile;
use crate::factory::Promise;
use crate::given::{
    EVERYTHING, about, all, at_once, event, events, none_of, parcel, positions, read, refused_for, stream, tag, tagged, to,
};
use crate::place::Place;
use crate::run::Outcome;

/// Three parcels that were scanned, the second by somebody already.
async fn scanned(store: &AnyStore, by: &Tag) -> Outcome<Vec<StoredEvent>> {
    store.append(to(&parcel("p-1")?, vec![event("Scanned")?])).await?;
    store.append(to(&parcel("p-2")?, vec![tagged("Scanned", &[by])?])).await?;
    store.append(Append::unstreamed(vec![event("Scanned")?])).await?;
    all(store).await
}

/// Where the events are that a clause is about.
async fn found(store: &AnyStore, clause: Clause) -> Outcome<Vec<u64>> {
    Ok(positions(&read(store, &clause.into(), Position::START, EVERYTHING).await?))
}

pub(crate) async fn added_tags_are_found_as_if_appended(place: Place) -> Outcome {
    let store = place.open().await?;
    let (ann, depot) = (tag("by", "ann")?, tag("depot", 7)?);
    let before = scanned(&store, &ann).await?;
    store.add_tags(&[(before[2].position, vec![ann.clone(), depot.clone()]), (before[0].position, vec![ann.clone()])]).await?;
    let [one, two, three] = [0, 1, 2].map(|at| before[at].position.0);
    assert_eq!(found(&store, about(&[&ann])).await?, [one, two, three]);
    assert_eq!(found(&store, about(&[&ann]).names(["Scanned"])).await?, [one, two, three]);
    assert_eq!(found(&store, about(&[&ann, &depot])).await?, [three]);
    assert_eq!(found(&store, about(&[&ann]).names(["Lost"])).await?, [0; 0]);
    Ok(())
}

pub(crate) async fn added_tags_come_after_those_that_the_event_has(place: Place) -> Outcome {
    let store = place.open().await?;
    let (ann, depot, belt) = (tag("by", "ann")?, tag("depot", 7)?, tag("belt", 1)?);
    let before = scanned(&store, &ann).await?;
    store.add_tags(&[(before[1].position, vec![depot.clone(), belt.clone()])]).await?;
    assert_eq!(all(&store).await?[1].tags, [ann, depot, belt]);
    Ok(())
}

pub(crate) async fn a_tag_that_the_event_has_is_not_added_again(place: Place) -> Outcome {
    let store = place.open().await?;
    let (ann, depot) = (tag("by", "ann")?, tag("depot", 7)?);
    let before = scanned(&store, &ann).await?;
    for _ in 0..3 {
        store.add_tags(&[(before[1].position, vec![ann.clone(), depot.clone(), depot.clone()])]).await?;
    }
    assert_eq!(all(&store).await?[1].tags, [ann.clone(), depot]);
    assert_eq!(found(&store, about(&[&ann])).await?, [before[1].position.0]);
    Ok(())
}

pub(crate) async fn added_tags_change_nothing_else(place: Place) -> Outcome {
    let store = place.open().await?;
    let ann = tag("by", "ann")?;
    let mut before = scanned(&store, &ann).await?;
    let depot = tag("depot", 7)?;
    store.add_tags(&before.iter().map(|event| (event.position, vec![depot.clone()])).collect::<Vec<_>>()).await?;
    before.iter_mut().for_each(|event| event.tags.push(depot.clone()));
    assert_eq!(all(&store).await?, before);
    assert_eq!(stream(&store, &parcel("p-1")?).await?, before[..1]);
    assert_eq!(store.head().await?, before[2].position);
    Ok(())
}

pub(crate) async fn a_condition_sees_added_tags(place: Place) -> Outcome {
    let store = place.open().await?;
    let (ann, depot) = (tag("by", "ann")?, tag("depot", 7)?);
    let before = scanned(&store, &ann).await?;
    let scan = |after| Outcome::Ok(Append::unstreamed(vec![event("Scanned")?]).when(none_of(&[&depot], after)));
    store.append(scan(Position::START)?).await?;
    store.add_tags(&[(before[0].position, vec![depot.clone()])]).await?;
    assert_eq!(refused_for(&store, scan(Position::START)?).await?, before[0].position);
    store.append(scan(before[0].position)?).await?;
    Ok(())
}

pub(crate) async fn hostile_tags_can_be_added(place: Place) -> Outcome {
    let store = place.open().await?;
    let before = scanned(&store, &tag("by", "ann")?).await?;
    let hostile: Vec<Tag> = hostile().iter().filter_map(|text| Tag::parse(text).ok()).collect();
    store.add_tags(&[(before[0].position, hostile.clone())]).await?;
    assert_eq!(all(&store).await?[0].tags, hostile);
    for tag in &hostile {
        assert_eq!(found(&store, about(&[tag])).await?, [before[0].position.0], "{tag:?}");
    }
    Ok(())
}

pub(crate) async fn a_position_without_an_event_is_given_no_tags(place: Place) -> Outcome {
    let store = place.open().await?;
    let (ann, depot) = (tag("by", "ann")?, tag("depot", 7)?);
    let before = scanned(&store, &ann).await?;
    for position in [0, 1_000_000, u64::MAX >> 1] {
        store.add_tags(&[(Position(position), vec![depot.clone()]), (before[0].position, vec![ann.clone()])]).await?;
    }
    store.add_tags(&[]).await?;
    assert_eq!(found(&store, about(&[&depot])).await?, [0; 0]);
    assert_eq!(all(&store).await?[0].tags, [ann]);
    Ok(())
}

pub(crate) async fn tags_that_many_add_at_once_are_there_once(place: Place) -> Outcome {
    let store = place.open().await?;
    let count = 50;
    store.append(to(&parcel("p-1")?, events("Scanned", count)?)).await?;
    let known = all(&store).await?;
    let tags = (0..4).map(|nth| tag("depot", nth)).collect::<Outcome<Vec<_>>>()?;
    let given: Vec<_> = known.iter().map(|event| (event.position, tags.clone())).collect();
    let adders = (0..8).map(|nth| {
        let (store, mut given) = (store.clone(), given.clone());
        // in orders of their own
        if nth % 2 == 1 {
            given.reverse();
        }
        async move { Outcome::Ok(store.add_tags(&given).await?) }
    });
    at_once(adders).await?.into_iter().collect::<Outcome<()>>()?;
    for event in all(&store).await? {
        assert_eq!(event.tags, tags);
    }
    for tag in &tags {
        assert_eq!(found(&store, about(&[tag])).await?.len(), count);
    }
    Ok(())
}

pub(crate) async fn appends_go_on_while_tags_are_added(place: Place) -> Outcome {
    let store = place.open().await?;
    let (depot, one) = (tag("depot", 7)?, parcel("p-1")?);
    store.append(to(&one, events("Scanned", 1000)?)).await?;
    let known = all(&store).await?;
    let adding = async {
        for page in known.chunks(50) {
            store.add_tags(&page.iter().map(|event| (event.position, vec![depot.clone()])).collect::<Vec<_>>()).await?;
        }
        Outcome::Ok(())
    };
    let appending = async {
        for _ in 0..50 {
            store.append(to(&one, vec![tagged("Scanned", &[&depot])?])).await?;
        }
        Outcome::Ok(())
    };
    let (added, appended) = tokio::join!(adding, appending);
    added?;
    appended?;
    assert_eq!(found(&store, about(&[&depot])).await?.len(), 1050);
    assert_eq!(stream(&store, &one).await?.len(), 1050);
    Ok(())
}

pub(crate) async fn added_tags_are_there_after_reopening(place: Place) -> Outcome {
    place.needs(Promise::Survival).await?;
    let (ann, depot) = (tag("by", "ann")?, tag("depot", 7)?);
    let before = {
        let store = place.open().await?;
        let before = scanned(&store, &ann).await?;
        store.add_tags(&before.iter().map(|event| (event.position, vec![depot.clone()])).collect::<Vec<_>>()).await?;
        before
    };
    let store = place.open().await?;
    assert_eq!(found(&store, about(&[&depot])).await?, positions(&before));
    assert_eq!(all(&store).await?[1].tags, [ann, depot]);
    Ok(())
}
