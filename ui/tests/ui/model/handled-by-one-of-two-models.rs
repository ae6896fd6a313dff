#[path = "../school.rs"]
mod school;
use es_core::prelude::*;
use school::*;

#[derive(Command, Clone)]
#[command(decides_on(Seats { course_id }, Place { course_id, student_id }), events(Subscribed))]
struct Subscribe {
    course_id: CourseId,
    student_id: StudentId,
}

impl Handle<Subscribe> for Seats {
    fn handle(&self, subscribe: Subscribe) -> Decision<Subscribe> {
        emit![Subscribed { course_id: subscribe.course_id, student_id: subscribe.student_id }]
    }
}

fn main() {}
