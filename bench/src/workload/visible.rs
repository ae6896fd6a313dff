//! 500 commands a second, and a worker on a store that it has opened by itself, as another process would: from the moment at which a command
//! is acknowledged to the one at which a view that the worker keeps has seen it.

use std::time::{Duration, Instant};

use es_core::store::ViewStore;
use es_core::{App, Position, ReadModel, View, Worker};
use tokio::sync::oneshot;

use crate::Result;
use crate::bank::check;
use crate::bench::Bench;
use crate::domain::Balance;
use crate::measure::percentile;
use crate::pair::Pair;
use crate::report::Line;
use crate::workload::beat::{ACCOUNTS, deposits, opened};

const BETWEEN: Duration = Duration::from_millis(2);
/// Between two looks at how far the view is.
const LOOKS: Duration = Duration::from_micros(500);

pub(super) async fn run<P: Pair>(bench: &mut Bench) -> Result<()> {
    let place = bench.place()?;
    let ours = opened(P::store(place.path()).await?).await?;
    let (stop, stopped) = oneshot::channel::<()>();
    let elsewhere = App::new(P::store(place.path()).await?);
    let worker = tokio::spawn(Worker::new(&elsewhere).add(Balance::projection()).run_until(async { drop(stopped.await) }));
    ours.0.wait_for::<Balance>(Position(ACCOUNTS), Duration::from_secs(60)).await?;

    let commands = bench.sizes.live / 2;
    let looking = tokio::spawn(look(elsewhere.store().clone(), Position(ACCOUNTS + commands)));
    let acknowledged = deposits(&bench.progress, &ours, commands, BETWEEN).await?;
    let seen = looking.await??;
    let _ = stop.send(());
    worker.await??;
    let deposited: i64 = elsewhere.view::<Balance>().list().limit(u32::MAX).await?.iter().map(|(_, row)| row.cents).sum();
    check("cents in the view", deposited, commands as i64)?;
    let latencies: Vec<f64> = acknowledged.iter().map(|(position, acknowledged)| since(&seen, *position, *acknowledged)).collect();
    for (measured, percent) in [("async_visible_p50", 50), ("async_visible_p99", 99)] {
        bench.add(Line::within(format!("{}.{measured}", P::NAME), "ms", percentile(&latencies, percent), P::target(measured)));
    }
    Ok(())
}

/// Looks how far the view is, until it has come to `last`: each new position, and when it was seen.
async fn look<S: ViewStore>(store: S, last: Position) -> Result<Vec<(Position, Instant)>> {
    let mut seen = vec![(Position::START, Instant::now())];
    loop {
        let position = store.progress(Balance::NAME, Balance::VERSION).await?.iter().map(|part| part.position).min().unwrap_or_default();
        if seen.last().is_some_and(|(before, _)| *before < position) {
            seen.push((position, Instant::now()));
        }
        if position >= last {
            return Ok(seen);
        }
        tokio::time::sleep(LOOKS).await;
    }
}

/// Milliseconds until the view had come to a position; none, if it was there before the caller knew.
fn since(seen: &[(Position, Instant)], position: Position, acknowledged: Instant) -> f64 {
    let at = seen.partition_point(|(reached, _)| *reached < position);
    seen.get(at).map_or(f64::INFINITY, |(_, when)| when.saturating_duration_since(acknowledged).as_secs_f64() * 1e3)
}
