//! What was decided, held against what was expected.

use std::fmt;

use crate::command::Command;
use crate::decision::{Decision, Events};
use crate::event::EventSet;
use crate::query::Clause;
use crate::testing::shown::{self, fail};

type DomainError<C> = <<C as Command>::Emits as EventSet>::Error;

/// What became of a command in a test.
pub struct Outcome<C: Command> {
    state: C::State,
    clauses: Vec<Clause>,
    decided: Decided<C>,
}

enum Decided<C: Command> {
    Events(Events<C::Emits>),
    Error(DomainError<C>),
    Refused(Refusal),
}

/// What the stream says before the handler is called.
pub(crate) enum Refusal {
    AlreadyExists(String),
    NotFound(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyExists(stream) => write!(f, "`{stream}` exists already"),
            Self::NotFound(stream) => write!(f, "`{stream}` does not exist"),
        }
    }
}

impl<C: Command> Outcome<C> {
    pub(crate) fn decided(decision: Decision<C::Emits>, state: C::State, clauses: Vec<Clause>) -> Self {
        let decided = match decision {
            Ok(events) => Decided::Events(events),
            Err(error) => Decided::Error(error),
        };
        Self { state, clauses, decided }
    }

    pub(crate) fn refused(state: C::State, refusal: Refusal) -> Self {
        Self { state, clauses: Vec::new(), decided: Decided::Refused(refusal) }
    }

    /// Expects these events, and no others.
    ///
    /// # Panics
    /// When something else was decided; the message shows the difference in what would be stored.
    #[track_caller]
    pub fn then(self, expected: Events<C::Emits>) -> Self {
        let expected = shown::stored(&expected);
        let actual = match &self.decided {
            Decided::Events(events) => shown::stored(events),
            other => format!("{}\n", other.shown()),
        };
        if expected != actual {
            fail(shown::difference(&expected, &actual));
        }
        self
    }

    /// Expects a decision to do nothing.
    ///
    /// # Panics
    /// When something else was decided.
    #[track_caller]
    pub fn then_nothing(self) -> Self {
        self.then(Events::new())
    }

    /// Expects the domain's own error. Errors are compared as `Debug` prints them.
    ///
    /// # Panics
    /// When something else was decided.
    #[track_caller]
    pub fn then_error(self, expected: impl Into<DomainError<C>>) -> Self {
        let expected = format!("error {:?}\n", expected.into());
        let actual = format!("{}\n", self.decided.shown());
        if expected != actual {
            fail(shown::difference(&expected, &actual));
        }
        self
    }

    /// Expects that the command needs a new stream, and there is one.
    ///
    /// # Panics
    /// When something else was decided.
    #[track_caller]
    pub fn then_already_exists(self) -> Self {
        match &self.decided {
            Decided::Refused(Refusal::AlreadyExists(_)) => self,
            other => fail(format_args!("expected that the stream exists already, decided: {}", other.shown())),
        }
    }

    /// Expects that the command needs an existing stream, and there is none.
    ///
    /// # Panics
    /// When something else was decided.
    #[track_caller]
    pub fn then_not_found(self) -> Self {
        match &self.decided {
            Decided::Refused(Refusal::NotFound(_)) => self,
            other => fail(format_args!("expected that the stream does not exist, decided: {}", other.shown())),
        }
    }

    /// Looks at the state after the decision.
    ///
    /// # Panics
    /// When a decided event cannot be stored or read back.
    #[track_caller]
    pub fn then_state(self, look: impl FnOnce(&C::State)) -> Self {
        let mut state = self.state.clone();
        if let Decided::Events(events) = &self.decided {
            shown::fold(events, &mut state, &self.clauses);
        }
        look(&state);
        self
    }
}

impl<C: Command> Decided<C> {
    #[track_caller]
    fn shown(&self) -> String {
        match self {
            Self::Events(events) => shown::stored(events).trim_end().to_owned(),
            Self::Error(error) => format!("error {error:?}"),
            Self::Refused(refusal) => refusal.to_string(),
        }
    }
}

impl<C: Command> fmt::Debug for Outcome<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.decided.shown())
    }
}
