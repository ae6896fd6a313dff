//! What is done while an event is handled says so: it is of the same request, and an answer to that event.

use crate::metadata::Metadata;
use crate::recorded::{Recorded, StoredEvent};

tokio::task_local! {
    static HANDLED: Metadata;
}

impl Metadata {
    /// What an answer to `event` carries: its correlation id, or else its own id, as the one that the answers to answers will share; and
    /// its id as the cause.
    pub fn answering<E>(event: &Recorded<E>) -> Self {
        let id = event.event_id.to_string();
        let correlation_id = event.metadata.correlation_id.clone().unwrap_or_else(|| id.clone());
        Self { correlation_id: Some(correlation_id), causation_id: Some(id), ..Self::default() }
    }
}

/// Runs a handler of `event`: what it appends in its own task carries the event's correlation id, and the event's id as the cause.
pub(crate) async fn handling<T>(event: &StoredEvent, handler: impl Future<Output = T>) -> T {
    HANDLED.scope(Metadata::answering(event), handler).await
}

/// What is said about an append before its caller says anything.
pub(crate) fn of_this_task() -> Metadata {
    HANDLED.try_with(Metadata::clone).unwrap_or_default()
}
