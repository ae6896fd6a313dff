use es_core::prelude::*;

#[derive(Aggregate, Default, Clone)]
#[aggregate(id = u64, events(self))]
struct Account;

fn main() {}
