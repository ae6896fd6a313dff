//! A decision on one stream: an aggregate's.

use std::sync::Arc;

use crate::app::append;
use crate::app::attempt::{Attempt, Made, Seen, Step, fold_events};
use crate::app::execute::{Committed, DomainError, Reading};
use crate::app::load::{self, Basis};
use crate::command::{Command, HandleWith, StreamRule};
use crate::decision::Events;
use crate::error::{Conflict, ExecuteError};
use crate::state::State;
use crate::store::{Append, AppendError, Store};
use crate::stream::{ExpectedVersion, StreamId};

impl<S, C, X> Attempt<'_, S, C, X>
where
    S: Store,
    C: Command,
    X: Sync,
    C::State: HandleWith<C, X>,
{
    pub(super) async fn on_stream(&self, stream: &StreamId, base: Seen<C::State>) -> Made<C> {
        let (mut basis, fresh) = self.basis(stream, base).await?;
        if let Some(record) = basis.key.take() {
            return self.repeat(record).await;
        }
        let decision = match self.refusal(stream, basis.version) {
            Some(error) => Err(error),
            None => basis.state.handle_with(self.command.clone(), self.services).await.map_err(ExecuteError::Domain),
        };
        let appends = matches!(&decision, Ok(events) if !events.is_empty());
        // a cached state decides only what is then appended
        if !appends
            && !fresh
            && let Some(seen) = self.moved(stream, &basis).await?
        {
            return Ok(Step::Moved(seen));
        }
        let events = decision?;
        if appends || self.call.key.is_some() {
            return self.append_to(stream, basis, events).await;
        }
        let state = Arc::unwrap_or_clone(basis.state);
        Ok(Step::Done(Committed { state, version: basis.version, position: None, events: Vec::new() }))
    }

    /// The state to decide on, and whether the store was asked for it.
    async fn basis(&self, stream: &StreamId, base: Seen<C::State>) -> Result<(Basis<C::State>, bool), ExecuteError<DomainError<C>>> {
        let cached = match self.reading {
            Reading::Cached if base.is_none() => self.app.cache.get::<C::State>(stream),
            _ => None,
        };
        match cached {
            // a key is looked up with the load
            Some((state, version)) if self.call.key.is_none() => Ok((Basis { state, version, key: None }, false)),
            cached => Ok((load::load(self.app, stream, base.or(cached), self.call.key.as_deref()).await?, true)),
        }
    }

    /// What the command and the caller ask of the stream, before the handler is called.
    fn refusal(&self, stream: &StreamId, version: u64) -> Option<ExecuteError<DomainError<C>>> {
        match self.command.stream_rule() {
            StreamRule::New if version > 0 => return Some(ExecuteError::AlreadyExists(stream.clone())),
            StreamRule::Existing if version == 0 => return Some(ExecuteError::NotFound(stream.clone())),
            StreamRule::New | StreamRule::Existing | StreamRule::Any => {}
        }
        let expected = self.call.expected;
        let conflict = || ExecuteError::Conflict(Conflict::Version { stream: stream.clone(), expected, actual: version });
        (!expected.allows(version)).then(conflict)
    }

    /// Whether the stream has another version than the cached state: then what to load on top of.
    async fn moved(&self, stream: &StreamId, basis: &Basis<C::State>) -> Result<Option<Seen<C::State>>, ExecuteError<DomainError<C>>> {
        let actual = self.app.store.stream_version(stream).await.map_err(ExecuteError::Store)?;
        if actual == basis.version {
            return Ok(None);
        }
        self.app.cache.forget::<C::State>(stream);
        Ok(Some((actual > basis.version).then(|| (basis.state.clone(), basis.version))))
    }

    async fn append_to(&self, stream: &StreamId, basis: Basis<C::State>, events: Events<C::Emits>) -> Made<C> {
        let mut encoded = append::encode(&events, Some(stream), basis.version, &self.metadata)?;
        let before = (basis.state.clone(), basis.version);
        let mut state = basis.state;
        if !encoded.stored.is_empty() {
            fold_events(Arc::make_mut(&mut state), &encoded.stored, &[])?;
        }
        let append = Append::to(stream.clone(), ExpectedVersion::Exact(basis.version), encoded.new_events());
        match self.send(append).await {
            Ok(appended) => {
                self.app.cache.put(stream, state.clone(), appended.version);
                self.keep_snapshot(stream, &state, appended.version, encoded.stored.len() as u64).await;
                let events = encoded.recorded(&appended);
                let state = Arc::unwrap_or_clone(state);
                Ok(Step::Done(Committed { state, version: appended.version, position: appended.position, events }))
            }
            Err(AppendError::Conflict(conflict)) => {
                self.app.cache.forget::<C::State>(stream);
                // a lower version than the one that was read: the store was restored, and what was read is gone
                let ahead = matches!(&conflict, Conflict::Version { actual, .. } if *actual > before.1);
                Ok(Step::Lost(conflict, ahead.then_some(before)))
            }
            Err(AppendError::KeyUsed(record)) => self.repeat(*record).await,
            Err(AppendError::OutcomeUnknown(error)) => {
                self.app.cache.forget::<C::State>(stream);
                Err(ExecuteError::OutcomeUnknown(error))
            }
            Err(AppendError::Projection(error)) => Err(ExecuteError::Projection(error)),
            Err(AppendError::Store(error)) => Err(ExecuteError::Store(error)),
        }
    }

    /// Keeps the state beside its events where that is due. The events are stored: no error is left to report to the caller.
    async fn keep_snapshot(&self, stream: &StreamId, state: &C::State, version: u64, appended: u64) {
        let Some(rule) = C::State::SNAPSHOT.filter(|rule| rule.is_due(version, appended)) else { return };
        let kept = match rule.take(stream, version, state) {
            Ok(snapshot) => self.app.store.save_snapshot(stream, snapshot).await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        let outcome = if kept.is_ok() { "kept" } else { "failed" };
        metrics::counter!("es_snapshots_total", "outcome" => outcome).increment(1);
        if let Err(error) = kept {
            tracing::warn!(%stream, version, error, "snapshot not kept");
        }
    }
}
