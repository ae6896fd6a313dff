//! What the program is asked to do.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::Result;
use crate::bench::{Bench, Sizes};
use crate::pair::{Memory, Postgres, Sqlite};
use crate::server::Server;
use crate::workload::{self, Read, Workload};

#[derive(Debug, Parser)]
#[command(name = "es-bench", about = "Measures the framework beside a floor written by hand")]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run workloads and print what came out
    Run(Run),
    /// Read a store that is filled already, and print the peak of memory
    #[command(hide = true)]
    Rss(Rss),
    /// Keep servers until the input ends: what this program runs itself for
    #[command(hide = true)]
    KeepPostgres { folder: PathBuf },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Stores {
    Memory,
    Sqlite,
    Postgres,
}

#[derive(Debug, Args)]
struct Run {
    /// Only this store; may be said more than once
    #[arg(long)]
    store: Vec<Stores>,
    /// Only this workload; may be said more than once
    #[arg(long)]
    workload: Vec<Workload>,
    /// Rounds after the first, which warms up
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    rounds: Option<u64>,
    /// Measure memory at one and ten million events, which takes minutes and 6 GB of disk
    #[arg(long)]
    full: bool,
    /// Hundreds of events: whether everything works, not how fast
    #[arg(long, conflicts_with = "full")]
    tiny: bool,
    /// Where databases are made, and removed again
    #[arg(long, default_value = "target")]
    dir: PathBuf,
    /// Write all that was measured to this file, too
    #[arg(long)]
    json: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Rss {
    #[arg(long)]
    store: Stores,
    #[arg(long)]
    place: PathBuf,
    #[arg(long)]
    events: u64,
    #[arg(long)]
    read: Read,
}

impl Cli {
    pub(crate) async fn run(self) -> Result<()> {
        match self.command {
            Command::Run(run) => run.run().await,
            Command::Rss(rss) => match rss.store {
                Stores::Memory => workload::child::<Memory>(&rss.place, rss.events, rss.read).await,
                Stores::Sqlite => workload::child::<Sqlite>(&rss.place, rss.events, rss.read).await,
                Stores::Postgres => workload::child::<Postgres>(&rss.place, rss.events, rss.read).await,
            },
            Command::KeepPostgres { folder } => Ok(xtask::postgres::keep(Some(&folder))?),
        }
    }
}

impl Run {
    fn sizes(&self) -> Sizes {
        let mut sizes = if self.tiny { Sizes::TINY } else { Sizes::NORMAL };
        if self.full {
            (sizes.few, sizes.many) = (1_000_000, 10_000_000);
        }
        sizes.rounds = self.rounds.unwrap_or(sizes.rounds);
        sizes
    }

    async fn run(self) -> Result<()> {
        std::fs::create_dir_all(&self.dir)?;
        let stores = asked(&self.store);
        let (server, keeper) = match stores.contains(&Stores::Postgres) {
            true => Server::start().map(|(server, keeper)| (Some(server), keeper))?,
            false => (None, None),
        };
        let about = match &server {
            Some(server) => Some(server.described().await?),
            None => None,
        };
        let mut bench = Bench::new(self.sizes(), self.dir.clone(), server);
        bench.report.about = about;
        for store in stores {
            for workload in asked(&self.workload) {
                match store {
                    Stores::Memory => workload.run::<Memory>(&mut bench).await?,
                    Stores::Sqlite => workload.run::<Sqlite>(&mut bench).await?,
                    Stores::Postgres => workload.run::<Postgres>(&mut bench).await?,
                }
            }
        }
        bench.progress.finish_and_clear();
        if let Some(keeper) = keeper {
            keeper.finish()?;
        }
        if let Some(file) = &self.json {
            let json = serde_json::json!({ "sizes": bench.sizes, "server": bench.report.about, "lines": bench.report.lines });
            std::fs::write(file, format!("{json:#}\n"))?;
        }
        write!(std::io::stdout(), "{}", bench.report)?;
        Ok(())
    }
}

/// Those that were asked for; all, if none was.
fn asked<T: ValueEnum>(some: &[T]) -> Vec<T> {
    if some.is_empty() { T::value_variants().to_vec() } else { some.to_vec() }
}
