use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Schema, Serialize, Deserialize)]
struct Cents {
    #[schema(as = Money)]
    cents: i64,
}

struct Money;

fn main() {}
