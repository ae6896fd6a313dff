use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Overdue {
    reader: String,
}

#[derive(Reaction)]
#[reaction(events(Overdue), from =)]
struct Remind;

fn main() {}
