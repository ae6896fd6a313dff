use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[serde(try_from = "Wire")]
struct Opened {
    owner: u64,
}

#[derive(Deserialize)]
struct Wire {
    owner: u64,
}

impl TryFrom<Wire> for Opened {
    type Error = String;
    fn try_from(wire: Wire) -> Result<Self, String> {
        Ok(Self { owner: wire.owner })
    }
}

fn main() {}
