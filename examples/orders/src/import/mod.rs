//! From the marketplace's files to events: each row becomes the commands of the steps that it tells of.

pub mod files;
pub mod rejects;
pub mod rows;
pub mod steps;

use std::convert::Infallible;
use std::path::Path;

use es_core::{App, ExecuteError};
use futures_util::{StreamExt, TryStreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};

use crate::domain::OrderCommand;
use crate::error::Error;
use crate::store::{self, Database};

use files::{ITEMS, ORDERS, PAYMENTS, Table};
use rows::OrderRows;

/// How many orders are imported at the same time. Their appends are committed together; 64 keep the disk busy.
const AT_ONCE: usize = 64;

/// What an import came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    /// Orders whose rows were good.
    pub orders: usize,
    /// Events that the store did not have yet.
    pub events: usize,
    /// Rows that were not imported.
    pub rejects: usize,
}

/// Imports the files in `folder` into the store that `url` names, and writes the bad rows to `rejects`.
///
/// An order that is in the store gets only the steps that it lacks. So an import may be repeated, and one that was stopped half-way
/// is completed by the next.
///
/// # Errors
/// [`Error`]. Up to [`Error::Stopped`], nothing was written to the store.
pub async fn run<S: Database>(folder: &Path, url: &str, rejects: &Path) -> Result<Imported, Error> {
    let tables = [Table::open(folder, &ORDERS)?, Table::open(folder, &ITEMS)?, Table::open(folder, &PAYMENTS)?];
    let [orders, items, payments] = &tables;
    let (orders, bad) = rows::read(orders, items, payments);
    drop(tables);

    let desk = store::open::<S>(url).await?;
    rejects::write(rejects, &bad)?;
    let imported = Imported { orders: orders.len(), events: 0, rejects: bad.len() };
    let bar = progress(orders.len());
    let each = stream::iter(orders).map(|order| bring_in(&desk, order)).buffer_unordered(AT_ONCE);
    let events = each.try_fold(0, |events, added| {
        bar.inc(1);
        async move { Ok(events + added) }
    });
    let events = events.await;
    bar.finish_and_clear();
    Ok(Imported { events: events?, ..imported })
}

/// Executes the commands of one order, one after the other, and says how many events came of them.
async fn bring_in<S: Database>(desk: &App<S>, rows: OrderRows) -> Result<usize, Error> {
    let order = rows.order.order_id.clone();
    let mut added = 0;
    for command in steps::of(rows) {
        added += step(desk, command).await.map_err(|source| Error::Stopped { order: order.clone(), source: Box::new(source) })?;
    }
    Ok(added)
}

async fn step<S: Database>(desk: &App<S>, command: OrderCommand) -> Result<usize, ExecuteError<Infallible>> {
    // the order's own state says whether the step is known: that holds for ever, an idempotency key only until keys are pruned
    Ok(desk.execute(command).await?.events.len())
}

/// A bar on the terminal; elsewhere nothing.
fn progress(orders: usize) -> ProgressBar {
    let bar = ProgressBar::new(orders as u64);
    let style = ProgressStyle::with_template("{bar:40} {human_pos}/{human_len} orders, {eta} left");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
