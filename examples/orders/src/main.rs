//! `orders`: the order desk on the command line.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::PoisonError;

use chrono::{DateTime, Utc};
use clap::{Parser, Subcommand};
use es_core::App;
use es_postgres::PostgresStore;
use es_sqlite::SqliteStore;
use orders::domain::{OrderId, Status};
use orders::error::Error;
use orders::import::{self, Imported};
use orders::money::grouped;
use orders::read_models::OrderSummary;
use orders::report::{self, Past};
use orders::store::{Database, Scheme};
use orders::{read_models, store, time};

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
    /// Keeps a view of the orders, their statuses and what was paid for them in tables, until it is interrupted. Several share the work.
    Worker {
        /// Ends when all that is in the store is in the tables, too.
        #[arg(long)]
        until_caught_up: bool,
    },
    /// Builds the view of the orders anew from all events, beside the one that is read and kept meanwhile, and puts it in its place. Says how
    /// far it is on stderr. One that was broken off goes on where it was.
    Rebuild,
    /// Counts the orders by status, and sums up what was paid by month of purchase.
    Status {
        /// From the tables that `orders worker` keeps, in place of all events.
        #[arg(long)]
        kept: bool,
    },
    /// Lists orders, from the view that `orders worker` keeps.
    Orders {
        /// Only those of this status.
        #[arg(long)]
        status: Option<Status>,
        /// Only those behind this one: the last of the page before.
        #[arg(long, value_name = "ORDER_ID")]
        after: Option<OrderId>,
        /// At most this many.
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
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
    match Scheme::of(&cli.store)? {
        Scheme::Sqlite => answer::<SqliteStore>(cli).await,
        Scheme::Postgres => answer::<PostgresStore>(cli).await,
    }
}

async fn answer<S: Database>(cli: Cli) -> Result<(String, ExitCode), Error> {
    let url = cli.store.as_str();
    let desk = || store::open_existing::<S>(url);
    let text = match cli.command {
        Ask::Import { dir, rejects } => {
            let imported = import::run::<S>(&dir, url, &rejects).await?;
            return Ok((summary(imported, &rejects.display().to_string()), code(imported)));
        }
        Ask::Worker { until_caught_up } => work(&desk().await?, url, until_caught_up).await?,
        Ask::Rebuild => rebuild(&desk().await?).await?,
        Ask::Status { kept: true } => {
            let (totals, behind) = read_models::totals(&desk().await?, url).await?;
            totals.print() + &format!("\nevents that are not counted yet: {}\n", grouped(behind))
        }
        Ask::Status { kept: false } => report::status(&desk().await?).await?,
        Ask::Orders { status, after, limit } => report::summaries(&desk().await?, status, after, limit).await?,
        Ask::Timeline { order_id } => report::timeline(&desk().await?, &order_id).await?,
        Ask::Show { order_id, at, recorded_at } => {
            let past = Past { happened: at, recorded: recorded_at };
            report::show(&desk().await?, &order_id, past).await?
        }
    };
    Ok((text, ExitCode::SUCCESS))
}

/// Keeps the read models until it is interrupted, or has seen all that there is.
async fn work<S: Database>(desk: &App<S>, url: &str, until_caught_up: bool) -> Result<String, Error> {
    let failed = std::sync::Mutex::new(None);
    let enough = async {
        if until_caught_up {
            *failed.lock().unwrap_or_else(PoisonError::into_inner) = read_models::caught_up(desk).await.err();
        } else {
            let _ = tokio::signal::ctrl_c().await;
        }
    };
    read_models::work(desk, url, enough).await?;
    failed.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(String::new()), Err)
}

/// Builds the view of the orders anew, and says so.
async fn rebuild<S: Database>(desk: &App<S>) -> Result<String, Error> {
    read_models::rebuild(desk, |progress| eprintln!("{progress}")).await?;
    let orders = desk.view::<OrderSummary>().count().await?;
    Ok(format!("the view of the orders is built anew: {} orders\n", grouped(orders)))
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
