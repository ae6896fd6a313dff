//! One command reads one model twice, about two things.

use es_core::prelude::*;

use crate::school::*;

#[derive(Command, Clone)]
#[command(decides_on(Seats { course_id: from }, Seats { course_id: to }), events(Defined))]
struct Move {
    from: CourseId,
    to: CourseId,
}

impl Handle<Move> for (Seats, Seats) {
    fn handle(&self, _: Move) -> Decision<Move> {
        emit![]
    }
}
