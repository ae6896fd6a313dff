//! Commands at a beat, whether or not those before them are done: what they find waits for them and not they for it.

use std::time::{Duration, Instant};

use es_core::store::Store;
use es_core::{App, Position};
use indicatif::ProgressBar;
use tokio::time::MissedTickBehavior;

use crate::Result;
use crate::bank::Bank;
use crate::ours::Ours;
use crate::plan::Op;

/// So many that the commands on one are far apart.
pub(super) const ACCOUNTS: u64 = 200;

/// The bank on a store, with its accounts.
pub(super) async fn opened<S: Store>(store: S) -> Result<Ours<S>> {
    let ours = Ours(App::new(store));
    for account in 0..ACCOUNTS {
        ours.execute(account, Op::Open).await?;
    }
    Ok(ours)
}

/// Deposits to each account in turn: where each stands, and when it was acknowledged.
pub(super) async fn deposits<S: Store>(
    progress: &ProgressBar,
    ours: &Ours<S>,
    commands: u64,
    between: Duration,
) -> Result<Vec<(Position, Instant)>> {
    progress.set_length(commands);
    let mut beat = tokio::time::interval(between);
    beat.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut running = Vec::new();
    for nth in 0..commands {
        beat.tick().await;
        let bank = ours.clone();
        running.push(tokio::spawn(async move {
            let committed = bank.deposit(nth % ACCOUNTS).await?;
            Result::<_>::Ok((committed, Instant::now()))
        }));
        progress.inc(1);
    }
    let mut acknowledged = Vec::new();
    for command in running {
        acknowledged.push(command.await??);
    }
    Ok(acknowledged)
}
