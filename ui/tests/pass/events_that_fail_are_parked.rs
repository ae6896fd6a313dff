use es_core::OnError;
use es_core::ReadModel;
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Opened {
    owner: String,
}

#[derive(View, Debug, Clone, Default, Serialize, Deserialize)]
#[view(key = u64, events(Opened), on_error = park)]
struct Summary {
    opened: u32,
}

impl Apply<Opened> for Summary {
    fn apply(&mut self, _: Opened) {
        self.opened += 1;
    }
}

#[derive(Projection)]
#[projection(events(Opened), on_error = park, retries = 2)]
struct Revenue;

#[derive(Projection)]
#[projection(events(Opened), on_error = stop)]
struct Owners;

fn main() {
    assert_eq!(Summary::ON_ERROR, OnError::Park { retries: 8 });
    assert_eq!(Revenue::ON_ERROR, OnError::Park { retries: 2 });
    assert_eq!(Owners::ON_ERROR, OnError::Stop);
}
