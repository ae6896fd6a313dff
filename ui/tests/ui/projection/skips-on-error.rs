use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Opened {
    owner: String,
}

#[derive(Projection)]
#[projection(events(Opened), on_error = skip)]
struct Revenue;

fn main() {}
