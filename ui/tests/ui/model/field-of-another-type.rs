#[path = "../school.rs"]
mod school;
use es_core::prelude::*;
use school::*;

#[derive(Command, Clone)]
#[command(decides_on(Seats { course_id: student }), events(Defined))]
struct Define {
    student: StudentId,
}

fn main() {}
