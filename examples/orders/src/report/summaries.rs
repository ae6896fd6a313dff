//! A list of orders, from their view.

use std::fmt::Write;

use es_core::App;

use crate::domain::{OrderId, Status};
use crate::error::Error;
use crate::read_models::OrderSummary;
use crate::store::Database;

/// Prints a page of orders, of one status if that is said, behind an order if that is said.
///
/// # Errors
/// [`Error::Read`]; also while no worker has set the view up.
pub async fn summaries<S: Database>(desk: &App<S>, status: Option<Status>, after: Option<OrderId>, limit: u32) -> Result<String, Error> {
    let view = desk.view::<OrderSummary>();
    let mut list = view.list().limit(limit);
    if let Some(status) = status {
        list = list.filter(OrderSummary::STATUS.eq(Some(status)));
    }
    if let Some(after) = &after {
        list = list.after(after);
    }
    let mut text = format!("{:<34}{:<13}{:<9}{:>5}  {:>14}  {:>14}\n", "order", "status", "month", "items", "total", "paid");
    for (order, summary) in list.await? {
        let status = summary.status.map_or_else(|| "-".into(), |status| status.to_string());
        let month = summary.month.as_deref().unwrap_or("-");
        let OrderSummary { items, total, paid, .. } = summary;
        let _ = writeln!(text, "{order:<34}{status:<13}{month:<9}{items:>5}  {total:>14}  {paid:>14}");
    }
    Ok(text)
}
