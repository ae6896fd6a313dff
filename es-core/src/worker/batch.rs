//! What a projection of the user's makes of a page.

use std::collections::HashSet;
use std::marker::PhantomData;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tracing::Instrument;

use crate::cause;
use crate::projection::{Projection, ProjectionError, order_key, panicked};
use crate::recorded::StoredEvent;
use crate::store::{ViewStore, Work};
use crate::stream::Position;
use crate::worker::window::View;

/// The events of a page that a projection follows.
pub(super) fn own<'a>(page: &'a View, names: &'a HashSet<&'static str>, through: Position) -> impl Iterator<Item = &'a StoredEvent> {
    let up_to = page.events().iter().take_while(move |event| event.position <= through);
    up_to.filter(|event| names.contains(&*event.name))
}

/// Its events of a page, but for those that wait.
pub(super) struct Batch<S, P> {
    pub(super) projection: Arc<P>,
    pub(super) page: View,
    pub(super) names: Arc<HashSet<&'static str>>,
    pub(super) through: Position,
    pub(super) waiting: HashSet<Position>,
    pub(super) store: PhantomData<fn() -> S>,
}

impl<S: ViewStore, P: Projection<S>> Work<S::Connection> for Batch<S, P> {
    fn run<'a>(&'a mut self, connection: &'a mut S::Connection) -> BoxFuture<'a, Result<(), ProjectionError>> {
        Box::pin(async move {
            for event in own(&self.page, &self.names, self.through).filter(|event| !self.waiting.contains(&event.position)) {
                self.project(event, connection).await?;
            }
            Ok(())
        })
    }
}

impl<S: ViewStore, P: Projection<S>> Batch<S, P> {
    /// Under a span of its own, and on behalf of the event.
    async fn project(&self, event: &StoredEvent, connection: &mut S::Connection) -> Result<(), ProjectionError> {
        let span = tracing::debug_span!(
            "project",
            projection = P::NAME,
            position = event.position.0,
            event_id = %event.event_id,
            correlation_id = event.metadata.correlation_id.as_deref(),
        );
        let projecting = AssertUnwindSafe(self.projection.project_stored(event, connection)).catch_unwind();
        let projected = cause::handling(event, projecting).instrument(span).await;
        let projected = projected.unwrap_or_else(|panic| Err(panicked(&*panic)));
        projected.map_err(|error| error.at(event.position).of(order_key(event)))
    }
}
