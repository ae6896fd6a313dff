use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Overdue {
    reader: String,
}

#[derive(Reaction)]
#[reaction(events(Overdue), retries = 3)]
struct Remind;

fn main() {}
