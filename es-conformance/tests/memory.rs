//! The store in memory is held to the suite; and so is the type that hides a store's type.

use std::path::PathBuf;

use es_conformance::{CHECKS, Factory, Promise, Verdict, run};
use es_core::store::StoreError;
use es_core::{AnyStore, MemoryStore};

async fn open(_place: PathBuf) -> Result<MemoryStore, StoreError> {
    Ok(MemoryStore::new())
}

es_conformance::suite!(open);

mod behind_any_store {
    use super::*;

    es_conformance::suite!(|_| async { Ok(AnyStore::new(MemoryStore::new())) });
}

struct Modest;

impl Factory for Modest {
    type Store = MemoryStore;

    async fn open(&self, _place: &std::path::Path) -> Result<MemoryStore, StoreError> {
        Ok(MemoryStore::new())
    }

    fn not_promised(&self) -> &'static [Promise] {
        &[Promise::GaplessPositions, Promise::TimeFollowsPosition]
    }
}

#[test]
fn what_is_not_promised_is_said_and_not_passed() {
    assert_eq!(run("positions_are_1_2_3_without_holes", Modest).unwrap(), Verdict::NotPromised(Promise::GaplessPositions));
    assert_eq!(run("recorded_at_never_decreases_with_position", Modest).unwrap(), Verdict::NotPromised(Promise::TimeFollowsPosition));
    assert_eq!(run("events_are_there_after_reopening", Modest).unwrap(), Verdict::NotPromised(Promise::Survival));
    assert_eq!(run("positions_of_one_append_are_without_holes", Modest).unwrap(), Verdict::Kept);
}

#[test]
fn a_check_that_is_not_in_the_suite_is_an_error() {
    assert!(run("a_store_is_nice", Modest).is_err());
}

#[test]
fn a_store_that_does_not_open_keeps_nothing() {
    let closed = |_| async { Err::<MemoryStore, _>(StoreError::Closed) };
    for check in CHECKS {
        assert!(run(check.name(), closed).is_err(), "{check:?}");
    }
}
