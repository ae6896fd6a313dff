use es_core::Schema;
use serde::{Deserialize, Serialize};

#[derive(Schema, Serialize, Deserialize)]
struct Money {
    currency: Currency,
}

#[derive(Serialize, Deserialize)]
enum Currency {
    Usd,
}

fn main() {}
