//! A store in a file, twice: it is right and keeps every promise, reopening, kills and rivals included; and it is wrong in one of
//! many ways, and the check that says so finds it. A suite that can't fail proves nothing.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test")]

mod caught;
mod flaw;
mod log;
mod store;
mod views;

use std::path::PathBuf;

use es_core::store::StoreError;

use flaw::Flaw;
use store::Journal;

async fn open(place: PathBuf) -> Result<Journal, StoreError> {
    Journal::open(&place, Flaw::None)
}

es_conformance::suite!(open);
