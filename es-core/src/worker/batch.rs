//! What a projection of the user's makes of a page.

use std::collections::HashSet;
use std::marker::PhantomData;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::projection::{self, Projection, ProjectionError};
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
                projection::run(&*self.projection, event, connection).await?;
            }
            Ok(())
        })
    }
}
