//! Events that were renamed, split, merged or dropped are read wherever their successors are.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, unreachable_pub)]

use es_core::EventEnum;
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(renamed_from = "OrderCreated", renamed_from = "order.created", replaces(OrderPlacedAndPaid))]
pub struct OrderPlaced {
    total: i64,
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = 1, replaces(OrderPlacedAndPaid, OrderSettled))]
pub struct OrderPaid {
    #[event(since = 2, was = "sum")]
    amount: i64,
}

// split in two
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = 1, retired_into(OrderPlaced, OrderPaid), renamed_from = "OrderBought", replaces(OrderTaken))]
pub struct OrderPlacedAndPaid {
    #[event(since = 2, was = "price")]
    total: i64,
}

impl Retired for OrderPlacedAndPaid {
    fn replace(self) -> Events<Self> {
        events![OrderPlaced { total: self.total }, OrderPaid { amount: self.total }]
    }
}

// retired into what is retired itself
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(retired_into(OrderPlacedAndPaid))]
pub struct OrderTaken {
    euros: i64,
}

impl Retired for OrderTaken {
    fn replace(self) -> Events<Self> {
        events![OrderPlacedAndPaid { total: self.euros * 100 }]
    }
}

// merged with another
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(retired_into(OrderPaid))]
pub struct OrderSettled {
    cents: i64,
}

impl Retired for OrderSettled {
    fn replace(self) -> Events<Self> {
        if self.cents == 0 { events![] } else { events![OrderPaid { amount: self.cents }] }
    }
}

// dropped
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(retired_into(), renamed_from = "OrderPeeked", replaces(OrderGlanced))]
pub struct OrderViewed;

impl Retired for OrderViewed {
    fn replace(self) -> Events<Self> {
        events![]
    }
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(retired_into(OrderViewed))]
pub struct OrderGlanced;

impl Retired for OrderGlanced {
    fn replace(self) -> Events<Self> {
        events![OrderViewed]
    }
}

#[derive(Aggregate, Debug, Default, Clone, PartialEq)]
#[aggregate(id = u64, events(OrderPlaced, OrderPaid), ignores(OrderViewed), derive(PartialEq))]
pub struct Order {
    placed: i64,
    paid: i64,
}

impl Apply<OrderPlaced> for Order {
    fn apply(&mut self, event: OrderPlaced) {
        self.placed += event.total;
    }
}

impl Apply<OrderPaid> for Order {
    fn apply(&mut self, event: OrderPaid) {
        self.paid += event.amount;
    }
}

/// What a stored event does to an order, and what the enum reads it as.
fn read(name: &str, version: u32, json: &str) -> (Order, Vec<OrderEvent>) {
    let mut order = Order::default();
    order.apply_stored(name, version, json.as_bytes()).unwrap();
    let mut events = Vec::new();
    OrderEvent::decode(name, version, json.as_bytes(), &mut events).unwrap();
    (order, events)
}

#[test]
fn a_former_name_is_read_as_the_present_one() {
    for name in ["OrderPlaced", "OrderCreated", "order.created"] {
        let (order, events) = read(name, 1, r#"{"total":5}"#);
        assert_eq!(order, Order { placed: 5, paid: 0 });
        assert_eq!(events, [OrderPlaced { total: 5 }.into()]);
    }
}

#[test]
fn a_retired_event_is_read_as_its_parts_in_every_version_and_under_every_name() {
    for (name, version, json) in [
        ("OrderPlacedAndPaid", 2, r#"{"total":700}"#),
        ("OrderPlacedAndPaid", 1, r#"{"price":700}"#),
        ("OrderBought", 1, r#"{"price":700}"#),
        ("OrderTaken", 1, r#"{"euros":7}"#),
    ] {
        let (order, events) = read(name, version, json);
        assert_eq!(order, Order { placed: 700, paid: 700 }, "{name} v{version}");
        assert_eq!(events, [OrderPlaced { total: 700 }.into(), OrderPaid { amount: 700 }.into()]);
    }
}

#[test]
fn a_merged_event_becomes_one_part_or_none() {
    assert_eq!(read("OrderSettled", 1, r#"{"cents":3}"#), (Order { placed: 0, paid: 3 }, vec![OrderPaid { amount: 3 }.into()]));
    assert_eq!(read("OrderSettled", 1, r#"{"cents":0}"#), (Order::default(), vec![]));
}

#[test]
fn an_event_that_became_nothing_changes_nothing() {
    for name in ["OrderViewed", "OrderPeeked", "OrderGlanced"] {
        assert_eq!(read(name, 1, "{}"), (Order::default(), vec![]), "{name}");
    }
}

#[test]
fn a_name_that_nobody_lists_is_an_error() {
    let refused = Order::default().apply_stored("OrderLost", 1, b"{}").unwrap_err();
    assert!(refused.is_unlisted());
    assert!(OrderEvent::decode("OrderLost", 1, b"{}", &mut Vec::new()).unwrap_err().is_unlisted());
}

#[test]
fn a_retired_event_that_does_not_decode_is_an_error_under_its_own_name() {
    let refused = Order::default().apply_stored("OrderTaken", 1, b"{}").unwrap_err();
    assert!(refused.to_string().starts_with("`OrderTaken` version 1"), "{refused}");
}

// a reader that takes only some of the parts
#[derive(Aggregate, Debug, Default, Clone, PartialEq)]
#[aggregate(id = u64, events(Sent), event = Posted)]
pub struct Postbox(u32);

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(name = "post.sent")]
pub struct Sent;

impl Apply<Sent> for Postbox {
    fn apply(&mut self, _: Sent) {
        self.0 += 1;
    }
}

#[test]
fn the_enum_says_names_and_versions_of_what_is_stored() {
    assert_eq!(Posted::from(Sent).name(), "post.sent");
    assert_eq!(OrderEvent::from(OrderPaid { amount: 1 }).event_version(), 2);
    assert_eq!(format!("{:?}", OrderEvent::EVENTS), "[OrderPlaced v1, OrderPaid v2]");
}
