//! One slot at work: it reads what is new, makes a step of it, and tries again what failed.

use std::collections::HashSet;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{self, Either};
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use crate::event::stored_names;
use crate::projection::{Projection, ProjectionError, Wanted, order_key};
use crate::recorded::StoredEvent;
use crate::store::{AdvanceError, Lease, Parked, Slot, Step, StoreError, ViewStore, ViewTable};
use crate::stream::Position;
use crate::worker::Claimed;
use crate::worker::batch::{Batch, own};
use crate::worker::health::Health;
use crate::worker::window::{View, Window};

/// How far a checkpoint may lag behind in memory over events that are not its own.
const PASSED_OVER: u64 = 10_000;
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What the slots of a worker share.
pub(crate) struct Shared<S> {
    pub(crate) store: S,
    pub(crate) window: Window<S>,
    pub(crate) health: Health,
    pub(crate) claim_now: Notify,
}

/// A slot's projection, its lease, and where it is.
pub(super) struct Running<S, P> {
    pub(super) shared: Arc<Shared<S>>,
    pub(super) projection: Arc<P>,
    pub(super) slot: Slot,
    table: Option<ViewTable>,
    claimed: watch::Receiver<Claimed>,
    names: Arc<HashSet<&'static str>>,
    pub(super) lease: Option<Lease>,
    /// Whether the lease was renewed since it was last looked what is to be done about parked events.
    pub(super) renewed: bool,
    /// Up to here nothing of its own is left, whatever the checkpoint says.
    reached: Position,
    /// The first event of its own after that.
    pub(super) first: Option<Position>,
    /// No step goes beyond this: an event after it has failed.
    limit: Option<Position>,
    /// The event that failed by itself.
    pub(super) failing: Option<Failing>,
    /// Those that are parked with the next step.
    pub(super) given_up: Vec<Failing>,
    /// The keys of parked events; `None` until they have been read.
    pub(super) held_up: Option<Arc<HashSet<String>>>,
    pause: Duration,
}

/// An event that failed by itself, not among others.
pub(super) struct Failing {
    pub(super) position: Position,
    pub(super) key: Option<String>,
    pub(super) error: String,
    pub(super) attempts: u32,
}

/// Why a slot stopped for a moment.
pub(super) enum Stopped {
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

impl From<AdvanceError> for Stopped {
    fn from(error: AdvanceError) -> Self {
        match error {
            AdvanceError::Lost => Self::Lost,
            AdvanceError::Projection(error) => Self::Failed(error),
            AdvanceError::Store(error) => Self::Store(error),
        }
    }
}

impl<S: ViewStore, P: Projection<S>> Running<S, P> {
    pub(super) fn new(shared: Arc<Shared<S>>, projection: Arc<P>, slot: Slot, claimed: watch::Receiver<Claimed>) -> Self {
        let table = projection.table();
        let names = Arc::new(stored_names(P::EVENTS).into_iter().collect());
        Self {
            shared,
            projection,
            slot,
            table,
            claimed,
            names,
            lease: None,
            renewed: false,
            reached: Position::START,
            first: None,
            limit: None,
            failing: None,
            given_up: Vec::new(),
            held_up: None,
            pause: FIRST_PAUSE,
        }
    }

    /// Works until the worker ends, which it notices between two steps.
    pub(super) async fn run(mut self) {
        loop {
            self.renewed |= self.claimed.has_changed().unwrap_or(false);
            if self.claimed.borrow_and_update().ending {
                break;
            }
            self.take_lease();
            let outcome = match self.lease.is_some() {
                true => self.next_step().await,
                false => self.news(future::pending::<()>()).await.map(drop),
            };
            if let Err(stopped) = outcome {
                self.stopped(stopped).await;
            }
        }
        self.shared.health.gone(&self.slot);
    }

    /// The lease as the last claim has it; where it is the same one, this slot knows better how far it is.
    fn take_lease(&mut self) {
        let claimed = self.claimed.borrow().leases.get(&self.slot).cloned();
        match (claimed, &self.lease) {
            (Some(claimed), Some(lease)) if claimed.token == lease.token => {}
            (Some(claimed), _) => {
                self.lose();
                self.renewed = true;
                self.reached = claimed.position;
                self.shared.health.held(&self.slot, claimed.position);
                self.lease = Some(claimed);
            }
            (None, Some(_)) => self.lose(),
            (None, None) => {}
        }
    }

    fn lose(&mut self) {
        self.limit = None;
        self.failing = None;
        self.given_up.clear();
        self.held_up = None;
        if self.lease.take().is_some() {
            self.shared.health.gone(&self.slot);
        }
    }

    /// Waits for `what`, or for news of the lease.
    async fn news<T>(&mut self, what: impl Future<Output = T>) -> Result<Option<T>, Stopped> {
        let changed = std::pin::pin!(self.claimed.changed());
        match future::select(std::pin::pin!(what), changed).await {
            Either::Left((value, _)) => Ok(Some(value)),
            Either::Right(_) => {
                self.renewed = true;
                Ok(None)
            }
        }
    }

