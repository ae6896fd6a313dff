use es_core::prelude::*;
use serde::{Deserialize, Serialize};

mod shop {
    #[derive(super::Event, super::Serialize, super::Deserialize, Debug, Clone)]
    #[event(name = "shop.opened")]
    pub struct Opened;
}

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Opened;

#[derive(Aggregate, Default, Clone)]
#[aggregate(id = u64, events(Opened, shop::Opened))]
struct Account;

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

fn main() {}
