use es_core::Schema;
use serde::{Deserialize, Serialize};

#[derive(Schema, Serialize, Deserialize)]
enum Currency {
    #[serde(rename(serialize = "USD", deserialize = "usd"))]
    Usd,
}

fn main() {}
