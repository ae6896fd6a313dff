//! The domain alone, without a store.

use chrono::{DateTime, Utc};
use es_core::events;
use es_core::testing::prelude::*;
use orders::domain::*;
use orders::money::Money;
use orders::time;

fn day(day: u32) -> Option<DateTime<Utc>> {
    Some(time::parse(&format!("2023-01-{day:02} 12:00:00")).unwrap())
}

fn id() -> OrderId {
    OrderId::from("o-1".to_owned())
}

fn placed() -> OrderPlaced {
    OrderPlaced { customer_id: Some(CustomerId::from("c-anna".to_owned())), at: day(1), estimated_delivery: day(20) }
}

fn payment(number: u32, cents: i64) -> PaymentReceived {
    PaymentReceived { number, method: "voucher".into(), installments: 1, amount: Money::from_cents(cents), at: None }
}

#[test]
fn an_order_begins_with_its_placing() {
    given_nothing::<Order>()
        .when(PlaceOrder { order_id: id(), customer_id: placed().customer_id, at: day(1), estimated_delivery: day(20) })
        .then(events![placed()])
        .then_state(|order| assert_eq!(order.status(), Some(Status::Created)));
}

#[test]
fn a_step_of_an_order_that_was_never_placed_is_refused() {
    given_nothing::<Order>().when(ApproveOrder { order_id: id(), at: day(2) }).then_not_found();
}

#[test]
fn a_step_that_is_known_is_not_recorded_again() {
    given::<Order>(events![placed(), OrderApproved { at: day(2) }])
        .when(ApproveOrder { order_id: id(), at: day(3) })
        .then_nothing()
        .then_state(|order| assert_eq!(order.reached[&Status::Approved], day(2)));
    given::<Order>(events![placed(), payment(1, 500)])
        .when(ReceivePayment {
            order_id: id(),
            number: 1,
            method: "voucher".into(),
            installments: 1,
            amount: Money::from_cents(500),
            at: None,
        })
        .then_nothing();
}

#[test]
fn a_second_payment_is_a_step_of_its_own() {
    given::<Order>(events![placed(), payment(1, 500)])
        .when(ReceivePayment {
            order_id: id(),
            number: 2,
            method: "voucher".into(),
            installments: 1,
            amount: Money::from_cents(250),
            at: None,
        })
        .then(events![payment(2, 250)])
        .then_state(|order| assert_eq!(order.paid(), Money::from_cents(750)));
}

#[test]
fn the_status_is_the_farthest_step_whatever_came_first() {
    given::<Order>(events![placed(), HandedToCarrier { at: day(2) }, OrderApproved { at: day(3) }])
        .then_state(|order| assert_eq!(order.status(), Some(Status::Shipped)));
    given::<Order>(events![placed(), ProcessingStarted { at: None }, OrderInvoiced { at: None }])
        .then_state(|order| assert_eq!(order.status(), Some(Status::Processing)));
}

#[test]
fn an_order_that_was_called_off_stays_so() {
    given::<Order>(events![placed(), OrderCanceled { at: None }, OrderDelivered { at: day(9) }])
        .then_state(|order| assert_eq!(order.status(), Some(Status::Canceled)));
    given::<Order>(events![placed(), OrderUnavailable { at: None }, OrderApproved { at: day(2) }])
        .then_state(|order| assert_eq!(order.status(), Some(Status::Unavailable)));
}

#[test]
fn steps_are_recorded_in_any_order() {
    given::<Order>(events![placed(), OrderDelivered { at: day(9) }])
        .when(HandToCarrier { order_id: id(), at: day(5) })
        .then(events![HandedToCarrier { at: day(5) }])
        .then_state(|order| assert_eq!(order.status(), Some(Status::Delivered)));
}

#[test]
fn every_status_reads_back_from_its_word() {
    for status in Status::ALL {
        assert_eq!(status.to_string().parse(), Ok(status));
    }
    assert_eq!("Delivered".parse::<Status>(), Err(NoStatus));
}
