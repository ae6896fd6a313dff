//! The schema lock, as the user of a package meets it: `cargo build`, `cargo test`, `ES_LOCK`.
//!
//! What may change in which shape is tested in es-core; that it holds of real types, and is told where it should be, is tested here.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, unreachable_pub)]

mod package;

use package::Package;

/// What the events of a test begin with.
const EVENT: &str = "#[derive(Event, Serialize, Deserialize, Debug, Clone)]";

/// An aggregate that does nothing with its events.
fn order(events: &[&str]) -> String {
    let applied: Vec<_> =
        events.iter().map(|event| format!("impl Apply<{event}> for Order {{ fn apply(&mut self, _: {event}) {{}} }}\n")).collect();
    format!(
        "#[derive(Aggregate, Default, Clone)] #[aggregate(id = String, events({}))] pub struct Order;\n{}",
        events.join(", "),
        applied.concat()
    )
}

/// `OrderPlaced` in a currency that has these variants, with these fields more.
fn placed(currencies: &str, price: &str, more: &str) -> String {
    format!(
        "#[derive(Schema, Serialize, Deserialize, Debug, Clone)]\npub enum Currency {{ {currencies} }}\n\
         #[derive(Schema, Serialize, Deserialize, Debug, Clone)]\npub struct Price {{ {price} }}\n\
         {EVENT}\npub struct OrderPlaced {{ pub customer: String, pub price: Price, {more} }}\n{}",
        order(&["OrderPlaced"])
    )
}

/// The lines that the guide shows of a message.
fn guide(case: &str) -> Vec<&'static str> {
    let (_, block) = include_str!("../../../docs/evolving-events.md").split_once(&format!("```text lock/{case}\nerror: ")).unwrap();
    block.split_once("\n```").unwrap().0.lines().collect()
}

const PLACED: &str = "OrderPlaced v1 { customer: string, price: Price }\n";
const USD_EUR: &str = "Currency = \"Usd\" | \"Eur\"\n";
const PRICE: &str = "Price = { cents: i32, currency: Currency }\n";

fn shop(name: &str) -> (Package, String) {
    let lib = placed("Usd, Eur", "pub cents: i32, pub currency: Currency", "");
    let package = Package::new(name, &lib, "Order");
    package.test("accept").passes();
    (package, lib)
}

#[test]
fn what_is_accepted_keeps_its_shape() {
    let (package, lib) = shop("keeps");
    assert_eq!(package.lock(), [USD_EUR, PLACED, PRICE].concat());
    assert_eq!(package.samples(), ["OrderPlaced.v1.json"]);
    let sample = package.read("events.lock.d/OrderPlaced.v1.json");
    assert_eq!(sample, "{\"customer\":\"text\",\"price\":{\"cents\":1,\"currency\":\"Usd\"}}\n");
    package.test("frozen").passes();

    // a field of its own
    package.lib(&placed("Usd, Eur", "pub cents: i32, pub currency: Currency", "pub memo: Option<String>"));
    package.build("").is_one_error(&[&guide("own-field")[..], &["--> src/lib.rs:8:12\n", "pub struct OrderPlaced {"]].concat());

    // a type that it holds, two levels down
    package.lib(&placed("Usd", "pub cents: i32, pub currency: Currency", ""));
    package.build("").is_one_error(&[&guide("nested-type")[..], &["--> src/lib.rs:8:12\n", "pub struct OrderPlaced {"]].concat());

    // `accept` does not help
    package.test("accept").fails_with(&["must stay readable"]);
    assert_eq!(package.lock(), [USD_EUR, PLACED, PRICE].concat());
    package.lib(&lib);
    package.build("").passes();
}

