//! Ids: newtypes that are printed, parsed and stored as what they hold.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, unreachable_pub)]

use es_core::prelude::*;
use es_core::{TagValue, Tags};
use uuid::Uuid;

#[derive(Id, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrderId(Uuid);

#[derive(Id, Debug, Clone, PartialEq, Eq, Hash)]
pub struct Isbn(String);

#[derive(Id, Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Seat(u16);

// an id of what another id identifies
#[derive(Id, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct InvoiceId(OrderId);

fn is_an_id<T: es_core::Id>() {}

#[test]
fn every_newtype_identifies_an_aggregate() {
    is_an_id::<OrderId>();
    is_an_id::<Isbn>();
    is_an_id::<Seat>();
    is_an_id::<InvoiceId>();
}

#[test]
fn an_id_is_printed_parsed_and_stored_as_what_it_holds() {
    let text = "67e55044-10b1-426f-9247-bb680e5fe0c8";
    let order: OrderId = text.parse().unwrap();
    assert_eq!(order.to_string(), text);
    assert_eq!(Uuid::from(order), text.parse::<Uuid>().unwrap());
    assert_eq!(OrderId::from(Uuid::nil()).to_string(), Uuid::nil().to_string());
    assert_eq!(serde_json::to_string(&order).unwrap(), format!("{text:?}"));
    assert_eq!(serde_json::from_str::<InvoiceId>(&format!("{text:?}")).unwrap(), InvoiceId(order));
    assert_eq!("44".parse(), Ok(Seat(44)));
    assert_eq!(format!("{:>4}|{}", Seat(7), u16::from(Seat(7))), "   7|7");
    assert!("seven".parse::<Seat>().is_err());
    assert_eq!(Isbn::from("978").to_string(), String::from(Isbn::from("978".to_owned())));
}

#[test]
fn new_ids_of_a_uuid_sort_by_time() {
    let (first, second) = (OrderId::new(), OrderId::new());
    assert!(first < second);
    assert_eq!(Uuid::from(first).get_version_num(), 7);
}

#[test]
fn an_id_has_the_shape_and_the_tag_of_what_it_holds() {
    assert_eq!(<InvoiceId as Schema>::SHAPE.to_string(), "uuid");
    assert_eq!(<Vec<Isbn> as Schema>::SHAPE.to_string(), "[string]");
    let mut tags = Tags::default();
    Seat(4).add_to("seat", &mut tags);
    Some(Isbn::from("978")).add_to("isbn", &mut tags);
    assert!(format!("{tags:?}").contains(r#"["seat:4", "isbn:978"]"#));
}
