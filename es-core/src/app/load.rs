//! From a stream to a state.

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::aggregate::Aggregate;
use crate::app::App;
use crate::error::{DecodeError, ReadError};
use crate::recorded::{StoredEvent, StoredRef};
use crate::snapshot::SnapshotRule;
use crate::state::State;
use crate::store::{FoldStream, KeyRecord, Load, LoadedStream, PageSize, Snapshot, Store, StoreError};
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

/// How much comes back beside a key or a snapshot, event by event; the rest of a longer stream is folded where it is read.
const FIRST: PageSize = PageSize { events: 256, bytes: 1 << 18 };

/// Reads a stream to its end: on top of `base`, or else of its snapshot.
pub(crate) async fn load<S: Store, T: State>(
    app: &App<S>,
    stream: &StreamId,
    base: Option<(Arc<T>, u64)>,
    key: Option<&str>,
) -> Result<Basis<T>, ReadError> {
    let rule = if base.is_none() { T::SNAPSHOT } else { None };
    let (state, version) = base.unwrap_or_default();
    let basis = match (rule, key) {
        (None, None) => {
            let fold = Fold::new(stream, state, version).rest(app, version + 1).await?;
            fold.into_basis(None)
        }
        (rule, key) => load_with(app, stream, (state, version), rule, key).await?,
    };
    metrics::counter!("es_loads_total").increment(1);
    Ok(basis)
}

/// Reads a stream, its snapshot and what a key was used for, all of one moment.
async fn load_with<S: Store, T: State>(
    app: &App<S>,
    stream: &StreamId,
    (mut state, mut version): (Arc<T>, u64),
    rule: Option<SnapshotRule<T>>,
    key: Option<&str>,
) -> Result<Basis<T>, ReadError> {
    let request = Load { stream: stream.clone(), from: version + 1, snapshot: rule.is_some(), key: key.map(str::to_owned), size: FIRST };
    let LoadedStream { key, snapshot, mut events } = app.store.load(request).await?;

    let mut next = FIRST.following(&events);
    if let (Some(rule), Some(snapshot)) = (rule, snapshot) {
        match believed(&rule, stream, &snapshot, &events) {
            Some(believed) => {
                (state, version) = (Arc::new(believed), snapshot.version);
                events.remove(0);
            }
            None => {
                events.clear();
                next = Some(1);
            }
        }
    }
    if events.is_empty() && next.is_none() {
        return Ok(Basis { state, version, key });
    }
    let mut fold = Fold::new(stream, state, version);
    fold.take_all(&events)?;
    if let Some(from) = next {
        fold = fold.rest(app, from).await?;
    }
    Ok(fold.into_basis(key))
}

/// The state in a snapshot, if it fits today's types and the stream has the event that it stands for, which then comes first.
fn believed<T: State>(rule: &SnapshotRule<T>, stream: &StreamId, snapshot: &Snapshot, events: &[StoredEvent]) -> Option<T> {
    let proven = events.first().is_some_and(|event| event.version == snapshot.version);
    let read = match proven {
        true => rule.read(stream, snapshot),
        false => Err("ahead"),
    };
    let discard = |reason| {
        tracing::warn!(%stream, version = snapshot.version, reason, "snapshot discarded, replaying the events");
        metrics::counter!("es_snapshots_discarded_total", "reason" => reason).increment(1);
    };
    read.map_err(discard).ok()
}

/// Reads a stream up to a moment in its past, event by event.
pub(crate) async fn load_at<S: Store, A: Aggregate>(app: &App<S>, stream: &StreamId, as_of: AsOf) -> Result<Loaded<A>, ReadError> {
    let size = app.settings.page;
    let mut fold = Fold::new(stream, Arc::<A>::default(), 0);
    loop {
        let events = app.store.read_stream(stream, fold.version + 1, size).await?;
        let past = events.partition_point(|event| match as_of {
            AsOf::Version(version) => event.version <= version,
            AsOf::Position(position) => event.position <= position,
            AsOf::Time(time) => event.recorded_at <= time,
        });
        fold.take_all(&events[..past])?;
        if past < events.len() || size.is_last(&events) {
            return Ok(Loaded { state: fold.state, version: fold.version });
        }
    }
}

/// A state on its way through a stream.
struct Fold<T> {
    stream: StreamId,
    state: T,
    version: u64,
    stopped: Option<ReadError>,
}

impl<T: State> Fold<T> {
    fn new(stream: &StreamId, state: Arc<T>, version: u64) -> Self {
        Self { stream: stream.clone(), state: Arc::unwrap_or_clone(state), version, stopped: None }
    }

    /// Takes what the stream has from a version on.
    async fn rest<S: Store>(self, app: &App<S>, from: u64) -> Result<Self, ReadError> {
        let stream = self.stream.clone();
        let mut fold = app.store.fold_stream(&stream, from, self).await?;
        fold.stopped.take().map_or(Ok(fold), Err)
    }

    fn into_basis(self, key: Option<KeyRecord>) -> Basis<T> {
        Basis { state: Arc::new(self.state), version: self.version, key }
    }

    fn take_all(&mut self, events: &[StoredEvent]) -> Result<(), ReadError> {
        events.iter().try_for_each(|event| self.try_take(event.into()))
    }

    fn try_take(&mut self, event: StoredRef<'_>) -> Result<(), ReadError> {
        let due = self.version + 1;
        if event.version != due {
            let what = format!("version {} where {due} is due in stream `{}`", event.version, self.stream);
            return Err(StoreError::Corrupt { what }.into());
        }
        self.state.fold(event, &[]).map_err(|source| undecoded(event, source))?;
        self.version = due;
        Ok(())
    }
}

impl<T: State> FoldStream for Fold<T> {
    fn take(&mut self, event: StoredRef<'_>) -> ControlFlow<()> {
        match self.try_take(event) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.stopped = Some(error);
                ControlFlow::Break(())
            }
        }
    }
}

pub(crate) fn undecoded<'a>(event: impl Into<StoredRef<'a>>, source: DecodeError) -> ReadError {
    let StoredRef { stream, version, position, .. } = event.into();
    ReadError::Decode { stream: stream.cloned(), version, position, source }
}
