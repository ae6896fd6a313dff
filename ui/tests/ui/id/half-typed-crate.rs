use es_core::prelude::*;

#[derive(Id, Debug, Clone, PartialEq, Eq, Hash)]
#[id(crate = )]
struct AccountId(u64);

fn main() {}
