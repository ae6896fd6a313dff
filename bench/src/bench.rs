//! What every workload is given: sizes, a folder, a place for what it finds.

use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};
use tempfile::TempDir;

use crate::Result;
use crate::measure::Quantity;
use crate::measure::Rounds;
use crate::pair::Pair;
use crate::report::{Line, Report};
use crate::server::Server;

/// How much of each workload is done in a round.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub(crate) struct Sizes {
    /// After one to warm up.
    pub(crate) rounds: u64,
    /// Events that are replayed from memory.
    pub(crate) replayed: u64,
    /// Accounts that one caller opens and uses.
    pub(crate) accounts: u64,
    /// Commands on each account.
    pub(crate) commands: u64,
    /// Accounts that all callers together open and use.
    pub(crate) accounts_of_all: u64,
    /// Appends of 100 events.
    pub(crate) appends: u64,
    /// Events of the stream that is loaded, and how often.
    pub(crate) stream: u64,
    pub(crate) loads: u64,
    /// Events that are read in order.
    pub(crate) scanned: u64,
    /// Events that a subscriber sees, one by one.
    pub(crate) seen: u64,
    /// Commands at 1,000 a second.
    pub(crate) live: u64,
    /// Single events that each of 16 processes appends.
    pub(crate) single: u64,
    /// Events that the children read whose memory is compared.
    pub(crate) few: u64,
    pub(crate) many: u64,
}

impl Sizes {
    pub(crate) const NORMAL: Self = Self {
        rounds: 9,
        replayed: 1_000_000,
        accounts: 200,
        commands: 10,
        accounts_of_all: 640,
        appends: 200,
        stream: 10_000,
        loads: 20,
        scanned: 200_000,
        seen: 500,
        live: 5_000,
        single: 400,
        few: 200_000,
        many: 2_000_000,
    };

    /// Enough to see that everything works.
    pub(crate) const TINY: Self = Self {
        rounds: 2,
        replayed: 300,
        accounts: 5,
        commands: 4,
        accounts_of_all: 256,
        appends: 3,
        stream: 250,
        loads: 2,
        scanned: 400,
        seen: 5,
        live: 20,
        single: 4,
        few: 200,
        many: 400,
    };
}

/// What the names of this run's folders and databases begin with: another may run beside it.
pub(crate) fn prefix() -> String {
    format!("es-bench-{}-", std::process::id())
}

/// One run of the program.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) sizes: Sizes,
    /// Where folders are made: on the disk that is to be measured.
    pub(crate) dir: PathBuf,
    pub(crate) report: Report,
    pub(crate) progress: ProgressBar,
    server: Option<Server>,
}

impl Bench {
    pub(crate) fn new(sizes: Sizes, dir: PathBuf, server: Option<Server>) -> Self {
        Self { sizes, dir, report: Report::default(), progress: ProgressBar::hidden(), server }
    }

    /// The server that this run has.
    pub(crate) fn server(&self) -> Result<&Server> {
        self.server.as_ref().ok_or_else(|| "no server was started".into())
    }

    /// A bar for the next workload, in place of the one before.
    pub(crate) async fn begin(&mut self, name: String) -> Result<()> {
        if let Some(server) = &self.server {
            server.clear().await?;
        }
        self.progress.finish_and_clear();
        let style = ProgressStyle::with_template("{msg:24} {wide_bar} {pos}/{len} {elapsed}")?;
        self.progress = ProgressBar::new(1).with_style(style).with_message(name);
        Ok(())
    }

    /// An empty folder.
    pub(crate) fn place(&self) -> Result<TempDir> {
        let place = tempfile::Builder::new().prefix(&prefix()).tempdir_in(&self.dir)?;
        if let Some(server) = &self.server {
            server.name_in(place.path())?;
        }
        Ok(place)
    }

    /// Adds a measurement of both sides, and what is asked of it on this store.
    pub(crate) fn beside<P: Pair>(&mut self, measured: &str, quantity: Quantity, rounds: &Rounds) {
        self.add(Line::beside(format!("{}.{measured}", P::NAME), quantity, rounds, P::target(measured)));
    }

    pub(crate) fn add(&mut self, line: Line) {
        self.report.lines.push(line);
    }
}
