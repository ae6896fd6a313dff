use es_core::prelude::*;

#[derive(Command, Clone)]
struct Open {
    #[command(id)]
    account: u64,
}

fn main() {}
