//! What the writers said.

use std::collections::HashSet;

use super::mark::{AppendId, Key};
use super::tail::Positions;

/// What was acknowledged and what was refused.
#[derive(Debug)]
pub(crate) struct Ledger {
    /// What must be where.
    acknowledged: Positions,
    refused: HashSet<AppendId>,
    pub(crate) appends: u64,
    pub(crate) events: u64,
    /// Positions that were given to two events.
    pub(crate) doubly_given: u64,
}

impl Ledger {
    pub(crate) fn after(base: u64) -> Self {
        Self { acknowledged: Positions::after(base), refused: HashSet::new(), appends: 0, events: 0, doubly_given: 0 }
    }

    /// The store has taken an append of `of` events, the first of them at `first`.
    pub(crate) fn acknowledge(&mut self, append: AppendId, of: u8, first: u64) {
        self.appends += 1;
        self.events += u64::from(of);
        for nth in 1..=of {
            let position = first + u64::from(nth) - 1;
            self.doubly_given += u64::from(self.acknowledged.get(position).is_some());
            self.acknowledged.set(position, Key::new(append, nth));
        }
    }

    /// The store has said that nothing of it is stored.
    pub(crate) fn refuse(&mut self, append: AppendId) {
        self.refused.insert(append);
    }

    pub(crate) fn acknowledged(&self) -> &Positions {
        &self.acknowledged
    }

    pub(crate) fn refused(&self) -> &HashSet<AppendId> {
        &self.refused
    }
}
