//! Ids over a UUID, a string and an integer.
use es_core::prelude::*;

#[derive(Id, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AccountId(uuid::Uuid);

#[derive(Id, Debug, Clone, PartialEq, Eq, Hash)]
struct Iban(String);

#[derive(Id, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Number(u32);

#[test]
fn each_is_parsed_from_what_it_prints() {
    let id = AccountId::new();
    assert_eq!(id.to_string().parse::<AccountId>().unwrap(), id);
    assert_eq!("DE1".parse::<Iban>().unwrap(), Iban::from("DE1"));
    assert_eq!("7".parse::<Number>().unwrap(), Number(7));
}
