//! Many at once, whatever happens on the way: what they were told, and what is stored, is what one order of appends explains.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use es_core::store::{Append, AppendError, Appended, EventStore, PageSize, StoreError};
use es_core::{AppendCondition, ExpectedVersion, Position, Query, StoredEvent};
use uuid::Uuid;

use crate::checks::random::{clause, new_event};
use crate::checks::tailing::follow;
use crate::factory::{Handle, Promise};
use crate::given::{all, at_most, at_once, event, parcel, to};
use crate::model::Model;
use crate::place::Place;
use crate::random::Random;
use crate::run::{Outcome, Stop};

const TASKS: usize = 8;
const APPENDS: usize = 25;
/// A disturbance comes each time when so many appends are settled.
const EVERY: usize = 12;
/// How often an append is repeated whose outcome is not known.
const REPEATS: usize = 200;

/// An append, and what its caller was told in the end.
struct Told {
    append: Append,
    answer: Result<Appended, AppendError>,
}

impl Told {
    fn key(&self) -> &str {
        self.append.key.as_ref().map_or("", |key| &key.key)
    }
}

/// An append of some kind, under a key so that it can be settled. Some keys are used by several, who come at about the same time.
async fn random_append(store: &Handle, random: &mut Random, shared: usize) -> Outcome<Append> {
    let events = (0..1 + random.below(3)).map(|_| new_event(random)).collect::<Outcome<Vec<_>>>()?;
    let mut append = match random.chance(25) {
        true => Append::unstreamed(events),
        false => {
            let stream = parcel(random.below(3))?;
            let expected = match random.below(5) {
                0 => ExpectedVersion::Any,
                1 => ExpectedVersion::Exists,
                _ => ExpectedVersion::Exact(store.stream_version(&stream).await?),
            };
            Append::to(stream, expected, events)
        }
    };
    if random.chance(50) {
        let after = if random.chance(80) { store.head().await? } else { Position::START };
        append = append.when(AppendCondition { query: Query::any([clause(random, 1)?]), after });
    }
    let key = if random.chance(20) { format!("shared-{shared}") } else { Uuid::now_v7().to_string() };
    Ok(append.keyed(&key, "Scan"))
}

