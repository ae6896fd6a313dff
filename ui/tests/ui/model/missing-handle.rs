#[path = "../school.rs"]
mod school;
use es_core::prelude::*;
use school::*;

#[derive(Command, Clone)]
#[command(decides_on(Seats { course_id }, Seats { course_id }), events(Defined))]
struct Define {
    course_id: CourseId,
}

fn run(app: App<es_core::MemoryStore>, define: Define) {
    let _ = app.execute(define);
}

fn main() {}
