//! A store, and the floor that stands beside it. One file a store.

mod memory;
mod postgres;
mod sqlite;

use std::future::Future;
use std::path::Path;

use es_core::store::ViewStore;

pub(crate) use memory::Memory;
pub(crate) use postgres::Postgres;
pub(crate) use sqlite::Sqlite;

use crate::Result;
use crate::bank::Bank;
use crate::report::Target;

/// A store under measure. Whatever it keeps lies in a folder of its own, which is removed afterwards.
pub(crate) trait Pair: 'static {
    const NAME: &'static str;
    /// Whether it is gone with the process.
    const IN_MEMORY: bool = false;
    /// Whether other processes use it at the same time.
    const ON_A_SERVER: bool = false;
    /// The framework's store.
    type Store: ViewStore;
    /// The floor for one caller at a time.
    type Floor: Bank;
    /// The floor for many callers at once.
    type Group: Bank;

    /// Opens the framework's store as a user does who wants nothing special.
    fn store(place: &Path) -> impl Future<Output = Result<Self::Store>> + Send;

    /// Opens it to be filled quickly with what is read afterwards.
    fn store_to_fill(place: &Path) -> impl Future<Output = Result<Self::Store>> + Send {
        Self::store(place)
    }

    /// Opens the floor; `cached`: with the accounts' states in memory.
    fn floor(place: &Path, cached: bool) -> impl Future<Output = Result<Self::Floor>> + Send;

    /// Opens the floor for many callers.
    fn group(place: &Path, cached: bool) -> impl Future<Output = Result<Self::Group>> + Send;

    /// What is asked of a measurement on this store.
    fn target(measured: &str) -> Option<Target>;
}