/// Appends until it is known what became of it.
async fn settle(store: &Handle, append: Append) -> Outcome<Told> {
    for _ in 0..REPEATS {
        let answer = store.append(append.clone()).await;
        match answer {
            Err(AppendError::OutcomeUnknown(_) | AppendError::Store(StoreError::Backend { .. })) => {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            answer => return Ok(Told { append, answer }),
        }
    }
    Err(Stop::broken(format!("the outcome of an append is still unknown after {REPEATS} repeats with its key")))
}

/// Appends from many tasks, on two handles where these are one store, while what they have to the server breaks again and again.
async fn crowd(place: &Place, store: &Handle, random: &mut Random) -> Outcome<Vec<Told>> {
    let other = if place.promises(Promise::SharedPlace).await? { place.open().await? } else { store.clone() };
    let settled = Arc::new(AtomicUsize::new(0));
    let tasks = (0..TASKS).map(|task| {
        let (store, mut random, settled) = (if task % 2 == 0 { store } else { &other }.clone(), random.fork(), settled.clone());
        let place = place.clone();
        async move {
            let mut told = Vec::new();
            for _ in 0..APPENDS {
                let append = random_append(&store, &mut random, settled.load(Ordering::Relaxed) / TASKS).await?;
                told.push(settle(&store, append).await?);
                if settled.fetch_add(1, Ordering::Relaxed) % EVERY == 0 {
                    place.disturb().await;
                }
            }
            Outcome::Ok(told)
        }
    });
    let told = at_once(tasks).await?.into_iter().collect::<Outcome<Vec<_>>>()?;
    Ok(told.into_iter().flatten().collect())
}

/// Where the events of an append are, if they are stored: all of them, in a row.
fn stored_at(append: &Append, found: &HashMap<Uuid, &StoredEvent>) -> Outcome<Option<Position>> {
    let positions: Vec<_> = append.events.iter().filter_map(|event| Some(found.get(&event.event_id)?.position.0)).collect();
    let Some(first) = positions.first() else { return Ok(None) };
    match positions.iter().copied().eq(*first..first + append.events.len() as u64) {
        true => Ok(Some(Position(*first))),
        false => Err(Stop::broken(format!("an append of {} events is stored at {positions:?}", append.events.len()))),
    }
}

/// Does in the model what is stored, in order of position; each append must have been due there. Then looks at what all were told.
fn explain(told: Vec<Told>, stored: &[StoredEvent]) -> Outcome {
    let found: HashMap<Uuid, &StoredEvent> = stored.iter().map(|event| (event.event_id, event)).collect();
    let mut kept = Vec::new();
    let mut repeats = Vec::new();
    for told in told {
        let (at, key) = (stored_at(&told.append, &found)?, told.key().to_owned());
        match (told.answer, at) {
            (Ok(appended), Some(first)) if appended.first_position == Some(first) => kept.push((first, told.append, appended)),
            (Err(AppendError::KeyUsed(record)), Some(first)) => {
                kept.push((first, told.append, record.appended.clone()));
                repeats.push((key, record));
            }
            (Err(AppendError::KeyUsed(record)), None) => repeats.push((key, record)),
            (Err(AppendError::Conflict(_)), None) => {}
            (answer, at) => return Err(Stop::broken(format!("an append is stored at {at:?}, and its caller was told {answer:?}"))),
        }
    }
    kept.sort_by_key(|(first, ..)| *first);
    let mut model = Model::default();
    for (_, append, appended) in kept {
        model.take(append, Ok(appended))?;
    }
    for (key, record) in repeats {
        assert_eq!(model.keys.get(&key), Some(&*record), "what a repeat with the key {key} was told");
    }
    assert_eq!(model.events.len(), stored.len(), "events that were asked for, and events that are stored");
    model.events.iter().zip(stored).for_each(|(known, stored)| known.is(stored));
    Ok(())
}

pub(crate) async fn one_order_explains_what_many_were_told_whatever_happens(place: Place) -> Outcome {
    let (store, mut random, last) = (place.open().await?, place.random(), Uuid::now_v7());
    let readers = [1, 7, 1000].map(|size| follow(store.clone(), Query::all(), Position::START, at_most(size), last));
    let told = crowd(&place, &store, &mut random).await?;
    let stored = all(&store).await?;
    let mut end = event("Closed")?;
    end.event_id = last;
    let end = settle(&store, to(&parcel("end")?, vec![end]).keyed("end", "Close")).await?;
    assert!(matches!(end.answer, Ok(_) | Err(AppendError::KeyUsed(_))), "{:?}", end.answer);
    for reader in readers {
        let seen = reader.await??;
        assert_eq!(seen[..seen.len() - 1], stored, "what a reader has seen");
    }
    explain(told, &stored)
}

pub(crate) async fn reading_goes_on_whatever_happens(place: Place) -> Outcome {
    let (store, mut random) = (place.open().await?, place.random());
    let mut model = Model::default();
    for round in 0..20 {
        for _ in 0..5 {
            let told = settle(&store, random_append(&store, &mut random, round).await?).await?;
            match told.answer {
                // its own, of which it had not heard: it is alone
                Err(AppendError::KeyUsed(record)) if !model.keys.contains_key(told.key()) => {
                    model.take(told.append, Ok(record.appended))?;
                }
                answer => model.take(told.append, answer)?,
            }
        }
        place.disturb().await;
        let version = store.stream_version(&parcel(0)?).await?;
        assert_eq!(version, model.version(&parcel(0)?), "the version of a stream after a disturbance");
        let page = store.read(&Query::all(), Position::START, PageSize::default()).await?;
        assert_eq!(page.events.len(), model.events.len(), "events that are read after a disturbance");
        assert_eq!(store.head().await?, model.events.last().map_or(Position::START, |known| known.position));
    }
    Ok(())
}
