use es_core::prelude::*;

#[derive(Aggregate, Default, Clone)]
#[aggregate(id = u64)]
struct Account;

fn main() {}
