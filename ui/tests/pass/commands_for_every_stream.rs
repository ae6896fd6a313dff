//! A stream is new, existing or any.
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
#[command(aggregate = Account, stream = new)]
struct Open {
    #[command(id)]
    account: u64,
}

#[derive(Command, Clone)]
#[command(aggregate = Account, stream = existing)]
struct Close {
    #[command(id)]
    account: u64,
}

#[derive(Command, Clone)]
#[command(aggregate = Account, stream = any)]
struct Touch {
    #[command(id)]
    account: u64,
}

#[test]
fn each_says_which() {
    use es_core::StreamRule;
    assert_eq!(Open { account: 1 }.stream_rule(), StreamRule::New);
    assert_eq!(Close { account: 1 }.stream_rule(), StreamRule::Existing);
    assert_eq!(Touch { account: 1 }.stream_rule(), StreamRule::Any);
}
