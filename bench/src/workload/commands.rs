//! Commands one after another: the second waits for the first.

use std::time::Instant;

use crate::Result;
use crate::bank::{Bank, Loaded, check};
use crate::bench::{Bench, Sizes};
use crate::measure::{Quantity, Rounds, Timed, interleaved};
use crate::pair::Pair;
use crate::plan;
use crate::workload::opened;

pub(super) async fn run<P: Pair>(bench: &mut Bench) -> Result<()> {
    for (measured, cached) in [("commands", false), ("commands_cached", true)] {
        let mut rounds = both::<P>(bench, cached, true).await?;
        rounds.extend(both::<P>(bench, cached, false).await?);
        bench.beside::<P>(measured, Quantity::Rate("commands/s"), &rounds);
    }
    Ok(())
}

/// Rounds in which the framework's or the floor's store was opened first.
async fn both<P: Pair>(bench: &Bench, cached: bool, ours_first: bool) -> Result<Rounds> {
    let (place, sizes) = (bench.place()?, bench.sizes);
    let (ours, floor) = opened::<P, _>(place.path(), cached, ours_first, P::floor(place.path(), cached)).await?;
    let ours = async |nth| round(&ours, sizes, nth).await;
    let floor = async |nth| round(&floor, sizes, nth).await;
    interleaved(&bench.progress, sizes.rounds, ours, floor).await
}

/// Opens accounts that nobody has seen yet, and uses each in turn.
async fn round<B: Bank>(bank: &B, sizes: Sizes, nth: u64) -> Result<Timed> {
    let accounts = nth * sizes.accounts..(nth + 1) * sizes.accounts;
    let started = Instant::now();
    for command in 0..sizes.commands {
        for account in accounts.clone() {
            bank.execute(account, plan::op(account, command)).await?;
        }
    }
    let timed = Timed::since(started, sizes.accounts * sizes.commands);
    for account in accounts {
        let right = Loaded { balance: plan::balance(account, sizes.commands), version: sizes.commands };
        check("an account after its commands", bank.load(account).await?, right)?;
    }
    Ok(timed)
}
