use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Schema, Serialize, Deserialize)]
#[schema(name = Money)]
struct Cents {
    cents: i64,
}

fn main() {}
