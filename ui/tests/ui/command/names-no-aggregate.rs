use es_core::prelude::*;

struct Account;

#[derive(Command, Clone)]
#[command(aggregate = Account)]
struct Open {
    #[command(id)]
    account: u64,
}

fn main() {}
