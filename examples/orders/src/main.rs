//! `orders`: the order desk on the command line.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::{Parser, Subcommand};
use orders::domain::OrderId;
use orders::error::Error;
use orders::import::{self, Imported};
use orders::money::grouped;
use orders::report::{self, Past};
use orders::{store, time};

/// An order desk: imports the orders of a marketplace, and answers what has happened to them.
#[derive(Parser, Debug)]
#[command(version)]
struct Cli {
    /// Where the events are kept.
    #[arg(long, global = true, value_name = "URL", default_value = "sqlite:orders.db")]
    store: String,
    #[command(subcommand)]
    command: Ask,
}

#[derive(Subcommand, Debug)]
enum Ask {
    /// Imports the orders, items and payments in a folder. Exits with 0 when every row was good, 1 when some were rejected, 2 when nothing
    /// was imported, 3 when the store gave up half-way.
    Import {
        /// The folder with olist_orders_dataset.csv, olist_order_items_dataset.csv and olist_order_payments_dataset.csv.
        dir: PathBuf,
        /// Where bad rows are written: file, line, reason, row.
        #[arg(long, value_name = "FILE", default_value = "rejects.csv")]
        rejects: PathBuf,
    },
    /// Counts the orders by status, and sums up what was paid by month of purchase.
    Status,
    /// Lists what has happened to an order.
    Timeline {
        /// The order's id, as the file has it.
        order_id: OrderId,
    },
    /// Shows an order as it is, or as it was.
    Show {
        /// The order's id, as the file has it.
        order_id: OrderId,
        /// As of this business time: what had happened by then. YYYY-MM-DD HH:MM:SS, in UTC unless it has a zone.
        #[arg(long, value_name = "TIME", value_parser = time::parse)]
        at: Option<DateTime<Utc>>,
        /// As of this time of the store's: what it had recorded by then.
        #[arg(long, value_name = "TIME", value_parser = time::parse)]
        recorded_at: Option<DateTime<Utc>>,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse()).await {
        Ok((text, code)) => print(&text).map_or(ExitCode::from(2), |()| code),
        Err(error) => {
            eprintln!("orders: {error}");
            ExitCode::from(if matches!(error, Error::Stopped { .. }) { 3 } else { 2 })
        }
    }
}

async fn run(cli: Cli) -> Result<(String, ExitCode), Error> {
    let url = cli.store.as_str();
    let text = match cli.command {
        Ask::Import { dir, rejects } => {
            let imported = import::run(&dir, url, &rejects).await?;
            return Ok((summary(imported, &rejects.display().to_string()), code(imported)));
        }
        Ask::Status => report::status(&store::open_existing(url).await?).await?,
        Ask::Timeline { order_id } => report::timeline(&store::open_existing(url).await?, &order_id).await?,
        Ask::Show { order_id, at, recorded_at } => {
            let past = Past { happened: at, recorded: recorded_at };
            report::show(&store::open_existing(url).await?, &order_id, past).await?
        }
    };
    Ok((text, ExitCode::SUCCESS))
}

fn summary(imported: Imported, rejects: &str) -> String {
    let Imported { orders, events, rejects: rejected } = imported;
    let (orders, events) = (grouped(orders), grouped(events));
    match rejected {
        0 => format!("{orders} orders imported, {events} events added\n"),
        _ => format!("{orders} orders imported, {events} events added, {} rows rejected: see {rejects}\n", grouped(rejected)),
    }
}

fn code(imported: Imported) -> ExitCode {
    ExitCode::from(match imported {
        Imported { orders: 0, .. } => 2,
        Imported { rejects: 0, .. } => 0,
        Imported { .. } => 1,
    })
}

/// Prints, but for a reader who has left: `orders status | head` is no error.
fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}
