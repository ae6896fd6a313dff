use es_core::prelude::*;

#[derive(Aggregate, Default, Clone)]
#[aggregate(id = u64, events())]
struct Account;

#[derive(Command, Clone)]
#[command(aggregate = Account, steam = new)]
struct Open {
    #[command(id)]
    account: u64,
}

fn main() {}
