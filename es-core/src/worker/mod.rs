//! Workers: they keep projections up to date, together with other processes.

mod batch;
mod crew;
mod health;
mod parking;
mod reacting;
mod slot;
mod window;

use std::collections::HashMap;
use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{self, BoxFuture};
use futures_util::stream::FuturesUnordered;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

pub use health::{Health, Stuck};

use crate::app::App;
use crate::error::ReadError;
use crate::event::stored_names;
use crate::projection::{Begins, Projection};
use crate::query::{Clause, Query};
use crate::store::{Claim, Lease, PageSize, Slot, ViewStore, ViewTable};
use crate::view::View;
use crew::Crew;
use slot::{Running, Shared};
use window::Window;

/// Keeps projections up to date, each event taking effect in each of them once.
///
/// Several workers, in one process or many, share the projections that they have in common: each part of one is held by one worker at
/// a time, under a lease that another takes over when it runs out.
///
/// A view of a new version is built beside the earlier one, which serves until the new one has caught up: see
/// [`App::rebuild`]. The earlier one is kept up to date meanwhile by whoever has it added, and dropped by
/// [`App::drop_version`].
#[must_use = "it does nothing until it runs"]
pub struct Worker<S: ViewStore> {
    app: App<S>,
    id: Uuid,
    lease: Duration,
    page: PageSize,
    health: Health,
    kept: Vec<Kept<S>>,
}

/// Works on one slot until the worker ends.
type Run<S> = dyn Fn(Arc<Shared<S>>, Slot, watch::Receiver<Claimed>) -> BoxFuture<'static, ()> + Send + Sync;

/// Builds a new version beside the one that serves.
type Build<S> = dyn Fn(&App<S>, Duration, Health) -> Option<BoxFuture<'static, Result<(), ReadError>>> + Send + Sync;

/// A projection that was added.
struct Kept<S> {
    name: &'static str,
    version: u32,
    parts: u32,
    table: Option<ViewTable>,
    begins: Option<Begins>,
    names: Vec<&'static str>,
    check: fn(&App<S>) -> Result<(), ReadError>,
    build: Box<Build<S>>,
    run: Box<Run<S>>,
}

/// What the last claim gave.
#[derive(Debug, Clone, Default)]
pub(crate) struct Claimed {
    leases: HashMap<Slot, Lease>,
    ending: bool,
}

/// How much is read at once for a view that is built anew.
const LARGE_PAGE: PageSize = PageSize { events: 10_000, bytes: 8 << 20 };

impl<S: ViewStore> Worker<S> {
    /// A worker on the store of `app`, with leases of 5 seconds.
    pub fn new(app: &App<S>) -> Self {
        let (lease, page) = (Duration::from_secs(5), app.page_size());
        Self { app: app.clone(), id: Uuid::now_v7(), lease, page, health: Health::default(), kept: Vec::new() }
    }

    /// A worker that builds the table of a view beside the one that serves.
    pub(crate) fn beside<V: View>(app: &App<S>, parts: u32, health: Health) -> Self {
        Self { page: LARGE_PAGE, health, ..Self::new(app).add(V::projection().parts(parts).beside()) }
    }

    /// Works on a projection, too.
    #[expect(clippy::should_implement_trait, reason = "a worker is no number")]
    pub fn add<P: Projection<S>>(mut self, projection: P) -> Self {
        let (parts, table, begins) = (projection.parts(), projection.table(), projection.begins());
        let projection = Arc::new(projection);
        let built = projection.clone();
        self.kept.push(Kept {
            name: P::NAME,
            version: P::VERSION,
            parts,
            table,
            begins,
            names: stored_names(P::EVENTS),
            check: |app| Ok(app.names().check_events::<P>(&[P::EVENTS])?),
            build: Box::new(move |app, lease, health| built.build_beside(app, lease, health)),
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
        let names = self.kept.iter().flat_map(|kept| kept.names.iter().copied());
        let window = Window::new(store.clone(), Query::from(Clause::new().names(names)), self.page);
        let shared = Arc::new(Shared { store: store.clone(), window, health: self.health.clone(), claim_now: Notify::new() });
        let claim = Claim { worker: self.id, slots: Vec::new(), lasts: self.lease };
        let mut crew = Crew {
            worker: &self,
            shared,
            claim,
            claims: watch::Sender::default(),
            tasks: JoinSet::new(),
            at_work: HashMap::new(),
            waiting: Vec::new(),
        };
        let mut building = FuturesUnordered::new();
        for (at, kept) in self.kept.iter().enumerate() {
            match self.is_to_be_built(kept).await? {
                true => building.push(self.built(at)),
                false => crew.begin(at).await?,
            }
        }
        crew.claim().await?;
        {
            let working = std::pin::pin!(crew.run(&mut building));
            let _ = future::select(std::pin::pin!(shutdown.into_future()), working).await;
        }
        drop(building);
        crew.end().await;
        Ok(store.release(self.id).await?)
    }

    /// Whether an earlier version serves until this one has been built.
    async fn is_to_be_built(&self, kept: &Kept<S>) -> Result<bool, ReadError> {
        if kept.table.as_ref().is_none_or(|table| table.beside) {
            return Ok(false);
        }
        let versions = self.app.store().versions(kept.name).await?;
        Ok(!versions.contains(&kept.version) && versions.iter().any(|version| *version < kept.version))
    }

    /// Builds a version, however often that takes; which one.
    async fn built(&self, at: usize) -> usize {
        let kept = &self.kept[at];
        while let Some(build) = (kept.build)(&self.app, self.lease, self.health.clone()) {
            let Err(error) = build.await else { break };
            tracing::warn!(view = kept.name, version = kept.version, %error, "a new version could not be built, and is tried again");
            kept.slots().for_each(|slot| self.health.failed(&slot, error.to_string()));
            tokio::time::sleep(PAUSE).await;
        }
        kept.slots().for_each(|slot| self.health.gone(&slot));
        at
    }

    fn check(&self) -> Result<(), ReadError> {
        for (at, kept) in self.kept.iter().enumerate() {
            (kept.check)(&self.app)?;
            if self.kept[..at].iter().any(|earlier| earlier.name == kept.name && earlier.version == kept.version) {
                let reason = format!("projection `{}` version {} was added twice: give one of them another name", kept.name, kept.version);
                return Err(crate::store::StoreError::Refused { reason }.into());
            }
            if kept.name.contains('~') {
                let reason = format!("projection `{}` has a `~` in its name, which is kept for rebuilds: give it another name", kept.name);
                return Err(crate::store::StoreError::Refused { reason }.into());
            }
        }
        Ok(())
    }
}

/// Before what failed of our own is tried again.
const PAUSE: Duration = Duration::from_secs(1);

impl<S> Kept<S> {
    fn slots(&self) -> impl Iterator<Item = Slot> + use<S> {
        let projection = self.table.as_ref().map_or_else(|| self.name.to_owned(), ViewTable::projection);
        Slot::all_of(&projection, self.version, self.parts)
    }
}

impl<S: ViewStore> fmt::Debug for Worker<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept: Vec<_> = self.kept.iter().map(|kept| format!("{} v{}", kept.name, kept.version)).collect();
        f.debug_struct("Worker").field("id", &self.id).field("projections", &kept).finish_non_exhaustive()
    }
}