    async fn next_step(&mut self) -> Result<(), Stopped> {
        let held_up = self.held_up().await?;
        if self.renewed && !held_up.is_empty() && self.settle_parked().await? {
            return Ok(());
        }
        let shared = self.shared.clone();
        let page = shared.window.page(self.reached).await?;
        if page.through() <= self.reached {
            if let Some(waited) = self.news(shared.window.wait_past(self.reached)).await? {
                waited?;
            }
            return Ok(());
        }
        let through = self.limit.map_or(page.through(), |limit| limit.min(page.through()));
        let names = self.names.clone();
        let own: Vec<&StoredEvent> = own(&page, &names, through).collect();
        self.first = own.first().map(|event| event.position);
        let Some(lease) = &self.lease else { return Ok(()) };
        if own.is_empty() && !page.at_head() && through.0 - lease.position.0 < PASSED_OVER {
            self.passed(through);
            return Ok(());
        }
        if !own.is_empty() {
            shared.health.busy(&self.slot);
        }
        if self.projection.begins().is_some() && !own.is_empty() {
            return self.react_to(&own, through, &held_up).await;
        }
        let step = self.step(Step::new(lease.clone(), through), &page, None, &held_up).await.map_err(Stopped::Failed)?;
        let (events, parked) = (own.len(), step.parking.put.clone());
        shared.store.advance(step).await?;
        self.advanced(through, events as u64, &parked);
        Ok(())
    }

    /// Completes a step by what the events of a page do to what is not held up; only to one row of a view, where that is said.
    pub(super) async fn step(
        &self,
        mut step: Step<S::Connection>,
        page: &View,
        only: Option<&str>,
        held_up: &HashSet<String>,
    ) -> Result<Step<S::Connection>, ProjectionError> {
        let own: Vec<&StoredEvent> = own(page, &self.names, step.through).collect();
        if own.is_empty() {
            return Ok(step);
        }
        let behind = if let Some(table) = &self.table {
            let wanted = Wanted { slot: &self.slot, only, held_up };
            let changed = self.projection.change_rows(&self.shared.store, wanted, &own).await?;
            step.table = Some(table.clone());
            step.rows = changed.rows;
            changed.behind
        } else {
            let waits = |event: &&StoredEvent| !held_up.is_empty() && held_up.contains(&order_key(event));
            let behind: Vec<_> = own.iter().copied().filter(waits).map(|event| (order_key(event), event.position)).collect();
            let waiting = behind.iter().map(|(_, position)| *position).collect();
            if self.projection.begins().is_some() {
                for event in own.into_iter().filter(|event| !held_up.contains(&order_key(event))) {
                    self.react(event).await?;
                }
                step.parking.put.extend(behind.into_iter().map(|(key, position)| self.parked(key, position)));
                return Ok(step);
            }
            let (projection, page, names) = (self.projection.clone(), page.clone(), self.names.clone());
            step.work = Some(Box::new(Batch::<S, P> { projection, page, names, through: step.through, waiting, store: PhantomData }));
            behind
        };
        step.parking.put.extend(behind.into_iter().map(|(key, position)| self.parked(key, position)));
        Ok(step)
    }

    pub(super) fn passed(&mut self, through: Position) {
        self.reached = through;
        self.shared.health.passed(&self.slot, through);
        if self.limit.is_some_and(|limit| limit <= through) {
            self.limit = None;
        }
    }

    pub(super) fn advanced(&mut self, through: Position, events: u64, parked: &[Parked]) {
        if let Some(lease) = &mut self.lease {
            lease.position = through;
        }
        self.passed(through);
        self.failing = None;
        self.given_up.clear();
        self.pause = FIRST_PAUSE;
        self.shared.health.moved(&self.slot, through);
        self.say_parked(parked);
        metrics::counter!("es_projection_events_total", "projection" => P::NAME).increment(events);
    }

    /// Says what happened, and sees to it that the next try is a better one.
    async fn stopped(&mut self, stopped: Stopped) {
        let error = match stopped {
            Stopped::Lost => {
                self.lose();
                return self.next_claim().await;
            }
            Stopped::Failed(error) => {
                metrics::counter!("es_projection_errors_total", "projection" => P::NAME).increment(1);
                if self.narrowed(&error) {
                    return;
                }
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
            self.next_claim().await;
        }
    }

    /// Waits for a claim that is made from now on, which says who holds the slot and where it is; or for the worker to end.
    async fn next_claim(&mut self) {
        // nothing is claimed any more once it ends
        if self.claimed.borrow_and_update().ending {
            return;
        }
        self.shared.claim_now.notify_one();
        let _ = self.news(future::pending::<()>()).await;
    }

    /// Whether the next try differs from this one, and need not wait: first all that comes before the event that fails, then that
    /// event alone; and when that has failed often enough, without what it does to the key with which it fails.
    fn narrowed(&mut self, error: &ProjectionError) -> bool {
        let Some(position) = error.position() else { return false };
        if self.first.is_some_and(|first| first < position) {
            self.limit = Some(Position(position.0 - 1));
            return true;
        }
        self.limit = Some(position);
        let key = error.key().map(str::to_owned);
        let before = self.failing.take().filter(|before| (before.position, &before.key) == (position, &key));
        let attempts = before.map_or(0, |before| before.attempts) + 1;
        self.failing = Some(Failing { position, key, error: error.to_string(), attempts });
        self.give_up()
    }
}
