//! What has happened to one order, step by step.

use std::fmt::Write;

use es_core::store::Store;
use es_core::{App, EventEnum, Recorded};

use crate::domain::{Order, OrderEvent, OrderId, Status};
use crate::error::Error;
use crate::report::when;
use crate::time;

/// Prints the events of an order in the order in which they happened: version, both times, and what each changed.
///
/// Events without a business time come after those with one, in the order in which they were recorded.
///
/// # Errors
/// [`Error::NoOrder`], [`Error::Read`].
pub async fn timeline<S: Store>(desk: &App<S>, order: &OrderId) -> Result<String, Error> {
    let mut history = desk.history::<Order>(order);
    let mut events = Vec::new();
    while let Some(event) = history.next().await {
        events.push(event?);
    }
    if events.is_empty() {
        return Err(Error::NoOrder(order.clone()));
    }
    events.sort_by_key(|event| (event.at().is_none(), event.at()));
    Ok(print(order, &events))
}

fn print(order: &OrderId, events: &[Recorded<OrderEvent>]) -> String {
    let mut text = format!("order {order}\n\nversion  {:<19}  {:<26}  {:<17}  what changed\n", "happened", "recorded", "event");
    let mut status = None;
    for event in events {
        let changed = changed(event, &mut status);
        let (happened, recorded) = (when(event.at()), time::microsecond(event.recorded_at));
        let _ =
            writeln!(text, "{:>7}  {happened:<19}  {recorded:<26}  {:<17}  {changed}{}", event.version, event.event.name(), stored(event));
    }
    text
}

/// What an event says, and the status that the order has through it, if that is a new one.
fn changed(event: &OrderEvent, status: &mut Option<Status>) -> String {
    let said = match event {
        OrderEvent::OrderPlaced(placed) => {
            let customer = placed.customer_id.as_ref().map_or_else(|| "unknown".into(), ToString::to_string);
            let promised = placed.estimated_delivery.map(|at| format!(", delivery promised for {}", time::second(at)));
            format!("by customer {customer}{}", promised.unwrap_or_default())
        }
        OrderEvent::ItemAdded(added) => {
            let item = &added.item;
            format!("item {}: {} of seller {}, {} and {} freight", added.number, item.product_id, item.seller_id, item.price, item.freight)
        }
        OrderEvent::PaymentReceived(payment) => {
            format!("payment {}: {} by {}, installments: {}", payment.number, payment.amount, payment.method, payment.installments)
        }
        _ => String::new(),
    };
    let before = *status;
    *status = before.max(event.reaches());
    let turned = match (before, *status) {
        (before, now) if before == now => (event.reaches().is_some()).then(|| "status stays".to_owned() + &shown(now)),
        (_, now) => Some("status".to_owned() + &shown(now)),
    };
    [Some(said).filter(|said| !said.is_empty()), turned].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn shown(status: Option<Status>) -> String {
    status.map(|status| format!(" {status}")).unwrap_or_default()
}

/// How an event is stored, where that differs from how it is read.
fn stored(event: &Recorded<OrderEvent>) -> String {
    let today = (event.event.name(), event.event.event_version());
    match (&*event.name, event.event_version) {
        stored if stored == today => String::new(),
        (name, version) => format!(" (stored as {name} v{version})"),
    }
}
