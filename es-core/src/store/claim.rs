//! Who works on what: the one rule by which every store shares slots among workers.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::store::{Claim, Slot};

/// A worker that is alive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveWorker {
    /// The worker.
    pub id: Uuid,
    /// All that it could work on.
    pub wants: BTreeSet<Slot>,
}

/// What a worker does about its slots.
///
/// Each wants its fair share: of a slot that three workers want, a third; in all, a whole number next to it. It keeps what it holds,
/// but for what somebody lacks who has less than that; and it takes what is free, unless somebody has more need of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Held before and from now on.
    pub keep: Vec<Slot>,
    /// Free, and taken now.
    pub take: Vec<Slot>,
    /// Held before, and given back.
    pub give: Vec<Slot>,
}

impl Plan {
    /// For implementors of stores. `workers` are the live ones, the claiming one among them or not; `held` says who holds which slot
    /// by a lease that has not run out.
    pub fn new(claim: &Claim, workers: &[LiveWorker], held: &BTreeMap<Slot, Uuid>) -> Self {
        let mine: BTreeSet<Slot> = claim.slots.iter().cloned().collect();
        let wanting = |slot: &Slot| workers.iter().filter(|worker| worker.id != claim.worker && worker.wants.contains(slot)).count();
        let share = |wants: &BTreeSet<Slot>| -> f64 {
            wants.iter().map(|slot| 1.0 / as_f64((wanting(slot) + usize::from(mine.contains(slot))).max(1))).sum()
        };
        let rival = |worker: &&LiveWorker| worker.id != claim.worker;
        let others: Vec<Rival<'_>> = workers.iter().filter(rival).map(|worker| Rival::new(worker, share(&worker.wants), held)).collect();
        let Bounds { least, most } = Bounds::around(share(&mine));

        let mut plan =
            Self { keep: mine.iter().filter(|slot| held.get(slot) == Some(&claim.worker)).cloned().collect(), ..Self::default() };
        for other in &others {
            let keep = plan.keep.len();
            let gives = other.holds < other.bounds.least && keep > least || other.holds < other.bounds.most && keep > most;
            if let Some(at) = plan.keep.iter().rposition(|slot| gives && other.wants.contains(slot)) {
                plan.give.push(plan.keep.remove(at));
            }
        }
        for slot in mine.iter().filter(|slot| !held.contains_key(*slot)) {
            let has = plan.keep.len() + plan.take.len();
            let needed = |most: bool| {
                let lacks = |other: &Rival<'_>| other.holds < if most { other.bounds.most } else { other.bounds.least };
                others.iter().any(|other| other.wants.contains(slot) && lacks(other))
            };
            if has < least || has < most && !needed(false) || !needed(true) {
                plan.take.push(slot.clone());
            }
        }
        plan
    }
}

/// The whole numbers next to a share.
struct Bounds {
    least: usize,
    most: usize,
}

impl Bounds {
    fn around(share: f64) -> Self {
        // sums of thirds are not whole; and whoever works wants something to do
        let least = (0_u32..).take_while(|count| f64::from(*count) <= share + 1e-6).last().unwrap_or_default().max(1) as usize;
        let most = if as_f64(least) < share - 1e-6 { least + 1 } else { least };
        Self { least, most }
    }
}

/// Another worker, and how it stands.
struct Rival<'a> {
    wants: &'a BTreeSet<Slot>,
    holds: usize,
    bounds: Bounds,
}

impl<'a> Rival<'a> {
    fn new(worker: &'a LiveWorker, share: f64, held: &BTreeMap<Slot, Uuid>) -> Self {
        let holds = held.values().filter(|holder| **holder == worker.id).count();
        Self { wants: &worker.wants, holds, bounds: Bounds::around(share) }
    }
}

fn as_f64(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn slots(count: u32) -> Vec<Slot> {
        (0..count).map(|part| Slot { projection: "parcels".into(), version: 1, part, parts: count }).collect()
    }

    /// Workers that claim one after the other, round after round.
    struct Office {
        workers: Vec<LiveWorker>,
        held: BTreeMap<Slot, Uuid>,
    }

    impl Office {
        fn of(wants: &[Vec<Slot>]) -> Self {
            let workers = wants.iter().map(|wants| LiveWorker { id: Uuid::now_v7(), wants: wants.iter().cloned().collect() });
            Self { workers: workers.collect(), held: BTreeMap::new() }
        }

        fn claim(&mut self, worker: usize) {
            let LiveWorker { id, wants } = self.workers[worker].clone();
            let claim = Claim { worker: id, slots: wants.into_iter().collect(), lasts: Duration::from_secs(1) };
            let plan = Plan::new(&claim, &self.workers, &self.held);
            self.held.retain(|slot, _| !plan.give.contains(slot));
            for slot in plan.keep.iter().chain(&plan.take) {
                let before = self.held.insert(slot.clone(), id);
                assert!(before.is_none_or(|holder| holder == id), "a slot that somebody holds was taken");
            }
        }

        fn rounds(&mut self, rounds: usize) {
            (0..rounds).for_each(|_| (0..self.workers.len()).for_each(|worker| self.claim(worker)));
        }

        fn loads(&self) -> Vec<usize> {
            self.workers.iter().map(|worker| self.held.values().filter(|holder| **holder == worker.id).count()).collect()
        }
    }

    #[test]
    fn a_worker_alone_holds_everything() {
        let mut office = Office::of(&[slots(7)]);
        office.rounds(1);
        assert_eq!(office.loads(), [7]);
    }

    #[test]
    fn workers_that_come_later_get_their_share() {
        let mut office = Office::of(&[slots(8), slots(8), slots(8)]);
        office.claim(0);
        office.rounds(8);
        let mut loads = office.loads();
        loads.sort_unstable();
        assert_eq!(loads.iter().sum::<usize>(), 8);
        assert!(loads == [2, 3, 3], "{loads:?}");
    }

    #[test]
    fn shares_differ_by_no_more_than_one() {
        for (count, workers) in (1..=9).flat_map(|count| (1..=5).map(move |workers| (count, workers))) {
            let mut office = Office::of(&vec![slots(count); workers]);
            office.claim(0);
            office.rounds(12);
            let loads = office.loads();
            assert_eq!(loads.iter().sum::<usize>(), count as usize);
            assert!(loads.iter().max() <= loads.iter().min().map(|least| least + 1).as_ref(), "{count} slots: {loads:?}");
        }
    }

    #[test]
    fn who_is_settled_stays_settled() {
        let mut office = Office::of(&[slots(5), slots(5)]);
        office.rounds(6);
        let settled = office.held.clone();
        office.rounds(3);
        assert_eq!(office.held, settled);
    }

    #[test]
    fn a_dead_worker_s_slots_are_taken_over() {
        let mut office = Office::of(&[slots(6), slots(6)]);
        office.rounds(6);
        let dead = office.workers.remove(0).id;
        office.held.retain(|_, holder| *holder != dead);
        office.rounds(2);
        assert_eq!(office.loads(), [6]);
    }

    #[test]
    fn no_slot_is_left_over_where_workers_want_different_things() {
        for first in 0..16_u32 {
            for second in 1..16_u32 {
                let all = slots(4);
                let of = |bits: u32| all.iter().filter(|slot| bits & (1 << slot.part) != 0).cloned().collect::<Vec<_>>();
                let mut office = Office::of(&[of(first), of(second), of(15)]);
                office.rounds(8);
                assert_eq!(office.held.len(), 4, "{first:b} {second:b}: {:?}", office.loads());
            }
        }
    }
}
