//! Transfers between accounts: a decision over two tags, from what has left one account and what has come to another.

use std::future::Future;

use es_core::prelude::*;
use es_core::store::Store;
use es_core::{Boundary, Clause, DecodeError, Emits, EncodeError, EventEnum, EventInfo, EventSet, State, StoredRef};
use serde::{Deserialize, Serialize};

use crate::Result as Checked;
use crate::ours::Ours;

/// How much may leave an account, and come to one.
pub(crate) const LIMIT: i64 = 1_000_000_000;

/// What the framework and the floor do.
pub(crate) trait Transfers: Clone + Send + Sync + 'static {
    /// Moves money, and answers with all that has left the one account, and come to the other.
    fn transfer(&self, from: u64, to: u64, cents: i64) -> impl Future<Output = Checked<(i64, i64)>> + Send;
}

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(name = "account.transferred")]
pub(crate) struct Transferred {
    #[event(tag)]
    from: u64,
    #[event(tag)]
    to: u64,
    cents: i64,
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("more than may move")]
pub(crate) struct OverLimit;

/// Whose enum the command's events are in.
#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(id = u64, error = OverLimit, events(Transferred))]
pub(crate) struct Moves {}

impl Apply<Transferred> for Moves {
    fn apply(&mut self, _: Transferred) {}
}

/// What carries one tag, added up.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Moved {
    cents: i64,
}

impl State for Moved {
    const READS: &'static [&'static [EventInfo]] = &[<MovesEvent as EventEnum>::EVENTS];

    fn fold(&mut self, event: StoredRef<'_>, _: &[Clause]) -> Result<(), DecodeError> {
        let mut events = Vec::new();
        MovesEvent::decode(event.name, event.event_version, event.payload, &mut events)?;
        self.cents += events.iter().map(|MovesEvent::Transferred(transferred)| transferred.cents).sum::<i64>();
        Ok(())
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Transfer {
    from: u64,
    to: u64,
    cents: i64,
}

impl EventSet for Transfer {
    type Event = MovesEvent;
    type Error = OverLimit;
}

impl Emits<Transferred> for Transfer {
    fn wrap(event: Transferred) -> MovesEvent {
        MovesEvent::Transferred(event)
    }
}

impl Command for Transfer {
    type State = (Moved, Moved);
    type Emits = Self;

    fn name(&self) -> &'static str {
        "Transfer"
    }

    fn boundary(&self) -> Result<Boundary, EncodeError> {
        let about = |key, account: u64| Tag::new(key, account).map(|tag| Clause::new().events_of::<Moves>().tag(tag));
        Ok(Boundary::Tags { clauses: vec![about("from", self.from)?, about("to", self.to)?], stream: None })
    }
}

impl Handle<Transfer> for (Moved, Moved) {
    fn handle(&self, transfer: Transfer) -> Decision<Transfer> {
        let (left, came) = self;
        ensure!(left.cents + transfer.cents <= LIMIT && came.cents + transfer.cents <= LIMIT, OverLimit);
        emit![Transferred { from: transfer.from, to: transfer.to, cents: transfer.cents }]
    }
}

impl<S: Store> Transfers for Ours<S> {
    async fn transfer(&self, from: u64, to: u64, cents: i64) -> Checked<(i64, i64)> {
        let (left, came) = self.0.execute(Transfer { from, to, cents }).await?.state;
        Ok((left.cents, came.cents))
    }
}
