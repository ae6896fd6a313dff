//! Whether a worker gets anywhere.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::store::Slot;
use crate::stream::Position;

/// What a [`Worker`](crate::Worker) is doing, seen from outside: cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Health(Arc<Mutex<BTreeMap<Slot, State>>>);

#[derive(Debug, Clone, Default)]
struct State {
    /// Since when there has been something to do that is not done.
    since: Option<Instant>,
    position: Position,
    error: Option<String>,
}

/// A part of a projection that gets nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stuck {
    /// Which one.
    pub slot: Slot,
    /// How far it has come.
    pub position: Position,
    /// For how long there has been something to do.
    pub waiting: Duration,
    /// What stops it, where that is known.
    pub error: Option<String>,
}

impl Health {
    fn slots(&self) -> MutexGuard<'_, BTreeMap<Slot, State>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What this worker holds and has not moved for at least this long, although events wait for it: empty when all is well.
    pub fn stuck(&self, at_least: Duration) -> Vec<Stuck> {
        let stuck = |(slot, state): (&Slot, &State)| {
            let waiting = state.since?.elapsed();
            (waiting >= at_least).then(|| Stuck { slot: slot.clone(), position: state.position, waiting, error: state.error.clone() })
        };
        self.slots().iter().filter_map(stuck).collect()
    }

    /// How far each slot has come that this worker holds.
    pub fn positions(&self) -> Vec<(Slot, Position)> {
        self.slots().iter().map(|(slot, state)| (slot.clone(), state.position)).collect()
    }

    /// There is something to do.
    pub(crate) fn busy(&self, slot: &Slot, position: Position) {
        let mut slots = self.slots();
        let state = slots.entry(slot.clone()).or_default();
        state.position = position;
        state.since.get_or_insert_with(Instant::now);
    }

    /// Something went wrong: there is something to do until it goes well.
    pub(crate) fn failed(&self, slot: &Slot, error: String) {
        let mut slots = self.slots();
        let state = slots.entry(slot.clone()).or_default();
        state.since.get_or_insert_with(Instant::now);
        state.error = Some(error);
    }

    /// It has come this far.
    pub(crate) fn moved(&self, slot: &Slot, position: Position) {
        self.slots().insert(slot.clone(), State { since: None, position, error: None });
    }

    /// Somebody else holds it.
    pub(crate) fn gone(&self, slot: &Slot) {
        self.slots().remove(slot);
    }
}
