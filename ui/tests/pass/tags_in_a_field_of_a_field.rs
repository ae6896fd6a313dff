//! A tag may lie in a field of a field, and so may the id of the stream.

use es_core::prelude::*;

use crate::school::*;

#[derive(Clone)]
struct Who {
    course: CourseId,
    student: StudentId,
}

#[derive(Command, Clone)]
#[command(decides_on(Place { course_id: who.course, student_id: who.student }), events(Defined, Subscribed), stream = Wide(who.course))]
struct Define {
    who: Who,
}

impl Handle<Define> for Place {
    fn handle(&self, define: Define) -> Decision<Define> {
        emit![Defined { course_id: define.who.course }]
    }
}

#[derive(Aggregate, Clone, Default)]
#[aggregate(id = CourseId, events(Defined, Subscribed))]
struct Wide;

impl Apply<Defined> for Wide {
    fn apply(&mut self, _: Defined) {}
}

impl Apply<Subscribed> for Wide {
    fn apply(&mut self, _: Subscribed) {}
}
