use es_core::Schema;
use serde::{Deserialize, Serialize};

#[derive(Schema, Serialize, Deserialize)]
struct Money {
    #[schema(name = "sum")]
    cents: i64,
}

fn main() {}
