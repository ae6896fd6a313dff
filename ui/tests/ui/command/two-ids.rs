use es_core::prelude::*;

#[derive(Aggregate, Default, Clone)]
#[aggregate(id = u64, events())]
struct Account;

#[derive(Command, Clone)]
#[command(aggregate = Account)]
struct Transfer {
    #[command(id)]
    from: u64,
    #[command(id)]
    to: u64,
}

fn main() {}
