//! Appends of 100 events, without a decision: how fast a store takes what is imported.

use std::time::Instant;

use es_core::App;

use crate::Result;
use crate::bank::{Bank, Loaded, check};
use crate::bench::Bench;
use crate::measure::{Quantity, Timed, interleaved};
use crate::ours::Ours;
use crate::pair::Pair;
use crate::plan::{self, Op};

const EVENTS: u64 = 100;

pub(super) async fn run<P: Pair>(bench: &mut Bench) -> Result<()> {
    let place = bench.place()?;
    let ours = Ours(App::new(P::store(place.path()).await?));
    let floor = P::floor(place.path(), false).await?;
    let appends = bench.sizes.appends;
    let on_ours = async |nth| round(&ours, appends, nth).await;
    let on_floor = async |nth| round(&floor, appends, nth).await;
    let rounds = interleaved(&bench.progress, bench.sizes.rounds, on_ours, on_floor).await?;
    bench.beside::<P>("bulk_100", Quantity::Rate("events/s"), &rounds);
    Ok(())
}

/// Each append opens an account.
async fn round<B: Bank>(bank: &B, appends: u64, nth: u64) -> Result<Timed> {
    let accounts = nth * appends..(nth + 1) * appends;
    let started = Instant::now();
    for account in accounts.clone() {
        let ops: Vec<Op> = plan::ops(account, EVENTS).collect();
        bank.append(account, &ops).await?;
    }
    let timed = Timed::since(started, appends * EVENTS);
    for account in accounts {
        let right = Loaded { balance: plan::balance(account, EVENTS), version: EVENTS };
        check("an account after its append", bank.load(account).await?, right)?;
    }
    Ok(timed)
}
