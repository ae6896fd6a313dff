//! All events in order, decoded: what a projection does when it is rebuilt.

use std::time::Instant;

use es_core::App;

use crate::Result;
use crate::bank::{Bank, Totals, check};
use crate::bench::Bench;
use crate::measure::{Quantity, Timed, interleaved};
use crate::ours::Ours;
use crate::pair::Pair;
use crate::plan::{self, Op};

/// Events of each account.
const EACH: u64 = 20;
/// Accounts whose events are mixed with each other.
const AT_ONCE: u64 = 50;

pub(super) async fn run<P: Pair>(bench: &mut Bench) -> Result<()> {
    let place = bench.place()?;
    let ours = Ours(App::new(P::store_to_fill(place.path()).await?));
    let floor = P::floor(place.path(), false).await?;
    let accounts = bench.sizes.scanned / EACH;
    fill(&ours, accounts).await?;
    fill(&floor, accounts).await?;
    let right =
        Totals { events: accounts * EACH, opened: accounts, balance: (0..accounts).map(|account| plan::balance(account, EACH)).sum() };
    let on_ours = async |_| round(&ours, right).await;
    let on_floor = async |_| round(&floor, right).await;
    let rounds = interleaved(&bench.progress, bench.sizes.rounds, on_ours, on_floor).await?;
    bench.beside::<P>("scan", Quantity::Rate("events/s"), &rounds);
    Ok(())
}

/// Half of each account's events, then the other half, so that streams lie mixed as they do in life.
async fn fill<B: Bank>(bank: &B, accounts: u64) -> Result<()> {
    for first in (0..accounts).step_by(AT_ONCE as usize) {
        for half in [0..EACH / 2, EACH / 2..EACH] {
            for account in first..accounts.min(first + AT_ONCE) {
                let ops: Vec<Op> = half.clone().map(|nth| plan::op(account, nth)).collect();
                bank.append(account, &ops).await?;
            }
        }
    }
    Ok(())
}

async fn round<B: Bank>(bank: &B, right: Totals) -> Result<Timed> {
    let started = Instant::now();
    let totals = bank.scan().await?;
    let timed = Timed::since(started, right.events);
    check("all events", totals, right).map(|()| timed)
}
