//! Commands: the stream that they name, and the enum that an aggregate makes of them.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, unreachable_pub)]

use es_core::prelude::*;
use es_core::{Boundary, ExecuteError, MemoryStore, StreamId, StreamRule};
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Id, Debug, Clone, PartialEq, Eq, Hash)]
pub struct LoanId(String);

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct BookLent {
    reader: String,
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct BookReturned;

#[derive(Debug, PartialEq, thiserror::Error)]
pub enum LoanError {
    #[error("the book is out")]
    Out,
    #[error("the post is closed")]
    NoPost,
}

mod desk {
    use super::*;

    #[derive(Command, Clone, Deserialize)]
    #[command(aggregate = Loan, stream = existing)]
    pub struct Return(#[command(id)] pub LoanId);
}

#[derive(Aggregate, Debug, Default, Clone, PartialEq)]
#[aggregate(
    id = LoanId,
    error = LoanError,
    events(BookLent, BookReturned),
    commands(Lend, desk::Return as GiveBack, with(Post)),
    command = Request
)]
pub struct Loan {
    out: bool,
}

impl Apply<BookLent> for Loan {
    fn apply(&mut self, _: BookLent) {
        self.out = true;
    }
}

impl Apply<BookReturned> for Loan {
    fn apply(&mut self, _: BookReturned) {
        self.out = false;
    }
}

#[derive(Command, Clone, Deserialize)]
#[command(aggregate = Loan)]
pub struct Lend {
    reader: String,
    #[command(id)]
    loan: LoanId,
}

impl Handle<Lend> for Loan {
    fn handle(&self, lend: Lend) -> Decision<Self> {
        ensure!(!self.out, LoanError::Out);
        emit![BookLent { reader: lend.reader }]
    }
}

impl Handle<desk::Return> for Loan {
    fn handle(&self, _: desk::Return) -> Decision<Self> {
        emit![BookReturned]
    }
}

#[derive(Command, Clone, Deserialize)]
#[es(command(aggregate = Loan, stream = new))]
pub struct Post {
    #[es(command(id))]
    loan: LoanId,
}

/// What the world outside answers.
pub trait PostOffice: Sync {
    fn is_open(&self) -> bool;
}

impl<P: PostOffice> HandleWith<Post, P> for Loan {
    async fn handle_with(&self, _: Post, office: &P) -> Decision<Self> {
        ensure!(office.is_open(), LoanError::NoPost);
        emit![BookLent { reader: "by post".into() }]
    }
}

struct Counter {
    open: bool,
}

impl PostOffice for Counter {
    fn is_open(&self) -> bool {
        self.open
    }
}

fn request(json: serde_json::Value) -> Request {
    serde_json::from_value(json).unwrap()
}

#[test]
fn a_command_names_its_stream_and_what_it_asks_of_it() {
    let lend = Lend { reader: "Ada".into(), loan: "l-1".into() };
    assert_eq!(lend.boundary().unwrap(), Boundary::Stream(StreamId::new("loan", "l-1").unwrap()));
    assert_eq!((lend.name(), lend.stream_rule()), ("Lend", StreamRule::Any));
    assert_eq!((desk::Return("l-1".into()).name(), desk::Return("l-1".into()).stream_rule()), ("Return", StreamRule::Existing));
    assert_eq!(Post { loan: "l-1".into() }.stream_rule(), StreamRule::New);
    assert!(matches!(Post { loan: "".into() }.boundary(), Err(es_core::EncodeError::Text(_))));
}

#[test]
fn the_enum_is_read_by_the_names_of_its_commands_and_speaks_for_them() {
    let lend = request(json!({"Lend": {"reader": "Ada", "loan": "l-1"}}));
    assert_eq!((lend.name(), lend.stream_rule()), ("Lend", StreamRule::Any));
    assert_eq!(lend.boundary().unwrap(), Boundary::Stream(StreamId::new("loan", "l-1").unwrap()));
    let back = request(json!({"GiveBack": "l-1"}));
    assert_eq!((back.name(), back.stream_rule()), ("Return", StreamRule::Existing));
    assert_eq!(format!("{:?}", Request::from(Post { loan: "l-2".into() })), "Post(..)");
    let unknown = serde_json::from_value::<Request>(json!({"Burn": {}})).map(drop).unwrap_err();
    assert!(unknown.to_string().contains("expected one of `Lend`, `GiveBack`, `Post`"), "{unknown}");
}

#[tokio::test]
async fn the_enum_runs_each_command_by_its_handler() {
    let app = App::new(MemoryStore::new());
    let open = Counter { open: true };
    let lent = app.execute_with(request(json!({"Lend": {"reader": "Ada", "loan": "l-1"}})), &open).await.unwrap();
    assert_eq!(lent.state, Loan { out: true });
    let out = app.execute_with(request(json!({"Lend": {"reader": "Bob", "loan": "l-1"}})), &open).await;
    assert!(matches!(out, Err(ExecuteError::Domain(LoanError::Out))));
    let returned = app.execute_with(request(json!({"GiveBack": "l-1"})), &open).await.unwrap();
    assert_eq!((returned.state, returned.version), (Loan { out: false }, 2));
    let posted = app.execute_with(request(json!({"Post": {"loan": "l-2"}})), &open).await.unwrap();
    assert_eq!(posted.version, 1);
    let again = app.execute_with(request(json!({"Post": {"loan": "l-2"}})), &open).await;
    assert!(matches!(again, Err(ExecuteError::AlreadyExists(_))));
    let closed = app.execute_with(request(json!({"Post": {"loan": "l-3"}})), &Counter { open: false }).await;
    assert!(matches!(closed, Err(ExecuteError::Domain(LoanError::NoPost))));
    let missing = app.execute_with(request(json!({"GiveBack": "l-4"})), &open).await;
    assert!(matches!(missing, Err(ExecuteError::NotFound(_))));
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct Ticked;

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(id = u64, events(Ticked), commands(Tick, derive(Debug, PartialEq)))]
pub struct Clock {
    ticks: u32,
}

impl Apply<Ticked> for Clock {
    fn apply(&mut self, _: Ticked) {
        self.ticks += 1;
    }
}

#[derive(Command, Clone, Debug, PartialEq, Deserialize)]
#[command(aggregate = Clock)]
pub struct Tick {
    #[command(id)]
    clock: u64,
}

impl Handle<Tick> for Clock {
    fn handle(&self, _: Tick) -> Decision<Self> {
        emit![Ticked]
    }
}

#[tokio::test]
async fn without_services_the_enum_is_executed_as_any_command() {
    let app = App::new(MemoryStore::new());
    let tick: ClockCommand = serde_json::from_value(json!({"Tick": {"clock": 1}})).unwrap();
    assert_eq!(format!("{tick:?}"), "Tick(Tick { clock: 1 })");
    assert_eq!(tick, Tick { clock: 1 }.into());
    app.execute(tick.clone()).await.unwrap();
    assert_eq!(app.execute(tick).await.unwrap().state.ticks, 2);
}
