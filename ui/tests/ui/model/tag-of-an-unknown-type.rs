use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Defined {
    #[event(tag)]
    course_id: u64,
}

#[derive(DecisionModel, Clone, Default)]
#[model(events(Defined), tags(course_id: CourseId))]
struct Waiting;

impl Apply<Defined> for Waiting {
    fn apply(&mut self, _: Defined) {}
}

fn main() {}
