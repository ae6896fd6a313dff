use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Opened {
    owner: String,
}

#[derive(Projection)]
#[projection(key = u64, events(Opened))]
struct Revenue;

fn main() {}
