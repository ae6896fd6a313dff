//! A process that appends, as several tasks, until it is asked to end or killed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use es_core::store::{Append, AppendError, EventStore, NewEvent, StoreError};
use es_core::{AnyStore, AppendCondition, Clause, ExpectedVersion, Position, Query, StreamId, Tag};
use fastrand::Rng;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::Result;
use super::mark::{AppendId, Mark, category, name};
use super::plan::{Flaw, Plan, Writing};
use super::process::{asked_to_end, say};

/// How often in a row a store may fail before its writer gives up.
const PATIENCE: u32 = 200;
/// Things that conditions are about.
const SLOTS: u32 = 32;

/// Appends and says what became of it: `ack APPEND EVENTS FIRST_POSITION` or `no APPEND`; nothing where that is not known.
pub(crate) async fn write(plan: &Plan, writing: Writing) -> Result {
    let end = asked_to_end();
    let store = plan.open().await?;
    let appends = Arc::new(AtomicU32::new(0));
    let head = Arc::new(AtomicU64::new(store.head().await?.0));
    let mut tasks = JoinSet::new();
    for _ in 0..plan.tasks.max(1) {
        let (store, appends, head) = (store.clone(), appends.clone(), head.clone());
        let versions = vec![0; plan.streams.max(1) as usize];
        let flaw = plan.flaw;
        tasks.spawn(Writer { store, writing, appends, head, versions, flaw, random: Rng::new() }.work(end.clone()));
    }
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(())
}

struct Writer {
    store: AnyStore,
    writing: Writing,
    appends: Arc<AtomicU32>,
    /// The last position that this process knows of.
    head: Arc<AtomicU64>,
    /// The last version that this task knows of each stream.
    versions: Vec<u64>,
    flaw: Option<Flaw>,
    random: Rng,
}

/// An append, and how it is spoken of.
struct Attempt {
    id: u32,
    events: u8,
    append: Append,
    /// The stream and its number.
    stream: Option<(usize, StreamId)>,
}

impl Writer {
    async fn work(mut self, end: watch::Receiver<bool>) -> Result {
        let mut failures = 0;
        while !*end.borrow() {
            if self.random.u8(..100) < 10 {
                tokio::time::sleep(Duration::from_micros(self.random.u64(..10_000))).await;
            }
            let attempt = self.attempt()?;
            if self.flaw == Some(Flaw::Lies) && attempt.id % 10 == 0 {
                // far from what is there, and from every other lie
                let position = u64::from(self.writing.writer) * 1_000_000 + u64::from(attempt.id) * 64;
                say(&format!("ack {} {} {position}\n", attempt.id, attempt.events));
                continue;
            }
            match self.settle(attempt).await {
                Ok(()) => failures = 0,
                Err(error) => {
                    failures += 1;
                    if failures == PATIENCE {
                        return Err(error.into());
                    }
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
        Ok(())
    }

    /// An append of some kind: to a stream, to a stream of a certain version, under a condition, or one that no store can take.
    fn attempt(&mut self) -> Result<Attempt> {
        let id = self.appends.fetch_add(1, Ordering::Relaxed) + 1;
        let size = if self.random.u8(..100) < 3 { self.random.u8(5..=40) } else { self.random.u8(1..=4) };
        let mut events = (1..=size).map(|nth| self.event(id, nth, size)).collect::<Result<Vec<_>>>()?;
        let number = self.random.usize(..self.versions.len());
        let stream = StreamId::new(category(self.writing.run), number.to_string())?;
        let kind = self.random.u8(..100);
        let mut append = match kind {
            ..50 => Append::to(stream, ExpectedVersion::Any, events),
            50..75 => Append::to(stream, ExpectedVersion::Exact(self.versions[number]), events),
            75..97 => self.conditional(events)?,
            _ => {
                // the last event of several, so that the others must be taken back
                if let Some(last) = events.last_mut() {
                    last.payload.push(b'!');
                }
                Append::to(stream, ExpectedVersion::Any, events)
            }
        };
        if self.random.u8(..100) < 20 {
            append = append.keyed(&format!("{:x}-{}-{id}", self.writing.run, self.writing.writer), "soak");
        }
        let stream = append.stream.clone().map(|stream| (number, stream));
        Ok(Attempt { id, events: size, append, stream })
    }

    fn event(&self, id: u32, nth: u8, of: u8) -> Result<NewEvent> {
        let append = AppendId { writer: self.writing.writer, append: id };
        let mark = Mark { run: self.writing.run, append, nth, of };
        Ok(NewEvent::new(name(nth), 1, serde_json::to_vec(&mark)?)?)
    }

    /// Of no stream; refused if anything was said of the same slot since this process last looked.
    fn conditional(&mut self, events: Vec<NewEvent>) -> Result<Append> {
        let slot = Tag::new(&category(self.writing.run), self.random.u32(..SLOTS))?;
        let events = events.into_iter().map(|event| event.tagged([slot.clone()])).collect();
        let after = Position(self.head.load(Ordering::Relaxed));
        Ok(Append::unstreamed(events).when(AppendCondition { query: Query::from(Clause::new().tag(slot)), after }))
    }

    /// Appends until it is known what became of it, if that can be known.
    async fn settle(&mut self, attempt: Attempt) -> std::result::Result<(), StoreError> {
        let Attempt { id, events, append, stream } = attempt;
        let again = append.key.is_some().then(|| append.clone());
        let mut answer = self.store.append(append).await;
        while let (Err(AppendError::OutcomeUnknown(_)), Some(append)) = (&answer, &again) {
            answer = self.store.append(append.clone()).await;
        }
        match answer {
            Ok(appended) => self.acknowledged(id, events, appended.first_position, stream.map(|(number, _)| (number, appended.version))),
            // it was this one that used the key
            Err(AppendError::KeyUsed(first)) => self.acknowledged(id, events, first.appended.first_position, None),
            Err(AppendError::OutcomeUnknown(error)) => return Err(error),
            Err(AppendError::Store(error)) if !matches!(error, StoreError::Refused { .. }) => {
                say(&format!("no {id}\n"));
                return Err(error);
            }
            Err(_) => {
                say(&format!("no {id}\n"));
                match stream {
                    Some((number, stream)) => self.versions[number] = self.store.stream_version(&stream).await?,
                    None => drop(self.head.fetch_max(self.store.head().await?.0, Ordering::Relaxed)),
                }
            }
        }
        Ok(())
    }

    fn acknowledged(&mut self, id: u32, events: u8, first: Option<Position>, stream: Option<(usize, u64)>) {
        let first = first.map_or(0, |first| first.0);
        say(&format!("ack {id} {events} {first}\n"));
        self.head.fetch_max(first + u64::from(events) - 1, Ordering::Relaxed);
        if let Some((stream, version)) = stream {
            self.versions[stream] = version;
        }
    }
}
