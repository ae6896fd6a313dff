//! Each order on one line.

use es_core::prelude::*;
use es_core::view::{ColumnType, ColumnValue, Indexed};
use serde::{Deserialize, Serialize};

use crate::domain::{
    CustomerId, HandedToCarrier, ItemAdded, OrderApproved, OrderCanceled, OrderDelivered, OrderId, OrderInvoiced, OrderPlaced,
    OrderUnavailable, PaymentReceived, ProcessingStarted, Status,
};
use crate::money::Money;
use crate::time;

/// An order as a list shows it.
#[derive(View, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[view(
    name = "order_summary",
    key = OrderId,
    events(
        OrderPlaced,
        ItemAdded,
        PaymentReceived,
        OrderApproved,
        OrderInvoiced,
        ProcessingStarted,
        HandedToCarrier,
        OrderDelivered,
        OrderUnavailable,
        OrderCanceled
    )
)]
pub struct OrderSummary {
    /// The farthest that it has reached.
    #[view(index)]
    pub status: Option<Status>,
    /// The month of its purchase.
    #[view(index)]
    pub month: Option<String>,
    /// Who placed it.
    pub customer_id: Option<CustomerId>,
    /// How many items are on it.
    pub items: u32,
    /// What they cost, with their transport.
    pub total: Money,
    /// What was paid.
    pub paid: Money,
}

impl Indexed for Status {
    const TYPE: ColumnType = ColumnType::Text;

    fn value(&self) -> ColumnValue {
        ColumnValue::Text(self.to_string())
    }
}

impl Apply<OrderPlaced> for OrderSummary {
    fn apply(&mut self, event: OrderPlaced) {
        self.status = self.status.max(Some(Status::Created));
        self.month = event.at.map(time::month);
        self.customer_id = event.customer_id;
    }
}

impl Apply<ItemAdded> for OrderSummary {
    fn apply(&mut self, event: ItemAdded) {
        self.items += 1;
        self.total = self.total + event.item.price + event.item.freight;
    }
}

impl Apply<PaymentReceived> for OrderSummary {
    fn apply(&mut self, event: PaymentReceived) {
        self.paid = self.paid + event.amount;
    }
}

macro_rules! reaches {
    ($($event:ty: $status:ident,)*) => { $(
        impl Apply<$event> for OrderSummary {
            fn apply(&mut self, _: $event) {
                self.status = self.status.max(Some(Status::$status));
            }
        }
    )* };
}
reaches! {
    OrderApproved: Approved,
    OrderInvoiced: Invoiced,
    ProcessingStarted: Processing,
    HandedToCarrier: Shipped,
    OrderDelivered: Delivered,
    OrderUnavailable: Unavailable,
    OrderCanceled: Canceled,
}

#[cfg(test)]
mod tests {
    use es_core::testing::prelude::*;

    use super::*;

    #[test]
    fn a_status_that_comes_late_does_no_harm() {
        let placed = OrderPlaced { customer_id: None, at: Some(time::parse("2023-01-15 22:05:13").unwrap()), estimated_delivery: None };
        let history = history![placed, HandedToCarrier { at: None }, OrderApproved { at: None }];
        let summary = OrderSummary { status: Some(Status::Shipped), month: Some("2023-01".into()), ..OrderSummary::default() };
        given_history(history).view::<OrderSummary>(&"o-1".parse().unwrap()).is(summary);
    }

    #[test]
    fn payments_add_up() {
        let paid =
            |cents| PaymentReceived { number: 1, method: "boleto".into(), installments: 1, amount: Money::from_cents(cents), at: None };
        let summary = OrderSummary { paid: Money::from_cents(10_139), ..OrderSummary::default() };
        given_history(history![paid(10_000), paid(139)]).view::<OrderSummary>(&"o-1".parse().unwrap()).is(summary);
    }
}
