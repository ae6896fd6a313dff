#[path = "../school.rs"]
mod school;
use es_core::prelude::*;
use school::*;

#[derive(DecisionModel, Clone, Default)]
#[model(events(Defined), tags(course_id: Option<CourseId>))]
struct Waiting;

impl Apply<Defined> for Waiting {
    fn apply(&mut self, _: Defined) {}
}

fn main() {}
