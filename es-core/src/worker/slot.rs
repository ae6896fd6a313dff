//! One slot at work: it reads what is new, makes a step of it, and tries again what failed.

use std::collections::HashSet;
use std::marker::PhantomData;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{self, BoxFuture, Either};
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tracing::Instrument;

use crate::cause;
use crate::event::stored_names;
use crate::projection::{Projection, ProjectionError, panicked};
use crate::recorded::StoredEvent;
use crate::store::{AdvanceError, Lease, Slot, Step, StoreError, ViewStore, ViewTable, Work};
use crate::stream::Position;
use crate::worker::Claimed;
use crate::worker::health::Health;
use crate::worker::window::{View, Window};

/// How far a checkpoint may lag behind in memory over events that are not its own.
const PASSED_OVER: u64 = 10_000;
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What the slots of a worker share.
pub(crate) struct Shared<S> {
    pub(crate) store: S,
    pub(crate) window: Window<S>,
    pub(crate) health: Health,
    pub(crate) claim_now: Notify,
}

/// A slot's projection, its lease, and where it is.
pub(crate) struct Running<S, P> {
    pub(crate) shared: Arc<Shared<S>>,
    pub(crate) projection: Arc<P>,
    pub(crate) slot: Slot,
    pub(crate) table: Option<ViewTable>,
    pub(crate) claimed: watch::Receiver<Claimed>,
    names: Arc<HashSet<&'static str>>,
    lease: Option<Lease>,
    /// Up to here nothing of its own is left, whatever the checkpoint says.
    reached: Position,
    /// No step goes beyond this: an event after it has failed.
    limit: Option<Position>,
    pause: Duration,
}

