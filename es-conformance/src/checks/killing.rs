//! What a process had been promised when `kill -9` took it.

use std::collections::HashMap;
use std::time::Duration;

use es_core::StoredEvent;
use es_core::store::EventStore;

use crate::factory::Promise;
use crate::given::{all, at, event, parcel, positions};
use crate::place::Place;
use crate::random::Random;
use crate::roles::WRITERS;
use crate::run::{Outcome, Stop};

/// How often a process is killed in each check.
const KILLS: usize = 10;

/// Lets a process append for a moment, kills it, and returns what it was promised: keys, with how many events each has.
async fn kill_one(place: &Place, random: &mut Random) -> Outcome<Vec<(String, usize)>> {
    let mut process = place.start("append", 0).await?;
    let mut said = Vec::new();
    // not before it has begun to append
    while said.len() < 1 + random.below(20) {
        match process.next().await? {
            Some(line) => said.push(line),
            None => return Err(Stop::broken(format!("a process that appends ended by itself: {}", said.join("; ")))),
        }
    }
    tokio::time::sleep(Duration::from_micros(random.next() % 40_000)).await;
    said.extend(process.kill()?);
    let acknowledged = said.iter().filter_map(|line| line.strip_prefix("acked ")?.split_once(' '));
    acknowledged.map(|(key, events)| Ok((key.to_owned(), events.parse()?))).collect()
}

async fn kill_many(place: &Place) -> Outcome<Vec<(String, usize)>> {
    place.needs(Promise::Survival).await?;
    let mut random = place.random();
    let mut acknowledged = Vec::new();
    for _ in 0..KILLS {
        acknowledged.extend(kill_one(place, &mut random).await?);
    }
    assert!(!acknowledged.is_empty(), "no append was acknowledged");
    Ok(acknowledged)
}

/// The events of each append, by its key: which of how many.
fn appends(stored: &[StoredEvent]) -> Outcome<HashMap<String, Vec<(u64, u64)>>> {
    let mut appends: HashMap<String, Vec<(u64, u64)>> = HashMap::new();
    for event in stored {
        let said: serde_json::Value = serde_json::from_slice(event.event.as_bytes())?;
        let number = |name: &str| said[name].as_u64().unwrap_or_default();
        let append = said["append"].as_str().unwrap_or_default().to_owned();
        appends.entry(append).or_default().push((number("nth"), number("of")));
    }
    Ok(appends)
}

/// What there must be of an append of which this is there.
fn whole(events: &[(u64, u64)]) -> Vec<(u64, u64)> {
    (1..=events[0].1).map(|nth| (nth, events[0].1)).collect()
}

pub(crate) async fn every_acknowledged_append_survives_a_kill(place: Place) -> Outcome {
    let acknowledged = kill_many(&place).await?;
    let stored = appends(&place.all().await?)?;
    let lost = acknowledged.iter().filter(|(key, events)| stored.get(key).map_or(0, Vec::len) != *events).count();
    assert_eq!(lost, 0, "of {} acknowledged appends {lost} were lost", acknowledged.len());
    Ok(())
}

pub(crate) async fn a_kill_leaves_no_half_of_an_append(place: Place) -> Outcome {
    kill_many(&place).await?;
    for (append, events) in appends(&place.all().await?)? {
        assert_eq!(events, whole(&events), "append {append} is not whole");
    }
    Ok(())
}

pub(crate) async fn a_key_survives_a_kill_just_when_its_events_do(place: Place) -> Outcome {
    let acknowledged = kill_many(&place).await?;
    let store = place.open().await?;
    for (key, _) in acknowledged {
        assert!(store.key(&key).await?.is_some(), "an acknowledged key was lost");
    }
    let stored = all(&store).await?;
    for (append, events) in appends(&stored)? {
        let Some(known) = store.key(&append).await? else {
            return Err(Stop::broken(format!("the events of {append} are there, its key is not")));
        };
        let last = known.appended.position.unwrap_or_default();
        let of_key = stored.iter().filter(|event| event.position <= last && known.appended.first_position <= Some(event.position));
        assert_eq!(of_key.count(), events.len(), "the key of {append} names other events");
    }
    Ok(())
}

pub(crate) async fn order_is_whole_after_a_kill(place: Place) -> Outcome {
    place.needs(Promise::Survival).await?;
    let mut random = place.random();
    let mut before = Vec::new();
    for round in 0..KILLS as u64 {
        let acknowledged = kill_one(&place, &mut random).await?;
        let store = place.open().await?;
        // versions without holes, positions that increase
        let stored = all(&store).await?;
        assert_eq!(stored.get(..before.len()), Some(&before[..]), "what was there before a kill has changed");
        let found = appends(&stored)?;
        let lost = acknowledged.iter().filter(|(key, events)| found.get(key).map_or(0, Vec::len) != *events).count();
        assert_eq!(lost, 0, "of {} acknowledged appends {lost} are not there at once", acknowledged.len());
        let appended = store.append(at(&parcel("survivor")?, round, vec![event("Opened")?])).await?;
        assert!(appended.position > stored.last().map(|event| event.position));
        before = all(&store).await?;
        assert_eq!(before[..stored.len()], stored, "what was there before an append has changed");
        let (own, finished): (Vec<_>, Vec<_>) =
            before[stored.len()..].iter().cloned().partition(|event| Some(event.position) == appended.position);
        assert_eq!((own.len(), own.first().map(|event| event.version)), (1, Some(round + 1)), "an append after a kill is not there");
        // a server may still finish what the killed process had sent and nobody was told of: one append of each of its writers, whole
        let finished = appends(&finished)?;
        assert!(finished.len() as u64 <= WRITERS, "{} appends of a killed process came after its end", finished.len());
        for (append, events) in finished {
            assert_eq!(events, whole(&events), "append {append}, which came after the kill, is not whole");
        }
    }
    Ok(())
}

pub(crate) async fn positions_are_without_holes_after_a_kill(place: Place) -> Outcome {
    place.needs(Promise::GaplessPositions).await?;
    kill_many(&place).await?;
    let positions = positions(&place.all().await?);
    assert_eq!(positions, (1..=positions.len() as u64).collect::<Vec<_>>());
    Ok(())
}

pub(crate) async fn time_does_not_go_back_after_a_kill(place: Place) -> Outcome {
    place.needs(Promise::TimeFollowsPosition).await?;
    kill_many(&place).await?;
    for pair in place.all().await?.windows(2) {
        assert!(pair[0].recorded_at <= pair[1].recorded_at, "position {} is older than the one before it", pair[1].position);
    }
    Ok(())
}
