//! Generated code needs no prelude, no name that the user could have taken, and finds es-core where it is said to be.
#![no_implicit_prelude]
#![allow(missing_docs, dead_code, unreachable_pub, clippy::unwrap_used)]

mod reexport {
    pub use ::es_core as inner;
}

// what generated code could trip over if it said the short names
struct Option;
struct Result;
struct Vec;
struct Box;
struct String;
struct Some;
struct Ok;
struct Err;
trait Clone {}
trait Default {}
trait From {}
trait Into {}
mod core {}
mod std {}
mod serde {}
mod es_core {}

#[derive(
    crate::reexport::inner::Id, ::core::fmt::Debug, ::core::clone::Clone, ::core::cmp::PartialEq, ::core::cmp::Eq, ::core::hash::Hash,
)]
#[id(crate = crate::reexport::inner)]
pub struct BoatId(::uuid::Uuid);

#[derive(
    crate::reexport::inner::Id, ::core::fmt::Debug, ::core::clone::Clone, ::core::cmp::PartialEq, ::core::cmp::Eq, ::core::hash::Hash,
)]
#[id(crate = crate::reexport::inner)]
pub struct Harbour(::std::string::String);

#[derive(crate::reexport::inner::Schema, ::serde::Serialize, ::serde::Deserialize, ::core::fmt::Debug, ::core::clone::Clone)]
#[schema(crate = crate::reexport::inner)]
pub enum Weather {
    Fair,
    Storm { force: u8 },
}

#[derive(crate::reexport::inner::Event, ::serde::Serialize, ::serde::Deserialize, ::core::fmt::Debug, ::core::clone::Clone)]
#[event(version = 3, upcast_from = 1, removed(mate: ::std::string::String, since = 2), replaces(Sunk), crate = crate::reexport::inner)]
pub struct Sailed {
    #[event(tag)]
    payload: BoatId,
    #[event(since = 2, default = Weather::Fair)]
    old: Weather,
    #[event(since = 2, from = u8)]
    #[event(since = 3, was = "knots", with = doubled)]
    stored_version: u32,
    #[event(since = 3, was = "flag")]
    types: u8,
}

fn doubled(knots: u16) -> u32 {
    u32::from(knots) * 2
}

// the name that this trait has in a prelude
use ::core::convert::From as _;

#[derive(crate::reexport::inner::Event, ::serde::Serialize, ::serde::Deserialize, ::core::fmt::Debug, ::core::clone::Clone)]
#[event(retired_into(Sailed), crate = crate::reexport::inner)]
pub struct Sunk;

impl crate::reexport::inner::Retired for Sunk {
    fn replace(self) -> crate::reexport::inner::Events<Self> {
        crate::reexport::inner::Events::new()
    }
}

#[derive(crate::reexport::inner::Aggregate, ::core::default::Default, ::core::clone::Clone, ::serde::Serialize, ::serde::Deserialize)]
#[aggregate(id = BoatId, events(Sailed), commands(Sail, with(Dock)), snapshot(every = 3), crate = crate::reexport::inner)]
pub struct Boat {
    trips: u32,
}

impl crate::reexport::inner::Apply<Sailed> for Boat {
    fn apply(&mut self, _: Sailed) {
        self.trips += 1;
    }
}

#[derive(crate::reexport::inner::Command, ::core::clone::Clone, ::serde::Deserialize)]
#[command(aggregate = Boat, stream = any, crate = crate::reexport::inner)]
pub struct Sail {
    #[command(id)]
    command: BoatId,
}

#[derive(crate::reexport::inner::Command, ::core::clone::Clone, ::serde::Deserialize)]
#[command(aggregate = Boat, crate = crate::reexport::inner)]
pub struct Dock {
    #[command(id)]
    services: BoatId,
}

impl crate::reexport::inner::Handle<Sail> for Boat {
    fn handle(&self, _: Sail) -> crate::reexport::inner::Decision<Self> {
        ::core::result::Result::Ok(crate::reexport::inner::Events::new())
    }
}

impl<S: ::core::marker::Sync> crate::reexport::inner::HandleWith<Dock, S> for Boat {
    async fn handle_with(&self, _: Dock, _: &S) -> crate::reexport::inner::Decision<Self> {
        ::core::result::Result::Ok(crate::reexport::inner::Events::new())
    }
}

#[derive(crate::reexport::inner::DecisionModel, ::core::default::Default, ::core::clone::Clone)]
#[model(events(Docked), tags(r#type: Harbour, values: BoatId), crate = crate::reexport::inner)]
pub struct Berth {
    taken: bool,
}

#[derive(crate::reexport::inner::Event, ::serde::Serialize, ::serde::Deserialize, ::core::fmt::Debug, ::core::clone::Clone)]
#[event(crate = crate::reexport::inner)]
pub struct Docked {
    #[event(tag)]
    r#type: Harbour,
    #[event(tag)]
    values: BoatId,
}

impl crate::reexport::inner::Apply<Docked> for Berth {
    fn apply(&mut self, _: Docked) {
        self.taken = true;
    }
}

#[derive(crate::reexport::inner::Command, ::core::clone::Clone)]
#[command(decides_on(Berth { r#type, values: tags }, Berth { r#type: r#type, values: tags }), events(Docked), crate = crate::reexport::inner)]
pub struct Berthe {
    r#type: Harbour,
    tags: BoatId,
}

impl crate::reexport::inner::Handle<Berthe> for (Berth, Berth) {
    fn handle(&self, _: Berthe) -> crate::reexport::inner::Decision<Berthe> {
        ::core::result::Result::Ok(crate::reexport::inner::Events::new())
    }
}

#[::core::prelude::v1::test]
fn what_is_generated_without_a_prelude_works() {
    use crate::reexport::inner::Aggregate as _;
    let mut boat = <Boat as ::core::default::Default>::default();
    let json = r#"{"payload":"67e55044-10b1-426f-9247-bb680e5fe0c8","mate":"Ishmael","knots":4,"flag":1}"#;
    boat.apply_stored("Sailed", 1, json.as_bytes()).unwrap();
    ::core::assert_eq!(boat.trips, 1);
}
