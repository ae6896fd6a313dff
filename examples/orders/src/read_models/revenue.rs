//! What was paid for each order, and in which month it was placed, in a table of its own.

use es_core::prelude::*;

use crate::domain::{OrderPlaced, PaymentReceived};
use crate::read_models::{Sql, Value, order};
use crate::report::UNKNOWN;
use crate::time;

/// What was paid for each order, whatever its status: `order_revenue`.
#[derive(Projection, Debug, Clone, Copy)]
#[projection(name = "order_revenue", events(OrderPlaced, PaymentReceived))]
pub struct Revenue;

const PLACED: &str = "
    insert into order_revenue (order_id, month, cents) values ($1, $2, 0)
    on conflict (order_id) do update set month = excluded.month";
const PAID: &str = "
    insert into order_revenue (order_id, month, cents) values ($1, 'unknown', $2)
    on conflict (order_id) do update set cents = order_revenue.cents + excluded.cents";

/// Orders by month of purchase, and what was paid for them.
pub(super) const SUMMED: &str = "select month, count(*), cast(sum(cents) as bigint) from order_revenue group by month";

impl<C: Sql> Project<OrderPlaced, C> for Revenue {
    async fn project(&self, event: &Recorded<OrderPlaced>, db: &mut C) -> Result<(), ProjectionError> {
        let month = event.at.map_or_else(|| UNKNOWN.into(), time::month);
        db.run(PLACED, order(event), Value::Text(&month)).await
    }
}

impl<C: Sql> Project<PaymentReceived, C> for Revenue {
    async fn project(&self, event: &Recorded<PaymentReceived>, db: &mut C) -> Result<(), ProjectionError> {
        db.run(PAID, order(event), Value::Number(event.amount.cents())).await
    }
}
