//! Event sourcing that the compiler checks.
//!
//! A domain is plain structs: [`Event`]s with a name, a version and a readable past; [`Aggregate`]s that fold them into a state;
//! [`Command`]s that are decided on by pure functions. An [`App`] runs them on a store: `es-sqlite`, or [`memory`] for tests.
//!
//! ```
//! use es_core::MemoryStore;
//! use es_core::prelude::*;
//! use serde::{Deserialize, Serialize};
//!
//! // what happens
//! #[derive(Event, Serialize, Deserialize, Debug, Clone)]
//! struct Lent {
//!     reader: String,
//! }
//!
//! #[derive(Event, Serialize, Deserialize, Debug, Clone)]
//! struct Returned;
//!
//! // what it adds up to
//! #[derive(Aggregate, Debug, Default, Clone)]
//! #[aggregate(id = String, error = AlreadyLent, events(Lent, Returned))]
//! struct Book {
//!     lent_to: Option<String>,
//! }
//!
//! impl Apply<Lent> for Book {
//!     fn apply(&mut self, event: Lent) {
//!         self.lent_to = Some(event.reader);
//!     }
//! }
//!
//! impl Apply<Returned> for Book {
//!     fn apply(&mut self, _: Returned) {
//!         self.lent_to = None;
//!     }
//! }
//!
//! // what is asked of it, and what is decided
//! #[derive(Command, Debug, Clone)]
//! #[command(aggregate = Book)]
//! struct Lend {
//!     #[command(id)]
//!     book: String,
//!     reader: String,
//! }
//!
//! #[derive(Debug, PartialEq, thiserror::Error)]
//! #[error("lent to {0}")]
//! struct AlreadyLent(String);
//!
//! impl Handle<Lend> for Book {
//!     fn handle(&self, lend: Lend) -> Decision<Self> {
//!         if let Some(reader) = &self.lent_to {
//!             return Err(AlreadyLent(reader.clone()));
//!         }
//!         emit![Lent { reader: lend.reader }]
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let app = App::new(MemoryStore::new());
//! let committed = app.execute(Lend { book: "Emma".into(), reader: "ann".into() }).await?;
//! assert_eq!(committed.version, 1);
//! let refused = app.execute(Lend { book: "Emma".into(), reader: "bob".into() }).await;
//! assert_eq!(refused.unwrap_err().to_string(), "lent to ann");
//! # Ok(()) }
//! ```
//!
//! # Decisions over several things at once
//!
//! An aggregate decides on its own stream. What rests on several things at once, as a seat in a course does on the course and on the
//! student, is decided on [`DecisionModel`]s: states that are folded from the events which carry certain tags, wherever those are.
//!
//! ```
//! # use es_core::MemoryStore;
//! use es_core::prelude::*;
//! # use serde::{Deserialize, Serialize};
//!
//! #[derive(Event, Serialize, Deserialize, Debug, Clone)]
//! struct Subscribed {
//!     #[event(tag)]
//!     course: String,
//!     #[event(tag)]
//!     student: String,
//! }
//!
//! #[derive(DecisionModel, Debug, Clone, Default)]
//! #[model(events(Subscribed), tags(course: String))]
//! struct Seats(u32);
//! # impl Apply<Subscribed> for Seats { fn apply(&mut self, _: Subscribed) { self.0 += 1; } }
//!
//! #[derive(DecisionModel, Debug, Clone, Default)]
//! #[model(events(Subscribed), tags(student: String))]
//! struct Load(u32);
//! # impl Apply<Subscribed> for Load { fn apply(&mut self, _: Subscribed) { self.0 += 1; } }
//!
//! #[derive(Command, Debug, Clone)]
//! #[command(decides_on(Seats { course }, Load { student }), events(Subscribed), error = Refused)]
//! struct Subscribe {
//!     course: String,
//!     student: String,
//! }
//!
//! #[derive(Debug, PartialEq, thiserror::Error)]
//! #[error("no room")]
//! struct Refused;
//!
//! impl Handle<Subscribe> for (Seats, Load) {
//!     fn handle(&self, subscribe: Subscribe) -> Decision<Subscribe> {
//!         let (Seats(taken), Load(courses)) = self;
//!         ensure!(*taken < 30 && *courses < 5, Refused);
//!         emit![Subscribed { course: subscribe.course, student: subscribe.student }]
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let app = App::new(MemoryStore::new());
//! app.execute(Subscribe { course: "latin".into(), student: "ann".into() }).await?;
//! # Ok(()) }
//! ```
//!
//! Its events are stored only if none was recorded meanwhile that one of its models would have read; otherwise it is decided again.
//!
//! # Where to look
//!
//! - What an event may look like, and how its past is read: [`#[derive(Event)]`](macro@Event).
//! - What an aggregate lists: [`#[derive(Aggregate)]`](macro@Aggregate); what a model reads: [`#[derive(DecisionModel)]`](macro@DecisionModel);
//!   what a command says: [`#[derive(Command)]`](macro@Command).
//! - Executing, loading, reading, subscribing: [`App`]. Testing a domain without a store: [`testing`].
//! - Writing a store: [`store`], and the suite of `es-conformance`.
//!
//! # What is counted
//!
//! Every command, append and load is a span of `tracing`, and counted through the `metrics` facade: `es_commands_total` (by command and
//! outcome), `es_command_seconds`, `es_retries_total`, `es_appends_total` (by outcome), `es_events_appended_total`, `es_loads_total`,
//! `es_snapshots_total` (kept or failed), `es_snapshots_discarded_total` (by reason), `es_inline_retries_total` (stale or behind).

