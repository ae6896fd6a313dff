//! What is kept beside the events, by `orders worker`: a view of each order, and two projections in tables of their own.

mod revenue;
mod sql;
mod statuses;
mod summary;

pub use revenue::Revenue;
pub use sql::{Sql, Value};
pub use statuses::Statuses;
pub use summary::OrderSummary;

use es_core::prelude::*;
use es_core::{Rebuilding, Worker};

use crate::error::Error;
use crate::report::Totals;
use crate::store::Database;

/// The tables of both projections, and what they add up to: for everyone to read.
const TABLES: &str = "
    create table if not exists order_statuses (order_id text not null primary key, status bigint not null);
    create table if not exists order_revenue (order_id text not null primary key, month text not null, cents bigint not null)";

/// The order that an event is of.
fn order<E>(event: &Recorded<E>) -> &str {
    event.stream.as_ref().map_or("", |stream| stream.id())
}

/// Keeps all three, until `shutdown` is ready.
///
/// # Errors
/// [`Error::Tables`], [`Error::Read`].
pub async fn work<S: Database>(desk: &App<S>, url: &str, shutdown: impl Future<Output = ()>) -> Result<(), Error> {
    S::database(url).await?.create(TABLES).await.map_err(Error::Tables)?;
    let worker = Worker::new(desk).add(OrderSummary::projection()).add(Statuses).add(Revenue);
    Ok(worker.run_until(shutdown).await?)
}

/// Builds the view of the orders anew beside the one that serves, which it replaces, and tells how far that is.
///
/// # Errors
/// [`Error::Read`].
pub async fn rebuild<S: Database>(desk: &App<S>, told: impl FnMut(Rebuilding) + Send) -> Result<(), Error> {
    Ok(desk.rebuild::<OrderSummary>().on_progress(told).await?)
}

/// Waits until all three have seen what is in the store by now.
///
/// # Errors
/// [`Error::Read`].
pub async fn caught_up<S: Database>(desk: &App<S>) -> Result<(), Error> {
    let head = desk.store().head().await.map_err(es_core::ReadError::from)?;
    loop {
        let seen = [desk.lag::<OrderSummary>().await?, desk.lag::<Statuses>().await?, desk.lag::<Revenue>().await?];
        if seen.iter().all(|lag| lag.position >= head) {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

/// What the tables say, and how many events they have not seen.
///
/// # Errors
/// [`Error::Tables`], [`Error::Read`].
pub async fn totals<S: Database>(desk: &App<S>, url: &str) -> Result<(Totals, u64), Error> {
    let mut database = S::database(url).await?;
    let mut totals = Totals::default();
    for (status, orders, _) in database.rows(statuses::COUNTED).await.map_err(Error::Tables)? {
        totals.add_status(&status, orders);
    }
    for (month, orders, cents) in database.rows(revenue::SUMMED).await.map_err(Error::Tables)? {
        totals.add_month(month, orders, cents);
    }
    Ok((totals, desk.lag::<Statuses>().await?.events.max(desk.lag::<Revenue>().await?.events)))
}
