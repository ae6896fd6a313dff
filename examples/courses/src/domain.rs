//! The whole domain: what happens, what decides, what is asked.

use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Id, Debug, Clone, PartialEq, Eq, Hash)]
pub struct CourseId(String);

#[derive(Id, Debug, Clone, PartialEq, Eq, Hash)]
pub struct StudentId(String);

// what happens

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
pub struct CourseDefined {
    #[event(tag)]
    pub course_id: CourseId,
    pub seats: u32,
}

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
pub struct StudentSubscribed {
    #[event(tag)]
    pub course_id: CourseId,
    #[event(tag)]
    pub student_id: StudentId,
}

// what decides

/// The seats of one course.
#[derive(DecisionModel, Debug, Clone, Default)]
#[model(events(CourseDefined, StudentSubscribed), tags(course_id: CourseId))]
pub struct CourseSeats {
    pub seats: u32,
    pub taken: u32,
}

impl Apply<CourseDefined> for CourseSeats {
    fn apply(&mut self, defined: CourseDefined) {
        self.seats = defined.seats;
    }
}

impl Apply<StudentSubscribed> for CourseSeats {
    fn apply(&mut self, _: StudentSubscribed) {
        self.taken += 1;
    }
}

/// The courses of one student.
#[derive(DecisionModel, Debug, Clone, Default)]
#[model(events(StudentSubscribed), tags(student_id: StudentId))]
pub struct StudentLoad {
    pub courses: Vec<CourseId>,
}

impl Apply<StudentSubscribed> for StudentLoad {
    fn apply(&mut self, subscribed: StudentSubscribed) {
        self.courses.push(subscribed.course_id);
    }
}

// what is asked

#[derive(Command, Debug, Clone)]
#[command(decides_on(CourseSeats { course_id }), events(CourseDefined), error = DefineError)]
pub struct DefineCourse {
    pub course_id: CourseId,
    pub seats: u32,
}

#[derive(Debug, PartialEq, thiserror::Error)]
pub enum DefineError {
    #[error("{0} seats are taken already")]
    Taken(u32),
}

impl Handle<DefineCourse> for CourseSeats {
    fn handle(&self, define: DefineCourse) -> Decision<DefineCourse> {
        ensure!(define.seats >= self.taken, DefineError::Taken(self.taken));
        emit![CourseDefined { course_id: define.course_id, seats: define.seats }]
    }
}

#[derive(Command, Debug, Clone)]
#[command(decides_on(CourseSeats { course_id }, StudentLoad { student_id }), events(StudentSubscribed), error = EnrolError)]
pub struct Subscribe {
    pub course_id: CourseId,
    pub student_id: StudentId,
}

#[derive(Debug, PartialEq, thiserror::Error)]
pub enum EnrolError {
    #[error("all {0} seats are taken")]
    Full(u32),
    #[error("a student takes at most {MOST_COURSES} courses")]
    Busy,
    #[error("the student takes this course already")]
    Twice,
}

const MOST_COURSES: usize = 3;

impl Handle<Subscribe> for (CourseSeats, StudentLoad) {
    fn handle(&self, subscribe: Subscribe) -> Decision<Subscribe> {
        let (course, student) = self;
        ensure!(!student.courses.contains(&subscribe.course_id), EnrolError::Twice);
        ensure!(student.courses.len() < MOST_COURSES, EnrolError::Busy);
        ensure!(course.taken < course.seats, EnrolError::Full(course.seats));
        emit![StudentSubscribed { course_id: subscribe.course_id, student_id: subscribe.student_id }]
    }
}

#[cfg(test)]
mod tests {
    use es_core::testing::prelude::*;

    use super::*;

    fn defined(course: &str, seats: u32) -> CourseDefined {
        CourseDefined { course_id: course.into(), seats }
    }

    fn subscribed(course: &str, student: &str) -> StudentSubscribed {
        StudentSubscribed { course_id: course.into(), student_id: student.into() }
    }

    fn subscribe(course: &str, student: &str) -> Subscribe {
        Subscribe { course_id: course.into(), student_id: student.into() }
    }

    #[test]
    fn a_student_takes_a_free_seat() {
        given_history(history![defined("latin", 2), subscribed("latin", "ann")])
            .when(subscribe("latin", "bob"))
            .then(events![subscribed("latin", "bob")])
            .then_state(|(course, student)| assert_eq!((course.taken, student.courses.len()), (2, 1)));
    }

    #[test]
    fn a_full_course_takes_nobody() {
        given_history(history![defined("latin", 1), subscribed("latin", "ann")])
            .when(subscribe("latin", "bob"))
            .then_error(EnrolError::Full(1));
    }

    #[test]
    fn a_student_has_time_for_three_courses() {
        let busy = history![subscribed("art", "ann"), subscribed("maths", "ann"), subscribed("music", "ann")];
        given_history(busy.with(defined("latin", 9))).when(subscribe("latin", "ann")).then_error(EnrolError::Busy);
    }

    #[test]
    fn nobody_subscribes_twice() {
        given_history(history![defined("latin", 9), subscribed("latin", "ann")])
            .when(subscribe("latin", "ann"))
            .then_error(EnrolError::Twice);
    }

    #[test]
    fn a_course_keeps_the_seats_that_are_taken() {
        let define = |seats| DefineCourse { course_id: "latin".into(), seats };
        let past = || history![defined("latin", 2), subscribed("latin", "ann"), subscribed("latin", "bob")];
        given_history(past()).when(define(1)).then_error(DefineError::Taken(2));
        given_history(past()).when(define(5)).then(events![defined("latin", 5)]);
    }
}
