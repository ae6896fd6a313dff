use es_core::prelude::*;

struct Opened;

#[derive(Aggregate, Default, Clone)]
#[aggregate(id = u64, events(Opened))]
struct Account;

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

fn main() {}
