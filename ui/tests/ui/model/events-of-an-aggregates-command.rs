#[path = "../school.rs"]
mod school;
use es_core::prelude::*;
use school::*;

#[derive(Command, Clone)]
#[command(aggregate = Course, events(Defined))]
struct Define {
    #[command(id)]
    course_id: CourseId,
}

fn main() {}
