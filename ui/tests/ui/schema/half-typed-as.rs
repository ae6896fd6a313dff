use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Schema, Serialize, Deserialize)]
struct Cents {
    #[schema(as = )]
    cents: i64,
}

fn main() {}
