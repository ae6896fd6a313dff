#[path = "../school.rs"]
mod school;
use es_core::prelude::*;
use school::*;

struct Closed;

#[derive(Command, Clone)]
#[command(decides_on(Seats { course_id }), events(Closed))]
struct Close {
    course_id: CourseId,
}

fn main() {}
