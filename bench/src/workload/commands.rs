//! Commands one after another: the second waits for the first.

use std::time::Instant;

use es_core::App;

use crate::Result;
use crate::bank::{Bank, Loaded, check};
use crate::bench::{Bench, Sizes};
use crate::measure::{Quantity, Timed, interleaved};
use crate::ours::Ours;
use crate::pair::Pair;
use crate::plan;

pub(super) async fn run<P: Pair>(bench: &mut Bench) -> Result<()> {
    for (measured, cached) in [("commands", false), ("commands_cached", true)] {
        let place = bench.place()?;
        let app = App::new(P::store(place.path()).await?);
        let ours = Ours(if cached { app } else { app.cache_states(0) });
        let floor = P::floor(place.path(), cached).await?;
        let sizes = bench.sizes;
        let rounds = interleaved(
            &bench.progress,
            sizes.rounds,
            async |nth| round(&ours, sizes, nth).await,
            async |nth| round(&floor, sizes, nth).await,
        )
        .await?;
        bench.beside::<P>(measured, Quantity::Rate("commands/s"), &rounds);
    }
    Ok(())
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
