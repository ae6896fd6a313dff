//! Old bytes reach every reader alike: a load, a snapshot, a command, a history, a read of everything.
//!
//! One subscription to a magazine, whose events have been written by every build since version 1.
#![allow(clippy::unwrap_used, reason = "a test")]

use es_core::prelude::*;
use es_core::store::{Append, EventStore, NewEvent, SnapshotStore};
use es_core::{AnyStore, MemoryStore, Query, StreamId};
use es_sqlite::SqliteStore;
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};

// events, as today's build has them

/// Added with a default, renamed, retyped, converted, removed; under a former name too.
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 4, upcast_from = 1, renamed_from = "Subscribed", removed(paper: Option<String>, since = 3))]
struct Ordered {
    #[event(since = 2, default = "en".to_owned())]
    language: String,
    #[event(since = 3, was = "price", with = cents)]
    cents: i64,
    #[event(since = 4, from = u32)]
    issues: u64,
}

fn cents(price: String) -> Result<i64, std::num::ParseIntError> {
    Ok(price.parse::<i64>()? * 100)
}

/// Whose past is a type of its own.
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = MovedV1)]
struct Moved {
    street: String,
    city: String,
}

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(name = "Moved")]
struct MovedV1 {
    address: String,
}

impl TryFrom<MovedV1> for Moved {
    type Error = String;

    fn try_from(past: MovedV1) -> Result<Self, String> {
        let (street, city) = past.address.split_once(", ").ok_or_else(|| format!("no city in {:?}", past.address))?;
        Ok(Self { street: street.into(), city: city.into() })
    }
}

/// Whose past is left to a function.
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = 1, upcast_with = paused)]
struct Paused {
    weeks: u32,
}

fn paused(_version: u32, payload: serde_json::Value) -> Paused {
    Paused { weeks: payload["days"].as_u64().unwrap_or(0) as u32 / 7 }
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(replaces(Renewed))]
struct Extended {
    issues: u64,
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(replaces(Renewed))]
struct Charged {
    cents: i64,
}

/// Became two events.
#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(retired_into(Extended, Charged))]
struct Renewed {
    issues: u64,
    cents: i64,
}

impl Retired for Renewed {
    fn replace(self) -> Events<Self> {
        events![Extended { issues: self.issues }, Charged { cents: self.cents }]
    }
}

/// Became nothing.
#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(retired_into())]
struct Polled {
    answer: String,
}

