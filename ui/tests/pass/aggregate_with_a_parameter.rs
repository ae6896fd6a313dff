//! An aggregate may have a type parameter and a where-clause.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Opened;

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(id = u64, events(Opened))]
struct Account<P>
where
    P: Policy,
{
    policy: P,
    opened: u8,
}

trait Policy: std::fmt::Debug + Default + Clone + Send + Sync + 'static {}

#[derive(Debug, Default, Clone)]
struct Strict;

impl Policy for Strict {}

impl<P: Policy> Apply<Opened> for Account<P> {
    fn apply(&mut self, _: Opened) {
        self.opened += 1;
    }
}

#[test]
fn it_folds_like_any() {
    let mut account = Account::<Strict>::default();
    account.apply_stored("Opened", 1, b"{}").unwrap();
    assert_eq!(account.opened, 1);
}
