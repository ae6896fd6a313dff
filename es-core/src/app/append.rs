//! From events to what is stored; and appends without a command.

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use tracing::Instrument;
use uuid::Uuid;

use crate::aggregate::Aggregate;
use crate::app::call::{Call, call_options};
use crate::app::{App, repeat};
use crate::decision::Events;
use crate::error::{EncodeError, ExecuteError};
use crate::event::{EventEnum, EventSet};
use crate::metadata::Metadata;
use crate::recorded::{Payload, Recorded, StoredEvent};
use crate::store::{Append, AppendError, Appended, NewEvent, Store, StoreError};
use crate::stream::{Position, StreamId};
use crate::tag::Tags;
use crate::text::TextError;

/// Events as they will be stored, each with what it will read back as.
pub(crate) struct Encoded<E> {
    pub(crate) stored: Vec<StoredEvent>,
    pub(crate) read_back: Vec<E>,
}

/// Writes the events, and reads each back: what cannot be read is not stored.
pub(crate) fn encode<A: EventSet>(
    events: &Events<A>,
    stream: Option<&StreamId>,
    version: u64,
    metadata: &Arc<Metadata>,
) -> Result<Encoded<A::Event>, EncodeError> {
    let mut encoded = Encoded { stored: Vec::with_capacity(events.len()), read_back: Vec::with_capacity(events.len()) };
    for (event, version) in events.iter().zip(version + 1..) {
        let name = event.name();
        let payload = event.encode()?;
        A::Event::decode(name, event.event_version(), &payload, &mut encoded.read_back)
            .map_err(|source| EncodeError::Unreadable { name, source })?;
        let mut tags = Tags::default();
        event.add_tags(&mut tags);
        encoded.stored.push(StoredEvent::from_row(
            Position::START,
            stream.cloned(),
            version,
            Uuid::now_v7(),
            name.into(),
            event.event_version(),
            Payload::new(payload),
            tags.finish()?,
            DateTime::UNIX_EPOCH,
            metadata.clone(),
        ));
    }
    Ok(encoded)
}

impl<E: EventEnum> Encoded<E> {
    /// What to store.
    pub(crate) fn new_events(&mut self) -> Vec<NewEvent> {
        let names = self.read_back.iter().map(EventEnum::name);
        let new = |(event, name): (&mut StoredEvent, &'static str)| NewEvent {
            event_id: event.event_id,
            name: name.into(),
            version: event.event_version,
            payload: std::mem::take(&mut event.event).into_bytes(),
            tags: event.tags.clone(),
        };
        self.stored.iter_mut().zip(names).map(new).collect()
    }

    /// The events, once they are recorded.
    pub(crate) fn recorded(self, appended: &Appended) -> Vec<Recorded<E>> {
        let Some(first) = appended.first_position else { return Vec::new() };
        let first_version = appended.version.saturating_sub(self.stored.len() as u64) + 1;
        let events = self.stored.into_iter().zip(self.read_back).zip(0..);
        let recorded = events.map(|((stored, event), at)| {
            let mut recorded = stored.map(|_| event);
            recorded.position = Position(first.0 + at);
            recorded.version = if recorded.stream.is_some() { first_version + at } else { 0 };
            recorded.recorded_at = appended.recorded_at;
            recorded
        });
        recorded.collect()
    }
}

type Outcome<A> = Result<Appended, ExecuteError<<A as EventSet>::Error>>;

/// An append without a command, once it is awaited.
#[must_use = "nothing is appended until it is awaited"]
pub struct AppendEvents<'a, A: Aggregate> {
    run: Box<dyn FnOnce(Call) -> BoxFuture<'a, Outcome<A>> + Send + 'a>,
    call: Call,
}

impl<'a, A: Aggregate> AppendEvents<'a, A> {
    pub(crate) fn new<F>(run: impl FnOnce(Call) -> F + Send + 'a) -> Self
    where
        F: Future<Output = Outcome<A>> + Send + 'a,
    {
        Self { run: Box::new(|call| Box::pin(run(call))), call: Call::new() }
    }

    /// Stores when the system that the events come from had recorded them, as `Metadata::imported_at`.
    ///
    /// `recorded_at` of the events stays the moment at which this store took them.
    pub fn recorded_at(mut self, time: DateTime<Utc>) -> Self {
        self.call.metadata.imported_at = Some(time);
        self
    }

    call_options!();
}

impl<'a, A: Aggregate> IntoFuture for AppendEvents<'a, A> {
    type Output = Outcome<A>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        (self.run)(self.call)
    }
}

impl<A: Aggregate> fmt::Debug for AppendEvents<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppendEvents").field("call", &self.call).finish_non_exhaustive()
    }
}

const APPEND: &str = "append";

pub(crate) async fn run<S: Store, A: Aggregate>(
    app: &App<S>,
    stream: Result<StreamId, TextError>,
    events: Events<A>,
    call: Call,
) -> Outcome<A> {
    let stream = stream.map_err(EncodeError::Text)?;
    app.names.check::<A>().map_err(ExecuteError::Names)?;
    let metadata = Arc::new(call.metadata);
    let mut encoded = encode(&events, Some(&stream), 0, &metadata)?;
    let mut append = Append::to(stream.clone(), call.expected, encoded.new_events());
    append.metadata = metadata;
    if let Some(key) = &call.key {
        append = append.keyed(key, APPEND);
    }
    match send(app, append).await {
        Ok(appended) => Ok(appended),
        Err(AppendError::KeyUsed(record)) => {
            repeat::check(call.key.as_deref().unwrap_or_default(), &record, APPEND, Some(&stream))?;
            Ok(record.appended)
        }
        Err(AppendError::Conflict(conflict)) => Err(ExecuteError::Conflict(conflict)),
        Err(AppendError::OutcomeUnknown(error)) => Err(ExecuteError::OutcomeUnknown(error)),
        Err(AppendError::Projection(error)) => Err(ExecuteError::Projection(error)),
        Err(AppendError::Store(error)) => Err(ExecuteError::Store(error)),
    }
}

/// Appends, and says so to whoever listens.
pub(crate) async fn send<S: Store>(app: &App<S>, append: Append) -> Result<Appended, AppendError> {
    let events = append.events.len();
    let span = tracing::debug_span!("append", events, stream = append.stream.as_ref().map(tracing::field::display));
    let outcome = match &app.inlined {
        Some(inlined) => (inlined.send)(app, append).instrument(span).await,
        None => app.store.append(append).instrument(span).await,
    };
    let label = match &outcome {
        Ok(_) => "stored",
        Err(AppendError::Conflict(_)) => "conflict",
        Err(AppendError::KeyUsed(_)) => "repeat",
        Err(AppendError::OutcomeUnknown(_)) => "unknown",
        Err(AppendError::Store(StoreError::Refused { .. }) | AppendError::Projection(_)) => "refused",
        Err(AppendError::Store(_)) => "error",
    };
    metrics::counter!("es_appends_total", "outcome" => label).increment(1);
    if outcome.is_ok() {
        metrics::counter!("es_events_appended_total").increment(events as u64);
    }
    outcome
}
