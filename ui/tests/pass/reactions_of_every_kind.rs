use es_core::prelude::*;
use es_core::{MemoryStore, OnError, ReadModel, Worker};
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Overdue {
    reader: String,
}

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Lost;

#[derive(Reaction)]
#[reaction(name = "reminders", events(Overdue, Lost), on_error = park, retries = 3)]
struct Remind;

impl React<Overdue> for Remind {
    async fn react(&self, _: &Recorded<Overdue>, _: &str) -> Result<(), ProjectionError> {
        Ok(())
    }
}

impl React<Lost> for Remind {
    async fn react(&self, _: &Recorded<Lost>, key: &str) -> Result<(), ProjectionError> {
        Err(ProjectionError::new(key))
    }
}

#[derive(Reaction)]
#[es(reaction(events(Lost), from = start))]
struct Replace(String);

impl React<Lost> for Replace {
    async fn react(&self, _: &Recorded<Lost>, _: &str) -> Result<(), ProjectionError> {
        Ok(())
    }
}

fn main() {
    assert_eq!((Remind::NAME, Remind::ON_ERROR), ("reminders", OnError::Park { retries: 3 }));
    assert_eq!((Replace::NAME, Replace::VERSION, Replace::ON_ERROR), ("replace", 1, OnError::Stop));
    let app = App::new(MemoryStore::new());
    let _ = Worker::new(&app).add(Remind).add(Replace("shop".into()));
}
