//! Running a domain on a store.

mod append;
mod attempt;
mod cache;
mod call;
mod execute;
mod feed;
mod inline;
mod load;
mod names;
mod on_stream;
mod on_tags;
mod parked;
mod read_models;
mod rebuild;
mod repeat;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tracing::Instrument;

pub use append::AppendEvents;
pub(crate) use append::encode;
pub use execute::{Committed, Execute};
pub use feed::Feed;
pub use load::Loaded;
pub(crate) use load::undecoded;
pub use parked::{ListParked, ParkedEvents};
pub use read_models::Lag;
pub use rebuild::{Rebuild, Rebuilding};

use crate::aggregate::Aggregate;
use crate::backfill::Complete;
use crate::command::{Command, Handle, HandleWith};
use crate::decision::Events;
use crate::error::ReadError;
use crate::event::EventSet;
use crate::query::Query;
use crate::recorded::{Recorded, StoredEvent};
use crate::store::{PageSize, Store, StoreError};
use crate::stream::{AsOf, Position, StreamId};
use cache::Cache;
use inline::Inlined;
use names::Names;

/// A domain at work: executes commands, loads aggregates, reads events.
///
/// Cheap to clone; clones share the store and the cache. Its settings are copy-on-write: a clone made earlier lacks them.
#[derive(Debug, Clone)]
pub struct App<S> {
    store: S,
    settings: Arc<Settings>,
    cache: Arc<Cache>,
    names: Arc<Names>,
    tagged: Arc<Complete>,
    inlined: Option<Arc<Inlined<S>>>,
}

#[derive(Debug, Clone)]
struct Settings {
    retries: u32,
    inline_limit: Duration,
    page: PageSize,
}

impl<S: Store> App<S> {
    /// Runs on `store`, with the states of up to 10,000 aggregates cached and 3 retries of a command on a conflict.
    pub fn new(store: S) -> Self {
        let settings = Settings { retries: 3, inline_limit: Duration::from_secs(5), page: PageSize::default() };
        Self {
            store,
            settings: Arc::new(settings),
            cache: Arc::new(Cache::new(10_000)),
            names: Arc::default(),
            tagged: Arc::default(),
            inlined: None,
        }
    }

    /// Keeps the states of up to `states` aggregates in memory, the ones used most; 0 turns the cache off.
    ///
    /// A cached state saves the read before a decision. It decides only what is then appended: any other outcome is first
    /// checked against the store.
    #[must_use]
    pub fn cache_states(mut self, states: usize) -> Self {
        self.cache = Arc::new(Cache::new(states));
        self
    }

    /// Retries a command up to `retries` times when somebody else appended first.
    #[must_use]
    pub fn retries(mut self, retries: u32) -> Self {
        Arc::make_mut(&mut self.settings).retries = retries;
        self
    }

    /// The store that it runs on.
    pub fn store(&self) -> &S {
        &self.store
    }

    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    pub(crate) fn page_size(&self) -> PageSize {
        self.settings.page
    }

    /// Executes a command: loads the state that decides, calls the handler, appends what it decided.
    ///
    /// Awaiting it gives [`Committed`]. On a conflict it is retried with the new state.
    ///
    /// # Errors
    /// [`ExecuteError`](crate::ExecuteError), after which nothing is stored; but for `OutcomeUnknown`.
    pub fn execute<C: Command>(&self, command: C) -> Execute<'_, C>
    where
        C::State: Handle<C>,
    {
        Execute::new(move |call| execute::run(self, command, &(), call, execute::Reading::Cached))
    }

    /// Executes a command whose handler needs `services` outside the state.
    ///
    /// Its handler has effects: it always decides on what the store has, and is not retried on a conflict unless
    /// [`retries`](Execute::retries) says so.
    ///
    /// # Errors
    /// As [`execute`](Self::execute).
    pub fn execute_with<'a, C: Command, X: Sync>(&'a self, command: C, services: &'a X) -> Execute<'a, C>
    where
        C::State: HandleWith<C, X>,
    {
        Execute::new(move |call| execute::run(self, command, services, call, execute::Reading::Fresh))
    }

    /// Appends events to an aggregate's stream without a command: for imports.
    ///
    /// # Errors
    /// As [`execute`](Self::execute); an aggregate's own error cannot occur.
    pub fn append<'a, A: Aggregate>(&'a self, id: &A::Id, events: Events<A>) -> AppendEvents<'a, A> {
        let stream = StreamId::new(A::NAME, id.to_string());
        AppendEvents::new(move |call| append::run(self, stream, events, call))
    }

    /// Reads an aggregate as it is. Without events it is the default state at version 0.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn load<A: Aggregate>(&self, id: &A::Id) -> Result<Loaded<A>, ReadError> {
        let stream = StreamId::new(A::NAME, id.to_string())?;
        let span = tracing::debug_span!("load", %stream);
        self.names.check::<A>()?;
        let basis = load::load::<S, A>(self, &stream, None, None).instrument(span).await?;
        Ok(Loaded { state: Arc::unwrap_or_clone(basis.state), version: basis.version })
    }

    /// Reads an aggregate as it was.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn load_at<A: Aggregate>(&self, id: &A::Id, as_of: AsOf) -> Result<Loaded<A>, ReadError> {
        let stream = StreamId::new(A::NAME, id.to_string())?;
        let span = tracing::debug_span!("load_at", %stream, ?as_of);
        self.names.check::<A>()?;
        load::load_at(self, &stream, as_of).instrument(span).await
    }

    /// The events of an aggregate in order, upcast, up to what is there when the end is reached.
    ///
    /// # Errors
    /// An item is a [`ReadError`] when the store cannot be read or an event does not decode; it is the last.
    pub fn history<A: Aggregate>(&self, id: &A::Id) -> Feed<Recorded<<A as EventSet>::Event>> {
        match StreamId::new(A::NAME, id.to_string()) {
            Ok(stream) => feed::history::<S, A>(self, stream),
            Err(error) => Feed::failed(error.into()),
        }
    }

    /// The events of all aggregates of one type after a position, in order and upcast, up to the store's head when it is reached.
    ///
    /// # Errors
    /// An item is a [`ReadError`] when the store cannot be read, or an event does not decode or is not listed; it is the last.
    pub fn read_all<A: Aggregate>(&self, after: Position) -> Feed<Recorded<<A as EventSet>::Event>> {
        feed::all::<S, A>(self, after)
    }

    /// The events after a position that `query` selects, as they are stored, in order, up to the store's head when it is reached.
    ///
    /// # Errors
    /// An item is a [`ReadError`] when the store cannot be read; it is the last.
    pub fn read(&self, query: Query, after: Position) -> Feed<StoredEvent> {
        feed::log(self, query, after, false)
    }

    /// The events after a position that `query` selects, in order: those that are there, then each as it is recorded.
    ///
    /// It never ends by itself. Each event comes exactly once; to resume, subscribe after the last position that was handled.
    ///
    /// # Errors
    /// An item is a [`ReadError`] when the store cannot be read; it is the last.
    pub fn subscribe(&self, query: Query, after: Position) -> Feed<StoredEvent> {
        feed::log(self, query, after, true)
    }

    /// Forgets the idempotency keys that were used before this moment, and says how many those were.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn prune_keys(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.store.prune_keys(before).await
    }
}
