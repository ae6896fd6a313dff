//! What the rows of an order tell: the commands of its steps, in the order in which they happened.

use chrono::{DateTime, Utc};

use crate::domain::{
    ApproveOrder, CancelOrder, DeliverOrder, HandToCarrier, InvoiceOrder, MarkUnavailable, OrderCommand, OrderId, PlaceOrder,
    StartProcessing, Status,
};
use crate::import::rows::{OrderRow, OrderRows};

/// The commands that record what these rows tell.
///
/// An order begins with its placing. Then come the steps with a date, by date; then those without: items and payments, and the status
/// in the file where no date speaks of it. Steps that the file is silent about are not made up: an order that was delivered may never
/// have been approved.
pub fn of(rows: OrderRows) -> Vec<OrderCommand> {
    let OrderRows { order, items, payments } = rows;
    let (dated, undated): (Vec<_>, Vec<_>) = told(&order).into_iter().partition(|step| step.at.is_some());
    let command = |Step { at, command, .. }: Step| command(order.order_id.clone(), at);

    let mut commands = vec![place(&order)];
    commands.extend(dated.into_iter().map(command));
    commands.extend(items.into_iter().map(OrderCommand::from));
    commands.extend(payments.into_iter().map(OrderCommand::from));
    commands.extend(undated.into_iter().map(command));
    commands
}

fn place(order: &OrderRow) -> OrderCommand {
    let OrderRow { order_id, customer_id, purchased_at, estimated_delivery, .. } = order.clone();
    PlaceOrder { order_id, customer_id, at: purchased_at, estimated_delivery }.into()
}

/// A step after the placing.
struct Step {
    reaches: Status,
    at: Option<DateTime<Utc>>,
    command: fn(OrderId, Option<DateTime<Utc>>) -> OrderCommand,
}

/// The steps that a row tells of: those with a date, and the one that its status names. By date; equal dates in the steps' own order.
fn told(order: &OrderRow) -> Vec<Step> {
    let step = |reaches, at, command| Step { reaches, at, command };
    let mut steps = vec![
        step(Status::Approved, order.approved_at, |order_id, at| ApproveOrder { order_id, at }.into()),
        step(Status::Invoiced, None, |order_id, at| InvoiceOrder { order_id, at }.into()),
        step(Status::Processing, None, |order_id, at| StartProcessing { order_id, at }.into()),
        step(Status::Shipped, order.handed_to_carrier_at, |order_id, at| HandToCarrier { order_id, at }.into()),
        step(Status::Delivered, order.delivered_at, |order_id, at| DeliverOrder { order_id, at }.into()),
        step(Status::Unavailable, None, |order_id, at| MarkUnavailable { order_id, at }.into()),
        step(Status::Canceled, None, |order_id, at| CancelOrder { order_id, at }.into()),
    ];
    steps.retain(|step| step.at.is_some() || step.reaches == order.status);
    steps.sort_by_key(|step| step.at);
    steps
}
