//! Stored bytes that are in memory already become a state: `Aggregate::apply_stored` beside a match and serde_json.

use std::time::Instant;

use es_core::Aggregate;

use crate::Result;
use crate::bank::check;
use crate::bench::Bench;
use crate::domain;
use crate::floor::account::{self, Event};
use crate::measure::{Quantity, Timed, interleaved};
use crate::pair::Pair;
use crate::plan;

/// An event as a store has it.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) version: u32,
    pub(super) payload: Vec<u8>,
}

const ACCOUNT: u64 = 1;

pub(super) async fn run<P: Pair>(bench: &mut Bench) -> Result<()> {
    let events = bench.sizes.replayed;
    let row = |op| {
        let event = Event::of(ACCOUNT, op);
        Ok(Row { name: event.name().into(), version: event.version(), payload: event.encode()?.into_bytes() })
    };
    let rows = plan::ops(ACCOUNT, events).map(row).collect::<Result<Vec<_>>>()?;
    let balance = plan::balance(ACCOUNT, events);

    let by_hand = |account: &mut account::Account, row: &Row| account.replay(&row.name, &row.payload);
    both_ways::<P>(bench, "replay", &rows, balance, by_hand).await
}

/// Replays the rows by the framework and by a hand-written function.
pub(super) async fn both_ways<P: Pair>(
    bench: &mut Bench,
    measured: &str,
    rows: &[Row],
    balance: i64,
    by_hand: impl Fn(&mut account::Account, &Row) -> Result<()>,
) -> Result<()> {
    let ours = async |_| {
        let started = Instant::now();
        let mut state = domain::Account::default();
        for row in rows {
            state.apply_stored(&row.name, row.version, &row.payload)?;
        }
        let timed = Timed::since(started, rows.len() as u64);
        check("the framework's balance", state.balance, balance).map(|()| timed)
    };
    let floor = async |_| {
        let started = Instant::now();
        let mut state = account::Account::default();
        for row in rows {
            by_hand(&mut state, row)?;
        }
        let timed = Timed::since(started, rows.len() as u64);
        check("the floor's balance", state.balance, balance).map(|()| timed)
    };
    // short rounds: more of them
    let rounds = interleaved(&bench.progress, 3 * bench.sizes.rounds, ours, floor).await?;
    bench.beside::<P>(measured, Quantity::Rate("events/s"), &rounds);
    Ok(())
}
