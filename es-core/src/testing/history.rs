//! What has happened in a whole store, event by event, whatever their types.

use std::fmt;
use std::sync::Arc;

use crate::command::{Command, Handle, HandleWith};
use crate::event::Event;
use crate::query::Clause;
use crate::recorded::{Payload, StoredEvent};
use crate::state::{Boundary, State};
use crate::stream::Position;
use crate::tag::Tags;
use crate::testing::shown::fail;
use crate::testing::then::Outcome;

/// Events of any types, in the order in which they were recorded. Made by [`history!`](crate::history).
#[derive(Clone, Default)]
pub struct History {
    events: Vec<StoredEvent>,
}

impl History {
    /// Nothing has happened.
    pub fn new() -> Self {
        Self::default()
    }

    /// This, and then `event`.
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
            chrono::DateTime::UNIX_EPOCH,
            Arc::default(),
        ));
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
