//! Stored versions are read by the history that the fields tell.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, unreachable_pub)]

use es_core::Event as _;
use es_core::prelude::*;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

fn read<E: Event>(version: u32, json: &str) -> E {
    E::decode(version, json.as_bytes()).unwrap()
}

fn refused<E: Event>(version: u32, json: &str) -> String {
    E::decode(version, json.as_bytes()).unwrap_err().to_string()
}

#[derive(Schema, Serialize, Deserialize, Debug, Clone, PartialEq)]
pub enum Currency {
    Usd,
    Eur,
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 3, upcast_from = 1)]
pub struct OrderPlaced {
    pub customer: u64,
    #[event(since = 2, default = Currency::Usd)]
    pub currency: Currency,
    #[event(since = 3, was = "total", with = cents_from_decimal)]
    pub total_cents: i64,
}

fn cents_from_decimal(total: String) -> Result<i64, rust_decimal::Error> {
    let cents = total.parse::<Decimal>()? * Decimal::ONE_HUNDRED;
    cents.try_into()
}

#[test]
fn every_version_becomes_the_present_one() {
    let placed = OrderPlaced { customer: 7, currency: Currency::Usd, total_cents: 1250 };
    assert_eq!(read::<OrderPlaced>(1, r#"{"customer":7,"total":"12.50"}"#), placed);
    assert_eq!(read::<OrderPlaced>(2, r#"{"customer":7,"currency":"Usd","total":"12.50"}"#), placed);
    assert_eq!(read::<OrderPlaced>(3, r#"{"customer":7,"currency":"Usd","total_cents":1250}"#), placed);
}

#[test]
fn what_does_not_decode_is_an_error_that_names_both_versions() {
    assert_eq!(
        refused::<OrderPlaced>(1, r#"{"customer":7,"total":"much"}"#),
        "`OrderPlaced` version 1 does not convert to version 3: field `total_cents`: Invalid decimal: unknown character"
    );
    assert!(
        refused::<OrderPlaced>(2, r#"{"customer":7,"total":"1"}"#)
            .contains("`OrderPlaced` version 2 (now 3) does not decode: missing field `currency`")
    );
    assert!(refused::<OrderPlaced>(4, "{}").contains("newer than version 3"));
    assert!(refused::<OrderPlaced>(0, "{}").contains("reads versions 1 to 3"));
}

#[test]
fn an_older_version_never_reads_a_field_that_it_did_not_have() {
    assert_eq!(read::<OrderPlaced>(1, r#"{"customer":7,"total":"1","currency":"Eur"}"#).currency, Currency::Usd);
}

// a field's life: came as a u8, was called `level`, then a u32 `grade`, then a rank
#[derive(Schema, Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct Rank(String);

fn rank(grade: u32) -> Rank {
    Rank(format!("rank {grade}"))
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 5, upcast_from = 1)]
pub struct MemberPromoted {
    pub member: String,
    #[event(since = 2, default = 3)]
    #[event(since = 3, was = "level")]
    #[event(since = 4, from = u8)]
    #[event(since = 5, was = "grade", with = rank)]
    pub rank: Rank,
}

#[test]
fn a_field_may_have_several_chapters() {
    let promoted = |rank: &str| MemberPromoted { member: "Ada".into(), rank: Rank(rank.into()) };
    assert_eq!(read::<MemberPromoted>(1, r#"{"member":"Ada"}"#), promoted("rank 3"));
    assert_eq!(read::<MemberPromoted>(2, r#"{"member":"Ada","level":200}"#), promoted("rank 200"));
    assert_eq!(read::<MemberPromoted>(3, r#"{"member":"Ada","grade":9}"#), promoted("rank 9"));
    assert_eq!(read::<MemberPromoted>(4, r#"{"member":"Ada","grade":70000}"#), promoted("rank 70000"));
    assert_eq!(read::<MemberPromoted>(5, r#"{"member":"Ada","rank":"chief"}"#), promoted("chief"));
    assert!(refused::<MemberPromoted>(3, r#"{"member":"Ada","grade":300}"#).contains("expected u8"));
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 3, upcast_from = 1)]
pub struct ParcelWeighed {
    #[event(since = 2, from = u16)]
    grams: u32,
    #[event(since = 2, from = i64)]
    pieces: u8,
    #[event(since = 3, default)]
    fragile: bool,
}

#[test]
fn a_type_changes_by_from_or_by_try_from() {
    assert_eq!(read::<ParcelWeighed>(1, r#"{"grams":40,"pieces":2}"#), ParcelWeighed { grams: 40, pieces: 2, fragile: false });
    assert_eq!(
        refused::<ParcelWeighed>(1, r#"{"grams":40,"pieces":256}"#),
        "`ParcelWeighed` version 1 does not convert to version 3: field `pieces`: out of range integral type conversion attempted"
    );
    assert!(refused::<ParcelWeighed>(1, r#"{"grams":70000,"pieces":2}"#).contains("does not decode"));
    assert_eq!(read::<ParcelWeighed>(2, r#"{"grams":70000,"pieces":2}"#).grams, 70000);
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 4, upcast_from = 1)]
#[event(removed(note: Option<String>, since = 3))]
#[event(removed(shelf: u32, since = 2), removed(shelf: String, added = 2, since = 4))]
#[serde(deny_unknown_fields)]
pub struct BookLent {
    book: String,
}

#[test]
fn a_removed_field_is_read_where_it_was_and_nowhere_else() {
    let lent = BookLent { book: "Emma".into() };
    assert_eq!(read::<BookLent>(1, r#"{"book":"Emma","note":"late","shelf":4}"#), lent);
    assert_eq!(read::<BookLent>(2, r#"{"book":"Emma","shelf":"A4"}"#), lent);
    assert_eq!(read::<BookLent>(3, r#"{"book":"Emma","shelf":"A4"}"#), lent);
    assert_eq!(read::<BookLent>(4, r#"{"book":"Emma"}"#), lent);
    assert!(refused::<BookLent>(1, r#"{"book":"Emma","shelf":"A4"}"#).contains("expected u32"));
    assert!(refused::<BookLent>(3, r#"{"book":"Emma","shelf":"A4","note":"late"}"#).contains("unknown field `note`"));
    assert!(refused::<BookLent>(4, r#"{"book":"Emma","shelf":"A4"}"#).contains("unknown field `shelf`"));
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = 1, removed(reason: String, since = 2))]
pub struct AccountClosed;

#[test]
fn a_unit_struct_may_have_had_fields() {
    assert_eq!(read::<AccountClosed>(1, r#"{"reason":"moved"}"#), AccountClosed);
    assert!(refused::<AccountClosed>(1, "{}").contains("missing field `reason`"));
    assert_eq!(read::<AccountClosed>(2, "{}"), AccountClosed);
    assert_eq!(AccountClosed.encode().unwrap(), b"{}");
    assert!(refused::<AccountClosed>(2, "null").contains("does not decode"));
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = 1)]
pub struct SeatsSold {
    #[event(since = 2, default = { let mut rows = [0; 3]; rows[1] = 5; rows.to_vec() })]
    rows: Vec<u32>,
    #[event(since = 2, default = Vec::<(u8, u8)>::with_capacity(2))]
    pairs: Vec<(u8, u8)>,
    #[event(since = 2, default = u64::from(PRICE) * 2)]
    price: u64,
}

const PRICE: u32 = 21;

#[test]
fn a_default_may_be_any_expression() {
    assert_eq!(read::<SeatsSold>(1, "{}"), SeatsSold { rows: vec![0, 5, 0], pairs: vec![], price: 42 });
}

mod serde_attributes {
    use super::*;

    pub mod upper {
        use serde::{Deserialize, Deserializer, Serializer};

        pub fn serialize<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_str(&text.to_uppercase())
        }

        pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
            String::deserialize(deserializer).map(|text| text.to_lowercase())
        }
    }

    #[derive(Schema, Serialize, Deserialize, Debug, Clone, PartialEq)]
    pub struct Address {
        street: String,
    }

    #[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
    #[event(version = 3, upcast_from = 1)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct GuestInvited {
        guest_name: String,
        #[serde(with = "upper")]
        #[schema(as = String)]
        code: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        plus_one: Option<String>,
        #[serde(rename = "T", alias = "table")]
        table_number: u8,
        #[serde(skip)]
        cached: u8,
        #[event(since = 2, was = "at")]
        #[serde(rename = "on", alias = "when")]
        day: String,
        #[event(since = 3, from = u8)]
        #[serde(rename = "seats", default)]
        seat_count: u16,
    }

    fn invited(seat_count: u16) -> GuestInvited {
        GuestInvited {
            guest_name: "Ada".into(),
            code: "x1".into(),
            plus_one: None,
            table_number: 4,
            cached: 0,
            day: "Monday".into(),
            seat_count,
        }
    }

    #[test]
    fn a_field_keeps_its_attributes_in_every_version_in_which_it_is_unchanged() {
        assert_eq!(read::<GuestInvited>(3, r#"{"guestName":"Ada","code":"X1","T":4,"when":"Monday","seats":2}"#), invited(2));
        assert_eq!(read::<GuestInvited>(2, r#"{"guestName":"Ada","code":"X1","table":4,"on":"Monday","seatCount":2}"#), invited(2));
        assert_eq!(read::<GuestInvited>(1, r#"{"guestName":"Ada","code":"X1","T":4,"at":"Monday","seatCount":2}"#), invited(2));
    }

    #[test]
    fn before_its_chapter_a_field_has_none_of_its_present_attributes() {
        let refused_in = |version, json| refused::<GuestInvited>(version, json);
        assert!(refused_in(1, r#"{"guestName":"Ada","code":"X1","T":4,"on":"Monday","seatCount":2}"#).contains("unknown field `on`"));
        assert!(refused_in(2, r#"{"guestName":"Ada","code":"X1","T":4,"on":"Monday"}"#).contains("missing field `seatCount`"));
        assert!(refused_in(2, r#"{"guestName":"Ada","code":"X1","T":4,"on":"Monday","seats":2}"#).contains("unknown field `seats`"));
    }

    #[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
    #[event(version = 2, upcast_from = 1)]
    #[serde(default)]
    pub struct RoomBooked {
        nights: u32,
        #[serde(default)]
        beds: u8,
        #[serde(flatten)]
        address: Address,
        #[event(since = 2, was = "floor")]
        storey: i8,
    }

    impl Default for RoomBooked {
        fn default() -> Self {
            Self { nights: 7, beds: 2, address: Address { street: String::new() }, storey: -1 }
        }
    }

    #[test]
    fn the_default_of_the_struct_holds_in_every_version() {
        let booked = |nights, storey| RoomBooked { nights, beds: 0, address: Address { street: "Elm".into() }, storey };
        assert_eq!(read::<RoomBooked>(2, r#"{"street":"Elm"}"#), booked(7, -1));
        assert_eq!(read::<RoomBooked>(1, r#"{"street":"Elm"}"#), booked(7, -1));
        assert_eq!(read::<RoomBooked>(1, r#"{"street":"Elm","floor":3,"nights":1}"#), booked(1, 3));
    }
}
