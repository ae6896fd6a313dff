//! From a stream to a state.

use std::sync::Arc;

use futures_util::future;

use crate::aggregate::Aggregate;
use crate::app::App;
use crate::error::{DecodeError, ReadError};
use crate::recorded::StoredEvent;
use crate::snapshot::SnapshotRule;
use crate::state::State;
use crate::store::{KeyRecord, Load, LoadedStream, PageSize, Snapshot, Store, StoreError};
use crate::stream::{AsOf, StreamId};

/// An aggregate's state at a version.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Loaded<A> {
    /// What its events add up to.
    pub state: A,
    /// How many events those are; 0 for none.
    pub version: u64,
}

/// What a decision on a stream rests on.
pub(crate) struct Basis<T> {
    pub(crate) state: Arc<T>,
    pub(crate) version: u64,
    /// What the idempotency key was used for.
    pub(crate) key: Option<KeyRecord>,
}

/// Reads a stream to its end: on top of `base`, or else of its snapshot.
pub(crate) async fn load<S: Store, T: State>(
    app: &App<S>,
    stream: &StreamId,
    base: Option<(Arc<T>, u64)>,
    key: Option<&str>,
) -> Result<Basis<T>, ReadError> {
    let rule = if base.is_none() { T::SNAPSHOT } else { None };
    let (state, version) = base.unwrap_or_default();
    let size = app.settings.page;
    let request = Load { stream: stream.clone(), from: version + 1, snapshot: rule.is_some(), key: key.map(str::to_owned), size };
    let LoadedStream { key, snapshot, mut events } = app.store.load(request).await?;

    let mut next = following(&events, size);
    let mut fold = Fold { stream, state, version };
    if let (Some(rule), Some(snapshot)) = (rule, snapshot)
        && !fold.start_from(&rule, &snapshot, &mut events)
    {
        events = app.store.read_stream(stream, 1, size).await?;
        next = following(&events, size);
    }
    while let Some(from) = next {
        // joined in this order, the next page is asked for before the present one is folded
        let (page, folded) = future::join(app.store.read_stream(stream, from, size), async { fold.take_all(events) }).await;
        folded?;
        events = page?;
        next = following(&events, size);
    }
    fold.take_all(events)?;
    metrics::counter!("es_loads_total").increment(1);
    Ok(Basis { state: fold.state, version: fold.version, key })
}

/// The version after a page, unless the page is its stream's last.
fn following(events: &[StoredEvent], size: PageSize) -> Option<u64> {
    let last = events.last()?;
    (!is_last(events, size)).then_some(last.version + 1)
}

/// Whether a page is its stream's last: it has reached neither limit.
pub(crate) fn is_last(events: &[StoredEvent], size: PageSize) -> bool {
    let bytes: usize = events.iter().map(|event| event.event.as_bytes().len()).sum();
    events.len() < size.events && bytes < size.bytes
}

/// Reads a stream up to a moment in its past, event by event.
pub(crate) async fn load_at<S: Store, A: Aggregate>(app: &App<S>, stream: &StreamId, as_of: AsOf) -> Result<Loaded<A>, ReadError> {
    let size = app.settings.page;
    let mut fold = Fold { stream, state: Arc::new(A::default()), version: 0 };
    loop {
        let events = app.store.read_stream(stream, fold.version + 1, size).await?;
        let last = is_last(&events, size);
        for event in &events {
            let past = match as_of {
                AsOf::Version(version) => event.version <= version,
                AsOf::Time(time) => event.recorded_at <= time,
            };
            if !past {
                return Ok(fold.finish());
            }
            fold.take(event)?;
        }
        if last {
            return Ok(fold.finish());
        }
    }
}

/// A state on its way through a stream.
struct Fold<'a, T> {
    stream: &'a StreamId,
    state: Arc<T>,
    version: u64,
}

impl<T: State> Fold<'_, T> {
    fn take_all(&mut self, events: Vec<StoredEvent>) -> Result<(), ReadError> {
        events.iter().try_for_each(|event| self.take(event))
    }

    fn take(&mut self, event: &StoredEvent) -> Result<(), ReadError> {
        if event.version != self.version + 1 {
            return Err(corrupt(self.stream, &format!("version {} where {} is due", event.version, self.version + 1)).into());
        }
        Arc::make_mut(&mut self.state).fold(event, &[]).map_err(|source| undecoded(event, source))?;
        self.version = event.version;
        Ok(())
    }

    /// Starts from the snapshot, if it is to be believed: then its own event is taken off `events`.
    fn start_from(&mut self, rule: &SnapshotRule<T>, snapshot: &Snapshot, events: &mut Vec<StoredEvent>) -> bool {
        let proven = events.first().is_some_and(|event| event.version == snapshot.version);
        let read = match proven {
            true => rule.read(self.stream, snapshot),
            false => Err("ahead"),
        };
        match read {
            Ok(state) => {
                self.state = Arc::new(state);
                self.version = snapshot.version;
                events.remove(0);
                true
            }
            Err(reason) => {
                tracing::warn!(stream = %self.stream, version = snapshot.version, reason, "snapshot discarded, replaying the events");
                metrics::counter!("es_snapshots_discarded_total", "reason" => reason).increment(1);
                false
            }
        }
    }

    fn finish(self) -> Loaded<T> {
        Loaded { state: Arc::unwrap_or_clone(self.state), version: self.version }
    }
}

pub(crate) fn undecoded(event: &StoredEvent, source: DecodeError) -> ReadError {
    ReadError::Decode { stream: event.stream.clone(), version: event.version, position: event.position, source }
}

fn corrupt(stream: &StreamId, what: &str) -> StoreError {
    StoreError::Corrupt { what: format!("{what} in stream `{stream}`") }
}
