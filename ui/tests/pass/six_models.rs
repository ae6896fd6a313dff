//! A command is decided on up to six models.

use es_core::prelude::*;

use crate::school::*;

#[derive(Command, Clone)]
#[command(events(Defined))]
#[command(decides_on(
    Seats { course_id }, Seats { course_id }, Seats { course_id },
    Seats { course_id }, Seats { course_id }, Seats { course_id },
))]
struct Define {
    course_id: CourseId,
}

type Six = (Seats, Seats, Seats, Seats, Seats, Seats);

impl Handle<Define> for Six {
    fn handle(&self, _: Define) -> Decision<Define> {
        emit![]
    }
}
