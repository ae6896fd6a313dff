use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Opened {
    owner: String,
}

#[derive(Projection)]
#[projection(events(Opened))]
struct Revenue;

struct Sales;

fn run(app: App<es_core::MemoryStore>) {
    let _ = es_core::Worker::new(&app).add(Sales);
}

fn main() {}
