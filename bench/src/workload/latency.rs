//! From the moment at which a command is acknowledged to the one at which a subscriber has its event.

use std::time::{Duration, Instant};

use es_core::{App, Position, Query};
use tokio::sync::mpsc;

use crate::Result;
use crate::bank::{Bank, check};
use crate::bench::Bench;
use crate::measure::Spread;
use crate::ours::Ours;
use crate::pair::Pair;
use crate::plan;
use crate::report::Line;

const ACCOUNT: u64 = 3;

pub(super) async fn run<P: Pair>(bench: &mut Bench) -> Result<()> {
    let place = bench.place()?;
    let app = App::new(P::store(place.path()).await?);
    let mut feed = app.subscribe(Query::all(), Position::START);
    let (seen, mut arrivals) = mpsc::unbounded_channel();
    let subscriber = tokio::spawn(async move {
        while let Some(Ok(event)) = feed.next().await {
            if seen.send((event.position, Instant::now())).is_err() {
                return;
            }
        }
    });

    let ours = Ours(app);
    let mut latencies = Vec::new();
    bench.progress.set_length(bench.sizes.seen);
    for nth in 0..bench.sizes.seen {
        ours.execute(ACCOUNT, plan::op(ACCOUNT, nth)).await?;
        let acknowledged = Instant::now();
        let (position, arrived) = arrivals.recv().await.ok_or("the subscription ended")?;
        check("the event's position", position, Position(nth + 1))?;
        // the subscriber may be first: then it has not waited at all
        latencies.push(arrived.saturating_duration_since(acknowledged).as_secs_f64() * 1e3);
        bench.progress.inc(1);
        // until it waits again
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    subscriber.abort();
    bench.add(Line::alone(format!("{}.latency", P::NAME), "ms", Spread::of(latencies)));
    Ok(())
}
