//! What a handler answers: events, or the domain's own error.

use std::ops::Deref;

use crate::aggregate::Aggregate;
use crate::event::{Emits, EventSet};

/// The answer of a handler: the events that it decided on, or why not.
///
/// `Ok` with no events is a decision to do nothing.
pub type Decision<A> = Result<Events<A>, <A as EventSet>::Error>;

/// Events of one set, in the order in which they happened. Made by [`events!`](crate::events) and [`emit!`](crate::emit).
pub struct Events<A: EventSet> {
    events: Vec<A::Event>,
}

impl<A: EventSet> Events<A> {
    /// No events.
    pub const fn new() -> Self {
        Self { events: Vec::new() }
    }

    /// These, and then `event`.
    #[must_use]
    pub fn with<E>(mut self, event: E) -> Self
    where
        A: Emits<E>,
    {
        self.push(event);
        self
    }

    /// Adds `event` at the end.
    pub fn push<E>(&mut self, event: E)
    where
        A: Emits<E>,
    {
        self.events.push(A::wrap(event));
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The events, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, A::Event> {
        self.events.iter()
    }
}

impl<A: EventSet> IntoIterator for Events<A> {
    type Item = A::Event;
    type IntoIter = std::vec::IntoIter<A::Event>;

    fn into_iter(self) -> Self::IntoIter {
        self.events.into_iter()
    }
}

impl<'a, A: EventSet> IntoIterator for &'a Events<A> {
    type Item = &'a A::Event;
    type IntoIter = std::slice::Iter<'a, A::Event>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<A: EventSet> FromIterator<A::Event> for Events<A> {
    fn from_iter<I: IntoIterator<Item = A::Event>>(events: I) -> Self {
        Self { events: events.into_iter().collect() }
    }
}

impl<A: EventSet> Extend<A::Event> for Events<A> {
    fn extend<I: IntoIterator<Item = A::Event>>(&mut self, events: I) {
        self.events.extend(events);
    }
}

impl<A: EventSet> Default for Events<A> {
    fn default() -> Self {
        Self::new()
    }
}

impl<A: EventSet> Clone for Events<A> {
    fn clone(&self) -> Self {
        Self { events: self.events.clone() }
    }
}

impl<A: EventSet> std::fmt::Debug for Events<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.events).finish()
    }
}

/// A decision in steps: dereferences to the state, which already reflects what was emitted.
///
/// Made by [`Aggregate::draft`].
#[derive(Debug)]
pub struct Draft<A: Aggregate> {
    state: A,
    events: Events<A>,
}

impl<A: Aggregate> Draft<A> {
    pub(crate) fn new(state: A) -> Self {
        Self { state, events: Events::new() }
    }

    /// Decides on `event`, and applies it to the state that later steps see.
    pub fn emit<E>(&mut self, event: E)
    where
        A: Emits<E>,
    {
        let event = A::wrap(event);
        self.events.extend([event.clone()]);
        self.state.apply_event(event);
    }

    /// What was emitted, as the handler's answer.
    ///
    /// # Errors
    /// None of its own: this is `Ok`, for the last line of a handler.
    pub fn finish(self) -> Decision<A> {
        Ok(self.events)
    }
}

impl<A: Aggregate> Deref for Draft<A> {
    type Target = A;

    fn deref(&self) -> &A {
        &self.state
    }
}

/// Decides on events: `Ok` of [`events!`](crate::events).
///
/// `emit![]` is a decision to do nothing.
#[macro_export]
macro_rules! emit {
    ($($event:expr),* $(,)?) => {
        ::core::result::Result::Ok($crate::events![$($event),*])
    };
}

/// The listed events, in order, as [`Events`](crate::Events).
#[macro_export]
macro_rules! events {
    ($($event:expr),* $(,)?) => {
        $crate::Events::new()$(.with($event))*
    };
}

/// Returns the error from the handler unless the condition holds.
#[macro_export]
macro_rules! ensure {
    ($condition:expr, $error:expr $(,)?) => {
        if !$condition {
            return ::core::result::Result::Err(::core::convert::From::from($error));
        }
    };
}
