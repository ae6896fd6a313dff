//! Whether a worker gets anywhere.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::store::Slot;
use crate::stream::Position;

/// What a [`Worker`](crate::Worker) is doing, seen from outside: cheap to clone.
///
/// It does not depend on what a slot says of itself alone: the worker compares how far each has come with the head of the store, every time
/// that it renews its leases.
#[derive(Debug, Clone, Default)]
pub struct Health(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    slots: BTreeMap<Slot, State>,
    /// Since when leases can't be renewed, why, and of what.
    unclaimed: Option<(Instant, String, Vec<Slot>)>,
}

#[derive(Debug, Clone, Default)]
struct State {
    /// Since when there has been something to do that is not done.
    since: Option<Instant>,
    position: Position,
    /// Up to here it has looked at the log.
    reached: Position,
    /// Where it was when the store was first seen to have more, and when that was.
    behind: Option<(Position, Instant)>,
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
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What this worker holds and has not moved for at least this long, although events wait for it; and, where it can't renew its
    /// leases for that long, all that it would hold. Empty when all is well.
    pub fn stuck(&self, at_least: Duration) -> Vec<Stuck> {
        let known = self.known();
        let mut stuck: Vec<Stuck> = known.slots.iter().filter_map(|(slot, state)| state.stuck(slot, at_least)).collect();
        if let Some((since, error, slots)) = &known.unclaimed
            && since.elapsed() >= at_least
        {
            let others = slots.iter().filter(|slot| !stuck.iter().any(|known| known.slot == **slot)).cloned().collect::<Vec<_>>();
            stuck.extend(others.into_iter().map(|slot| {
                let position = known.slots.get(&slot).map(|state| state.position).unwrap_or_default();
                Stuck { slot, position, waiting: since.elapsed(), error: Some(format!("leases can't be renewed: {error}")) }
            }));
        }
        stuck
    }

    /// How far each slot has come that this worker holds.
    pub fn positions(&self) -> Vec<(Slot, Position)> {
        self.known().slots.iter().map(|(slot, state)| (slot.clone(), state.position)).collect()
    }

    fn of(&self, slot: &Slot, change: impl FnOnce(&mut State)) {
        change(self.known().slots.entry(slot.clone()).or_default());
    }

    /// This worker holds it; what is known to be wrong with it stays so until it moves.
    pub(crate) fn held(&self, slot: &Slot, position: Position) {
        self.of(slot, |state| (state.position, state.reached) = (position, position));
    }

    /// There is something to do.
    pub(crate) fn busy(&self, slot: &Slot) {
        self.of(slot, |state| state.since = state.since.or_else(|| Some(Instant::now())));
    }

    /// Something went wrong: there is something to do until it goes well.
    pub(crate) fn failed(&self, slot: &Slot, error: String) {
        self.of(slot, |state| {
            state.since.get_or_insert_with(Instant::now);
            state.error = Some(error);
        });
    }

    /// It has looked at what there is up to here, and had nothing to do.
    pub(crate) fn passed(&self, slot: &Slot, reached: Position) {
        self.of(slot, |state| state.reached = reached);
    }

    /// It has come this far.
    pub(crate) fn moved(&self, slot: &Slot, position: Position) {
        self.of(slot, |state| *state = State { position, reached: position, ..State::default() });
    }

    /// Somebody else holds it.
    pub(crate) fn gone(&self, slot: &Slot) {
        self.known().slots.remove(slot);
    }

    /// The leases are good, and the store ends here.
    pub(crate) fn seen(&self, head: Position) {
        let mut known = self.known();
        known.unclaimed = None;
        for state in known.slots.values_mut() {
            let reached = state.reached;
            state.behind = state.behind.filter(|(at, _)| *at == reached).or(Some((reached, Instant::now()))).filter(|_| reached < head);
        }
    }

    /// The leases on these could not be renewed.
    pub(crate) fn unclaimed(&self, slots: &[Slot], error: &str) {
        let mut known = self.known();
        let since = known.unclaimed.take().map_or_else(Instant::now, |(since, ..)| since);
        known.unclaimed = Some((since, error.to_owned(), slots.to_vec()));
    }
}

impl State {
    fn stuck(&self, slot: &Slot, at_least: Duration) -> Option<Stuck> {
        let behind = self.behind.map(|(_, since)| since);
        let waiting = self.since.into_iter().chain(behind).min()?.elapsed();
        let (slot, position, error) = (slot.clone(), self.position, self.error.clone());
        (waiting >= at_least).then_some(Stuck { slot, position, waiting, error })
    }
}
