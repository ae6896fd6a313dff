//! Commands of many tasks at once, each on accounts of its own: what a group commit is for.

use std::time::Instant;

use crate::Result;
use crate::bank::{Bank, Loaded, check};
use crate::bench::{Bench, Sizes};
use crate::measure::{Quantity, Rounds, Timed, interleaved};
use crate::pair::Pair;
use crate::plan;
use crate::workload::opened;

/// One task, too: what a caller by itself pays for the group commit, on either side.
const ASKED: [(&str, u64, bool); 8] = [
    ("tasks_1", 1, false),
    ("tasks_1_cached", 1, true),
    ("tasks_16", 16, false),
    ("tasks_16_cached", 16, true),
    ("tasks_64", 64, false),
    ("tasks_64_cached", 64, true),
    ("tasks_256", 256, false),
    ("tasks_256_cached", 256, true),
];

pub(super) async fn run<P: Pair>(bench: &mut Bench) -> Result<()> {
    // a group of 256 waits for nothing but the disk where there is no server
    let asked = ASKED.into_iter().filter(|(_, tasks, _)| P::ON_A_SERVER || *tasks < 256);
    for (measured, tasks, cached) in asked {
        let mut rounds = both::<P>(bench, tasks, cached, true).await?;
        rounds.extend(both::<P>(bench, tasks, cached, false).await?);
        bench.beside::<P>(measured, Quantity::Rate("commands/s"), &rounds);
    }
    Ok(())
}

/// Rounds in which the framework's or the floor's store was opened first.
async fn both<P: Pair>(bench: &Bench, tasks: u64, cached: bool, ours_first: bool) -> Result<Rounds> {
    let (place, sizes) = (bench.place()?, bench.sizes);
    let (ours, floor) = opened::<P, _>(place.path(), cached, ours_first, P::group(place.path(), cached)).await?;
    let ours = async |nth| round(&ours, sizes, tasks, nth).await;
    let floor = async |nth| round(&floor, sizes, tasks, nth).await;
    interleaved(&bench.progress, sizes.rounds, ours, floor).await
}

pub(super) async fn round<B: Bank>(bank: &B, sizes: Sizes, tasks: u64, nth: u64) -> Result<Timed> {
    let each = sizes.accounts_of_all / tasks;
    let first = nth * sizes.accounts_of_all;
    let started = Instant::now();
    let running: Vec<_> = (0..tasks)
        .map(|task| {
            let bank = bank.clone();
            let accounts = first + task * each..first + (task + 1) * each;
            tokio::spawn(async move {
                for command in 0..sizes.commands {
                    for account in accounts.clone() {
                        bank.execute(account, plan::op(account, command)).await?;
                    }
                }
                crate::Result::<()>::Ok(())
            })
        })
        .collect();
    for task in running {
        task.await??;
    }
    let timed = Timed::since(started, tasks * each * sizes.commands);
    for account in first..first + tasks * each {
        let right = Loaded { balance: plan::balance(account, sizes.commands), version: sizes.commands };
        check("an account after its commands", bank.load(account).await?, right)?;
    }
    Ok(timed)
}
