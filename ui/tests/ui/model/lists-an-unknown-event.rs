#[path = "../school.rs"]
mod school;
use es_core::prelude::*;
use school::*;

#[derive(DecisionModel, Clone, Default)]
#[model(events(Finished), tags(course_id: CourseId))]
struct Waiting;

fn main() {}
