//! What has happened in a whole store, event by event, whatever their types.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::aggregate::Aggregate;
use crate::app::encode;
use crate::command::{Command, Handle, HandleWith};
use crate::decision::Events;
use crate::event::Event;
use crate::projection::{Projection, ProjectionError};
use crate::query::Clause;
use crate::recorded::{Payload, StoredEvent};
use crate::state::{Boundary, State};
use crate::store::ViewStore;
use crate::stream::{Position, StreamId};
use crate::tag::Tags;
use crate::testing::row::GivenRow;
use crate::testing::shown::fail;
use crate::testing::then::Outcome;
use crate::view::View;

/// Events of any types, in the order in which they were recorded. Made by [`history!`](crate::history).
#[derive(Clone, Default)]
pub struct History {
    events: Vec<StoredEvent>,
    /// When what comes next was recorded.
    now: DateTime<Utc>,
}

impl History {
    /// Nothing has happened.
    pub fn new() -> Self {
        Self::default()
    }

    /// This, and then `event`, which belongs to no stream.
    ///
    /// # Panics
    /// When the event cannot be stored.
    #[must_use]
    #[track_caller]
    pub fn with<E: Event>(mut self, event: E) -> Self {
        let mut tags = Tags::default();
        event.add_tags(&mut tags);
        let (payload, tags) = match (event.encode(), tags.finish()) {
            (Ok(payload), Ok(tags)) => (payload, tags),
            (Err(error), _) => fail(error),
            (_, Err(error)) => fail(error),
        };
        self.events.push(StoredEvent::from_row(
            Position(self.events.len() as u64 + 1),
            None,
            0,
            uuid::Uuid::now_v7(),
            E::NAME.into(),
            E::VERSION,
            Payload::new(payload),
            tags,
            self.now,
            Arc::default(),
        ));
        self
    }

    /// This, and then `events` in the stream of the aggregate with this id.
    ///
    /// # Panics
    /// When an event cannot be stored, or the id is outside the limits.
    #[must_use]
    #[track_caller]
    pub fn in_stream<A: Aggregate>(mut self, id: &A::Id, events: Events<A>) -> Self {
        let stream = StreamId::new(A::NAME, id.to_string()).unwrap_or_else(|error| fail(error));
        let version = self.events.iter().filter(|event| event.stream.as_ref() == Some(&stream)).count() as u64;
        let encoded = encode(&events, Some(&stream), version, &Arc::default()).unwrap_or_else(|error| fail(error));
        for mut event in encoded.stored {
            event.position = Position(self.events.len() as u64 + 1);
            event.recorded_at = self.now;
            self.events.push(event);
        }
        self
    }

    /// This; what comes next was recorded at `time`. The first events of a history were recorded when 1970 began.
    #[must_use]
    pub fn at(mut self, time: DateTime<Utc>) -> Self {
        self.now = time;
        self
    }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.events.iter().map(|event| (&event.name, &event.event))).finish()
    }
}

/// Events of any types, in order, as [`History`](crate::testing::History).
#[macro_export]
macro_rules! history {
    ($($event:expr),* $(,)?) => {
        $crate::testing::History::new()$(.with($event))*
    };
}

/// Starts from what has happened in a whole store.
pub fn given_history(history: History) -> GivenHistory {
    GivenHistory { history }
}

/// A store with a past.
#[derive(Debug)]
#[must_use = "a test goes on with `when`"]
pub struct GivenHistory {
    history: History,
}

impl GivenHistory {
    /// Handles a command that is decided on models.
    ///
    /// # Panics
    /// When an event cannot be read back, or the command is decided on an aggregate: [`given`](super::given) tests those.
    #[track_caller]
    pub fn when<C: Command>(self, command: C) -> Outcome<C>
    where
        C::State: Handle<C>,
    {
        let (state, clauses) = self.fold(&command);
        Outcome::decided(state.handle(command), state, clauses)
    }

    /// Handles a command that is decided on models, with the help of `services`.
    ///
    /// # Panics
    /// As [`when`](Self::when).
    pub async fn when_with<C: Command, S>(self, command: C, services: &S) -> Outcome<C>
    where
        C::State: HandleWith<C, S>,
    {
        let (state, clauses) = self.fold(&command);
        Outcome::decided(state.handle_with(command, services).await, state, clauses)
    }

    /// Folds the row of a view that has this key.
    ///
    /// Events that were given no stream are taken for those of the stream whose id is the key, in a category that has the view's name.
    ///
    /// # Panics
    /// When an event cannot be read back, the view's own code panics, or the row cannot be stored.
    #[must_use = "a test goes on with what it expects of the row"]
    #[track_caller]
    pub fn view<V: View>(&self, key: &V::Key) -> GivenRow<V> {
        GivenRow::fold(&self.history.events, key)
    }

    /// Does what a projection does on each event that it lists, through a connection of its store: `project::<SqliteStore>(&Revenue, &mut db)`.
    ///
    /// What it has written is then looked at through the same connection. No transaction is begun or ended here.
    ///
    /// # Errors
    /// [`ProjectionError`] of the first event that fails.
    pub async fn project<S: ViewStore>(&self, projection: &impl Projection<S>, db: &mut S::Connection) -> Result<(), ProjectionError> {
        for event in &self.history.events {
            projection.project_stored(event, db).await.map_err(|error| error.at(event.position))?;
        }
        Ok(())
    }

    /// What the command is decided on.
    #[track_caller]
    fn fold<C: Command>(&self, command: &C) -> (C::State, Vec<Clause>) {
        let clauses = match command.boundary() {
            Ok(Boundary::Tags { clauses, .. }) => clauses,
            Ok(Boundary::Stream(stream)) => fail(format_args!("the command is decided on the stream `{stream}`: start with `given`")),
            Err(error) => fail(error),
        };
        let mut state = C::State::default();
        for event in &self.history.events {
            if let Err(error) = state.fold(event.into(), &clauses) {
                fail(error);
            }
        }
        (state, clauses)
    }
}
