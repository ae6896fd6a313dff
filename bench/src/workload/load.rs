//! One long stream becomes a state.

use std::time::Instant;

use es_core::App;

use crate::Result;
use crate::bank::{Bank, Loaded, check};
use crate::bench::{Bench, Sizes};
use crate::measure::{Quantity, Timed, interleaved};
use crate::ours::Ours;
use crate::pair::Pair;
use crate::plan::{self, Op};

const ACCOUNT: u64 = 7;

pub(super) async fn run<P: Pair>(bench: &mut Bench) -> Result<()> {
    let place = bench.place()?;
    let ours = Ours(App::new(P::store(place.path()).await?));
    let floor = P::floor(place.path(), false).await?;
    let sizes = bench.sizes;
    fill(&ours, sizes.stream).await?;
    fill(&floor, sizes.stream).await?;
    let on_ours = async |_| round(&ours, sizes).await;
    let on_floor = async |_| round(&floor, sizes).await;
    let rounds = interleaved(&bench.progress, sizes.rounds, on_ours, on_floor).await?;
    bench.beside::<P>("load", Quantity::Time, &rounds);
    Ok(())
}

async fn fill<B: Bank>(bank: &B, events: u64) -> Result<()> {
    let ops: Vec<Op> = plan::ops(ACCOUNT, events).collect();
    for ops in ops.chunks(1_000) {
        bank.append(ACCOUNT, ops).await?;
    }
    Ok(())
}

async fn round<B: Bank>(bank: &B, sizes: Sizes) -> Result<Timed> {
    let right = Loaded { balance: plan::balance(ACCOUNT, sizes.stream), version: sizes.stream };
    let started = Instant::now();
    for _ in 0..sizes.loads {
        check("the account", bank.load(ACCOUNT).await?, right)?;
    }
    Ok(Timed::since(started, sizes.loads))
}
