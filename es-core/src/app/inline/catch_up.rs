//! What somebody else has appended is caught up on, page by page, under a lease as a worker's.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use uuid::Uuid;

use crate::app::App;
use crate::app::inline::kept::Model;
use crate::error::ReadError;
use crate::projection::{ProjectionError, Wanted};
use crate::query::{Clause, Query};
use crate::recorded::StoredEvent;
use crate::store::{AdvanceError, Claim, Lease, Slot, Step, StoreError, ViewStore, Work};
use crate::stream::Position;

const LEASE: Duration = Duration::from_secs(5);
/// Between two looks at what somebody else is catching up on.
const PAUSE: Duration = Duration::from_millis(5);

/// Catches up on all that is in the store by now.
pub(super) async fn all<S: ViewStore>(app: &App<S>, models: &[Arc<dyn Model<S>>]) -> Result<(), ReadError> {
    let target = app.store().head().await?;
    for model in models {
        let kept = model.kept();
        let query = Clause::new().names(kept.names.iter().copied()).into();
        let catching_up = CatchingUp { app, model, query, slot: kept.slot(), target };
        catching_up.run().await?;
    }
    Ok(())
}

struct CatchingUp<'a, S> {
    app: &'a App<S>,
    model: &'a Arc<dyn Model<S>>,
    query: Query,
    slot: Slot,
    target: Position,
}

impl<S: ViewStore> CatchingUp<'_, S> {
    async fn run(&self) -> Result<(), ReadError> {
        let store = self.app.store();
        let claim = Claim { worker: Uuid::now_v7(), slots: vec![self.slot.clone()], lasts: LEASE };
        loop {
            if self.reached().await?.is_some_and(|reached| reached >= self.target) {
                return Ok(());
            }
            let Some(lease) = store.claim(&claim).await?.pop() else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            let caught_up = self.under(lease, &claim).await;
            store.release(claim.worker).await?;
            caught_up?;
        }
    }

    /// How far it is; nothing, where it has no checkpoint yet.
    async fn reached(&self) -> Result<Option<Position>, StoreError> {
        let progress = self.app.store().progress(&self.slot.projection, self.slot.version).await?;
        match progress.into_iter().next() {
            Some(progress) if progress.slot.parts != 1 => Err(StoreError::other_parts(&self.slot, progress.slot.parts)),
            progress => Ok(progress.map(|progress| progress.position)),
        }
    }

    /// Goes on until it has caught up, or an append has moved the checkpoint.
    async fn under(&self, mut lease: Lease, claim: &Claim) -> Result<(), ReadError> {
        let store = self.app.store();
        let mut renewed = Instant::now();
        while lease.position < self.target {
            let page = store.read(&self.query, lease.position, self.app.page_size()).await?;
            let through = page.through;
            let mut step = Step { table: self.model.table(), ..Step::new(lease.clone(), through) };
            if self.model.view().is_some() {
                let events: Vec<&StoredEvent> = page.events.iter().collect();
                let wanted = Wanted { slot: &self.slot, only: None, held_up: &HashSet::new() };
                step.rows = self.model.change_rows(store, wanted, &events).await.map_err(|error| self.failed(&error))?.rows;
            } else if !page.events.is_empty() {
                step.work = Some(Box::new(Page { model: self.model.clone(), events: page.events }));
            }
            match store.advance(step).await {
                Ok(()) => lease.position = through,
                Err(AdvanceError::Lost) => return Ok(()),
                Err(AdvanceError::Projection(error)) => return Err(self.failed(&error).into()),
                Err(AdvanceError::Store(error)) => return Err(error.into()),
            }
            if renewed.elapsed() > LEASE / 3 {
                store.claim(claim).await?;
                renewed = Instant::now();
            }
        }
        Ok(())
    }

    fn failed(&self, error: &ProjectionError) -> StoreError {
        StoreError::Refused { reason: format!("`{}` is kept inline, and has to catch up: {error}", self.slot.projection) }
    }
}

/// What a projection of the user's does on the events of a page.
struct Page<S> {
    model: Arc<dyn Model<S>>,
    events: Vec<StoredEvent>,
}

impl<S: ViewStore> Work<S::Connection> for Page<S> {
    fn run<'a>(&'a mut self, connection: &'a mut S::Connection) -> BoxFuture<'a, Result<(), ProjectionError>> {
        Box::pin(async move {
            for event in &self.events {
                self.model.project(event, connection).await?;
            }
            Ok(())
        })
    }
}
