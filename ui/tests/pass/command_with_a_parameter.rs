//! A command may have a type parameter.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Opened;

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(id = u64, events(Opened))]
struct Account;

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

#[derive(Command, Clone)]
#[command(aggregate = Account)]
struct Open<N> {
    #[command(id)]
    account: u64,
    note: N,
}

impl<N: Clone + Send + Sync + 'static> Handle<Open<N>> for Account {
    fn handle(&self, _: Open<N>) -> Decision<Self> {
        emit![Opened]
    }
}

#[test]
fn it_is_handled_like_any() {
    assert_eq!(Account.handle(Open { account: 1, note: "x" }).unwrap().len(), 1);
}
