#[path = "../school.rs"]
mod school;
use es_core::prelude::*;
use school::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(name = "Defined")]
struct Closed {
    #[event(tag)]
    course_id: CourseId,
}

#[derive(DecisionModel, Clone, Default)]
#[model(events(Defined, Closed), tags(course_id: CourseId))]
struct Waiting;

impl Apply<Defined> for Waiting {
    fn apply(&mut self, _: Defined) {}
}

impl Apply<Closed> for Waiting {
    fn apply(&mut self, _: Closed) {}
}

fn main() {}
