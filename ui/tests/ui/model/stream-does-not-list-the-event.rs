#[path = "../school.rs"]
mod school;
use es_core::prelude::*;
use school::*;

#[derive(Command, Clone)]
#[command(decides_on(Seats { course_id }), events(Subscribed), stream = Course(course_id))]
struct Define {
    course_id: CourseId,
}

fn main() {}
