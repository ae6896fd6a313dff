//! The smallest domain, in full.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Id, Debug, Clone, PartialEq, Eq, Hash)]
struct AccountId(String);

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Opened;

#[derive(Aggregate, Default, Clone)]
#[aggregate(id = AccountId, events(Opened), commands(Open))]
struct Account;

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

#[derive(Command, Clone, Deserialize)]
#[command(aggregate = Account, stream = new)]
struct Open {
    #[command(id)]
    account: AccountId,
}

impl Handle<Open> for Account {
    fn handle(&self, _: Open) -> Decision<Self> {
        emit![Opened]
    }
}

#[test]
fn it_decides() {
    let open = Open { account: "a-1".into() };
    assert_eq!(Account.handle(open).unwrap().len(), 1);
}
