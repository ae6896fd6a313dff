use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(retired_into)]
struct Opened;

fn still_there() -> Opened {
    Opened
}

fn main() {}
