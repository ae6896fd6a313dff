//! One order as it is, or as it was.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use es_core::store::Store;
use es_core::{Aggregate, App, AsOf};

use crate::domain::{Item, Order, OrderId, Status};
use crate::error::Error;
use crate::report::when;
use crate::time;

/// Which past is meant; both may be: what the store knew at one moment of what had happened by another.
#[derive(Debug, Clone, Copy, Default)]
pub struct Past {
    /// What had happened in the world by then. Events without a business time don't count: nobody knows whether they had happened.
    pub happened: Option<DateTime<Utc>>,
    /// What the store had recorded by then.
    pub recorded: Option<DateTime<Utc>>,
}

/// Prints an order as it is, or as it was.
///
/// # Errors
/// [`Error::NoOrder`], [`Error::Read`].
pub async fn show<S: Store>(desk: &App<S>, id: &OrderId, past: Past) -> Result<String, Error> {
    let (order, undated) = match past {
        Past { happened: Some(happened), recorded } => happened_by(desk, id, happened, recorded).await?,
        Past { recorded: Some(recorded), .. } => (desk.load_at::<Order>(id, AsOf::Time(recorded)).await?.state, 0),
        Past { .. } => (desk.load::<Order>(id).await?.state, 0),
    };
    if order == Order::default() && desk.load::<Order>(id).await?.version == 0 {
        return Err(Error::NoOrder(id.clone()));
    }
    Ok(print(id, &order, past, undated))
}

/// The order as far as it had happened by then, and how many events are left out because nobody knows when they happened.
async fn happened_by<S: Store>(
    desk: &App<S>,
    id: &OrderId,
    happened: DateTime<Utc>,
    recorded: Option<DateTime<Utc>>,
) -> Result<(Order, usize), Error> {
    let mut order = Order::default();
    let mut undated = 0;
    let mut history = desk.history::<Order>(id);
    while let Some(event) = history.next().await {
        let event = event?;
        if recorded.is_some_and(|recorded| event.recorded_at > recorded) {
            break;
        }
        match event.at() {
            Some(at) if at <= happened => order.apply_event(event.event),
            Some(_) => {}
            None => undated += 1,
        }
    }
    Ok((order, undated))
}

fn print(id: &OrderId, order: &Order, past: Past, undated: usize) -> String {
    let mut text = format!("order {id}\n");
    if let Some(happened) = past.happened {
        let _ = writeln!(text, "as of {}", time::second(happened));
    }
    if let Some(recorded) = past.recorded {
        let _ = writeln!(text, "as recorded by {}", time::microsecond(recorded));
    }
    match order.status() {
        Some(status) => print_order(&mut text, order, status),
        None => text.push_str("nothing had happened yet\n"),
    }
    if undated > 0 {
        let _ = writeln!(text, "not counted: events without a business time: {undated}");
    }
    text
}

fn print_order(text: &mut String, order: &Order, status: Status) {
    let _ = writeln!(text, "status    {status}");
    let _ = writeln!(text, "customer  {}", order.customer_id.as_ref().map_or_else(|| "-".into(), ToString::to_string));
    let _ = writeln!(text, "promised  {}", when(order.estimated_delivery));
    for (status, at) in &order.reached {
        let _ = writeln!(text, "  {status:<12} {}", when(*at));
    }
    for (number, item) in &order.items {
        let Item { product_id, seller_id, price, freight, .. } = item;
        let _ = writeln!(text, "item {number:<4} {price:>12} + {freight:>10} freight  {product_id} of seller {seller_id}");
    }
    let _ = writeln!(text, "total     {:>12}", order.total());
    for payment in order.payments.values() {
        let _ = writeln!(
            text,
            "payment {:<2}{:>12}  {}, installments: {}",
            payment.number, payment.amount, payment.method, payment.installments
        );
    }
    let _ = writeln!(text, "paid      {:>12}", order.paid());
}
