//! Workers: they keep projections up to date, together with other processes.

mod batch;
mod health;
mod parking;
mod slot;
mod window;

use std::collections::HashMap;
use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{self, BoxFuture};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

pub use health::{Health, Stuck};

use crate::app::App;
use crate::error::ReadError;
use crate::event::stored_names;
use crate::projection::Projection;
use crate::query::{Clause, Query};
use crate::store::{Claim, Lease, Slot, ViewStore, ViewTable};
use slot::{Running, Shared};
use window::Window;

/// Keeps projections up to date, each event taking effect in each of them once.
///
/// Several workers, in one process or many, share the projections that they have in common: each part of one is held by one worker at
/// a time, under a lease that another takes over when it runs out.
#[must_use = "it does nothing until it runs"]
pub struct Worker<S: ViewStore> {
    app: App<S>,
    id: Uuid,
    lease: Duration,
    health: Health,
    kept: Vec<Kept<S>>,
}

/// Works on one slot until the worker ends.
type Run<S> = dyn Fn(Arc<Shared<S>>, Slot, watch::Receiver<Claimed>) -> BoxFuture<'static, ()> + Send + Sync;

/// A projection that was added.
struct Kept<S> {
    name: &'static str,
    version: u32,
    parts: u32,
    table: Option<ViewTable>,
    names: Vec<&'static str>,
    check: fn(&App<S>) -> Result<(), ReadError>,
    run: Box<Run<S>>,
}

/// What the last claim gave.
#[derive(Debug, Clone, Default)]
pub(crate) struct Claimed {
    leases: HashMap<Slot, Lease>,
    ending: bool,
}

impl<S: ViewStore> Worker<S> {
    /// A worker on the store of `app`, with leases of 5 seconds.
    pub fn new(app: &App<S>) -> Self {
        Self { app: app.clone(), id: Uuid::now_v7(), lease: Duration::from_secs(5), health: Health::default(), kept: Vec::new() }
    }

    /// Works on a projection, too.
    #[expect(clippy::should_implement_trait, reason = "a worker is no number")]
    pub fn add<P: Projection<S>>(mut self, projection: P) -> Self {
        let (parts, table) = (projection.parts(), projection.table());
        let projection = Arc::new(projection);
        self.kept.push(Kept {
            name: P::NAME,
            version: P::VERSION,
            parts,
            table,
            names: stored_names(P::EVENTS),
            check: |app| Ok(app.names().check_events::<P>(&[P::EVENTS])?),
            run: Box::new(move |shared, slot, claimed| Box::pin(Running::new(shared, projection.clone(), slot, claimed).run())),
        });
        self
    }

    /// Holds leases that run out after this long unless they are renewed, which is done three times as often. At least 100 ms.
    ///
    /// Another worker takes over from a dead one that much later.
    pub fn lease(mut self, lasts: Duration) -> Self {
        self.lease = lasts.max(Duration::from_millis(100));
        self
    }

    /// Where to see whether it gets anywhere.
    pub fn health(&self) -> Health {
        self.health.clone()
    }

    /// Works until `shutdown` is ready; then it finishes the batches that it is in, and gives everything back.
    ///
    /// Errors of a projection and of the store are tried again, after longer and longer pauses, and shown by [`health`](Self::health).
    ///
    /// # Errors
    /// [`ReadError`] before anything is done: two projections of one name, a view whose shape is not that of its table, a number of
    /// parts that is not that of before, a name that two events claim.
    pub async fn run_until(self, shutdown: impl IntoFuture<Output = ()>) -> Result<(), ReadError> {
        self.check()?;
        let store = self.app.store().clone();
        for table in self.kept.iter().filter_map(|kept| kept.table.as_ref()) {
            store.open_view(table).await?;
        }
        let claim = Claim { worker: self.id, slots: self.kept.iter().flat_map(Kept::slots).collect(), lasts: self.lease };
        let first = store.claim(&claim).await?;
        let names = self.kept.iter().flat_map(|kept| kept.names.iter().copied());
        let window = Window::new(store.clone(), Query::from(Clause::new().names(names)), self.app.page_size());
        let shared = Arc::new(Shared { store: store.clone(), window, health: self.health.clone(), claim_now: Notify::new() });
        let (claims, claimed) = watch::channel(claimed(first));
        let mut tasks = JoinSet::new();
        for kept in &self.kept {
            for slot in kept.slots() {
                tasks.spawn((kept.run)(shared.clone(), slot, claimed.clone()));
            }
        }
        drop(claimed);
        let claiming = std::pin::pin!(keep_claiming(&store, &claim, &claims, &shared.claim_now));
        let _ = future::select(std::pin::pin!(shutdown.into_future()), claiming).await;
        claims.send_modify(|claimed| claimed.ending = true);
        while tasks.join_next().await.is_some() {}
        Ok(store.release(self.id).await?)
    }

    fn check(&self) -> Result<(), ReadError> {
        for (at, kept) in self.kept.iter().enumerate() {
            (kept.check)(&self.app)?;
            if self.kept[..at].iter().any(|earlier| earlier.name == kept.name && earlier.version == kept.version) {
                let reason = format!("projection `{}` version {} was added twice: give one of them another name", kept.name, kept.version);
                return Err(crate::store::StoreError::Refused { reason }.into());
            }
        }
        Ok(())
    }
}

impl<S> Kept<S> {
    fn slots(&self) -> impl Iterator<Item = Slot> + '_ {
        (0..self.parts).map(|part| Slot { projection: self.name.to_owned(), version: self.version, part, parts: self.parts })
    }
}

fn claimed(leases: Vec<Lease>) -> Claimed {
    Claimed { leases: leases.into_iter().map(|lease| (lease.slot.clone(), lease)).collect(), ending: false }
}

/// Renews the leases, and takes what is free.
async fn keep_claiming<S: ViewStore>(store: &S, claim: &Claim, claims: &watch::Sender<Claimed>, now: &Notify) {
    loop {
        let due = std::pin::pin!(tokio::time::sleep(claim.lasts / 3));
        let _ = future::select(due, std::pin::pin!(now.notified())).await;
        match store.claim(claim).await {
            Ok(leases) => {
                claims.send_replace(claimed(leases));
            }
            Err(error) => tracing::warn!(%error, "leases could not be renewed"),
        }
    }
}

impl<S: ViewStore> fmt::Debug for Worker<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept: Vec<_> = self.kept.iter().map(|kept| format!("{} v{}", kept.name, kept.version)).collect();
        f.debug_struct("Worker").field("id", &self.id).field("projections", &kept).finish_non_exhaustive()
    }
}
