//! The status of each order, in a table of its own.

use es_core::prelude::*;

use crate::domain::{
    HandedToCarrier, OrderApproved, OrderCanceled, OrderDelivered, OrderInvoiced, OrderPlaced, OrderUnavailable, ProcessingStarted, Status,
};
use crate::read_models::{Sql, Value, order};

/// The farthest status that each order has reached: `order_statuses`.
#[derive(Projection, Debug, Clone, Copy)]
#[projection(
    name = "order_statuses",
    events(OrderPlaced, OrderApproved, OrderInvoiced, ProcessingStarted, HandedToCarrier, OrderDelivered, OrderUnavailable, OrderCanceled)
)]
pub struct Statuses;

const REACHED: &str = "
    insert into order_statuses (order_id, status) values ($1, $2)
    on conflict (order_id) do update set status = excluded.status where excluded.status > order_statuses.status";

/// How many orders have each status, by its place among [`Status::ALL`].
pub(super) const COUNTED: &str = "select cast(status as text), count(*), cast(0 as bigint) from order_statuses group by status";

macro_rules! reaches {
    ($($event:ty: $status:ident,)*) => { $(
        impl<C: Sql> Project<$event, C> for Statuses {
            async fn project(&self, event: &Recorded<$event>, db: &mut C) -> Result<(), ProjectionError> {
                db.run(REACHED, order(event), Value::Number(Status::$status as i64)).await
            }
        }
    )* };
}
reaches! {
    OrderPlaced: Created,
    OrderApproved: Approved,
    OrderInvoiced: Invoiced,
    ProcessingStarted: Processing,
    HandedToCarrier: Shipped,
    OrderDelivered: Delivered,
    OrderUnavailable: Unavailable,
    OrderCanceled: Canceled,
}
