//! Commands: what somebody wants, and the pure functions that decide on it.

use std::future::Future;

use crate::aggregate::Aggregate;
use crate::decision::Decision;
use crate::error::EncodeError;
use crate::event::EventSet;
use crate::state::{Boundary, State};
use crate::stream::StreamId;

/// A request to change something.
///
/// Derived by [`#[derive(Command)]`](macro@crate::Command).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command",
    label = "this type has no `#[derive(Command)]`",
    note = "write `#[derive(Command, Debug, Clone)]` and `#[command(aggregate = ..)]` on `{Self}`"
)]
pub trait Command: Clone + Send + Sync + 'static {
    /// What it is decided on: an aggregate, a model or a tuple of models.
    type State: State + Answers<Self, Emits = Self::Emits>;
    /// Whose events it emits: the aggregate's, or its own.
    type Emits: EventSet;

    /// The name of its type: part of what an idempotency key stands for.
    fn name(&self) -> &'static str;

    /// Which events it is decided on, and where its own go.
    ///
    /// # Errors
    /// [`EncodeError::Text`] for an id or a tag outside the limits.
    fn boundary(&self) -> Result<Boundary, EncodeError>;

    /// Whether its stream must be new, or must exist.
    fn stream_rule(&self) -> StreamRule {
        StreamRule::Any
    }
}

/// What a command asks of its stream before its handler is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StreamRule {
    /// No event yet; else `AlreadyExists`.
    New,
    /// At least one event; else `NotFound`.
    Existing,
    /// Nothing.
    #[default]
    Any,
}

impl Boundary {
    /// The stream of the aggregate `A` with this id.
    ///
    /// # Errors
    /// [`EncodeError::Text`] for an id outside the limits.
    pub fn stream_of<A: Aggregate>(id: &A::Id) -> Result<Self, EncodeError> {
        stream_of::<A>(id).map(Self::Stream)
    }
}

/// The stream of the aggregate `A` with this id, to which a command on models appends.
#[doc(hidden)]
pub fn stream_of<A: Aggregate>(id: &A::Id) -> Result<StreamId, EncodeError> {
    Ok(StreamId::new(A::NAME, id.to_string())?)
}

/// An aggregate as a command names it.
///
/// By this path, and not by [`Aggregate`] itself, an aggregate that lacks one of its derives is told where it is declared.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an aggregate",
    label = "this type has no `#[derive(Aggregate)]`",
    note = "write `#[derive(Aggregate, Default, Clone)]` and `#[aggregate(id = .., events(..))]` on `{Self}`"
)]
pub trait Decides {
    /// What identifies its streams.
    type Id;

    /// The boundary that is its stream with this id.
    ///
    /// # Errors
    /// [`EncodeError::Text`] for an id outside the limits.
    fn stream_of(id: &Self::Id) -> Result<Boundary, EncodeError>;
}

#[diagnostic::do_not_recommend]
impl<A: Aggregate> Decides for A {
    type Id = A::Id;

    fn stream_of(id: &A::Id) -> Result<Boundary, EncodeError> {
        Boundary::stream_of::<A>(id)
    }
}

/// A command as the list of the aggregate `A` names it: what the enum of the listed commands calls.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{A}` does not handle the command `{Self}`",
    label = "no `impl Handle<{Self}> for {A}`",
    note = "write `impl Handle<{Self}> for {A} {{ fn handle(&self, command: {Self}) -> Decision<Self> {{ .. }} }}`",
    note = "or, if it has `HandleWith<{Self}, _>`, list it as `with({Self})`",
    note = "a listed command has `#[derive(Command)]` and `#[command(aggregate = {A})]`"
)]
pub trait Asked<A: EventSet>: Sized {
    /// [`Command::name`]
    fn name(&self) -> &'static str;

    /// [`Command::boundary`]
    ///
    /// # Errors
    /// As there.
    fn boundary(&self) -> Result<Boundary, EncodeError>;

    /// [`Command::stream_rule`]
    fn stream_rule(&self) -> StreamRule;

    /// [`Handle::handle`]
    ///
    /// # Errors
    /// As there.
    fn handle_by(self, state: &A) -> Decision<A>;
}

#[diagnostic::do_not_recommend]
impl<A: Aggregate + Handle<C, Emits = A>, C: Command<State = A, Emits = A>> Asked<A> for C {
    fn name(&self) -> &'static str {
        Command::name(self)
    }

    fn boundary(&self) -> Result<Boundary, EncodeError> {
        Command::boundary(self)
    }

    fn stream_rule(&self) -> StreamRule {
        Command::stream_rule(self)
    }

    fn handle_by(self, state: &A) -> Decision<A> {
        state.handle(self)
    }
}

/// A command that is decided on the state `S`.
///
/// Handlers ask for this, and not for [`Command`] itself: what a command lacks is told where it is declared, and not again there.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the command `{Self}` is not decided on `{S}`",
    label = "it names another aggregate, or other models, in `#[command(..)]`",
    note = "implement it for what `{Self}` names there; or name `{S}` there"
)]
pub trait DecidedOn<S: ?Sized> {}

#[diagnostic::do_not_recommend]
impl<S, C: Command<State = S>> DecidedOn<S> for C {}

/// Whose events a state emits in answer to the command `C`: an aggregate its own, models the command's.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither an aggregate nor a decision model",
    label = "commands are decided on types with `#[derive(Aggregate)]` or `#[derive(DecisionModel)]`"
)]
pub trait Answers<C> {
    /// Whose events.
    type Emits: EventSet;
}

/// Decides on a command, from the state alone.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not handle the command `{C}`",
    label = "no `impl Handle<{C}> for {Self}`",
    note = "write `impl Handle<{C}> for {Self} {{ fn handle(&self, command: {C}) -> Decision<Self> {{ .. }} }}`; on models it is `Decision<{C}>`",
    note = "or, if it has `HandleWith<{C}, _>`, run it by `app.execute_with(command, &services)`",
    note = "or, in `commands(..)` of the aggregate, list it as `with({C})`"
)]
pub trait Handle<C: DecidedOn<Self>>: Answers<C> {
    /// What happens in answer to the command.
    ///
    /// # Errors
    /// The domain's own error when the command is refused.
    fn handle(&self, command: C) -> Decision<Self::Emits>;
}

/// Decides on a command with the help of services outside the state.
///
/// Every [`Handle`] is a `HandleWith` for any services.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not handle the command `{C}` with services `{S}`",
    label = "no `impl HandleWith<{C}, {S}> for {Self}`",
    note = "write `impl HandleWith<{C}, {S}> for {Self} {{ async fn handle_with(&self, command: {C}, services: &{S}) -> Decision<Self> {{ .. }} }}`"
)]
pub trait HandleWith<C: DecidedOn<Self>, S>: Answers<C> {
    /// What happens in answer to the command.
    fn handle_with(&self, command: C, services: &S) -> impl Future<Output = Decision<Self::Emits>> + Send;
}

#[diagnostic::do_not_recommend]
impl<C, T, S> HandleWith<C, S> for T
where
    C: Command<State = T>,
    T: Handle<C> + Sync,
    S: Sync,
{
    async fn handle_with(&self, command: C, _services: &S) -> Decision<T::Emits> {
        self.handle(command)
    }
}
