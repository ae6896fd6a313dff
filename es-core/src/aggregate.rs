//! Aggregates: a state, the events it lists, the commands it handles.

use crate::decision::Draft;
use crate::error::DecodeError;
use crate::event::EventSet;
use crate::recorded::Recorded;
use crate::state::State;
use crate::stream::Id;

/// A consistency boundary: one stream of events, and the state that they add up to.
///
/// Derived by [`#[derive(Aggregate)]`](macro@crate::Aggregate).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an aggregate",
    label = "this type has no `#[derive(Aggregate)]`",
    note = "write `#[derive(Aggregate, Default, Clone)]` and `#[aggregate(id = .., events(..))]` on `{Self}`"
)]
pub trait Aggregate: State + EventSet {
    /// The category of its streams.
    const NAME: &'static str;
    /// What identifies one of them.
    type Id: Id;

    /// Applies an event to the state.
    fn apply_event(&mut self, event: Self::Event);

    /// Decodes a stored event and applies it.
    ///
    /// # Errors
    /// As [`EventEnum::decode`](crate::EventEnum::decode).
    fn apply_stored(&mut self, name: &str, version: u32, payload: &[u8]) -> Result<(), DecodeError>;

    /// Starts a decision in steps.
    fn draft(&self) -> Draft<Self> {
        Draft::new(self.clone())
    }
}

/// How an event changes a state.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot apply the event `{E}`",
    label = "`{Self}` lists this event but has no `impl Apply<{E}> for {Self}`",
    note = "write `impl Apply<{E}> for {Self} {{ fn apply(&mut self, event: {E}) {{ .. }} }}`",
    note = "or remove `{E}` from the list of events"
)]
pub trait Apply<E> {
    /// Changes the state as the event says. It has happened: there is nothing to refuse.
    fn apply(&mut self, event: E);
}

/// How an event changes a view that needs its time, stream or headers too.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot apply the event `{E}`",
    label = "`{Self}` lists this event but has no `impl Apply<{E}> for {Self}`",
    note = "write `impl Apply<{E}> for {Self} {{ fn apply(&mut self, event: {E}) {{ .. }} }}`",
    note = "or `impl ApplyRecorded<{E}>`, where it needs the event's time, stream or headers",
    note = "or remove `{E}` from the list of events"
)]
pub trait ApplyRecorded<E> {
    /// Changes the state as the event says.
    fn apply_recorded(&mut self, event: Recorded<E>);
}

#[diagnostic::do_not_recommend]
impl<V: Apply<E>, E> ApplyRecorded<E> for V {
    fn apply_recorded(&mut self, event: Recorded<E>) {
        self.apply(event.event);
    }
}
