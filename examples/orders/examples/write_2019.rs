//! Writes `sample/2019.db`: orders as the desk stored them in its first two years, before today's events had their present shapes.
//!
//! Today's types can't write these; so this goes past them, to the store itself. The file is committed, so that a test can hold today's
//! build to reading what an older one wrote. `cargo run -p orders --example write_2019 -- examples/orders/sample/2019.db`

use std::error::Error;

use es_core::store::{Append, EventStore, NewEvent};
use es_core::{ExpectedVersion, StreamId, Tag};
use es_sqlite::SqliteStore;

/// An event as it was stored: name, version, payload.
type Old = (&'static str, u32, &'static str);

/// The desk of 2019: it knew the day of an order, counted cents, and said "shipped".
const FIRST: [Old; 6] = [
    ("OrderPlaced", 1, r#"{"customer_id":"c-anna","day":"2019-03-04"}"#),
    ("OrderApproved", 1, r#"{"at":"2019-03-04T15:10:00Z"}"#),
    ("OrderShipped", 1, r#"{"at":"2019-03-06T08:30:00Z"}"#),
    ("OrderDelivered", 1, r#"{"at":"2019-03-11T12:05:00Z"}"#),
    (
        "ItemAdded",
        1,
        r#"{"number":1,"item":{"product_id":"p-teapot","seller_id":"s-north","ship_by":null,"price":"45.00","freight":"7.50"},"at":null}"#,
    ),
    ("PaymentReceived", 1, r#"{"number":1,"method":"boleto","cents":5250,"at":null}"#),
];

/// An order of the same desk that went on after the first change: its steps have both versions.
const SECOND: [Old; 4] = [
    ("OrderPlaced", 1, r#"{"customer_id":"c-ben","day":"2019-12-30"}"#),
    ("PaymentReceived", 1, r#"{"number":1,"method":"voucher","cents":1000,"at":null}"#),
    ("PaymentReceived", 2, r#"{"number":2,"method":"credit_card","installments":3,"amount":"89.90","at":null}"#),
    ("OrderShipped", 1, r#"{"at":"2020-01-02T10:00:00Z"}"#),
];

/// An order of the second desk: it knew the time of an order, but not yet what the customer was told.
const THIRD: [Old; 3] = [
    ("OrderPlaced", 2, r#"{"customer_id":"c-chloe","at":"2020-01-15T18:45:12Z"}"#),
    ("PaymentReceived", 2, r#"{"number":1,"method":"credit_card","installments":1,"amount":"19.99","at":null}"#),
    ("OrderCanceled", 1, r#"{"at":null}"#),
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: write_2019 FILE")?;
    if std::path::Path::new(&path).exists() {
        return Err(format!("{path} is there already: its events are not written twice").into());
    }
    let store = SqliteStore::open(&path).await?;
    for (id, old) in [("o-2019-1", &FIRST[..]), ("o-2019-2", &SECOND), ("o-2020-1", &THIRD)] {
        let events = old.iter().map(new).collect::<Result<_, _>>()?;
        store.append(Append::to(StreamId::new("order", id)?, ExpectedVersion::NoStream, events)).await?;
    }
    store.close().await;
    Ok(())
}

fn new((name, version, payload): &Old) -> Result<NewEvent, Box<dyn Error>> {
    let event = NewEvent::new(*name, *version, *payload)?;
    // the customer was a tag from the beginning
    let customer = payload.strip_prefix(r#"{"customer_id":""#).and_then(|rest| rest.split('"').next());
    Ok(event.tagged(customer.map(|id| Tag::new("customer_id", id)).transpose()?))
}
