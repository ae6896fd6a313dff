use es_core::prelude::*;

#[derive(Id, Debug, Clone, PartialEq, Eq, Hash)]
struct AccountId(u32, u32);

fn main() {}
