//! A draft reflects what it has emitted.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Opened;

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(id = u64, events(Opened))]
struct Account(u8);

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {
        self.0 += 1;
    }
}

#[derive(Command, Clone)]
#[command(aggregate = Account)]
struct Open {
    #[command(id)]
    account: u64,
}

impl Handle<Open> for Account {
    fn handle(&self, _: Open) -> Decision<Self> {
        let mut draft = self.draft();
        while draft.0 < 3 {
            draft.emit(Opened);
        }
        draft.finish()
    }
}

#[test]
fn it_stops_at_three() {
    assert_eq!(Account(1).handle(Open { account: 1 }).unwrap().len(), 2);
}
