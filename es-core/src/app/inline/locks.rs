//! Two appends of one app that change the same row go one after the other, so that the second rests on what the first has made.

use std::collections::BTreeSet;

use tokio::sync::{Mutex, MutexGuard};

use crate::fingerprint::fnv1a;

/// Rows share locks: those that seldom meet.
const LOCKS: u64 = 1024;

pub(super) struct Locks(Vec<Mutex<()>>);

/// The numbers of the locks of some rows, in the order in which everybody takes them.
#[derive(Default)]
pub(super) struct Wanted(BTreeSet<usize>);

impl Wanted {
    pub(super) fn row(&mut self, view: usize, key: &str) {
        let hash = fnv1a([&view.to_le_bytes()[..], key.as_bytes()]);
        self.0.extend(usize::try_from(hash % LOCKS).ok());
    }
}

impl Locks {
    pub(super) fn new() -> Self {
        Self((0..LOCKS).map(|_| Mutex::default()).collect())
    }

    pub(super) async fn lock(&self, wanted: &Wanted) -> Vec<MutexGuard<'_, ()>> {
        let mut held = Vec::with_capacity(wanted.0.len());
        for lock in wanted.0.iter().filter_map(|at| self.0.get(*at)) {
            held.push(lock.lock().await);
        }
        held
    }
}
