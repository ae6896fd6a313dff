//! The forms that an event can have, its tags, and the shape that it says it is stored in.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, unreachable_pub)]

use es_core::Event as _;
use es_core::prelude::*;
use es_core::{Tags, schema};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Id, Debug, Clone, PartialEq, Eq, Hash)]
pub struct GuestId(Uuid);

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = 1)]
pub struct TableReserved {
    #[event(tag)]
    guest: GuestId,
    #[event(tag)]
    table: u16,
    #[event(tag)]
    room: String,
    #[event(tag)]
    inside: bool,
    #[event(tag)]
    voucher: Option<Uuid>,
    #[event(tag, since = 2)]
    waiters: Vec<String>,
    #[event(tag)]
    #[event(since = 2, was = "group")]
    party: Option<String>,
    persons: u8,
}

fn reserved() -> TableReserved {
    TableReserved {
        guest: "67e55044-10b1-426f-9247-bb680e5fe0c8".parse::<Uuid>().unwrap().into(),
        table: 4,
        room: "garden".into(),
        inside: false,
        voucher: None,
        waiters: vec!["Ada".into(), "Bob".into()],
        party: Some("choir".into()),
        persons: 3,
    }
}

#[test]
fn tagged_fields_are_tags_under_their_names() {
    let mut tags = Tags::default();
    reserved().add_tags(&mut tags);
    assert_eq!(
        format!("{tags:?}"),
        r#"Tags { tags: ["guest:67e55044-10b1-426f-9247-bb680e5fe0c8", "table:4", "room:garden", "inside:false", "waiters:Ada", "waiters:Bob", "party:choir"], error: None }"#
    );
}

#[test]
fn the_shape_names_tags_and_says_since_when() {
    assert_eq!(
        TableReserved::SCHEMA.to_string(),
        "{ guest: uuid #tag, table: u16 #tag, room: string #tag, inside: bool #tag, voucher: uuid? #tag, waiters: [string] #tag, \
         party: string? #tag, persons: u8 }"
    );
    let schema::Shape::Struct(fields) = TableReserved::SCHEMA else { panic!("an event is a struct") };
    let since: Vec<_> = fields.iter().filter_map(|field| Some((field.name(), field.tag_since()?))).collect();
    assert_eq!(since, [("guest", 1), ("table", 1), ("room", 1), ("inside", 1), ("voucher", 1), ("waiters", 2), ("party", 1)]);
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct DoorOpened;

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct DoorClosed {}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(name = "door.painted")]
pub struct DoorPainted(String);

#[test]
fn events_without_fields_are_objects_that_can_grow() {
    assert_eq!(DoorOpened.encode().unwrap(), b"{}");
    assert_eq!(DoorClosed {}.encode().unwrap(), b"{}");
    assert_eq!(DoorOpened::decode(1, br#"{"later":1}"#).unwrap(), DoorOpened);
    assert_eq!(DoorClosed::decode(1, b"{}").unwrap(), DoorClosed {});
    assert_eq!(DoorOpened::SCHEMA.to_string(), "{}");
}

#[test]
fn a_newtype_is_stored_as_what_it_holds() {
    let painted = DoorPainted("red".into());
    assert_eq!(painted.encode().unwrap(), br#""red""#);
    assert_eq!(DoorPainted::decode(1, br#""red""#).unwrap(), painted);
    assert_eq!((DoorPainted::NAME, DoorPainted::SCHEMA.to_string()), ("door.painted", "string".into()));
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct RateSet {
    rate: f64,
}

#[test]
fn a_float_that_is_not_finite_is_not_written() {
    let refused = RateSet { rate: f64::NAN }.encode().unwrap_err();
    assert_eq!(refused.to_string(), "`RateSet` holds a float that is not finite, which JSON would store as null");
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = 1)]
pub struct r#Match {
    r#type: String,
    #[event(tag)]
    r#ref: u8,
    #[event(since = 2, was = "for")]
    r#where: String,
    #[event(since = 2, default)]
    r#while: u8,
}

#[test]
fn raw_identifiers_lose_their_prefix_in_the_store() {
    let played = r#Match { r#type: "cup".into(), r#ref: 3, r#where: "home".into(), r#while: 0 };
    assert_eq!(r#Match::NAME, "Match");
    assert_eq!(played.encode().unwrap(), br#"{"type":"cup","ref":3,"where":"home","while":0}"#);
    assert_eq!(r#Match::decode(1, br#"{"type":"cup","ref":3,"for":"home"}"#).unwrap(), played);
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[es(event(name = "es.spelled", version = 2, upcast_from = 1), command(aggregate = Nothing))]
pub struct Spelled {
    #[es(event(since = 2, default = 4))]
    #[cfg(test)]
    kept: u8,
    #[cfg(not(test))]
    #[event(since = 2, nonsense)]
    gone: Missing,
}

#[test]
fn the_long_spelling_and_cfg_are_read_too() {
    assert_eq!(Spelled::NAME, "es.spelled");
    assert_eq!(Spelled::decode(1, b"{}").unwrap(), Spelled { kept: 4 });
}

macro_rules! measured {
    ($name:ident, $field:ident: $ty:ty = $default:expr) => {
        #[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
        #[event(version = 2, upcast_from = 1)]
        pub struct $name {
            #[event(tag)]
            #[event(since = 2, default = $default)]
            $field: $ty,
        }
    };
}
measured!(LengthMeasured, millimetres: u32 = 7);

#[test]
fn an_event_may_be_written_by_a_macro() {
    assert_eq!(LengthMeasured::decode(1, b"{}").unwrap(), LengthMeasured { millimetres: 7 });
    let mut tags = Tags::default();
    LengthMeasured { millimetres: 8 }.add_tags(&mut tags);
    assert!(format!("{tags:?}").contains("millimetres:8"));
}
