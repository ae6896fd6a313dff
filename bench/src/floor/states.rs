//! Accounts' states in memory, for the floors that are compared with a framework that has them too.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::floor::account::Account;

/// The states with their versions; `None`: none is kept.
#[derive(Debug)]
pub(super) struct States(Option<Mutex<HashMap<u64, (Account, u64)>>>);

impl States {
    pub(super) fn new(cached: bool) -> Self {
        Self(cached.then(Mutex::default))
    }

    pub(super) fn get(&self, account: u64) -> Option<(Account, u64)> {
        self.0.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner).get(&account).cloned()
    }

    pub(super) fn keep(&self, account: u64, state: &Account, version: u64) {
        if let Some(states) = &self.0 {
            states.lock().unwrap_or_else(PoisonError::into_inner).insert(account, (state.clone(), version));
        }
    }
}