impl Retired for Polled {
    fn replace(self) -> Events<Self> {
        events![]
    }
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Ended;

// the state

#[derive(Aggregate, Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[aggregate(id = u64, events(Ordered, Moved, Paused, Extended, Charged, Ended), ignores(Polled), snapshot(every = 4))]
struct Magazine {
    language: String,
    city: String,
    cents: i64,
    issues: u64,
    weeks_paused: u32,
    ended: bool,
}

impl Apply<Ordered> for Magazine {
    fn apply(&mut self, event: Ordered) {
        self.language = event.language;
        self.cents += event.cents;
        self.issues += event.issues;
    }
}

impl Apply<Moved> for Magazine {
    fn apply(&mut self, event: Moved) {
        self.city = event.city;
    }
}

impl Apply<Paused> for Magazine {
    fn apply(&mut self, event: Paused) {
        self.weeks_paused += event.weeks;
    }
}

impl Apply<Extended> for Magazine {
    fn apply(&mut self, event: Extended) {
        self.issues += event.issues;
    }
}

impl Apply<Charged> for Magazine {
    fn apply(&mut self, event: Charged) {
        self.cents += event.cents;
    }
}

impl Apply<Ended> for Magazine {
    fn apply(&mut self, _: Ended) {
        self.ended = true;
    }
}

#[derive(Command, Debug, Clone)]
#[command(aggregate = Magazine, stream = existing)]
struct End {
    #[command(id)]
    magazine: u64,
}

impl Handle<End> for Magazine {
    fn handle(&self, _: End) -> Decision<Self> {
        emit![Ended]
    }
}

// what ten years have left in the store

const STORED: [(&str, u32, &str); 11] = [
    ("Subscribed", 1, r#"{"price":"10","issues":4,"paper":null}"#),
    ("Ordered", 1, r#"{"price":"1","issues":1}"#),
    ("Ordered", 2, r#"{"language":"fr","price":"2","issues":2,"paper":"matt"}"#),
    ("Ordered", 3, r#"{"language":"de","cents":300,"issues":3}"#),
    ("Ordered", 4, r#"{"language":"pt","cents":40,"issues":4}"#),
    ("Moved", 1, r#"{"address":"Rua Augusta 1, Lisbon"}"#),
    ("Moved", 2, r#"{"street":"Rua do Ouro 2","city":"Porto"}"#),
    ("Paused", 1, r#"{"days":14}"#),
    ("Paused", 2, r#"{"weeks":3}"#),
    ("Renewed", 1, r#"{"issues":12,"cents":9900}"#),
    ("Polled", 1, r#"{"answer":"yes"}"#),
];

fn after_ten_years() -> Magazine {
    Magazine { language: "pt".into(), city: "Porto".into(), cents: 11_540, issues: 26, weeks_paused: 5, ended: false }
}

async fn stores() -> (tempfile::TempDir, [(&'static str, AnyStore); 2]) {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = SqliteStore::open(folder.path().join("magazines.db")).await.unwrap();
    (folder, [("memory", AnyStore::new(MemoryStore::new())), ("sqlite", AnyStore::new(sqlite))])
}

async fn store_the_past(store: &AnyStore) {
    let stream = StreamId::new("magazine", "1").unwrap();
    let events = STORED.map(|(name, version, json)| NewEvent::new(name, version, json).unwrap());
    store.append(Append::to(stream, ExpectedVersion::NoStream, events.into())).await.unwrap();
}

#[tokio::test]
async fn a_load_folds_every_version_that_was_ever_stored() {
    let (_folder, stores) = stores().await;
    for (name, store) in stores {
        store_the_past(&store).await;
        let loaded = App::new(store).load::<Magazine>(&1).await.unwrap();
        assert_eq!((loaded.state, loaded.version), (after_ten_years(), 11), "{name}");
    }
}

#[tokio::test]
async fn a_snapshot_taken_over_old_versions_changes_nothing() {
    let (_folder, stores) = stores().await;
    for (name, store) in stores {
        store_the_past(&store).await;
        let app = App::new(store.clone()).cache_states(0);
        let ended = app.execute(End { magazine: 1 }).await.unwrap();
        let expected = Magazine { ended: true, ..after_ten_years() };
        assert_eq!((&ended.state, ended.version), (&expected, 12), "{name}");
        let stream = StreamId::new("magazine", "1").unwrap();
        assert_eq!(store.snapshot(&stream).await.unwrap().unwrap().version, 12, "{name}");
        assert_eq!(app.load::<Magazine>(&1).await.unwrap().state, expected, "{name}: from the snapshot");
        store.delete_snapshot(&stream).await.unwrap();
        assert_eq!(app.load::<Magazine>(&1).await.unwrap().state, expected, "{name}: from the events");
    }
}

#[tokio::test]
async fn a_history_has_the_events_of_today_under_their_stored_names_and_the_parts_of_what_was_retired() {
    let (_folder, stores) = stores().await;
    for (name, store) in stores {
        store_the_past(&store).await;
        let history: Vec<_> = App::new(store).history::<Magazine>(&1).try_collect().await.unwrap();
        let shown: Vec<_> = history.iter().map(|event| (event.version, event.part, &*event.name)).collect();
        assert_eq!(shown[..2], [(1, 0, "Subscribed"), (2, 0, "Ordered")], "{name}");
        assert_eq!(shown[9..], [(10, 0, "Extended"), (10, 1, "Charged")], "{name}: and what became nothing is not there");
        assert_eq!(history[9].event_id, history[10].event_id, "{name}: parts share their id");
        assert!(matches!(&history[5].event, MagazineEvent::Moved(moved) if moved.street == "Rua Augusta 1"), "{name}");
        assert_eq!((history[0].event_version, history[4].event_version), (1, 4), "{name}: as it was stored");
    }
}

#[tokio::test]
async fn a_reader_of_everything_decodes_what_it_lists() {
    let (_folder, stores) = stores().await;
    for (name, store) in stores {
        store_the_past(&store).await;
        let stored: Vec<_> = App::new(store).read(Query::all(), Position::START).try_collect().await.unwrap();
        let mut folded = Magazine::default();
        for event in &stored {
            for recorded in event.decode::<Magazine>().unwrap() {
                folded.apply_event(recorded.event);
            }
        }
        assert_eq!(folded, after_ten_years(), "{name}");
    }
}

#[tokio::test]
async fn an_aggregate_as_it_was_is_upcast_too() {
    let (_folder, stores) = stores().await;
    for (name, store) in stores {
        store_the_past(&store).await;
        let then = App::new(store).load_at::<Magazine>(&1, es_core::AsOf::Version(6)).await.unwrap();
        assert_eq!((then.state.city.as_str(), then.state.cents), ("Lisbon", 1_640), "{name}");
    }
}

#[tokio::test]
async fn a_past_that_does_not_convert_says_where_it_is() {
    let (_folder, stores) = stores().await;
    for (name, store) in stores {
        let stream = StreamId::new("magazine", "7").unwrap();
        let nowhere = NewEvent::new("Moved", 1, r#"{"address":"nowhere"}"#).unwrap();
        store.append(Append::to(stream, ExpectedVersion::NoStream, vec![nowhere])).await.unwrap();
        let error = App::new(store).load::<Magazine>(&7).await.unwrap_err().to_string();
        let expected =
            "stream `magazine/7`, position 1, version 1: `Moved` version 1 does not convert to version 2: no city in \"nowhere\"";
        assert_eq!(error, expected, "{name}");
    }
}
