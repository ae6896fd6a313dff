use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Opened;

#[derive(Aggregate, Default, Clone)]
#[aggregate(id = u64, events(Opened), commands(Open))]
struct Account<T>(T);

impl<T> Apply<Opened> for Account<T> {
    fn apply(&mut self, _: Opened) {}
}

fn main() {}
