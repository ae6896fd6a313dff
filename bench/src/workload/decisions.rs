//! Decisions over two tags, one after another: what carries them is read, and nothing may have come in between.

use std::time::Instant;

use es_core::App;

use crate::Result;
use crate::bank::check;
use crate::bench::{Bench, Sizes};
use crate::measure::{Quantity, Timed, interleaved};
use crate::ours::Ours;
use crate::pair::{Pair, Postgres};
use crate::transfers::Transfers;

pub(super) async fn run(bench: &mut Bench) -> Result<()> {
    let place = bench.place()?;
    let ours = Ours(App::new(Postgres::store(place.path()).await?));
    let floor = Postgres::floor(place.path(), false).await?;
    let sizes = bench.sizes;
    let on_ours = async |nth| round(&ours, sizes, nth).await;
    let on_floor = async |nth| round(&floor, sizes, nth).await;
    let rounds = interleaved(&bench.progress, sizes.rounds, on_ours, on_floor).await?;
    bench.beside::<Postgres>("decisions", Quantity::Rate("decisions/s"), &rounds);
    Ok(())
}

/// Each account sends to the next, again and again.
async fn round<T: Transfers>(bank: &T, sizes: Sizes, nth: u64) -> Result<Timed> {
    let accounts = sizes.accounts;
    let first = nth * accounts;
    let started = Instant::now();
    for sent in 0..sizes.commands as i64 {
        for account in 0..accounts {
            let cents = account as i64 + 1;
            let (from, to) = (first + account, first + (account + 1) % accounts);
            let moved = bank.transfer(from, to, cents).await?;
            check("what has left and come", moved, (cents * (sent + 1), cents * (sent + 1)))?;
        }
    }
    Ok(Timed::since(started, accounts * sizes.commands))
}
