#[path = "../school.rs"]
mod school;
use es_core::prelude::*;
use school::*;

#[derive(Command, Clone)]
#[command(decides_on(Seats { course_id }), events(Subscribed))]
struct Define {
    course_id: CourseId,
}

impl Handle<Define> for Seats {
    fn handle(&self, define: Define) -> Decision<Define> {
        emit![Defined { course_id: define.course_id }]
    }
}

fn main() {}
