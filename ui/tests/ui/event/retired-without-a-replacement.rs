use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(retired_into(Opened))]
struct Started;

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(replaces(Started))]
struct Opened;

fn main() {}