/// Why a slot stopped for a moment.
enum Stopped {
    /// The lease is gone, or what became of a step is not known.
    Lost,
    Failed(ProjectionError),
    Store(StoreError),
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl<S: ViewStore, P: Projection<S>> Running<S, P> {
    pub(crate) fn new(shared: Arc<Shared<S>>, projection: Arc<P>, slot: Slot, claimed: watch::Receiver<Claimed>) -> Self {
        let table = projection.table();
        let names = Arc::new(stored_names(P::EVENTS).into_iter().collect());
        Self { shared, projection, slot, table, claimed, names, lease: None, reached: Position::START, limit: None, pause: FIRST_PAUSE }
    }

    /// Works until the worker ends, which it notices between two steps.
    pub(crate) async fn run(mut self) {
        while !self.claimed.borrow_and_update().ending {
            self.take_lease();
            let outcome = match self.lease.is_some() {
                true => self.next_step().await,
                false => self.news(future::pending::<()>()).await.map(drop),
            };
            match outcome {
                Ok(()) => {}
                Err(stopped) => self.stopped(stopped).await,
            }
        }
    }

    /// The lease as the last claim has it; where it is the same one, this slot knows better how far it is.
    fn take_lease(&mut self) {
        let claimed = self.claimed.borrow().leases.get(&self.slot).cloned();
        match (claimed, &self.lease) {
            (Some(claimed), Some(lease)) if claimed.token == lease.token => {}
            (Some(claimed), _) => {
                self.reached = claimed.position;
                self.shared.health.moved(&self.slot, claimed.position);
                self.lease = Some(claimed);
            }
            (None, Some(_)) => self.lose(),
            (None, None) => {}
        }
    }

    fn lose(&mut self) {
        self.lease = None;
        self.limit = None;
        self.shared.health.gone(&self.slot);
    }

    /// Waits for `what`, or for news of the lease.
    async fn news<T>(&mut self, what: impl Future<Output = T>) -> Result<Option<T>, Stopped> {
        let changed = std::pin::pin!(self.claimed.changed());
        match future::select(std::pin::pin!(what), changed).await {
            Either::Left((value, _)) => Ok(Some(value)),
            Either::Right(_) => Ok(None),
        }
    }

    async fn next_step(&mut self) -> Result<(), Stopped> {
        let shared = self.shared.clone();
        let page = shared.window.page(self.reached).await?;
        if page.through() <= self.reached {
            if let Some(waited) = self.news(shared.window.wait_past(self.reached)).await? {
                waited?;
            }
            return Ok(());
        }
        let through = self.limit.map_or(page.through(), |limit| limit.min(page.through()));
        let is_own = |event: &&StoredEvent| event.position <= through && self.names.contains(&*event.name);
        let own: Vec<&StoredEvent> = page.events().iter().filter(is_own).collect();
        let Some(lease) = &self.lease else { return Ok(()) };
        if own.is_empty() && !page.at_head() && through.0 - lease.position.0 < PASSED_OVER {
            self.reached = through;
            return Ok(());
        }
        if !own.is_empty() {
            shared.health.busy(&self.slot, lease.position);
        }
        let events = own.len() as u64;
        let step = self.step(lease, &page, &own, through).await.map_err(Stopped::Failed)?;
        match shared.store.advance(step).await {
            Ok(()) => {}
            Err(AdvanceError::Lost) => return Err(Stopped::Lost),
            Err(AdvanceError::Projection(error)) => return Err(Stopped::Failed(error)),
            Err(AdvanceError::Store(error)) => return Err(Stopped::Store(error)),
        }
        self.advanced(through, events);
        Ok(())
    }

    async fn step(
        &self,
        lease: &Lease,
        page: &View,
        own: &[&StoredEvent],
        through: Position,
    ) -> Result<Step<S::Connection>, ProjectionError> {
        let mut step = Step { lease: lease.clone(), through, table: self.table.clone(), rows: Vec::new(), work: None };
        if own.is_empty() {
            return Ok(step);
        }
        if self.table.is_some() {
            step.rows = self.projection.change_rows(&self.shared.store, &self.slot, own).await?;
        } else {
            let (projection, page, names) = (self.projection.clone(), page.clone(), self.names.clone());
            step.work = Some(Box::new(Batch::<S, P> { projection, page, names, through, store: PhantomData }));
        }
        Ok(step)
    }

    fn advanced(&mut self, through: Position, events: u64) {
        if let Some(lease) = &mut self.lease {
            lease.position = through;
        }
        self.reached = through;
        self.pause = FIRST_PAUSE;
        if self.limit.is_some_and(|limit| limit <= through) {
            self.limit = None;
        }
        self.shared.health.moved(&self.slot, through);
        metrics::counter!("es_projection_events_total", "projection" => P::NAME).increment(events);
    }

    /// Says what happened, and sees to it that the next try is a better one.
    async fn stopped(&mut self, stopped: Stopped) {
        let error = match stopped {
            Stopped::Lost => {
                self.lose();
                // the next claim says who holds it, and where it is
                let _ = self.claimed.borrow_and_update();
                self.shared.claim_now.notify_one();
                let _ = self.news(future::pending::<()>()).await;
                return;
            }
            Stopped::Failed(error) => {
                // first all that comes before the event that fails, then that event alone
                if let Some(at) = error.position() {
                    let before = Position(at.0 - 1);
                    self.limit = Some(if before > self.reached { before } else { at });
                }
                metrics::counter!("es_projection_errors_total", "projection" => P::NAME).increment(1);
                error.to_string()
            }
            // whether it was done is not known: the next claim says where the slot is
            Stopped::Store(error) => {
                let error = error.to_string();
                self.lose();
                error
            }
        };
        tracing::warn!(projection = P::NAME, part = self.slot.part, %error, pause = ?self.pause, "a step failed and is tried again");
        self.shared.health.failed(&self.slot, error);
        let until = Instant::now() + self.pause;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        while let Ok(None) = self.news(tokio::time::sleep_until(until)).await {
            if self.claimed.borrow_and_update().ending {
                return;
            }
        }
        if self.lease.is_none() {
            self.shared.claim_now.notify_one();
            let _ = self.news(future::pending::<()>()).await;
        }
    }
}

const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// A projection's own events of a page.
struct Batch<S, P> {
    projection: Arc<P>,
    page: View,
    names: Arc<HashSet<&'static str>>,
    through: Position,
    store: PhantomData<fn() -> S>,
}

impl<S: ViewStore, P: Projection<S>> Work<S::Connection> for Batch<S, P> {
    fn run<'a>(&'a mut self, connection: &'a mut S::Connection) -> BoxFuture<'a, Result<(), ProjectionError>> {
        Box::pin(async move {
            for event in self.page.events().iter().take_while(|event| event.position <= self.through) {
                if !self.names.contains(&*event.name) {
                    continue;
                }
                let span = tracing::debug_span!(
                    "project",
                    projection = P::NAME,
                    position = event.position.0,
                    event_id = %event.event_id,
                    correlation_id = event.metadata.correlation_id.as_deref(),
                );
                let projecting = AssertUnwindSafe(self.projection.project_stored(event, connection)).catch_unwind();
                let projected = cause::handling(event, projecting).instrument(span).await;
                projected.unwrap_or_else(|panic| Err(panicked(&*panic))).map_err(|error| error.at(event.position))?;
            }
            Ok(())
        })
    }
}
