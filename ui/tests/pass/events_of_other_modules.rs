//! Events are listed by any path.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

mod events {
    use super::*;

    #[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
    pub(super) struct Opened;
}

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(id = u64, events(self::events::Opened))]
struct Account;

impl Apply<events::Opened> for Account {
    fn apply(&mut self, _: events::Opened) {}
}

#[test]
fn the_variant_has_the_last_name() {
    assert!(matches!(events::Opened.into(), AccountEvent::Opened(_)));
}
