use es_core::prelude::*;

#[derive(Id, Debug, Clone, PartialEq, Eq, Hash)]
#[id(create = es_core)]
struct AccountId(u32);

fn main() {}
