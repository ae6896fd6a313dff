//! What is measured, in the words of the domain: the framework and every floor do these four things.

use std::future::Future;

use crate::Result;
use crate::plan::Op;

/// A bank whose accounts are streams of events.
///
/// A handle: clones share the bank.
pub(crate) trait Bank: Clone + Send + Sync + 'static {
    /// Decides on one command, stores the event, and answers with the balance after it.
    fn execute(&self, account: u64, op: Op) -> impl Future<Output = Result<i64>> + Send;

    /// Stores events in one transaction, without a decision.
    fn append(&self, account: u64, ops: &[Op]) -> impl Future<Output = Result<()>> + Send;

    /// Folds an account's events.
    fn load(&self, account: u64) -> impl Future<Output = Result<Loaded>> + Send;

    /// Reads and decodes all events in order.
    fn scan(&self) -> impl Future<Output = Result<Totals>> + Send;
}

/// What an account's events add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Loaded {
    pub(crate) balance: i64,
    pub(crate) version: u64,
}

/// What all events add up to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) events: u64,
    pub(crate) opened: u64,
    pub(crate) balance: i64,
}

impl Totals {
    /// Counts an event at a position, which must be the next one.
    pub(crate) fn take(&mut self, position: u64, opened: bool, cents: i64) -> Result<()> {
        if position != self.events + 1 {
            return Err(format!("position {position} where {} is due", self.events + 1).into());
        }
        self.events += 1;
        self.opened += u64::from(opened);
        self.balance += cents;
        Ok(())
    }
}

/// Compares what came out with what must have come out.
pub(crate) fn check<T: PartialEq + std::fmt::Debug>(what: &str, is: T, must: T) -> Result<()> {
    if is == must { Ok(()) } else { Err(format!("{what}: {is:?} where {must:?} is right").into()) }
}
