//! Single events of 16 processes where a commit takes 2 ms: commits that overlap, beside those that wait for each other.

use std::time::{Duration, Instant};

use es_postgres::{Commit, PostgresStore};

use crate::Result;
use crate::bench::Bench;
use crate::distant::Distant;
use crate::measure::{Quantity, Rounds, Spread, interleaved};
use crate::pair::{Pair, Postgres};
use crate::report::Line;
use crate::server;
use crate::workload::appends::{Round, open, round};

const LATENCY: Duration = Duration::from_millis(2);

pub(super) async fn run(bench: &mut Bench) -> Result<()> {
    // fewer events of the slow side, so that either takes about half a second
    let asked = [("overlapped_16", 1, 4, 32), ("overlapped_16x64", 64, 16, 50)];
    let Some(server) = Distant::start(bench.server()?, LATENCY).await? else {
        // no program that receives the log
        asked.iter().for_each(|(measured, ..)| bench.beside::<Postgres>(measured, Quantity::Rate("events/s"), &Rounds::default()));
        return Ok(());
    };
    bench.add(Line::alone(format!("{}.commit", Postgres::NAME), "ms", latency(&server, bench.sizes.seen).await?));
    let (single, rounds) = (bench.sizes.single, bench.sizes.rounds);
    for (measured, tasks, ours_of, plain_of) in asked {
        let url = async |commit| server::create(&server.url, &format!("{measured}-{commit}")).await;
        let ours = open(PostgresStore::builder(&url("overlapped").await?).commit(Commit::Overlapped)).await?;
        let plain = open(PostgresStore::builder(&url("plain").await?)).await?;
        let on_ours = async |nth| round(&ours, Round { tasks, events: (single / ours_of).max(1), nth }).await;
        let on_plain = async |nth| round(&plain, Round { tasks, events: (single / plain_of).max(1), nth }).await;
        let rounds = interleaved(&bench.progress, rounds, on_ours, on_plain).await?;
        bench.beside::<Postgres>(measured, Quantity::Rate("events/s"), &rounds);
    }
    Ok(())
}

/// What a commit takes there.
async fn latency(server: &Distant, commits: u64) -> Result<Option<Spread>> {
    let client = server::connect(&format!("{}/postgres", server.url)).await?;
    client.batch_execute("create table commits (nth bigint)").await?;
    let mut took = Vec::new();
    for _ in 0..commits {
        let started = Instant::now();
        client.batch_execute("insert into commits values (1)").await?;
        took.push(started.elapsed().as_secs_f64() * 1e3);
    }
    Ok(Spread::of(took))
}