#[test]
fn a_type_that_an_event_holds_may_grow() {
    let (package, _) = shop("grows");
    package.lib(&placed("Usd, Eur, Gbp", "pub cents: i64, pub currency: Currency, #[serde(default)] pub tax: i64", ""));
    package.build("").passes();
    let told = package.test("");
    assert!(told.passes().contains("`Price` has grown since it was locked\n  locked: Price = { cents: i32, currency: Currency }\n"));
    package.build("frozen").is_one_error(&guide("grown"));
    assert_eq!(package.lock(), [USD_EUR, PLACED, PRICE].concat());

    package.test("accept").passes();
    let grown = "Price = { cents: i64, currency: Currency, tax: i64 = default }\n";
    assert_eq!(package.lock(), ["Currency = \"Usd\" | \"Eur\" | \"Gbp\"\n", PLACED, grown].concat());
    // what was stored before stays as it was
    let sample = package.read("events.lock.d/OrderPlaced.v1.json");
    assert_eq!(sample, "{\"customer\":\"text\",\"price\":{\"cents\":1,\"currency\":\"Usd\"}}\n");
    package.test("frozen").passes();

    // and now the variant that came last is stored, too
    package.lib(&placed("Usd, Eur", "pub cents: i64, pub currency: Currency, #[serde(default)] pub tax: i64", ""));
    package.build("").is_one_error(&["`Currency`, which", "  locked: Currency = \"Usd\" | \"Eur\" | \"Gbp\"\n"]);
}

#[test]
fn a_draft_is_free_to_change_until_it_is_frozen() {
    let (package, lib) = shop("drafts");
    let draft = |name: &str, ty: &str| format!("{EVENT}\npub struct {name} {{ pub at: {ty} }}\n");
    package.lib(&format!("{lib}{}", draft("OrderPaid", "u32")));
    package.build("").passes();
    package.lib(&format!("{lib}{}", draft("OrderPaid", "String")));
    package.build("").passes();
    package.build("frozen").is_one_error(&[&guide("draft")[..], &["pub struct OrderPaid"]].concat());
    // tests and examples may draft
    package.lib(&lib);
    let drafting = format!("use es_core::prelude::*;\nuse serde::{{Deserialize, Serialize}};\n{}fn main() {{}}\n", draft("Tried", "u32"));
    package.write("examples/trial.rs", &drafting);
    package.write("tests/trial.rs", &drafting);
    package.cargo("frozen", &["build", "--all-targets"]).passes();
    package.write("src/main.rs", &drafting);
    package.build("frozen").is_one_error(&["error: `Tried` version 1 is not in events.lock\n", "--> src/main.rs"]);
    package
        .build("thawed")
        .fails_with(&["error: `ES_LOCK=thawed` has no meaning\n", "help: unset it, or set it to `frozen` or `accept`\n"]);
}

#[test]
fn a_draft_is_told_by_the_test() {
    let lib = format!("{EVENT}\npub struct OrderPaid {{ pub cents: i64 }}\n{}", order(&["OrderPaid"]));
    let package = Package::new("told", &lib, "Order");
    let told = package.test("");
    assert!(told.passes().contains("draft, free to change: OrderPaid v1 { cents: i64 }\n"), "{}", told.passes());
}

#[test]
fn tags_are_stored_with_their_version() {
    let paid = |head: &str, order: &str, by: &str| {
        let fields = format!("{order} pub order: String, {by} pub by: String");
        format!("{EVENT}\n{head}pub struct OrderPaid {{ {fields} }}\n{}", self::order(&["OrderPaid"]))
    };
    let (tag, second) = ("#[event(tag)]", "#[event(version = 2, upcast_from = 1)]\n");
    let package = Package::new("tags", &paid("", tag, ""), "Order");
    package.test("accept").passes();
    // dropped
    package.lib(&paid("", "", ""));
    package.build("").is_one_error(&[
        "  locked: OrderPaid v1 { order: string #tag, by: string }\n",
        "     now: OrderPaid v1 { order: string, by: string }\n",
        "help: add version 2 with `upcast_from`",
    ]);
    // added
    package.lib(&paid("", tag, tag));
    package.build("").is_one_error(&[
        "     now: OrderPaid v1 { order: string #tag, by: string #tag }\n",
        "help: add version 2 with `upcast_from`, and to a new tag `#[event(tag, since = 2)]`;",
    ]);
    package.lib(&paid(second, tag, "#[event(since = 2, default)] pub cents: i64, #[event(tag)]"));
    package.build("").is_one_error(&[&guide("tag-without-since")[..], &["#[event(tag)]"]].concat());
    package.lib(&paid(second, tag, "#[event(tag, since = 2)]"));
    package.test("accept").passes();
    let locked = ["OrderPaid v1 { order: string #tag, by: string }\n", "OrderPaid v2 { order: string #tag, by: string #tag }\n"];
    assert_eq!(package.lock(), locked.concat());
}

