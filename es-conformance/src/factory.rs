//! How the suite gets at a store, and what that store does not promise.

use std::fmt;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use es_core::AnyStore;
use es_core::store::{StoreError, ViewStore};
use futures_util::future::BoxFuture;

/// Opens the stores that the suite examines.
///
/// A closure or an `async fn` from a [`PathBuf`] to a store is a factory; a type of its own says more.
///
/// ```
/// use std::path::Path;
///
/// use es_conformance::{Factory, Promise};
/// use es_core::MemoryStore;
/// use es_core::store::StoreError;
///
/// struct InMemory;
///
/// impl Factory for InMemory {
///     type Store = MemoryStore;
///
///     async fn open(&self, _place: &Path) -> Result<MemoryStore, StoreError> {
///         Ok(MemoryStore::new())
///     }
///
///     fn not_promised(&self) -> &'static [Promise] {
///         &[Promise::GaplessPositions]
///     }
/// }
/// # es_conformance::run("the_head_of_an_empty_store_is_the_start", InMemory).unwrap();
/// ```
pub trait Factory: Send + Sync + 'static {
    /// The store that is examined.
    type Store: ViewStore;

    /// Opens the store that lives at `place`, and creates it where there is none yet.
    ///
    /// `place` is an empty folder of its own for every check. A store that lives elsewhere takes the folder's name, which is
    /// unique, for a schema or a bucket. Unless the store's durability is `Memory`, opening a place again, in this process or in
    /// another, must give the same events.
    fn open(&self, place: &Path) -> impl Future<Output = Result<Self::Store, StoreError>> + Send;

    /// What this store does not promise. Checks of these say so by name instead of passing.
    fn not_promised(&self) -> &'static [Promise] {
        &[]
    }

    /// Gets in the way of the stores that are open at `place`, as may happen at any time, while they are at work: ends their connections
    /// to a server, or holds a lock that they need for some milliseconds. They must get over it by themselves.
    ///
    /// A store that shares nothing with anybody has nothing to be disturbed.
    fn disturb(&self, place: &Path) -> impl Future<Output = ()> + Send {
        let _ = place;
        async {}
    }

    /// Removes what lived at `place`, after a check that was kept. The folder itself is removed anyway.
    fn remove(&self, place: &Path) -> impl Future<Output = ()> + Send {
        let _ = place;
        async {}
    }
}

impl<F, Opening, S> Factory for F
where
    F: Fn(PathBuf) -> Opening + Send + Sync + 'static,
    Opening: Future<Output = Result<S, StoreError>> + Send,
    S: ViewStore,
{
    type Store = S;

    fn open(&self, place: &Path) -> impl Future<Output = Result<S, StoreError>> + Send {
        self(place.to_owned())
    }
}

/// What a store may promise or not. Everything else that the suite checks is promised by every store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Promise {
    /// What was acknowledged is there when the store is opened again, also after `kill -9`. A store whose durability is `Memory`
    /// does not promise it.
    Survival,
    /// Two stores opened at one place are the same store. A store whose durability is `Memory` does not promise it.
    SharedPlace,
    /// The same for stores opened in two processes. A store whose durability is `Memory` does not promise it.
    SharedByProcesses,
    /// Positions are 1, 2, 3, … without holes.
    GaplessPositions,
    /// `recorded_at` never decreases with position.
    TimeFollowsPosition,
}

impl Promise {
    /// Whether a store that keeps nothing outside its process can't promise it.
    pub(crate) fn needs_a_place(self) -> bool {
        matches!(self, Self::Survival | Self::SharedPlace | Self::SharedByProcesses)
    }
}

impl fmt::Display for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Survival => "what was acknowledged survives the process",
            Self::SharedPlace => "two stores opened at one place are one store",
            Self::SharedByProcesses => "two processes may open one place",
            Self::GaplessPositions => "positions are without holes",
            Self::TimeFollowsPosition => "`recorded_at` never decreases with position",
        })
    }
}

/// A factory whose type is hidden, so that the checks are compiled once and not for every store.
pub(crate) trait Opener: Send + Sync {
    fn open<'a>(&'a self, place: &'a Path) -> BoxFuture<'a, Result<Handle, StoreError>>;
    fn not_promised(&self) -> &'static [Promise];
    fn disturb<'a>(&'a self, place: &'a Path) -> BoxFuture<'a, ()>;
    fn remove<'a>(&'a self, place: &'a Path) -> BoxFuture<'a, ()>;
}

impl<F: Factory> Opener for F {
    fn open<'a>(&'a self, place: &'a Path) -> BoxFuture<'a, Result<Handle, StoreError>> {
        Box::pin(async move { Ok(Handle::new(Factory::open(self, place).await?)) })
    }

    fn not_promised(&self) -> &'static [Promise] {
        Factory::not_promised(self)
    }

    fn disturb<'a>(&'a self, place: &'a Path) -> BoxFuture<'a, ()> {
        Box::pin(Factory::disturb(self, place))
    }

    fn remove<'a>(&'a self, place: &'a Path) -> BoxFuture<'a, ()> {
        Box::pin(Factory::remove(self, place))
    }
}

/// An open store. Its clones are clones of the store itself, not of the box around it.
pub(crate) struct Handle {
    store: AnyStore,
    again: Arc<dyn Fn() -> AnyStore + Send + Sync>,
}

impl Handle {
    fn new<S: ViewStore>(store: S) -> Self {
        let first = store.clone();
        Self { store: AnyStore::new(first), again: Arc::new(move || AnyStore::new(store.clone())) }
    }
}

impl Clone for Handle {
    fn clone(&self) -> Self {
        Self { store: (self.again)(), again: self.again.clone() }
    }
}

impl std::ops::Deref for Handle {
    type Target = AnyStore;

    fn deref(&self) -> &AnyStore {
        &self.store
    }
}
