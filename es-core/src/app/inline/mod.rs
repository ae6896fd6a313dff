//! Read models that are kept with every append.

mod attempt;
mod catch_up;
mod kept;
mod locks;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::OnceCell;

use crate::app::App;
use crate::error::ReadError;
use crate::projection::Projection;
use crate::store::{Append, AppendError, Appended, InlineError, Kept, ParkedQuery, StoreError, ViewStore};
use attempt::Attempt;
use kept::{KeptModel, Model};
use locks::Locks;

/// How often an append is tried whose rows others change, too.
const TRIES: u32 = 200;
/// Between two tries, a random pause below this, and then twice as much, up to 64 times.
const PAUSE: Duration = Duration::from_micros(250);

type Send<S> = for<'a> fn(&'a App<S>, Append) -> BoxFuture<'a, Result<Appended, AppendError>>;

/// What an app keeps with every append.
pub(crate) struct Inlined<S> {
    pub(crate) send: Send<S>,
    models: Vec<Arc<dyn Model<S>>>,
    kept: Arc<[Kept]>,
    locks: Locks,
    /// Whether tables and checkpoints are there, and what had happened before has been caught up on.
    ready: OnceCell<()>,
}

impl<S> fmt::Debug for Inlined<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Inlined").field(&self.kept).finish()
    }
}

impl<S: ViewStore> App<S> {
    /// Keeps a view or a projection with every append of this app: its writes commit with the events, or fail with them.
    ///
    /// What is read after a command sees it. A view costs its row's write; the rows that were used last are in memory, and one that somebody
    /// else has changed meanwhile is read again, which is not seen from outside. A projection of the user's runs while all who append wait
    /// for it: it is short, does not reach outside the database, and has a [limit](Self::inline_limit). On PostgreSQL the same goes for a
    /// view that asks for an event's record, by `ApplyRecorded` or `KeyOf`: it makes an append go out alone.
    ///
    /// An app that lacks it appends all the same, and its events are caught up on with the next append of an app that has it, or by
    /// [`catch_up`](Self::catch_up), which is also how a new one begins. So that nobody waits for that, call it when the program starts. A
    /// read model is kept inline or by a [`Worker`](crate::Worker), not both.
    ///
    /// ```
    /// # use es_core::{MemoryStore, prelude::*};
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Event, Serialize, Deserialize, Debug, Clone)]
    /// # struct Reserved { seats: u32 }
    /// # #[derive(Aggregate, Debug, Default, Clone)]
    /// # #[aggregate(id = String, events(Reserved), apply = ignore)]
    /// # struct Show;
    /// # fn ignore(_: &mut Show, _: ShowEvent) {}
    /// # #[derive(View, Debug, Clone, Default, Serialize, Deserialize)]
    /// # #[view(key = String, events(Reserved))]
    /// # struct Seats { taken: u32 }
    /// # impl Apply<Reserved> for Seats { fn apply(&mut self, event: Reserved) { self.taken += event.seats; } }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let app = App::new(MemoryStore::new()).inline(Seats::projection());
    /// app.append::<Show>(&"hamlet".into(), events![Reserved { seats: 2 }]).await?;
    /// let seats = app.view::<Seats>().get(&"hamlet".into()).await?;
    /// assert_eq!(seats.map(|seats| seats.taken), Some(2));
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn inline<P: Projection<S>>(mut self, projection: P) -> Self {
        let mut models = self.inlined.as_ref().map(|inlined| inlined.models.clone()).unwrap_or_default();
        models.push(Arc::new(KeptModel::new(projection)));
        let kept = models.iter().map(|model| model.kept().clone()).collect();
        let send: Send<S> = |app, append| Box::pin(send(app, append));
        self.inlined = Some(Arc::new(Inlined { send, models, kept, locks: Locks::new(), ready: OnceCell::new() }));
        self
    }

    /// Gives the projections of the user's that are kept inline this long for an append; 5 seconds if nothing is said.
    #[must_use]
    pub fn inline_limit(mut self, limit: Duration) -> Self {
        Arc::make_mut(&mut self.settings).inline_limit = limit;
        self
    }

    /// Sees to it that all that is kept [inline](Self::inline) has seen what has happened so far, whoever appended it. A new one begins with
    /// the first event of the store.
    ///
    /// # Errors
    /// [`ReadError`]: two read models of one name, another shape or number of parts under the same version, an event that fails; or the
    /// store could not answer.
    pub async fn catch_up(&self) -> Result<(), ReadError> {
        let Some(inlined) = &self.inlined else { return Ok(()) };
        if !inlined.ready.initialized() {
            return inlined.ready(self).await;
        }
        catch_up::all(self, &inlined.models).await
    }

    /// Whether this app keeps it inline.
    pub(crate) fn keeps(&self, name: &str, version: u32) -> bool {
        let kept = self.inlined.iter().flat_map(|inlined| inlined.kept.iter());
        kept.into_iter().any(|kept| kept.projection == name && kept.version == version)
    }
}

