//! How many orders there are of each status, and what was paid for those of each month.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use es_core::{Position, StreamId};

use crate::domain::{Order, OrderEvent, Status};
use crate::error::Error;
use crate::money::{Money, grouped};
use crate::store::Desk;
use crate::time;

/// Reads all orders once, and prints the counts by status and what was paid by month of purchase.
///
/// # Errors
/// [`Error::Read`].
pub async fn status(desk: &Desk) -> Result<String, Error> {
    let mut orders: HashMap<StreamId, Line> = HashMap::new();
    let mut feed = desk.read_all::<Order>(Position::START);
    while let Some(event) = feed.next().await {
        let event = event?;
        if let Some(stream) = &event.stream {
            orders.entry(stream.clone()).or_default().see(&event);
        }
    }
    Ok(print(orders.values()))
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

fn print<'l>(orders: impl Iterator<Item = &'l Line>) -> String {
    let mut statuses: BTreeMap<Status, usize> = BTreeMap::new();
    let mut months: BTreeMap<&str, (usize, Money)> = BTreeMap::new();
    let mut total = (0, Money::ZERO);
    for order in orders {
        if let Some(status) = order.status {
            *statuses.entry(status).or_default() += 1;
        }
        // "unknown" sorts after the digits of every month
        let month = months.entry(order.month.as_deref().unwrap_or("unknown")).or_default();
        *month = (month.0 + 1, month.1 + order.paid);
        total = (total.0 + 1, total.1 + order.paid);
    }

    let mut text = String::from("status         orders\n");
    for status in Status::ALL {
        let _ = writeln!(text, "{status:<12} {:>8}", grouped(statuses.get(&status).copied().unwrap_or_default()));
    }
    let _ = writeln!(text, "{:<12} {:>8}\n", "total", grouped(total.0));
    let _ = writeln!(text, "purchased      orders              paid");
    for (month, (orders, paid)) in months {
        let _ = writeln!(text, "{month:<12} {:>8}  {paid:>16}", grouped(orders));
    }
    let _ = writeln!(text, "{:<12} {:>8}  {:>16}", "total", grouped(total.0), total.1);
    text
}
