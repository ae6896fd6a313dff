//! What a view costs that is kept inline: the same commands with it and without, on stores of their own.

use es_core::{App, View};

use crate::Result;
use crate::bank::check;
use crate::bench::Bench;
use crate::domain::Balance;
use crate::measure::{Quantity, interleaved};
use crate::ours::Ours;
use crate::pair::Pair;
use crate::plan;
use crate::workload::tasks;

/// One command after another, and those of many tasks.
const ASKED: [(&str, u64); 3] = [("inline", 1), ("inline_16", 16), ("inline_64", 64)];

pub(super) async fn run<P: Pair>(bench: &mut Bench) -> Result<()> {
    for (measured, tasks) in ASKED {
        let (with, without) = (bench.place()?, bench.place()?);
        let keeping = App::new(P::store(with.path()).await?).inline(Balance::projection());
        keeping.catch_up().await?;
        let (ours, floor) = (Ours(keeping.clone()), Ours(App::new(P::store(without.path()).await?)));
        let sizes = bench.sizes;
        let on_ours = async |nth| tasks::round(&ours, sizes, tasks, nth).await;
        let on_floor = async |nth| tasks::round(&floor, sizes, tasks, nth).await;
        let rounds = interleaved(&bench.progress, sizes.rounds, on_ours, on_floor).await?;
        let accounts = (sizes.rounds + 1) * (sizes.accounts_of_all / tasks) * tasks;
        check("the rows of the view", keeping.view::<Balance>().count().await?, accounts)?;
        let last = accounts - 1;
        let row = keeping.view::<Balance>().get(&last).await?.map(|row| row.cents);
        check("the last account's row", row, Some(plan::balance(last, sizes.commands)))?;
        bench.beside::<P>(measured, Quantity::Time, &rounds);
    }
    Ok(())
}
