use es_core::prelude::*;

#[derive(Id, Debug, Clone, PartialEq, Eq, Hash)]
struct AccountId {
    bank: u32,
    number: u32,
}

fn main() {}
