//! Views and projections, seen from an application.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::error::{ReadError, WaitError};
use crate::projection::{ReadModel, followed};
use crate::store::{PageSize, ViewStore};
use crate::stream::{AsOf, Position};
use crate::view::{View, Views};

/// How far behind the log a projection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lag {
    /// How far it has come: the part of it that has come least far.
    pub position: Position,
    /// How many events the store has after that, of any kind.
    pub events: u64,
    /// When the first event was recorded that it has not seen; `None` when there is none.
    pub since: Option<DateTime<Utc>>,
}

/// Between two looks at a checkpoint.
const PAUSES: (Duration, Duration) = (Duration::from_millis(2), Duration::from_millis(50));

impl<S: ViewStore> App<S> {
    /// The rows of a view, as far as its worker has come.
    ///
    /// As long as a new version of it is being built, these are the rows of the version before, if the new type reads them.
    pub fn view<V: View>(&self) -> Views<'_, S, V> {
        Views::new(self)
    }

    /// A view's row folded now from all events of its kinds up to the head, without its table: for rows that are rarely asked for, and to
    /// check a table. `None` where there is no such row.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn live<V: View>(&self, key: &V::Key) -> Result<Option<V>, ReadError> {
        self.names().check_events::<V>(&[V::EVENTS])?;
        crate::view::live::<S, V>(self, &key.to_string(), None).await
    }

    /// As [`live`](Self::live), but the row as it was: what had happened up to a position or a time.
    ///
    /// It reads the events of the view's kinds up to the position, or all of them for a time, as of which a stream counts up to its first
    /// later event.
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
    /// # let app = App::new(MemoryStore::new());
    /// # let hamlet = "hamlet".to_owned();
    /// let first = app.append::<Show>(&hamlet, events![Reserved { seats: 2 }]).await?;
    /// app.append::<Show>(&hamlet, events![Reserved { seats: 3 }]).await?;
    /// let then = app.live_at::<Seats>(&hamlet, AsOf::Time(first.recorded_at)).await?;
    /// # let _ = then;
    /// let then = app.live_at::<Seats>(&hamlet, AsOf::Position(Position(1))).await?;
    /// assert_eq!(then.map(|seats| seats.taken), Some(2));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ReadError`]; also for [`AsOf::Version`], which is a stream's.
    pub async fn live_at<V: View>(&self, key: &V::Key, as_of: AsOf) -> Result<Option<V>, ReadError> {
        self.names().check_events::<V>(&[V::EVENTS])?;
        crate::view::live::<S, V>(self, &key.to_string(), Some(as_of)).await
    }

    /// Waits until a view or a projection has seen the event at `position`: to read what one has just written.
    ///
    /// Without a position, as [`Committed`](crate::Committed) has none where nothing was decided, it returns at once.
    ///
    /// # Errors
    /// [`WaitError::Timeout`] when it has not come so far in time.
    pub async fn wait_for<R: ReadModel>(&self, position: impl Into<Option<Position>>, timeout: Duration) -> Result<(), WaitError> {
        let Some(position) = position.into() else { return Ok(()) };
        let started = tokio::time::Instant::now();
        let (mut pause, longest) = PAUSES;
        loop {
            let mut reached = self.reached::<R>().await?;
            if reached < position && self.keeps(R::NAME, R::VERSION) {
                // what it has not seen was appended by somebody who does not keep it
                self.catch_up().await?;
                reached = self.reached::<R>().await?;
            }
            if reached >= position {
                return Ok(());
            }
            if started.elapsed() + pause > timeout {
                return Err(WaitError::Timeout { projection: R::NAME, position, reached });
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(longest);
        }
    }

    /// How far behind a view or a projection is.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn lag<R: ReadModel>(&self) -> Result<Lag, ReadError> {
        let position = self.reached::<R>().await?;
        let head = self.store().head().await?;
        let next = self.store().read(&followed::<R>(), position, PageSize { events: 1, bytes: 1 }).await?;
        let since = next.events.first().map(|event| event.recorded_at);
        Ok(Lag { position, events: head.0.saturating_sub(position.0), since })
    }

    pub(crate) async fn reached<R: ReadModel>(&self) -> Result<Position, ReadError> {
        let parts = self.store().progress(R::NAME, self.serving::<R>().await?).await?;
        Ok(parts.iter().map(|part| part.position).min().unwrap_or_default())
    }

    /// The version that serves: its own, unless that is still being built beside an earlier one.
    pub(crate) async fn serving<R: ReadModel>(&self) -> Result<u32, ReadError> {
        if self.names().is_built::<R>() {
            return Ok(R::VERSION);
        }
        let versions = self.store().versions(R::NAME).await?;
        if versions.contains(&R::VERSION) {
            self.names().built::<R>();
            return Ok(R::VERSION);
        }
        Ok(versions.into_iter().rfind(|version| *version < R::VERSION).unwrap_or(R::VERSION))
    }
}
