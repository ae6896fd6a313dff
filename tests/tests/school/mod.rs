//! A school: courses have seats, students have time for so many courses, and a subscription rests on both.
#![allow(dead_code, reason = "each test file uses a part of it")]

use es_core::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Id, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CourseId(Uuid);

#[derive(Id, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StudentId(Uuid);

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

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EnrolError {
    #[error("all {0} seats are taken")]
    Full(u32),
    #[error("a student takes at most {0} courses")]
    Busy(u32),
}

#[derive(DecisionModel, Debug, Clone, Default, PartialEq)]
#[model(events(CourseDefined, StudentSubscribed), tags(course_id: CourseId))]
pub struct CourseSeats {
    pub capacity: u32,
    pub taken: u32,
}

impl Apply<CourseDefined> for CourseSeats {
    fn apply(&mut self, defined: CourseDefined) {
        self.capacity = defined.seats;
    }
}

impl Apply<StudentSubscribed> for CourseSeats {
    fn apply(&mut self, _: StudentSubscribed) {
        self.taken += 1;
    }
}

#[derive(DecisionModel, Debug, Clone, Default, PartialEq)]
#[model(events(StudentSubscribed), tags(student_id: StudentId))]
pub struct StudentLoad {
    pub courses: u32,
}

impl Apply<StudentSubscribed> for StudentLoad {
    fn apply(&mut self, _: StudentSubscribed) {
        self.courses += 1;
    }
}

/// One model: no tuple.
#[derive(Command, Debug, Clone)]
#[command(decides_on(CourseSeats { course_id }), events(CourseDefined), stream = Course(course_id))]
pub struct DefineCourse {
    pub course_id: CourseId,
    pub seats: u32,
}

impl Handle<DefineCourse> for CourseSeats {
    fn handle(&self, define: DefineCourse) -> Decision<DefineCourse> {
        if self.capacity == define.seats {
            return emit![];
        }
        emit![CourseDefined { course_id: define.course_id, seats: define.seats }]
    }
}

#[derive(Command, Debug, Clone)]
#[command(decides_on(CourseSeats { course_id }, StudentLoad { student_id: who }), events(StudentSubscribed), error = EnrolError)]
pub struct Subscribe {
    pub course_id: CourseId,
    pub who: StudentId,
}

pub const COURSES: u32 = 2;

impl Handle<Subscribe> for (CourseSeats, StudentLoad) {
    fn handle(&self, subscribe: Subscribe) -> Decision<Subscribe> {
        let (seats, load) = self;
        ensure!(seats.taken < seats.capacity, EnrolError::Full(seats.capacity));
        ensure!(load.courses < COURSES, EnrolError::Busy(COURSES));
        emit![StudentSubscribed { course_id: subscribe.course_id, student_id: subscribe.who }]
    }
}

/// The aggregate to whose stream a definition is appended.
#[derive(Aggregate, Debug, Clone, Default)]
#[aggregate(id = CourseId, events(CourseDefined))]
pub struct Course {
    pub seats: u32,
}

impl Apply<CourseDefined> for Course {
    fn apply(&mut self, defined: CourseDefined) {
        self.seats = defined.seats;
    }
}
