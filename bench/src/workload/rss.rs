//! Whether memory stays flat: children of this program read a file of events, and one of ten times as many.

use std::path::Path;
use std::process::Command;

use es_core::App;
use tempfile::TempDir;

use crate::Result;
use crate::bank::{Bank, Loaded, Totals, check};
use crate::bench::Bench;
use crate::ours::Ours;
use crate::pair::Pair;
use crate::plan::{self, Op};
use crate::report::{Line, Target};

/// What a child reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Read {
    /// All events in order, decoded
    Scan,
    /// The one account that has half of them
    Load,
}

/// The account that has half of all events; the other accounts have up to [`EACH`].
const LONGEST: u64 = 0;
/// Events of an append, too.
const EACH: u64 = 10_000;

/// Children that read the same; the one with the highest peak counts. Which of a store's threads happen to be used differs from
/// one to the next, and each has a page cache of its own.
const CHILDREN: usize = 3;

pub(super) async fn run<P: Pair>(bench: &mut Bench) -> Result<()> {
    let (few, many) = (bench.sizes.few, bench.sizes.many);
    bench.progress.set_length(few + many + 4);
    let mut peaks = Vec::new();
    for events in [few, many] {
        let place = fill::<P>(bench, events).await?;
        for read in [Read::Scan, Read::Load] {
            let peak = || peak_of_child::<P>(place.path(), events, read);
            let children = (0..CHILDREN).map(|_| peak()).collect::<Result<Vec<_>>>()?;
            peaks.push(children.into_iter().flatten().max_by(f64::total_cmp));
            bench.progress.inc(1);
        }
    }
    for (measured, at) in [("rss_scan", 0), ("rss_load", 1)] {
        let name = format!("{}.{measured}_{}_to_{}", P::NAME, shown(few), shown(many));
        let target = P::target(measured).unwrap_or(Target::AtMost(1.1));
        bench.add(Line::against(name, "MiB", peaks[at + 2].zip(peaks[at]), target));
    }
    Ok(())
}

/// `10m`, `100k`
fn shown(events: u64) -> String {
    match events {
        events if events % 1_000_000 == 0 => format!("{}m", events / 1_000_000),
        events if events % 1_000 == 0 => format!("{}k", events / 1_000),
        events => events.to_string(),
    }
}

/// How many events each account has.
fn accounts(events: u64) -> impl Iterator<Item = (u64, u64)> {
    let rest = events - events / 2;
    let others = (0..rest.div_ceil(EACH)).map(move |nth| (nth + 1, EACH.min(rest - nth * EACH)));
    std::iter::once((LONGEST, events / 2)).chain(others)
}

async fn fill<P: Pair>(bench: &Bench, events: u64) -> Result<TempDir> {
    let place = bench.place()?;
    let bank = Ours(App::new(P::store_to_fill(place.path()).await?));
    for (account, events) in accounts(events) {
        for first in (0..events).step_by(EACH as usize) {
            let ops: Vec<Op> = (first..events.min(first + EACH)).map(|nth| plan::op(account, nth)).collect();
            bank.append(account, &ops).await?;
            bench.progress.inc(ops.len() as u64);
        }
    }
    Ok(place)
}

/// The child's peak in MiB; `None` where the system does not say.
fn peak_of_child<P: Pair>(place: &Path, events: u64, read: Read) -> Result<Option<f64>> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["rss", "--store", P::NAME, "--events", &events.to_string()]);
    command.arg("--read").arg(format!("{read:?}").to_lowercase()).arg("--place").arg(place);
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("a child failed: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let printed = String::from_utf8(output.stdout)?;
    match printed.trim().strip_suffix(" KiB") {
        Some(peak) => Ok(Some(peak.parse::<f64>()? / 1024.0)),
        None => Ok(None),
    }
}

/// What a child does: reads, checks what it read, and prints its peak.
pub(crate) async fn child<P: Pair>(place: &Path, events: u64, read: Read) -> Result<()> {
    let bank = Ours(App::new(P::store(place).await?));
    match read {
        Read::Scan => {
            let balance = accounts(events).map(|(account, events)| plan::balance(account, events)).sum();
            let right = Totals { events, opened: accounts(events).count() as u64, balance };
            check("all events", bank.scan().await?, right)?;
        }
        Read::Load => {
            let right = Loaded { balance: plan::balance(LONGEST, events / 2), version: events / 2 };
            check("the longest account", bank.load(LONGEST).await?, right)?;
        }
    }
    match peak() {
        Some(kibibytes) => println!("{kibibytes} KiB"),
        None => println!("NOT RUN"),
    }
    Ok(())
}

/// The most memory that this process has had, in KiB, where the system tells.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.trim().parse().ok())
}
