use es_core::prelude::*;

#[derive(Aggregate, Default, Clone)]
#[aggregate(id = u64, events())]
struct Account;

#[derive(Command)]
#[command(aggregate = Account)]
struct Open {
    #[command(id)]
    account: u64,
}

fn main() {}
