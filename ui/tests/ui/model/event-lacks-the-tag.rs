#[path = "../school.rs"]
mod school;
use es_core::prelude::*;
use school::*;

#[derive(DecisionModel, Clone, Default)]
#[model(events(Defined), tags(student_id: StudentId))]
struct Waiting;

impl Apply<Defined> for Waiting {
    fn apply(&mut self, _: Defined) {}
}

fn main() {}
