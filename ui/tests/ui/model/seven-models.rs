#[path = "../school.rs"]
mod school;
use es_core::prelude::*;
use school::*;

#[derive(Command, Clone)]
#[command(events(Defined))]
#[command(decides_on(
    Seats { course_id }, Seats { course_id }, Seats { course_id }, Seats { course_id },
    Seats { course_id }, Seats { course_id }, Seats { course_id },
))]
struct Define {
    course_id: CourseId,
}

fn main() {}
