//! Commands that need the outside world are listed in `with(..)`.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Opened;

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(id = u64, events(Opened), commands(Open, with(Pay)))]
struct Account;

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

#[derive(Command, Clone, Deserialize)]
#[command(aggregate = Account)]
struct Open {
    #[command(id)]
    account: u64,
}

#[derive(Command, Clone, Deserialize)]
#[command(aggregate = Account)]
struct Pay {
    #[command(id)]
    account: u64,
}

impl Handle<Open> for Account {
    fn handle(&self, _: Open) -> Decision<Self> {
        emit![Opened]
    }
}

struct Bank;

impl HandleWith<Pay, Bank> for Account {
    async fn handle_with(&self, _: Pay, _: &Bank) -> Decision<Self> {
        emit![]
    }
}

fn is_handled<C: Command<State = Account>>()
where
    Account: HandleWith<C, Bank>,
{
}

#[test]
fn the_enum_is_handled_with_them() {
    is_handled::<AccountCommand>();
    let json = r#"{"Pay":{"account":1}}"#;
    assert!(matches!(serde_json::from_str(json).unwrap(), AccountCommand::Pay(_)));
}
