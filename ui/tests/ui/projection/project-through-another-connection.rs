use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Opened {
    owner: String,
}

#[derive(Projection)]
#[projection(events(Opened))]
struct Revenue;

struct Connection;

impl Project<Opened, Connection> for Revenue {
    async fn project(&self, _: &Recorded<Opened>, _: &mut Connection) -> Result<(), ProjectionError> {
        Ok(())
    }
}

fn run(app: App<es_core::MemoryStore>) {
    let _ = es_core::Worker::new(&app).add(Revenue);
}

fn main() {}
