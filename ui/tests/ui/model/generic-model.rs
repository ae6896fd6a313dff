#[path = "../school.rs"]
mod school;
use es_core::prelude::*;
use school::*;

#[derive(DecisionModel, Clone, Default)]
#[model(events(Defined), tags(course_id: CourseId))]
struct Waiting<T>(Option<CourseId>, T);

fn main() {}
