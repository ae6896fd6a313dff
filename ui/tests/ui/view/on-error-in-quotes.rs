use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Opened {
    owner: String,
}

#[derive(View, Debug, Clone, Default, Serialize, Deserialize)]
#[view(key = u64, events(Opened), on_error = "park")]
struct Summary {
    opened: u32,
}

impl Apply<Opened> for Summary {
    fn apply(&mut self, _: Opened) {}
}

fn main() {}
