use es_core::Schema;
use serde::{Deserialize, Serialize};

#[derive(Schema, Serialize, Deserialize)]
#[schema(nam = "Money")]
struct Money {
    cents: i64,
}

fn main() {}
