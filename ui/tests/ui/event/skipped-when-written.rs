use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Opened {
    #[serde(skip_serializing_if = "String::is_empty")]
    owner: String,
}

fn main() {}