impl<S: ViewStore> Inlined<S> {
    async fn ready(&self, app: &App<S>) -> Result<(), ReadError> {
        let prepare = || async {
            for (at, model) in self.models.iter().enumerate() {
                model.check(app)?;
                let of_one_name = |earlier: &Kept| earlier.projection == self.kept[at].projection;
                if self.kept[..at].iter().any(of_one_name) {
                    let reason = format!("`{}` is kept inline twice: give one of them another name", self.kept[at].projection);
                    return Err(StoreError::Refused { reason }.into());
                }
                if let Some(table) = model.table() {
                    app.store().open_view(&table).await?;
                }
                nothing_is_parked(app.store(), &self.kept[at]).await?;
            }
            catch_up::all(app, &self.models).await
        };
        self.ready.get_or_try_init(prepare).await.map(drop)
    }
}

/// What a worker has put aside has to take effect before what comes after it.
async fn nothing_is_parked<S: ViewStore>(store: &S, kept: &Kept) -> Result<(), StoreError> {
    let query = ParkedQuery { projection: kept.projection.clone(), version: kept.version, limit: 1, ..ParkedQuery::default() };
    match store.parked(&query).await?.is_empty() {
        true => Ok(()),
        false => {
            let reason =
                format!("`{}` has parked events, and is to be kept inline: retry or discard them by a worker first", kept.projection);
            Err(StoreError::Refused { reason })
        }
    }
}

fn refused(error: ReadError) -> AppendError {
    match error {
        ReadError::Store(error) => error.into(),
        other => StoreError::Refused { reason: other.to_string() }.into(),
    }
}

/// Appends, with all that is kept.
async fn send<S: ViewStore>(app: &App<S>, append: Append) -> Result<Appended, AppendError> {
    let Some(inlined) = app.inlined.as_ref().filter(|_| !append.events.is_empty()) else { return app.store().append(append).await };
    inlined.ready(app).await.map_err(refused)?;
    let mut attempt = Attempt::new(app, inlined, append);
    for tried in 0..TRIES {
        let reason = match attempt.make().await {
            Ok(appended) => return Ok(appended),
            Err(InlineError::Append(error)) => return Err(error),
            Err(InlineError::Projection(error)) => return Err(AppendError::Projection(error)),
            Err(InlineError::Stale) => {
                if tried > 0 {
                    tokio::time::sleep(PAUSE.mul_f64(fastrand::f64()) * (1 << tried.min(6))).await;
                }
                "stale"
            }
            Err(InlineError::Behind) => {
                catch_up::all(app, &inlined.models).await.map_err(refused)?;
                "behind"
            }
        };
        metrics::counter!("es_inline_retries_total", "reason" => reason).increment(1);
    }
    let reason = format!("{TRIES} times in a row others have changed what is kept inline: have all who append keep it, or a worker");
    Err(StoreError::Refused { reason }.into())
}