// generated code names this crate, here too
extern crate self as es_core;

mod aggregate;
mod app;
mod backfill;
mod cause;
mod codec;
mod command;
mod decision;
mod error;
mod event;
mod fingerprint;
mod finite;
pub mod lock;
pub mod memory;
mod metadata;
mod model;
mod projection;
mod query;
mod recorded;
mod retired;
pub mod schema;
mod snapshot;
mod state;
pub mod store;
mod stream;
mod tag;
pub mod testing;
mod text;
pub mod view;
mod worker;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use aggregate::{Aggregate, Apply, ApplyRecorded};
pub use app::{App, AppendEvents, Committed, Execute, Feed, Lag, ListParked, Loaded, ParkedEvents, Rebuild, Rebuilding};
pub use command::{Command, Handle, HandleWith, StreamRule};
pub use decision::{Decision, Draft, Events};
pub use error::{BackfillError, Conflict, DecodeError, EncodeError, ExecuteError, NameClash, ReadError, TagsMissing, WaitError};
#[cfg(feature = "derive")]
pub use es_derive::{Aggregate, Command, DecisionModel, Event, Id, Projection, Reaction, Schema, View};
pub use event::{Emits, Event, EventEnum, EventInfo, EventSet};
pub use memory::MemoryStore;
pub use metadata::Metadata;
pub use model::DecisionModel;
#[doc(hidden)]
pub use projection::{ChangedRows, Wanted};
pub use projection::{OnError, Project, Projection, ProjectionError, React, ReadModel};
pub use query::{AppendCondition, Clause, Query};
pub use recorded::{Payload, Recorded, StoredEvent, StoredRef};
pub use retired::Retired;
pub use schema::Schema;
pub use state::{Boundary, State};
pub use store::AnyStore;
pub use stream::{AsOf, ExpectedVersion, Id, Position, StreamId};
pub use tag::{Tag, TagValue, Tags};
pub use text::TextError;
pub use view::{KeyOf, View};
pub use worker::{Health, Stuck, Worker};

/// What an ordinary domain file imports.
pub mod prelude {
    #[cfg(feature = "derive")]
    pub use crate::Reaction;
    pub use crate::{
        Aggregate, App, Apply, ApplyRecorded, AsOf, Command, Committed, Decision, DecisionModel, Event, Events, ExpectedVersion, Handle,
        HandleWith, Id, KeyOf, Loaded, Position, Project, Projection, ProjectionError, React, Recorded, Retired, Schema, Tag, View, emit,
        ensure, events,
    };
}
