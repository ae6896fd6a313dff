use es_core::prelude::*;

#[derive(Aggregate, Default, Clone)]
#[aggregate(id = u64, events(), command(Open))]
struct Account;

fn main() {}
