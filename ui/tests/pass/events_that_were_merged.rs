//! Two events became one.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(retired_into(Moved))]
struct MovedUp {
    by: i32,
}

impl Retired for MovedUp {
    fn replace(self) -> Events<Self> {
        events![Moved { by: self.by }]
    }
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(retired_into(Moved))]
struct MovedDown {
    by: i32,
}

impl Retired for MovedDown {
    fn replace(self) -> Events<Self> {
        events![Moved { by: -self.by }]
    }
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(replaces(MovedUp, MovedDown))]
struct Moved {
    by: i32,
}

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(id = u64, events(Moved))]
struct Lift {
    floor: i32,
}

impl Apply<Moved> for Lift {
    fn apply(&mut self, moved: Moved) {
        self.floor += moved.by;
    }
}

#[test]
fn both_are_read_as_the_one() {
    let mut lift = Lift::default();
    lift.apply_stored("MovedUp", 1, br#"{"by":3}"#).unwrap();
    lift.apply_stored("MovedDown", 1, br#"{"by":1}"#).unwrap();
    assert_eq!(lift.floor, 2);
}
