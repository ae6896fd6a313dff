// What the cases of models share.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Id, Debug, Clone, PartialEq, Eq, Hash)]
pub struct CourseId(u64);

#[derive(Id, Debug, Clone, PartialEq, Eq, Hash)]
pub struct StudentId(u64);

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
pub struct Defined {
    #[event(tag)]
    pub course_id: CourseId,
}

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
pub struct Subscribed {
    #[event(tag)]
    pub course_id: CourseId,
    #[event(tag)]
    pub student_id: StudentId,
}

#[derive(DecisionModel, Debug, Clone, Default)]
#[model(events(Defined, Subscribed), tags(course_id: CourseId))]
pub struct Seats;

impl Apply<Defined> for Seats {
    fn apply(&mut self, _: Defined) {}
}

impl Apply<Subscribed> for Seats {
    fn apply(&mut self, _: Subscribed) {}
}

#[derive(DecisionModel, Debug, Clone, Default)]
#[model(events(Subscribed), tags(course_id: CourseId, student_id: StudentId))]
pub struct Place;

impl Apply<Subscribed> for Place {
    fn apply(&mut self, _: Subscribed) {}
}

#[derive(Aggregate, Debug, Clone, Default)]
#[aggregate(id = CourseId, events(Defined))]
pub struct Course;

impl Apply<Defined> for Course {
    fn apply(&mut self, _: Defined) {}
}
