//! A read model that is kept inline, whatever its type.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::app::App;
use crate::error::ReadError;
use crate::event::stored_names;
use crate::projection::{self, ChangedRows, Projection, ProjectionError, Wanted};
use crate::recorded::StoredEvent;
use crate::store::{Kept, StoreError, ViewStore, ViewTable};
use crate::view::InlineView;

/// What a projection is to an append.
pub(super) trait Model<S>: Send + Sync {
    fn kept(&self) -> &Kept;

    /// The rows, if it is a view.
    fn view(&self) -> Option<&Arc<dyn InlineView>>;

    fn check(&self, app: &App<S>) -> Result<(), ReadError>
    where
        S: ViewStore;

    fn table(&self) -> Option<ViewTable>
    where
        S: ViewStore;

    fn change_rows<'a>(
        &'a self,
        store: &'a S,
        wanted: Wanted<'a>,
        events: &'a [&'a StoredEvent],
    ) -> BoxFuture<'a, Result<ChangedRows, ProjectionError>>
    where
        S: ViewStore;

    /// Does what the user's projection does on an event.
    fn project<'a>(&'a self, event: &'a StoredEvent, connection: &'a mut S::Connection) -> BoxFuture<'a, Result<(), ProjectionError>>
    where
        S: ViewStore;
}

pub(super) struct KeptModel<P> {
    projection: P,
    kept: Kept,
    view: Option<Arc<dyn InlineView>>,
}

impl<P> KeptModel<P> {
    pub(super) fn new<S: ViewStore>(projection: P) -> Self
    where
        P: Projection<S>,
    {
        let kept = Kept { projection: P::NAME.to_owned(), version: P::VERSION, names: stored_names(P::EVENTS) };
        let view = projection.inline();
        Self { projection, kept, view }
    }
}

impl<S: ViewStore, P: Projection<S>> Model<S> for KeptModel<P> {
    fn kept(&self) -> &Kept {
        &self.kept
    }

    fn view(&self) -> Option<&Arc<dyn InlineView>> {
        self.view.as_ref()
    }

    fn check(&self, app: &App<S>) -> Result<(), ReadError> {
        if self.projection.parts() != 1 {
            let reason = format!("`{}` is kept inline, which is in one part: leave out `.parts({})`", P::NAME, self.projection.parts());
            return Err(StoreError::Refused { reason }.into());
        }
        Ok(app.names().check_events::<P>(&[P::EVENTS])?)
    }

    fn table(&self) -> Option<ViewTable> {
        self.projection.table()
    }

    fn change_rows<'a>(
        &'a self,
        store: &'a S,
        wanted: Wanted<'a>,
        events: &'a [&'a StoredEvent],
    ) -> BoxFuture<'a, Result<ChangedRows, ProjectionError>> {
        self.projection.change_rows(store, wanted, events)
    }

    fn project<'a>(&'a self, event: &'a StoredEvent, connection: &'a mut S::Connection) -> BoxFuture<'a, Result<(), ProjectionError>> {
        Box::pin(projection::run(&self.projection, event, connection))
    }
}
