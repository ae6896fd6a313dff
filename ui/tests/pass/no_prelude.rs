//! Generated code needs no prelude.
#![no_implicit_prelude]

#[derive(::es_core::Event, ::serde::Serialize, ::serde::Deserialize, ::core::fmt::Debug, ::core::clone::Clone)]
#[event(version = 2, upcast_from = 1)]
struct Opened {
    #[event(since = 2, default)]
    owner: u64,
}

#[derive(::es_core::Aggregate, ::core::default::Default, ::core::clone::Clone)]
#[aggregate(id = u64, events(Opened))]
struct Account;

impl ::es_core::Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

#[::core::prelude::v1::test]
fn it_is_an_aggregate_like_any() {
    ::core::assert_eq!(<Account as ::es_core::Aggregate>::NAME, "account");
}
