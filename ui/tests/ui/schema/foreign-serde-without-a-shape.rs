use es_core::Schema;
use serde::{Deserialize, Serialize};

#[derive(Schema, Serialize, Deserialize)]
struct Money {
    #[serde(serialize_with = "cents")]
    cents: i64,
}

fn cents<S: serde::Serializer>(cents: &i64, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&cents.to_string())
}

fn main() {}
