//! Testing views and projections without a store, and what a failed test says.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::sync::Mutex;

use chrono::{DateTime, Utc};
use es_core::MemoryStore;
use es_core::prelude::*;
use es_core::testing::History;
use es_core::testing::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Posted {
    sender: String,
    grams: u32,
}

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Delivered;

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(id = u32, events(Posted, Delivered), apply = ignore)]
struct Parcel;

fn ignore(_: &mut Parcel, _: ParcelEvent) {}

#[derive(View, Debug, Clone, Default, Serialize, Deserialize)]
#[view(key = u32, events(Posted), delete_on(Delivered))]
struct OnTheWay {
    #[view(index)]
    sender: String,
    grams: u32,
    since: Option<DateTime<Utc>>,
    version: u64,
}

impl ApplyRecorded<Posted> for OnTheWay {
    fn apply_recorded(&mut self, posted: Recorded<Posted>) {
        self.since = Some(posted.recorded_at);
        self.version = posted.version;
        self.sender = posted.event.sender;
        self.grams += posted.event.grams;
    }
}

#[derive(View, Debug, Clone, Default, Serialize, Deserialize)]
#[view(key = String, key_from = sender, events(Posted))]
struct Sender {
    parcels: u32,
    /// What is not stored is not there any more when the next event comes.
    #[serde(skip)]
    grams: u32,
}

impl Apply<Posted> for Sender {
    fn apply(&mut self, posted: Posted) {
        self.grams += posted.grams;
        self.parcels += if self.grams > 100 { 1000 } else { 1 };
    }
}

fn posted(sender: &str, grams: u32) -> Posted {
    Posted { sender: sender.into(), grams }
}

#[test]
fn events_of_no_stream_are_those_of_the_row_that_is_asked_for() {
    let given = given_history(history![posted("ann", 7), posted("bob", 5)]);
    let second = OnTheWay { sender: "bob".into(), grams: 12, since: Some(DateTime::UNIX_EPOCH), version: 2 };
    given.view::<OnTheWay>(&1).is(second).then_state(|parcel| assert_eq!(parcel.grams, 12));
    given_history(history![posted("ann", 7), Delivered]).view::<OnTheWay>(&1).is_none();
    given_history(history![]).view::<OnTheWay>(&1).is_none();
}

#[test]
fn streams_and_times_are_told_apart_where_they_are_said() {
    let noon = "2026-03-01T12:00:00Z".parse().unwrap();
    let history = History::new()
        .in_stream::<Parcel>(&1, events![posted("ann", 7)])
        .at(noon)
        .in_stream::<Parcel>(&2, events![posted("bob", 5), posted("bob", 6)])
        .in_stream::<Parcel>(&1, events![Delivered]);
    let given = given_history(history);
    given.view::<OnTheWay>(&1).is_none();
    given.view::<OnTheWay>(&2).is(OnTheWay { sender: "bob".into(), grams: 11, since: Some(noon), version: 2 });
}

#[test]
fn a_row_is_stored_and_read_back_between_two_events() {
    let history = || history![posted("ann", 60), posted("bob", 60), posted("ann", 60)];
    given_history(history()).view::<Sender>(&"ann".into()).is(Sender { parcels: 2, grams: 0 });
}

fn message(test: impl FnOnce() + std::panic::UnwindSafe) -> String {
    *std::panic::catch_unwind(test).unwrap_err().downcast::<String>().unwrap()
}

#[test]
fn a_failed_test_shows_what_differs_in_the_row() {
    let given = || given_history(history![posted("ann", 60)]);
    let differs = message(move || _ = given().view::<Sender>(&"ann".into()).is(Sender { parcels: 3, grams: 0 }));
    assert_eq!(differs, "- expected, + decided\n  sender v1 {\n-   \"parcels\": 3\n+   \"parcels\": 1\n  }\n");
    let missing = message(move || _ = given().view::<Sender>(&"bob".into()).is(Sender::default()));
    assert!(missing.contains("+ no row"), "{missing}");
    let there = message(move || _ = given().view::<Sender>(&"ann".into()).is_none());
    assert!(there.starts_with("expected no row, there is: sender v1 {"), "{there}");
    let too_long = message(|| _ = given_history(history![posted(&"x".repeat(3000), 1)]).view::<OnTheWay>(&1));
    assert!(too_long.contains("3000 bytes: an indexed text has at most"), "{too_long}");
}

#[derive(Projection, Default)]
#[projection(events(Posted))]
struct Franking {
    cents: Mutex<u32>,
}

impl Project<Posted, ()> for Franking {
    async fn project(&self, event: &Recorded<Posted>, _: &mut ()) -> Result<(), ProjectionError> {
        if event.grams > 100 {
            return Err(ProjectionError::new("too heavy"));
        }
        *self.cents.lock().unwrap() += event.grams;
        Ok(())
    }
}

#[tokio::test]
async fn a_projection_writes_through_the_connection_that_the_test_gives() {
    let franking = Franking::default();
    given_history(history![posted("ann", 7), Delivered, posted("bob", 5)]).project::<MemoryStore>(&franking, &mut ()).await.unwrap();
    assert_eq!(*franking.cents.lock().unwrap(), 12);
    let refused = given_history(history![posted("ann", 7), posted("bob", 500)]).project::<MemoryStore>(&franking, &mut ()).await;
    assert_eq!(refused.unwrap_err().to_string(), "the event at position 2: too heavy");
}
