use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(name = "opened")]
struct OpenedV1;

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(name = "opened", version = 4, upcast_from = OpenedV1)]
struct Opened {
    #[event(since = 4, default)]
    owner: u64,
}

impl From<OpenedV1> for Opened {
    fn from(_: OpenedV1) -> Self {
        Self { owner: 0 }
    }
}

fn main() {}
