#[path = "../school.rs"]
mod school;
use es_core::prelude::*;
use school::*;

#[derive(Command, Clone)]
#[command(aggregate = Course, decides_on(Seats { course_id }), events(Defined))]
struct Define {
    course_id: CourseId,
}

fn main() {}