#[test]
fn the_test_sees_what_the_compiler_does_not() {
    let package = Package::new("sees", &placed("Usd, Eur", "pub cents: i32, pub currency: Currency", ""), "Order");
    package.build("").passes();

    // a file that comes into being is not seen by a build that is up to date
    package.write("events.lock", "OrderPlaced v1 { customer: i64, price: i64 }\n");
    package.build("").passes();
    package.test("").fails_with(&[
        "`OrderPlaced` version 1 is stored already and must keep its shape\n  locked: OrderPlaced v1 { customer: i64, price: i64 }\n",
    ]);
    package.test("accept").fails_with(&["must keep its shape"]);
    assert_eq!(package.lock(), "OrderPlaced v1 { customer: i64, price: i64 }\n");
    package.remove("events.lock");
    package.test("accept").passes();

    // a version that no type reads
    package.write("events.lock", &format!("OrderLost v1 {{}}\n{}", package.lock()));
    package.test("").fails_with(&guide("unread"));
    // a line that does not read, told by the compiler and once
    package.write("events.lock", &[USD_EUR, "OrderPlaced v1 { customer string }\n", PRICE].concat());
    package.build("").is_one_error(&["error: events.lock, line 2: expected `:` at `string }`\n"]);
    // a merge conflict
    package.write("events.lock", &["<<<<<<< ours\n", PLACED, "=======\n", ">>>>>>> theirs\n"].concat());
    package.build("").is_one_error(&["error: events.lock, line 1: a merge conflict\n"]);
}

#[test]
fn a_sample_shows_what_a_shape_does_not() {
    let mut lib = placed("Usd, Eur", "pub cents: i32, pub currency: Currency", "");
    let package = Package::new("samples", &lib, "Order");
    package.test("accept").passes();
    // the shape is as it was, but the user's own code now refuses what was stored
    lib = lib.replace("pub cents: i32", "#[serde(deserialize_with = \"even\")] pub cents: i32");
    lib += "fn even<'de, D: serde::Deserializer<'de>>(from: D) -> Result<i32, D::Error> {\n\
            let cents = i32::deserialize(from)?;\n\
            if cents % 2 == 0 { Ok(cents) } else { Err(serde::de::Error::custom(\"an odd price\")) }\n}\n";
    package.lib(&lib);
    package.test("").fails_with(&[
        "an odd price",
        "  sample: {\"customer\":\"text\",\"price\":{\"cents\":1,\"currency\":\"Usd\"}}\n",
        "correct events.lock.d/OrderPlaced.v1.json",
    ]);
    // a payload that was stored, put there by hand
    package.write("events.lock.d/OrderPlaced.v1.json", "{\"customer\":\"ann\",\"price\":{\"cents\":2,\"currency\":\"Usd\"}}");
    package.test("").passes();
    package.remove("events.lock.d/OrderPlaced.v1.json");
    package
        .test("")
        .fails_with(&["a sample for `OrderPlaced` version 1 cannot be made from its shape\n", "put a payload that was stored into"]);
}

#[test]
fn one_name_is_of_one_type() {
    let lib = format!(
        "{EVENT}\npub struct Opened;\npub mod other {{ use es_core::prelude::*; use serde::{{Deserialize, Serialize}};\n{EVENT}\npub struct Opened;\n\
         #[derive(Aggregate, Default, Clone)] #[aggregate(id = String, events(Opened))] pub struct Account;\n\
         impl Apply<Opened> for Account {{ fn apply(&mut self, _: Opened) {{}} }} }}\n{}",
        order(&["Opened"])
    );
    let package = Package::new("names", &lib, "Order, other::Account");
    package.test("").fails_with(&["event name `Opened` is used by two types: by `names::Opened` and by `names::other::Opened`\n"]);
}
