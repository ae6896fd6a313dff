#[path = "../school.rs"]
mod school;
use es_core::prelude::*;
use school::*;
use serde::{Deserialize, Serialize};

#[derive(Command, Clone)]
#[command(decides_on(Seats { course_id }), events(Closed))]
struct Define {
    course_id: CourseId,
}

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(retired_into())]
struct Closed {
    #[event(tag)]
    course_id: CourseId,
}
impl Retired for Closed {
    fn replace(self) -> Events<Self> {
        events![]
    }
}

fn main() {}
