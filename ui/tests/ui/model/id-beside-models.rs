#[path = "../school.rs"]
mod school;
use es_core::prelude::*;
use school::*;

#[derive(Command, Clone)]
#[command(decides_on(Seats { course_id }), events(Defined))]
struct Define {
    #[command(id)]
    course_id: CourseId,
}

fn main() {}
