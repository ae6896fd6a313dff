//! 1,000 commands a second, and a subscriber that has opened the store by itself, as another process would: from the moment at which
//! a command is acknowledged to the one at which its event is there.

use std::time::{Duration, Instant};

use es_core::{App, Position, Query};

use crate::Result;
use crate::bank::check;
use crate::bench::Bench;
use crate::measure::percentile;
use crate::pair::Pair;
use crate::report::Line;
use crate::workload::beat::{ACCOUNTS, deposits, opened};

const BETWEEN: Duration = Duration::from_millis(1);

pub(super) async fn run<P: Pair>(bench: &mut Bench) -> Result<()> {
    let place = bench.place()?;
    let ours = opened(P::store(place.path()).await?).await?;
    let commands = bench.sizes.live;
    let mut feed = App::new(P::store(place.path()).await?).subscribe(Query::all(), Position::START);
    let subscriber = tokio::spawn(async move {
        let mut arrived = Vec::new();
        while arrived.len() < (ACCOUNTS + commands) as usize {
            let event = feed.next().await.ok_or("the subscription ended")??;
            arrived.push((event.position, Instant::now()));
        }
        Result::<_>::Ok(arrived)
    });

    let mut acknowledged = deposits(&bench.progress, &ours, commands, BETWEEN).await?;
    acknowledged.sort();
    let arrived = subscriber.await??.split_off(ACCOUNTS as usize);
    let mut latencies = Vec::new();
    for ((position, acknowledged), (seen, arrived)) in acknowledged.into_iter().zip(arrived) {
        check("the event's position", seen, position)?;
        // the subscriber may be first: then it has not waited at all
        latencies.push(arrived.saturating_duration_since(acknowledged).as_secs_f64() * 1e3);
    }
    for (measured, percent) in [("live_p50", 50), ("live_p99", 99)] {
        bench.add(Line::within(format!("{}.{measured}", P::NAME), "ms", percentile(&latencies, percent), P::target(measured)));
    }
    Ok(())
}
