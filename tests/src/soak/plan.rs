//! What is to be done, as it stands on the command line.

use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use es_core::AnyStore;
use es_postgres::{Commit, Positions, PostgresStore};
use es_sqlite::SqliteStore;

use super::Result;
use super::tail::Choice;

/// Works a store hard for a while: several processes append and several read, and some are killed. In the end it says what was
/// acknowledged, read, missed, repeated and out of order, and exits with 1 if any of the last three is not 0.
#[derive(Parser, Debug)]
#[command(name = "soak")]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) plan: Plan,
    #[command(subcommand)]
    pub(crate) role: Option<Role>,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct Plan {
    /// The store: sqlite:soak.db, or postgres://user:password@host/database. What is in it already stays.
    #[arg(long)]
    pub(crate) store: String,
    /// How long.
    #[arg(long, default_value_t = 1.0, conflicts_with = "seconds")]
    minutes: f64,
    /// How long, for a short one.
    #[arg(long)]
    seconds: Option<f64>,
    /// Processes that append.
    #[arg(long, default_value_t = 4)]
    pub(crate) writers: usize,
    /// Tasks that append at the same time in each of them.
    #[arg(long, default_value_t = 8)]
    pub(crate) tasks: usize,
    /// Processes that read.
    #[arg(long, default_value_t = 3)]
    pub(crate) readers: usize,
    /// Streams that all of them append to.
    #[arg(long, default_value_t = 64)]
    pub(crate) streams: u32,
    /// Milliseconds from one kill to the next, on average; 0 kills nobody.
    #[arg(long, default_value_t = 500)]
    pub(crate) kill_every: u64,
    /// PostgreSQL: the schema of the store.
    #[arg(long, default_value = "es")]
    schema: String,
    /// PostgreSQL: how positions are given out.
    #[arg(long, value_enum, default_value_t)]
    positions: Order,
    /// PostgreSQL: appends are flushed after they have let go of the order.
    #[arg(long)]
    overlapped: bool,
    /// Does something wrong on purpose, to see that it is noticed.
    #[arg(long, value_enum)]
    pub(crate) flaw: Option<Flaw>,
}

/// How positions are given out.
#[derive(ValueEnum, Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Order {
    #[default]
    Gapless,
    Fenced,
}

/// What goes wrong on purpose.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// Readers leave out an event of each page.
    Skips,
    /// Readers report an event of each page twice.
    Repeats,
    /// Readers report two events of each page in the wrong order.
    Swaps,
    /// Writers acknowledge one in ten appends without making it.
    Lies,
}

/// What a process does that the soak has started.
#[derive(Subcommand, Debug)]
pub(crate) enum Role {
    #[command(hide = true)]
    Write(Writing),
    #[command(hide = true)]
    Read(Reading),
}

/// What a writer needs to know.
#[derive(Args, Debug, Clone, Copy)]
pub(crate) struct Writing {
    /// Which soak this is.
    pub(crate) run: u64,
    /// Which process this is: every one that is started has a number of its own.
    pub(crate) writer: u32,
}

/// What a reader needs to know.
#[derive(Args, Debug, Clone, Copy)]
pub(crate) struct Reading {
    /// Which soak this is.
    pub(crate) run: u64,
    /// Which events it reads.
    #[arg(value_enum)]
    pub(crate) choice: Choice,
    /// The position that it goes on from.
    pub(crate) after: u64,
}

impl Plan {
    pub(crate) fn duration(&self) -> Duration {
        Duration::from_secs_f64(self.seconds.unwrap_or(self.minutes * 60.0).max(0.0))
    }

    /// The store that the URL names.
    pub(crate) async fn open(&self) -> Result<AnyStore> {
        match self.store.split_once(':') {
            Some(("sqlite", _)) => Ok(AnyStore::new(SqliteStore::connect(&self.store).await?)),
            Some(("postgres" | "postgresql", _)) => {
                let positions = if self.positions == Order::Fenced { Positions::Fenced } else { Positions::Gapless };
                let commit = if self.overlapped { Commit::Overlapped } else { Commit::Plain };
                let builder = PostgresStore::builder(&self.store).schema(&self.schema).positions(positions).commit(commit);
                Ok(AnyStore::new(builder.connect().await?))
            }
            _ => Err(format!("`{}` names no store that is known here: write sqlite:soak.db or postgres://..", self.store).into()),
        }
    }

    /// The options that a child process needs to do the same.
    pub(crate) fn for_children(&self) -> Vec<String> {
        let mut args: Vec<String> = vec!["--store".into(), self.store.clone(), "--schema".into(), self.schema.clone()];
        args.extend(["--tasks".into(), self.tasks.to_string(), "--streams".into(), self.streams.to_string()]);
        args.extend(["--positions".into(), name(self.positions)]);
        args.extend(self.overlapped.then(|| "--overlapped".into()));
        args.extend(self.flaw.into_iter().flat_map(|flaw| ["--flaw".into(), name(flaw)]));
        args
    }
}

/// As it stands on the command line.
pub(crate) fn name(value: impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}
