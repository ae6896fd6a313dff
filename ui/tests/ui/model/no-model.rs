#[path = "../school.rs"]
mod school;
use es_core::prelude::*;
use school::*;

#[derive(Command, Clone)]
#[command(decides_on(), events(Defined))]
struct Define {
    course_id: CourseId,
}

fn main() {}
