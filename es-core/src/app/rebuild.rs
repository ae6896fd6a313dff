//! A view that is built anew while it serves.

use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;

use crate::app::App;
use crate::error::ReadError;
use crate::store::{Progress, ViewStore};
use crate::stream::Position;
use crate::view::{View, table};
use crate::worker::{Health, Worker};

/// Between two looks at how far it is.
const PAUSES: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(100));

impl<S: ViewStore> App<S> {
    /// Builds a view anew from all events, beside the table that serves, which goes on being read and kept; and puts it in its place
    /// when it has caught up, in one transaction.
    ///
    /// It is for rows that are wrong, because an `apply` was: where their shape changes, the view's version is raised, and a
    /// [`Worker`] does the same of its own accord. A rebuild that was broken off is gone on with by the next; several
    /// processes that rebuild the same view share its parts. Of a view that was never built this is how it is built.
    ///
    /// ```
    /// # use es_core::{MemoryStore, prelude::*};
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Event, Serialize, Deserialize, Debug, Clone)]
    /// # struct Lent { reader: String }
    /// # #[derive(View, Debug, Clone, Default, Serialize, Deserialize)]
    /// # #[view(key = String, key_from = reader, events(Lent))]
    /// # struct Reader { books: u32 }
    /// # impl Apply<Lent> for Reader { fn apply(&mut self, _: Lent) { self.books += 1; } }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let app = App::new(MemoryStore::new());
    /// app.rebuild::<Reader>()
    ///     .on_progress(|progress| println!("{progress}"))      // position 120000 of 1000000, 95000 events/s, 9 s left
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn rebuild<V: View>(&self) -> Rebuild<'_, S, V> {
        Rebuild { app: self, parts: None, lease: Duration::from_secs(5), health: Health::default(), on_progress: None, view: PhantomData }
    }

    /// Forgets an earlier version of a view: its table, how far it had come, what was parked. It must be kept by no worker any more.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn drop_version<V: View>(&self, version: u32) -> Result<(), ReadError> {
        Ok(self.store().drop_version(V::NAME, version).await?)
    }
}

/// A view that is to be built anew: [`App::rebuild`]. It is done once this has been awaited.
#[must_use = "nothing is built until it is awaited"]
pub struct Rebuild<'a, S, V> {
    app: &'a App<S>,
    parts: Option<u32>,
    lease: Duration,
    health: Health,
    on_progress: Option<Box<dyn FnMut(Rebuilding) + Send + 'a>>,
    view: PhantomData<fn() -> V>,
}

/// How far a rebuild is.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Rebuilding {
    /// How far it has come, on the average of its parts.
    pub position: Position,
    /// The last event of the store.
    pub head: Position,
    /// How many events a second it passes, since it began or went on.
    pub events_per_second: f64,
    /// How long it still takes at this rate; `None` as long as there is none.
    pub left: Option<Duration>,
    /// What stops it.
    pub error: Option<String>,
}

impl fmt::Display for Rebuilding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { position, head, events_per_second, left, error } = self;
        write!(f, "position {position} of {head}, {events_per_second:.0} events/s")?;
        left.iter().try_for_each(|left| write!(f, ", {:.0} s left", left.as_secs_f64().ceil()))?;
        error.iter().try_for_each(|error| write!(f, ", stopped by {error}"))
    }
}

impl<'a, S: ViewStore, V: View> Rebuild<'a, S, V> {
    /// Builds it in this many parts, by key, which processes share: for a view that was never built. Any other is built in as many parts as
    /// it is kept in.
    pub fn parts(mut self, parts: u32) -> Self {
        self.parts = Some(parts);
        self
    }

    /// As [`Worker::lease`]: how much later another process takes over from one that has died.
    pub fn lease(mut self, lasts: Duration) -> Self {
        self.lease = lasts;
        self
    }

    /// Where to see whether it gets anywhere.
    pub(crate) fn health(mut self, health: Health) -> Self {
        self.health = health;
        self
    }

    /// Is told how far it is, ten times a second at the most.
    pub fn on_progress(mut self, told: impl FnMut(Rebuilding) + Send + 'a) -> Self {
        self.on_progress = Some(Box::new(told));
        self
    }

    async fn run(mut self) -> Result<(), ReadError> {
        let store = self.app.store();
        loop {
            let serving = store.progress(V::NAME, V::VERSION).await?.len().try_into().unwrap_or(u32::MAX);
            let parts = if serving > 0 { serving } else { self.parts.unwrap_or(1) };
            store.begin_rebuild(&table::<V>(), parts).await?;
            let health = self.health.clone();
            let worker = Worker::beside::<V>(self.app, parts, health.clone()).lease(self.lease);
            let mut finished = Ok(false);
            worker.run_until(async { finished = self.finish(&health).await }).await?;
            if finished? {
                return Ok(());
            }
        }
    }

    /// Waits until it has caught up, and puts it in its place; `false` where that is kept in another number of parts meanwhile.
    async fn finish(&mut self, health: &Health) -> Result<bool, ReadError> {
        let (store, beside) = (self.app.store(), table::<V>().beside(true));
        let (mut pause, longest) = PAUSES;
        let mut began = None;
        let mut head = Position(u64::MAX);
        loop {
            let built = store.progress(&beside.projection(), beside.version).await?;
            // somebody else has put it there
            let Some(least) = built.iter().map(|part| part.position).min() else { return Ok(true) };
            let serving = store.progress(V::NAME, V::VERSION).await?;
            if !serving.is_empty() && serving.len() != built.len() {
                return Ok(false);
            }
            let served = self.app.reached::<V>().await?;
            if least >= head.max(served) && store.finish_rebuild(&beside).await? {
                return Ok(true);
            }
            head = store.head().await?;
            let (first, since) = *began.get_or_insert((mean(&built), Instant::now()));
            if let Some(told) = &mut self.on_progress {
                told(progress(&built, head, first, since.elapsed(), health));
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(longest);
        }
    }
}

fn mean(parts: &[Progress]) -> u64 {
    parts.iter().map(|part| part.position.0).sum::<u64>() / (parts.len() as u64).max(1)
}

#[expect(clippy::cast_precision_loss, reason = "a rate is no more than an estimate")]
fn progress(built: &[Progress], head: Position, first: u64, since: Duration, health: &Health) -> Rebuilding {
    let position = mean(built);
    let events_per_second = (position - first.min(position)) as f64 / since.as_secs_f64().max(1e-3);
    let left = head.0.saturating_sub(position) as f64 / events_per_second;
    let own = health.stuck(Duration::ZERO).into_iter().filter(|stuck| built.iter().any(|part| part.slot == stuck.slot));
    let error = own.into_iter().find_map(|stuck| stuck.error);
    Rebuilding { position: Position(position), head, events_per_second, left: Duration::try_from_secs_f64(left).ok(), error }
}

impl<'a, S: ViewStore, V: View> IntoFuture for Rebuild<'a, S, V> {
    type Output = Result<(), ReadError>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<S: fmt::Debug, V: View> fmt::Debug for Rebuild<'_, S, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rebuild").field("view", &V::NAME).field("version", &V::VERSION).finish_non_exhaustive()
    }
}
