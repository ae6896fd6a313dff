#[path = "../school.rs"]
mod school;
use es_core::prelude::*;
use school::*;

#[derive(DecisionModel, Clone, Default)]
#[model(events(Course), tags(course_id: CourseId))]
struct Waiting;

impl Apply<Course> for Waiting {
    fn apply(&mut self, _: Course) {}
}

fn main() {}
