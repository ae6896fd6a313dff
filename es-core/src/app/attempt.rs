//! A command's way: load, decide, append; again on a conflict.

use std::sync::Arc;
use std::time::Duration;

use crate::app::call::Call;
use crate::app::execute::{Committed, DomainError, Event, Outcome, Reading};
use crate::app::load::undecoded;
use crate::app::{App, append, repeat};
use crate::command::{Command, HandleWith};
use crate::error::{Conflict, ExecuteError, ReadError};
use crate::event::EventEnum;
use crate::metadata::Metadata;
use crate::query::Clause;
use crate::recorded::StoredEvent;
use crate::state::{Boundary, State};
use crate::store::{Append, AppendError, Appended, KeyRecord, Store};

pub(crate) async fn decide<S, C, X>(
    app: &App<S>,
    command: C,
    services: &X,
    call: Call,
    reading: Reading,
    span: &tracing::Span,
) -> Outcome<C>
where
    S: Store,
    C: Command,
    X: Sync,
    C::State: HandleWith<C, X>,
{
    app.names.check::<C::State>().map_err(ExecuteError::Names)?;
    app.names.check_events::<C::Emits>(&[<Event<C> as EventEnum>::EVENTS]).map_err(ExecuteError::Names)?;
    let boundary = command.boundary()?;
    if let Some(stream) = boundary.stream() {
        span.record("stream", tracing::field::display(stream));
    }
    if let Boundary::Tags { clauses, .. } = &boundary {
        app.tagged.check::<S, C::State>(&app.store, clauses).await?;
    }
    let retries = call.retries.unwrap_or(if reading == Reading::Cached { app.settings.retries } else { 0 });
    let metadata = Arc::new(call.metadata.clone());
    let attempt = Attempt { app, command: &command, services, call: &call, reading, boundary: &boundary, metadata };
    let mut base = None;
    let mut tried = 0;
    loop {
        let step = match &boundary {
            Boundary::Stream(stream) => attempt.on_stream(stream, base.take()).await?,
            Boundary::Tags { clauses, stream } => attempt.on_tags(clauses, stream.as_ref()).await?,
        };
        match step {
            Step::Done(committed) => return Ok(committed),
            Step::Moved(seen) => base = seen,
            Step::Lost(conflict, _) if tried == retries => return Err(ExecuteError::Conflict(conflict)),
            Step::Lost(_, seen) => {
                base = seen;
                tried += 1;
                metrics::counter!("es_retries_total", "command" => command.name()).increment(1);
                tokio::time::sleep(backoff(tried)).await;
            }
        }
    }
}

/// A random pause below 2, 4, 8, … ms, at most 64: writers that collided once don't collide again in step.
fn backoff(tried: u32) -> Duration {
    Duration::from_micros(fastrand::u64(..1000 << tried.min(6)))
}

/// A state that was read before, and its version.
pub(super) type Seen<T> = Option<(Arc<T>, u64)>;

/// What one attempt came to.
pub(super) enum Step<T, E> {
    Done(Committed<T, E>),
    /// The cached state was behind: decide again, on top of what is given.
    Moved(Seen<T>),
    /// Somebody else appended first.
    Lost(Conflict, Seen<T>),
}

pub(super) type Made<C> = Result<Step<<C as Command>::State, Event<C>>, ExecuteError<DomainError<C>>>;

/// What all attempts at one command share.
pub(super) struct Attempt<'a, S, C, X> {
    pub(super) app: &'a App<S>,
    pub(super) command: &'a C,
    pub(super) services: &'a X,
    pub(super) call: &'a Call,
    pub(super) reading: Reading,
    pub(super) boundary: &'a Boundary,
    pub(super) metadata: Arc<Metadata>,
}

impl<S, C, X> Attempt<'_, S, C, X>
where
    S: Store,
    C: Command,
    X: Sync,
    C::State: HandleWith<C, X>,
{
    /// What was committed under this key.
    pub(super) async fn repeat(&self, record: KeyRecord) -> Made<C> {
        let key = self.call.key.as_deref().unwrap_or_default();
        repeat::check(key, &record, self.command.name(), self.boundary.stream())?;
        Ok(Step::Done(repeat::committed::<S, C::State, C::Emits>(self.app, record, self.boundary).await?))
    }

    /// Appends, under the caller's key and with the caller's metadata.
    pub(super) async fn send(&self, mut append: Append) -> Result<Appended, AppendError> {
        append.metadata = self.metadata.clone();
        if let Some(key) = &self.call.key {
            append = append.keyed(key, self.command.name());
        }
        append::send(self.app, append).await
    }
}

/// Folds events into a state, from their bytes.
pub(super) fn fold_events<T: State>(state: &mut T, events: &[StoredEvent], clauses: &[Clause]) -> Result<(), ReadError> {
    events.iter().try_for_each(|event| state.fold(event.into(), clauses).map_err(|source| undecoded(event, source)))
}
