//! A command, from the caller's side.

use std::fmt;
use std::future::IntoFuture;
use std::time::Instant;

use futures_util::future::BoxFuture;
use tracing::Instrument;

use crate::app::App;
use crate::app::attempt::decide;
use crate::app::call::{Call, call_options};
use crate::command::{Command, HandleWith};
use crate::error::ExecuteError;
use crate::event::EventSet;
use crate::recorded::Recorded;
use crate::store::Store;
use crate::stream::Position;

/// What became of a command.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Committed<S, E> {
    /// The state after it.
    pub state: S,
    /// The version of its stream after it; 0 where there is none.
    pub version: u64,
    /// The position of its last event; `None` when it decided to do nothing.
    pub position: Option<Position>,
    /// What it decided on, as it was recorded.
    pub events: Vec<Recorded<E>>,
}

pub(crate) type Event<C> = <<C as Command>::Emits as EventSet>::Event;
pub(crate) type DomainError<C> = <<C as Command>::Emits as EventSet>::Error;
pub(crate) type Outcome<C> = Result<Committed<<C as Command>::State, Event<C>>, ExecuteError<DomainError<C>>>;

/// A command that is executed once it is awaited.
#[must_use = "nothing is executed until it is awaited"]
pub struct Execute<'a, C: Command> {
    run: Box<dyn FnOnce(Call) -> BoxFuture<'a, Outcome<C>> + Send + 'a>,
    call: Call,
}

impl<'a, C: Command> Execute<'a, C> {
    pub(crate) fn new<F>(run: impl FnOnce(Call) -> F + Send + 'a) -> Self
    where
        F: Future<Output = Outcome<C>> + Send + 'a,
    {
        Self { run: Box::new(|call| Box::pin(run(call))), call: Call::new() }
    }

    /// Retries up to `retries` times when somebody else appended first, in place of what the app says.
    pub fn retries(mut self, retries: u32) -> Self {
        self.call.retries = Some(retries);
        self
    }

    call_options!();
}

impl<'a, C: Command> IntoFuture for Execute<'a, C> {
    type Output = Outcome<C>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        (self.run)(self.call)
    }
}

impl<C: Command> fmt::Debug for Execute<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Execute").field("call", &self.call).finish_non_exhaustive()
    }
}

/// What a decision may rest on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// A cached state, if there is one.
    Cached,
    /// The store's.
    Fresh,
}

pub(crate) async fn run<S, C, X>(app: &App<S>, command: C, services: &X, call: Call, reading: Reading) -> Outcome<C>
where
    S: Store,
    C: Command,
    X: Sync,
    C::State: HandleWith<C, X>,
{
    let started = Instant::now();
    let name = command.name();
    let span = tracing::info_span!("execute", command = name, stream = tracing::field::Empty);
    let outcome = decide(app, command, services, call, reading, &span).instrument(span.clone()).await;
    let label = label(&outcome);
    metrics::counter!("es_commands_total", "command" => name, "outcome" => label).increment(1);
    metrics::histogram!("es_command_seconds", "command" => name).record(started.elapsed().as_secs_f64());
    tracing::debug!(parent: &span, outcome = label, "executed");
    outcome
}

fn label<T, E: std::error::Error + 'static>(outcome: &Result<T, ExecuteError<E>>) -> &'static str {
    match outcome {
        Ok(_) => "committed",
        Err(ExecuteError::Domain(_)) => "refused",
        Err(ExecuteError::Conflict(_)) => "conflict",
        Err(ExecuteError::NotFound(_)) => "not_found",
        Err(ExecuteError::AlreadyExists(_)) => "already_exists",
        Err(ExecuteError::OutcomeUnknown(_)) => "unknown",
        Err(_) => "error",
    }
}
