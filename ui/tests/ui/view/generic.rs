use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Opened {
    owner: String,
}

#[derive(View, Debug, Clone, Default, Serialize, Deserialize)]
#[view(key = u64, events(Opened))]
struct Summary<T> {
    opened: T,
}

fn main() {}
