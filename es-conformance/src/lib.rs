//! The suite that says whether an event store is right.
//!
//! Put this into a test file of your store's crate, and run `cargo test`:
//!
//! ```
//! use std::path::PathBuf;
//!
//! use es_core::MemoryStore;
//! use es_core::store::StoreError;
//!
//! async fn open(_place: PathBuf) -> Result<MemoryStore, StoreError> {
//!     Ok(MemoryStore::new())       // YourStore::open(place.join("events.db")).await
//! }
//!
//! es_conformance::suite!(open);
//! # fn main() {}
//! ```
//!
//! [`suite!`] writes a module `conformance` with one test for every check, whose name is the sentence that the store is held to:
//! `conformance::appends::an_append_is_all_or_nothing`. Each check has a store and a runtime of its own, so the checks run in any order and
//! at the same time; `cargo test conformance::keys` runs one area of them.
//!
//! # What it needs
//! A [`Factory`]: something that opens a store at a place. Unless the store's [`Durability`](es_core::store::Durability) is `Memory`, the same place opened again, in
//! this process or in another, is the same store: the suite opens several at once, and kills processes that append with `kill -9`.
//! What may happen to a store from outside, such as the end of its connections, is said in [`Factory::disturb`], and the suite does it while
//! the store is at work.
//! For that the test binary runs itself again, so the tests must run under the usual harness (or one that knows `--exact`).
//!
//! # What a store does not promise
//! Some promises are a store's to make: see [`Promise`]. Where it doesn't, the check prints `not promised: …` with its name, also
//! when the harness hides the output of tests that pass. The loss of power can't be tested here: of a store that promises to survive it, `kill -9` is checked.
//!
//! # When a check fails
//! It says what was due and what came. Checks that choose at random print their seed; `ES_CONFORMANCE_SEED` repeats it.
//!
//! `ES_CONFORMANCE_ROUNDS=10000` and `PROPTEST_CASES=5000` run the long forms of `conformance::boundaries` and `conformance::interleavings`.
//!
//! One check alone, without a test, is [`run`]:
//!
//! ```
//! use es_conformance::{Verdict, run};
//! use es_core::MemoryStore;
//!
//! let verdict = run("an_append_is_all_or_nothing", |_| async { Ok(MemoryStore::new()) });
//! assert_eq!(verdict.unwrap(), Verdict::Kept);
//! ```

mod checks;
mod child;
mod factory;
mod given;
mod list;
mod model;
mod place;
mod random;
mod roles;
mod run;

pub use factory::{Factory, Promise};
pub use list::CHECKS;
#[doc(hidden)]
pub use run::test as __test;
pub use run::{Broken, Check, Verdict, run, run_in_test};

/// Writes the module `conformance`, with one `#[test]` for every check, on the stores that a [`Factory`] opens.
///
/// Two suites in one file stand in modules of their own. See the [crate](crate) for an example.
#[macro_export]
macro_rules! suite {
    ($factory:expr $(,)?) => {
        mod conformance {
            #[allow(unused_imports)]
            use super::*;

            fn check(check: &str, path: &str) {
                $crate::__test(check, path, $factory);
            }

            $crate::__checks!(__tests);
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __tests {
    ($($area:ident { $($check:ident,)* })*) => { $(
        mod $area { $(
            #[test]
            fn $check() {
                super::check(stringify!($check), concat!(module_path!(), "::", stringify!($check)));
            }
        )* }
    )* };
}
