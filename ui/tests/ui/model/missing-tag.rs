#[path = "../school.rs"]
mod school;
use es_core::prelude::*;
use school::*;

#[derive(Command, Clone)]
#[command(decides_on(Place { course_id }), events(Subscribed))]
struct Define {
    course_id: CourseId,
}

fn main() {}
