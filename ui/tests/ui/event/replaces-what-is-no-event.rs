use es_core::prelude::*;
use serde::{Deserialize, Serialize};

struct Begun;

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(replaces(Begun))]
struct Opened;

fn main() {}
