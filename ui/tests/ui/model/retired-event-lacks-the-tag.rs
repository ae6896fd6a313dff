#[path = "../school.rs"]
mod school;
use es_core::prelude::*;
use school::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(retired_into(Closed))]
struct Shut {
    course_id: CourseId,
}
impl Retired for Shut {
    fn replace(self) -> Events<Self> {
        events![Closed { course_id: self.course_id }]
    }
}

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(replaces(Shut))]
struct Closed {
    #[event(tag)]
    course_id: CourseId,
}

#[derive(DecisionModel, Clone, Default)]
#[model(events(Closed), tags(course_id: CourseId))]
struct Waiting;

impl Apply<Closed> for Waiting {
    fn apply(&mut self, _: Closed) {}
}

fn main() {}
