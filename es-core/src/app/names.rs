//! An event's name belongs to one type; and what else needs to be looked at once.

use std::any::TypeId;
use std::collections::{HashMap, HashSet};
use std::sync::{PoisonError, RwLock};

use crate::error::NameClash;
use crate::event::EventInfo;
use crate::state::State;

/// The names that were used so far, and the states whose names have been looked at.
#[derive(Debug, Default)]
pub(crate) struct Names(RwLock<Known>);

#[derive(Debug, Default)]
struct Known {
    seen: HashSet<TypeId>,
    owners: HashMap<&'static str, &'static str>,
    built: HashSet<TypeId>,
}

impl Names {
    /// Looks at what a state reads, the first time that it is used.
    pub(crate) fn check<T: State>(&self) -> Result<(), NameClash> {
        self.check_events::<T>(T::READS)
    }

    /// Looks at these events, the first time that `T` is used.
    pub(crate) fn check_events<T: 'static>(&self, lists: &[&'static [EventInfo]]) -> Result<(), NameClash> {
        if self.0.read().unwrap_or_else(PoisonError::into_inner).seen.contains(&TypeId::of::<T>()) {
            return Ok(());
        }
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for event in lists.iter().copied().flatten() {
            let owner = (event.type_name)();
            for name in std::iter::once(event.name).chain(event.renamed_from.iter().copied()) {
                let first = known.owners.entry(name).or_insert(owner);
                if *first != owner {
                    return Err(NameClash { name, first, second: owner });
                }
            }
        }
        known.seen.insert(TypeId::of::<T>());
        Ok(())
    }

    /// Whether this version of a read model was seen to serve; it goes on doing so.
    pub(crate) fn is_built<T: 'static>(&self) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).built.contains(&TypeId::of::<T>())
    }

    pub(crate) fn built<T: 'static>(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).built.insert(TypeId::of::<T>());
    }
}
