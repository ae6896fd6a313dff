use es_core::prelude::*;

#[derive(Command, Clone)]
#[command(aggregate = Acount)]
struct Open {
    #[command(id)]
    account: u64,
}

fn main() {}
