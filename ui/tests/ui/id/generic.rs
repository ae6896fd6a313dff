use es_core::prelude::*;

#[derive(Id, Debug, Clone, PartialEq, Eq, Hash)]
struct AccountId<T>(T);

fn main() {}
