use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Opened {
    owner: String,
}

#[derive(Projection)]
#[projection(events(Opened), retries = 3)]
struct Revenue;

fn main() {}
