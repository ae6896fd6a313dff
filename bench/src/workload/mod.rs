//! What is measured. One file a workload; each is one function for all stores.

mod appends;
mod beat;
mod bulk;
mod commands;
mod decisions;
mod fenced;
mod inline;
mod latency;
mod live;
mod load;
mod overlapped;
mod replay;
mod rss;
mod scan;
mod tasks;
mod upcast;
mod visible;

pub(crate) use rss::{Read, child};

use std::path::Path;

use es_core::App;

use crate::Result;
use crate::bench::Bench;
use crate::ours::Ours;
use crate::pair::Pair;

/// The workloads, in the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Workload {
    /// Decode and apply stored bytes, present versions (memory)
    Replay,
    /// The same for version 1 of an event that has 3 (memory)
    Upcast,
    /// Commands one after another, without and with the cache
    Commands,
    /// Commands of 16 and 64 tasks at once, and of 256 (a server)
    Tasks,
    /// Appends of 100 events
    Bulk,
    /// One long stream
    Load,
    /// All events in order
    Scan,
    /// From a commit to a subscriber
    Latency,
    /// The same at 1,000 commands a second, with the subscriber in another process (a server)
    Live,
    /// Commands with a view that is kept inline, and without
    Inline,
    /// From a commit to a view that a worker keeps, at 500 commands a second
    Visible,
    /// Single events of 16 processes, with fenced positions (a server)
    Fenced,
    /// Single events of 16 processes where a commit takes 2 ms (a server)
    Overlapped,
    /// Decisions over two tags (a server)
    Decisions,
    /// Peak memory of reading many events and ten times as many
    Rss,
}

impl Workload {
    /// Runs it, unless it has nothing to do with this kind of store.
    pub(crate) async fn run<P: Pair>(self, bench: &mut Bench) -> Result<()> {
        bench.begin(format!("{} {self:?}", P::NAME)).await?;
        match self {
            Self::Replay if P::IN_MEMORY => replay::run::<P>(bench).await,
            Self::Upcast if P::IN_MEMORY => upcast::run::<P>(bench).await,
            Self::Replay | Self::Upcast => Ok(()),
            Self::Commands => commands::run::<P>(bench).await,
            Self::Tasks => tasks::run::<P>(bench).await,
            Self::Bulk => bulk::run::<P>(bench).await,
            Self::Load => load::run::<P>(bench).await,
            Self::Scan => scan::run::<P>(bench).await,
            Self::Latency => latency::run::<P>(bench).await,
            Self::Live if P::ON_A_SERVER => live::run::<P>(bench).await,
            Self::Inline => inline::run::<P>(bench).await,
            // another handle would be another store
            Self::Visible if P::IN_MEMORY => Ok(()),
            Self::Visible => visible::run::<P>(bench).await,
            Self::Fenced if P::ON_A_SERVER => fenced::run(bench).await,
            Self::Overlapped if P::ON_A_SERVER => overlapped::run(bench).await,
            Self::Decisions if P::ON_A_SERVER => decisions::run(bench).await,
            Self::Live | Self::Fenced | Self::Overlapped | Self::Decisions => Ok(()),
            Self::Rss if P::IN_MEMORY => Ok(()),
            Self::Rss => rss::run::<P>(bench).await,
        }
    }
}

/// The framework and the floor, each on a file of its own: of two on one disk, the one that was opened first is slower to flush.
async fn opened<P: Pair, F>(
    place: &Path,
    cached: bool,
    ours_first: bool,
    floor: impl Future<Output = Result<F>>,
) -> Result<(Ours<P::Store>, F)> {
    let (store, floor) = if ours_first {
        let store = P::store(place).await?;
        (store, floor.await?)
    } else {
        let floor = floor.await?;
        (P::store(place).await?, floor)
    };
    let app = App::new(store);
    Ok((Ours(if cached { app } else { app.cache_states(0) }), floor))
}
