//! One stream becomes a state: a long one, and a short one.

use std::time::Instant;

use es_core::App;

use crate::Result;
use crate::bank::{Bank, Loaded, check};
use crate::bench::Bench;
use crate::measure::{Quantity, Timed, interleaved};
use crate::ours::Ours;
use crate::pair::Pair;
use crate::plan::{self, Op};

const ACCOUNT: u64 = 7;

pub(super) async fn run<P: Pair>(bench: &mut Bench) -> Result<()> {
    let sizes = bench.sizes;
    // as many events in all of either
    for (measured, events, loads) in [("load", sizes.stream, sizes.loads), ("load_100", sizes.stream / 100, sizes.loads * 100)] {
        let place = bench.place()?;
        let ours = Ours(App::new(P::store(place.path()).await?));
        let floor = P::floor(place.path(), false).await?;
        fill(&ours, events).await?;
        fill(&floor, events).await?;
        let on_ours = async |_| round(&ours, events, loads).await;
        let on_floor = async |_| round(&floor, events, loads).await;
        let rounds = interleaved(&bench.progress, sizes.rounds, on_ours, on_floor).await?;
        bench.beside::<P>(measured, Quantity::Time, &rounds);
    }
    Ok(())
}

async fn fill<B: Bank>(bank: &B, events: u64) -> Result<()> {
    let ops: Vec<Op> = plan::ops(ACCOUNT, events).collect();
    for ops in ops.chunks(1_000) {
        bank.append(ACCOUNT, ops).await?;
    }
    Ok(())
}

async fn round<B: Bank>(bank: &B, events: u64, loads: u64) -> Result<Timed> {
    let right = Loaded { balance: plan::balance(ACCOUNT, events), version: events };
    let started = Instant::now();
    for _ in 0..loads {
        check("the account", bank.load(ACCOUNT).await?, right)?;
    }
    Ok(Timed::since(started, loads))
}
