use es_core::Schema;
use serde::{Deserialize, Serialize};

#[derive(Schema, Serialize, Deserialize, Clone)]
#[serde(into = "i64")]
struct Money {
    cents: i64,
}

impl From<Money> for i64 {
    fn from(money: Money) -> Self {
        money.cents
    }
}

fn main() {}
