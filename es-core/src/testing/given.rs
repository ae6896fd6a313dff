//! What has happened to one aggregate.

use std::fmt;

use crate::aggregate::Aggregate;
use crate::command::{Command, Handle, HandleWith, StreamRule};
use crate::decision::Events;
use crate::stream::StreamId;
use crate::testing::shown::{self, fail};
use crate::testing::then::{Outcome, Refusal};

/// Starts from the state that these events add up to.
///
/// # Panics
/// When an event cannot be stored or read back.
#[track_caller]
pub fn given<A: Aggregate>(events: Events<A>) -> Given<A> {
    let mut state = A::default();
    shown::fold(&events, &mut state, &[]);
    Given { state, version: events.len() as u64 }
}

/// Starts from nothing: the default state.
pub fn given_nothing<A: Aggregate>() -> Given<A> {
    Given { state: A::default(), version: 0 }
}

/// An aggregate with a past.
#[must_use = "a test goes on with `when`"]
pub struct Given<A> {
    state: A,
    version: u64,
}

impl<A: Aggregate> Given<A> {
    /// Handles `command`.
    ///
    /// # Panics
    /// When its id is outside the limits.
    #[track_caller]
    pub fn when<C>(self, command: C) -> Outcome<C>
    where
        C: Command<State = A>,
        A: Handle<C, Emits = C::Emits>,
    {
        match self.refusal(&command) {
            Some(refusal) => Outcome::refused(self.state, refusal),
            None => Outcome::decided(self.state.handle(command), self.state, Vec::new()),
        }
    }

    /// Handles `command` with the help of `services`.
    ///
    /// # Panics
    /// When its id is outside the limits.
    pub async fn when_with<C, S>(self, command: C, services: &S) -> Outcome<C>
    where
        C: Command<State = A>,
        A: HandleWith<C, S, Emits = C::Emits>,
    {
        match self.refusal(&command) {
            Some(refusal) => Outcome::refused(self.state, refusal),
            None => Outcome::decided(self.state.handle_with(command, services).await, self.state, Vec::new()),
        }
    }

    /// Looks at the state that the events add up to.
    pub fn then_state(self, look: impl FnOnce(&A)) {
        look(&self.state);
    }

    #[track_caller]
    fn refusal<C: Command>(&self, command: &C) -> Option<Refusal> {
        let stream = match command.boundary() {
            Ok(boundary) => boundary.stream().map(StreamId::to_string).unwrap_or_default(),
            Err(error) => fail(error),
        };
        match command.stream_rule() {
            StreamRule::New if self.version > 0 => Some(Refusal::AlreadyExists(stream)),
            StreamRule::Existing if self.version == 0 => Some(Refusal::NotFound(stream)),
            StreamRule::New | StreamRule::Existing | StreamRule::Any => None,
        }
    }
}

impl<A: fmt::Debug> fmt::Debug for Given<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.state.fmt(f)
    }
}
