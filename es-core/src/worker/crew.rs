//! The tasks of a worker, one a slot, and the leases under which they work.

use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::watch;
use tokio::task::{self, JoinSet};
use tokio::time::Instant;

use crate::error::ReadError;
use crate::projection::{Begins, panicked};
use crate::store::{Claim, Lease, Slot, StoreError, ViewStore};
use crate::worker::slot::Shared;
use crate::worker::{Claimed, PAUSE, Worker};

/// What a worker has at work.
pub(super) struct Crew<'a, S: ViewStore> {
    pub(super) worker: &'a Worker<S>,
    pub(super) shared: Arc<Shared<S>>,
    pub(super) claim: Claim,
    pub(super) claims: watch::Sender<Claimed>,
    pub(super) tasks: JoinSet<()>,
    pub(super) at_work: HashMap<task::Id, (usize, Slot)>,
    /// What was built, and could not be begun yet.
    pub(super) waiting: Vec<usize>,
}

/// What a crew waits for.
enum Happened {
    Claim,
    Built(usize),
    Ended(Result<(task::Id, ()), task::JoinError>),
}

impl<S: ViewStore> Crew<'_, S> {
    /// Works on one of the worker's projections from now on.
    pub(super) async fn begin(&mut self, at: usize) -> Result<(), ReadError> {
        let kept = &self.worker.kept[at];
        // one that is built beside is set up already
        if let Some(table) = kept.table.as_ref().filter(|table| !table.beside) {
            self.shared.store.open_view(table).await?;
        }
        if kept.begins == Some(Begins::Head) {
            let head = self.shared.store.head().await?;
            self.shared.store.begin_at(&kept.slots().collect::<Vec<_>>(), head).await?;
        }
        for slot in kept.slots() {
            self.claim.slots.push(slot.clone());
            self.start(at, slot, Duration::ZERO);
        }
        Ok(())
    }

    fn start(&mut self, at: usize, slot: Slot, after: Duration) {
        let run = (self.worker.kept[at].run)(self.shared.clone(), slot.clone(), self.claims.subscribe());
        let started = self.tasks.spawn(async move {
            tokio::time::sleep(after).await;
            run.await;
        });
        self.at_work.insert(started.id(), (at, slot));
    }

    /// Renews the leases, and takes what is free.
    pub(super) async fn claim(&self) -> Result<(), StoreError> {
        let leases = self.shared.store.claim(&self.claim).await?;
        self.claims.send_replace(claimed(leases));
        Ok(())
    }

    /// Until it is dropped: claims, takes over what was built, and sees to it that every slot has its task.
    pub(super) async fn run<F: Future<Output = usize>>(&mut self, building: &mut FuturesUnordered<F>) {
        let mut due = Instant::now() + self.claim.lasts / 3;
        loop {
            match self.next(due, building).await {
                Happened::Claim => {
                    self.renew().await;
                    due = Instant::now() + self.claim.lasts / 3;
                }
                Happened::Built(at) => {
                    self.waiting.push(at);
                    due = Instant::now();
                }
                Happened::Ended(ended) => self.ended(ended),
            }
        }
    }

    async fn renew(&mut self) {
        for at in std::mem::take(&mut self.waiting) {
            if let Err(error) = self.begin(at).await {
                tracing::warn!(%error, "a view that was built could not be begun, and is tried again");
                self.worker.kept[at].slots().for_each(|slot| self.worker.health.failed(&slot, error.to_string()));
                self.waiting.push(at);
            }
        }
        let renewed = async {
            self.claim().await?;
            self.shared.store.head().await
        };
        match renewed.await {
            Ok(head) => self.worker.health.seen(head),
            Err(error) => {
                tracing::warn!(%error, "leases could not be renewed");
                self.worker.health.unclaimed(&self.claim.slots, &error.to_string());
            }
        }
    }

    async fn next<F: Future<Output = usize>>(&mut self, due: Instant, building: &mut FuturesUnordered<F>) -> Happened {
        let shared = self.shared.clone();
        let mut due = pin!(tokio::time::sleep_until(due));
        let mut now = pin!(shared.claim_now.notified());
        poll_fn(|context| {
            if let Poll::Ready(Some(ended)) = self.tasks.poll_join_next_with_id(context) {
                return Poll::Ready(Happened::Ended(ended));
            }
            if let Poll::Ready(Some(at)) = building.poll_next_unpin(context) {
                return Poll::Ready(Happened::Built(at));
            }
            if due.as_mut().poll(context).is_ready() || now.as_mut().poll(context).is_ready() {
                return Poll::Ready(Happened::Claim);
            }
            Poll::Pending
        })
        .await
    }

    /// A task that ends before the worker does has panicked, in code of ours: it is said, and another one takes its place.
    fn ended(&mut self, ended: Result<(task::Id, ()), task::JoinError>) {
        let id = ended.as_ref().map_or_else(task::JoinError::id, |(id, ())| *id);
        let Some((at, slot)) = self.at_work.remove(&id) else { return };
        let why = match ended.map_err(task::JoinError::try_into_panic) {
            Err(Ok(panic)) => panicked(&*panic).to_string(),
            _ => "it ended".to_owned(),
        };
        let error = format!("the worker's own task for this slot is gone, and another one begins: {why}");
        tracing::error!(projection = slot.projection, part = slot.part, error);
        self.worker.health.failed(&slot, error);
        self.start(at, slot, PAUSE);
    }

    /// Lets everybody finish the batch that they are in.
    pub(super) async fn end(mut self) {
        self.claims.send_modify(|claimed| claimed.ending = true);
        while self.tasks.join_next().await.is_some() {}
    }
}

fn claimed(leases: Vec<Lease>) -> Claimed {
    Claimed { leases: leases.into_iter().map(|lease| (lease.slot.clone(), lease)).collect(), ending: false }
}
