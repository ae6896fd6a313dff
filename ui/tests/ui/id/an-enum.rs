use es_core::prelude::*;

#[derive(Id, Debug, Clone, PartialEq, Eq, Hash)]
enum AccountId {
    Old(u32),
}

fn main() {}
