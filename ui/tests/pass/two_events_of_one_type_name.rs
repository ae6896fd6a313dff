//! `as` gives a variant another name.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Opened;

mod shop {
    use super::*;

    #[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
    #[event(name = "shop.opened")]
    pub(super) struct Opened;
}

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(id = u64, events(Opened, shop::Opened as ShopOpened))]
struct Account;

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

impl Apply<shop::Opened> for Account {
    fn apply(&mut self, _: shop::Opened) {}
}

#[test]
fn both_are_variants() {
    assert!(matches!(AccountEvent::from(shop::Opened), AccountEvent::ShopOpened(_)));
}
