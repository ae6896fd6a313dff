//! Where a check's store lives.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::path::Path;
use std::sync::Arc;

use es_core::StoredEvent;
use es_core::store::{Durability, EventStore};
use tempfile::TempDir;

use crate::child::Child;
use crate::factory::{Handle, Opener, Promise};
use crate::given;
use crate::random::Random;
use crate::run::{Outcome, Stop};

/// What a check is given: a folder of its own, and how to open stores in it.
#[derive(Clone)]
pub(crate) struct Place {
    opener: Arc<dyn Opener>,
    folder: Arc<TempDir>,
    test: Option<Arc<str>>,
    seed: u64,
}

impl Place {
    pub(crate) fn new(opener: Arc<dyn Opener>, test: Option<&str>) -> std::io::Result<Self> {
        let folder = Arc::new(tempfile::Builder::new().prefix("es-conformance-").tempdir()?);
        let given = std::env::var("ES_CONFORMANCE_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| RandomState::new().build_hasher().finish());
        Ok(Self { opener, folder, test: test.map(Arc::from), seed })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    pub(crate) fn random(&self) -> Random {
        Random::new(self.seed)
    }

    /// Opens the store of this place; a second time, another handle on it.
    pub(crate) async fn open(&self) -> Outcome<Handle> {
        Ok(self.opener.open(self.path()).await?)
    }

    /// All events of the store, seen by a handle of its own.
    pub(crate) async fn all(&self) -> Outcome<Vec<StoredEvent>> {
        let store = self.open().await?;
        given::all(&store).await
    }

    /// A place where nothing was opened yet.
    pub(crate) fn another(&self) -> Outcome<Self> {
        Ok(Self::new(self.opener.clone(), self.test.as_deref())?)
    }

    /// Whether the store makes this promise.
    pub(crate) async fn promises(&self, promise: Promise) -> Outcome<bool> {
        let kept_in_memory = promise.needs_a_place() && self.open().await?.durability() == Durability::Memory;
        Ok(!kept_in_memory && !self.opener.not_promised().contains(&promise))
    }

    /// Ends the check where the store makes no such promise.
    pub(crate) async fn needs(&self, promise: Promise) -> Outcome {
        match self.promises(promise).await? {
            true => Ok(()),
            false => Err(Stop::NotPromised(promise)),
        }
    }

    /// Gets in the way of the stores that are open.
    pub(crate) async fn disturb(&self) {
        self.opener.disturb(self.path()).await;
    }

    /// Starts another process that opens this place, and does there what `role` says.
    pub(crate) async fn start(&self, role: &str, count: usize) -> Outcome<Child> {
        let mut process = self.process(role, count)?;
        process.ready().await?;
        process.go()?;
        Ok(process)
    }

    /// Starts two of them, which begin together.
    pub(crate) async fn start_two(&self, role: &str, count: usize) -> Outcome<[Child; 2]> {
        let mut processes = [self.process(role, count)?, self.process(role, count)?];
        for process in &mut processes {
            process.ready().await?;
        }
        for process in &mut processes {
            process.go()?;
        }
        Ok(processes)
    }

    fn process(&self, role: &str, count: usize) -> Outcome<Child> {
        match &self.test {
            Some(test) => Ok(Child::start(test, role, count, self.path())?),
            None => Err(Stop::broken("this check starts processes: run it with `suite!` or `run_in_test`")),
        }
    }

    pub(crate) async fn remove(&self) {
        self.opener.remove(self.path()).await;
    }
}
