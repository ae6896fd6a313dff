//! A reaction at work: what it has done is noted soon, because it can't be undone.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use tracing::Instrument;

use crate::cause;
use crate::projection::{Projection, ProjectionError, order_key, panicked};
use crate::recorded::StoredEvent;
use crate::store::{Step, ViewStore};
use crate::stream::Position;
use crate::worker::slot::{Running, Stopped};

/// After this long of reactions their checkpoint is written.
const NOTED: Duration = Duration::from_millis(100);

impl<S: ViewStore, P: Projection<S>> Running<S, P> {
    /// Reacts to events, one after the other, until one fails or it is time to write down how far it has come.
    pub(super) async fn react_to(&mut self, own: &[&StoredEvent], mut through: Position, held_up: &HashSet<String>) -> Result<(), Stopped> {
        let (began, mut reacted, mut parked, mut failed) = (Instant::now(), 0, Vec::new(), None);
        for event in own {
            let key = order_key(event);
            if held_up.contains(&key) {
                parked.push(self.parked(key, event.position));
                continue;
            }
            if let Err(error) = self.react(event).await {
                through = Position(event.position.0 - 1);
                (self.first, failed) = (Some(event.position), Some(error));
                break;
            }
            reacted += 1;
            if began.elapsed() >= NOTED {
                through = event.position;
                break;
            }
        }
        let lease = self.lease.clone().ok_or(Stopped::Lost)?;
        if through > lease.position || !parked.is_empty() {
            let mut step = Step::new(lease, through);
            step.parking.put.clone_from(&parked);
            self.shared.store.advance(step).await?;
            self.advanced(through, reacted, &parked);
        }
        failed.map_or(Ok(()), |error| Err(Stopped::Failed(error)))
    }

    /// Under a span of its own, and on behalf of the event.
    pub(super) async fn react(&self, event: &StoredEvent) -> Result<(), ProjectionError> {
        let span = tracing::debug_span!(
            "react",
            reaction = P::NAME,
            position = event.position.0,
            event_id = %event.event_id,
            correlation_id = event.metadata.correlation_id.as_deref(),
        );
        let reacting = AssertUnwindSafe(self.projection.react_stored(event)).catch_unwind();
        let reacted = cause::handling(event, reacting).instrument(span).await;
        let reacted = reacted.unwrap_or_else(|panic| Err(panicked(&*panic)));
        reacted.map_err(|error| error.at(event.position).of(order_key(event)))
    }
}
