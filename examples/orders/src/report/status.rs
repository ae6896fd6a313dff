//! How many orders there are of each status, and what was paid for those of each month.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use es_core::store::Store;
use es_core::{App, Position, StreamId};

use crate::domain::{Order, OrderEvent, Status};
use crate::error::Error;
use crate::money::{Money, grouped};
use crate::time;

/// Reads all orders once, and prints the counts by status and what was paid by month of purchase.
///
/// # Errors
/// [`Error::Read`].
pub async fn status<S: Store>(desk: &App<S>) -> Result<String, Error> {
    let mut orders: HashMap<StreamId, Line> = HashMap::new();
    let mut feed = desk.read_all::<Order>(Position::START);
    while let Some(event) = feed.next().await {
        let event = event?;
        if let Some(stream) = &event.stream {
            orders.entry(stream.clone()).or_default().see(&event);
        }
    }
    Ok(Totals::of(orders.values()).print())
}

/// As much of an order as is counted: all of them are in memory together.
#[derive(Debug, Default)]
struct Line {
    status: Option<Status>,
    month: Option<String>,
    paid: Money,
}

impl Line {
    fn see(&mut self, event: &OrderEvent) {
        self.status = self.status.max(event.reaches());
        match event {
            OrderEvent::OrderPlaced(placed) => self.month = placed.at.map(time::month),
            OrderEvent::PaymentReceived(payment) => self.paid = self.paid + payment.amount,
            _ => {}
        }
    }
}

/// What orders add up to.
#[derive(Debug, Default, PartialEq)]
pub struct Totals {
    statuses: BTreeMap<Status, usize>,
    months: BTreeMap<String, (usize, Money)>,
}

/// The month of an order that nobody has dated: it sorts after the digits of every month.
pub const UNKNOWN: &str = "unknown";

impl Totals {
    fn of<'l>(orders: impl Iterator<Item = &'l Line>) -> Self {
        let mut totals = Self::default();
        for order in orders {
            if let Some(status) = order.status {
                *totals.statuses.entry(status).or_default() += 1;
            }
            let month = totals.months.entry(order.month.as_deref().unwrap_or(UNKNOWN).to_owned()).or_default();
            *month = (month.0 + 1, month.1 + order.paid);
        }
        totals
    }

    /// So many orders have the status at this place among [`Status::ALL`].
    pub(crate) fn add_status(&mut self, place: &str, orders: i64) {
        let status = place.parse().ok().and_then(|place: usize| Status::ALL.get(place).copied());
        if let (Some(status), Ok(orders)) = (status, orders.try_into()) {
            self.statuses.insert(status, orders);
        }
    }

    /// So many orders were placed in this month, for which so much was paid.
    pub(crate) fn add_month(&mut self, month: String, orders: i64, cents: i64) {
        self.months.insert(month, (orders.try_into().unwrap_or_default(), Money::from_cents(cents)));
    }

    /// The counts by status, and what was paid by month of purchase.
    pub fn print(&self) -> String {
        let mut text = String::from("status         orders\n");
        for status in Status::ALL {
            let _ = writeln!(text, "{status:<12} {:>8}", grouped(self.statuses.get(&status).copied().unwrap_or_default()));
        }
        let orders: usize = self.months.values().map(|(orders, _)| orders).sum();
        let paid: Money = self.months.values().map(|(_, paid)| *paid).sum();
        let _ = writeln!(text, "{:<12} {:>8}\n", "total", grouped(orders));
        let _ = writeln!(text, "purchased      orders              paid");
        for (month, (orders, paid)) in &self.months {
            let _ = writeln!(text, "{month:<12} {:>8}  {paid:>16}", grouped(orders));
        }
        let _ = writeln!(text, "{:<12} {:>8}  {paid:>16}", "total", grouped(orders));
        text
    }
}
