use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Opened;

#[derive(Aggregate, Default, Clone)]
struct Account;

fn main() {}
