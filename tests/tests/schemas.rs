//! The stored shape of a type is what serde writes.
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::panic, unreachable_pub)]

use std::collections::{BTreeMap, HashMap};

use es_core::Schema;
use es_core::schema::Types;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How a field of this type is written, and the lines of the named types that it holds.
fn lines<T: Schema>() -> Vec<String> {
    let mut types = Types::default();
    T::define(&mut types);
    let lines = types.iter().map(|(name, shape)| format!("{name} = {shape}"));
    std::iter::once(T::SHAPE.to_string()).chain(lines).collect()
}

#[derive(Schema, Serialize, Deserialize)]
enum Currency {
    Usd,
    #[serde(rename = "EURO")]
    Eur,
    #[serde(skip)]
    Secret,
}

#[derive(Schema, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Money {
    in_cents: i64,
    currency: Currency,
    #[serde(default)]
    memo_text: String,
    #[serde(rename = "by")]
    payer: Option<Uuid>,
    #[serde(skip)]
    cached: Unknown,
}

#[derive(Default)]
struct Unknown;

const CURRENCY: &str = r#"Currency = "Usd" | "EURO""#;
const MONEY: &str = "Money = { inCents: i64, currency: Currency, memoText: string = default, by: uuid? }";

#[test]
fn a_named_type_has_a_line_of_its_own_and_brings_those_that_it_holds() {
    assert_eq!(lines::<Money>(), ["Money", CURRENCY, MONEY]);
    assert_eq!(lines::<Vec<Option<Money>>>(), ["[Money?]", CURRENCY, MONEY]);
    assert_eq!(lines::<HashMap<String, Box<Currency>>>(), ["{string: Currency}", CURRENCY]);
}

#[derive(Schema, Serialize, Deserialize)]
struct Cents(i64);

#[derive(Schema, Serialize, Deserialize)]
#[serde(transparent)]
struct Wallet {
    money: Money,
}

#[derive(Schema, Serialize, Deserialize)]
struct Point(f64, f64);

#[derive(Schema, Serialize, Deserialize)]
struct Nothing;

#[test]
fn structs_without_names_are_stored_as_what_they_hold() {
    assert_eq!(lines::<Cents>(), ["i64"]);
    assert_eq!(lines::<Wallet>(), ["Money", CURRENCY, MONEY]);
    assert_eq!(lines::<Point>(), ["Point", "Point = (f64, f64)"]);
    assert_eq!(lines::<Nothing>(), ["null"]);
}

#[derive(Schema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "UPPERCASE")]
enum Payment {
    InCash,
    ByCard(String),
    ByWire {
        iban: String,
        bic: Option<String>,
    },
    Split(Cents, Cents),
    #[serde(rename_all = "camelCase")]
    Other {
        paid_how: String,
    },
}

#[derive(Schema, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Internal {
    A { at: u8 },
    B,
}

#[derive(Schema, Serialize, Deserialize)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    A(u8),
}

#[derive(Schema, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Number(u8),
    Text(String),
}

#[test]
fn enums_are_shown_in_every_representation() {
    assert_eq!(
        lines::<Payment>(),
        [
            "Payment",
            r#"Payment = "in_cash" | "by_card" string | "by_wire" { IBAN: string, BIC: string? } | "split" (i64, i64) | "other" { paidHow: string }"#
        ]
    );
    assert_eq!(lines::<Internal>(), ["Internal", r#"Internal = #[tag "kind"] "A" { at: u8 } | "B""#]);
    assert_eq!(lines::<Adjacent>(), ["Adjacent", r#"Adjacent = #[tag "t", content "c"] "A" u8"#]);
    assert_eq!(lines::<Untagged>(), ["Untagged", r#"Untagged = #[untagged] "Number" u8 | "Text" string"#]);
}

struct Foreign;

mod foreign {
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(_: &super::Foreign, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("foreign")
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<super::Foreign, D::Error> {
        String::deserialize(deserializer).map(|_| super::Foreign)
    }
}

#[derive(Schema, Serialize, Deserialize)]
#[schema(name = "shop.Parcel")]
#[serde(tag = "type", default)]
struct Parcel {
    #[serde(with = "foreign")]
    #[schema(as = String)]
    sender: Foreign,
    #[serde(flatten)]
    size: Size,
}

#[derive(Schema, Serialize, Deserialize, Default)]
struct Size {
    grams: u32,
}

impl Default for Parcel {
    fn default() -> Self {
        Self { sender: Foreign, size: Size::default() }
    }
}

#[derive(Schema, Serialize, Deserialize, Clone)]
#[serde(into = "String", try_from = "String")]
struct Colour(u8, u8, u8);

impl From<Colour> for String {
    fn from(Colour(red, green, blue): Colour) -> Self {
        format!("{red:02x}{green:02x}{blue:02x}")
    }
}

impl TryFrom<String> for Colour {
    type Error = std::num::ParseIntError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(|grey| Self(grey, grey, grey))
    }
}

#[derive(Schema)]
#[es(schema(as = Vec<Money>))]
struct ByHand;

#[test]
fn what_another_type_writes_has_its_shape() {
    assert_eq!(
        lines::<Parcel>(),
        ["shop.Parcel", "Size = { grams: u32 }", r#"shop.Parcel = { type: ("Parcel") = default, sender: string = default, ..Size }"#]
    );
    assert_eq!(lines::<Colour>(), ["string"]);
    assert_eq!(lines::<ByHand>(), ["[Money]", CURRENCY, MONEY]);
}

#[derive(Schema, Serialize, Deserialize)]
struct Page<T> {
    items: Vec<T>,
    next: Option<Box<Tree>>,
}

#[derive(Schema, Serialize, Deserialize)]
struct Tree {
    leaves: Vec<u8>,
    branches: BTreeMap<String, Tree>,
}

#[test]
fn a_generic_type_is_written_in_full_and_a_recursive_one_by_its_name() {
    const TREE: &str = "Tree = { leaves: [u8], branches: {string: Tree} }";
    assert_eq!(lines::<Tree>(), ["Tree", TREE]);
    assert_eq!(lines::<Page<Currency>>(), ["{ items: [Currency], next: Tree? }", CURRENCY, TREE]);
}
