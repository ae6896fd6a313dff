use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Opened {
    owner: Owner,
}

#[derive(Serialize, Deserialize, Debug, Clone)]
struct Owner(String);

fn main() {}
