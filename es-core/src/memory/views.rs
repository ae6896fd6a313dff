//! Views and the progress of projections, in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Instant;

use chrono::Utc;
use uuid::Uuid;

use crate::memory::MemoryStore;
use crate::store::{
    AdvanceError, Append, Appended, Claim, Inline, InlineChange, InlineError, Kept as KeptInline, Lease, LiveWorker, Mark, Parked,
    ParkedQuery, Parking, Plan, Progress, RowChange, Slot, Step, StoreError, TableChanges, ViewQuery, ViewRow, ViewStore, ViewTable,
};
use crate::stream::Position;
use crate::view::{ColumnType, ColumnValue, Filter};

/// What is kept beside the log.
#[derive(Debug, Default)]
pub(super) struct Kept {
    tables: HashMap<String, Table>,
    slots: BTreeMap<Slot, Held>,
    workers: HashMap<Uuid, (BTreeSet<Slot>, Instant)>,
    parked: BTreeMap<ParkedAt, Parked>,
}

/// Projection, version, position, key: the order in which they are listed.
type ParkedAt = (String, u32, Position, String);

#[derive(Debug)]
struct Table {
    fingerprint: u64,
    columns: &'static [(&'static str, ColumnType)],
    rows: BTreeMap<String, ViewRow>,
}

impl Table {
    fn new(table: &ViewTable) -> Self {
        Self { fingerprint: table.fingerprint, columns: table.columns, rows: BTreeMap::new() }
    }
}

#[derive(Debug, Default)]
struct Held {
    position: Position,
    token: u64,
    holder: Option<(Uuid, Instant)>,
}

impl Held {
    fn holder(&self, now: Instant) -> Option<Uuid> {
        self.holder.filter(|(_, until)| *until > now).map(|(holder, _)| holder)
    }
}

impl Kept {
    fn claim(&mut self, claim: &Claim, now: Instant) -> Result<Vec<Lease>, StoreError> {
        let there_is = |slot: &Slot| !slot.is_beside() || self.slots.contains_key(slot);
        let claim = &Claim { slots: claim.slots.iter().filter(|slot| there_is(slot)).cloned().collect(), ..claim.clone() };
        for slot in &claim.slots {
            let other = self.slots.keys().find(|other| (&other.projection, other.version) == (&slot.projection, slot.version));
            if let Some(other) = other.filter(|other| other.parts != slot.parts) {
                return Err(StoreError::other_parts(slot, other.parts));
            }
            self.slots.entry(slot.clone()).or_default();
        }
        self.workers.retain(|_, (_, until)| *until > now);
        self.workers.insert(claim.worker, (claim.slots.iter().cloned().collect(), now + claim.lasts));
        let workers: Vec<_> = self.workers.iter().map(|(id, (wants, _))| LiveWorker { id: *id, wants: wants.clone() }).collect();
        let held = self.slots.iter().filter_map(|(slot, held)| Some((slot.clone(), held.holder(now)?))).collect();
        let plan = Plan::new(claim, &workers, &held);
        for slot in &plan.give {
            self.hold(slot, |held| held.holder = None);
        }
        let mut leases = Vec::new();
        for slot in plan.take.iter().chain(&plan.keep) {
            let taken = plan.take.contains(slot);
            self.hold(slot, |held| {
                held.token += u64::from(taken);
                held.holder = Some((claim.worker, now + claim.lasts));
                leases.push(Lease { slot: slot.clone(), token: held.token, position: held.position });
            });
        }
        Ok(leases)
    }

    fn hold(&mut self, slot: &Slot, change: impl FnOnce(&mut Held)) {
        change(self.slots.entry(slot.clone()).or_default());
    }

    fn table(&mut self, table: &ViewTable) -> Result<&mut Table, StoreError> {
        let name = table.table();
        self.tables.get_mut(&name).ok_or_else(|| StoreError::no_view(table))
    }

    fn begin_rebuild(&mut self, table: &ViewTable, parts: u32) {
        let (projection, name) = (table.projection(), table.table());
        let is_same = self.tables.get(&name).is_some_and(|found| found.fingerprint == table.fingerprint);
        if !is_same || self.progress(&projection, table.version).len() != parts as usize {
            self.drop_version(&projection, table.version);
            self.tables.insert(name, Table::new(table));
        }
        for slot in Slot::all_of(&projection, table.version, parts) {
            self.slots.entry(slot).or_default();
        }
    }

    fn finish_rebuild(&mut self, table: &ViewTable) -> bool {
        let (beside, serving) = (table.clone().beside(true), table.clone().beside(false));
        let (from, to) = (beside.projection(), serving.projection());
        let (built, replaced) = (self.progress(&from, table.version), self.progress(&to, table.version));
        if !Progress::may_replace(&built, &replaced) {
            return false;
        }
        let token = self.slots.values().map(|held| held.token).max().unwrap_or_default() + 1;
        let parked = self.parked.values().filter(|parked| (&parked.slot.projection, parked.slot.version) == (&from, table.version));
        let parked: Vec<Parked> = parked.cloned().collect();
        let Some(rows) = self.tables.remove(&beside.table()) else { return false };
        self.drop_version(&from, table.version);
        self.drop_version(&to, table.version);
        self.tables.insert(serving.table(), rows);
        for Progress { slot, position } in built {
            self.slots.insert(Slot { projection: to.clone(), ..slot }, Held { position, token, holder: None });
        }
        for mut parked in parked {
            parked.slot.projection.clone_from(&to);
            self.parked.insert((to.clone(), table.version, parked.position, parked.key.clone()), parked);
        }
        true
    }

    fn progress(&self, projection: &str, version: u32) -> Vec<Progress> {
        let of = self.slots.iter().filter(|(slot, _)| slot.projection == projection && slot.version == version);
        of.map(|(slot, held)| Progress { slot: slot.clone(), position: held.position }).collect()
    }

    fn drop_version(&mut self, projection: &str, version: u32) {
        self.slots.retain(|slot, _| (&*slot.projection, slot.version) != (projection, version));
        self.parked.retain(|(of, at, ..), _| (&**of, *at) != (projection, version));
        self.tables.remove(&ViewTable::named(projection, version));
    }

    fn is_held(&self, lease: &Lease) -> bool {
        self.slots.get(&lease.slot).is_some_and(|held| held.token == lease.token && held.position == lease.position)
    }

    fn advance(&mut self, step: Step<()>) -> Result<(), AdvanceError> {
        let Slot { projection, version, .. } = &step.lease.slot;
        let at = |key: &String, position| (projection.clone(), *version, position, key.clone());
        let Parking { put, taken } = step.parking;
        if !self.is_held(&step.lease) || !taken.iter().all(|(key, position)| self.parked.contains_key(&at(key, *position))) {
            return Err(AdvanceError::Lost);
        }
        if let Some(table) = &step.table {
            self.table(table)?.change(step.rows);
        }
        for (key, position) in &taken {
            self.parked.remove(&at(key, *position));
        }
        for parked in put {
            let at = at(&parked.key, parked.position);
            let before = self.parked.get(&at);
            let mark = before.and_then(|before| before.mark).filter(|mark| *mark == Mark::Discard).or(parked.mark);
            let parked_at = before.map_or_else(Utc::now, |before| before.parked_at);
            self.parked.insert(at, Parked { mark, parked_at, ..parked });
        }
        self.hold(&step.lease.slot, |held| held.position = step.through);
        Ok(())
    }

    /// How far a read model has come that is kept inline.
    pub(super) fn position(&self, kept: &KeptInline) -> Option<Position> {
        self.slots.get(&kept.slot()).map(|held| held.position)
    }

    pub(super) fn moved(&mut self, kept: &KeptInline, position: Position) {
        self.hold(&kept.slot(), |held| held.position = position);
    }

    /// Whether all rows are still as they were read.
    pub(super) fn check(&mut self, changes: &TableChanges) -> Result<(), InlineError> {
        let rows = &self.table(&changes.table)?.rows;
        let is_stale = |change: &InlineChange| rows.get(change.change.key()).map(|row| row.position) != change.rests_on;
        if changes.changes.iter().any(is_stale) { Err(InlineError::Stale) } else { Ok(()) }
    }

    pub(super) fn write(&mut self, changes: TableChanges, position: Position) -> Result<(), InlineError> {
        let placed = |change: InlineChange| change.change.at(position);
        self.table(&changes.table)?.change(changes.changes.into_iter().map(placed));
        Ok(())
    }
}

impl Table {
    fn change(&mut self, changes: impl IntoIterator<Item = RowChange>) {
        for change in changes {
            match change {
                RowChange::Put(row) => drop(self.rows.insert(row.key.clone(), row)),
                RowChange::Delete(key) => drop(self.rows.remove(&key)),
            }
        }
    }
}

impl Table {
    /// The rows that all filters let through.
    fn listed<'a>(&'a self, table: &ViewTable, filters: &'a [Filter]) -> Result<impl Iterator<Item = &'a ViewRow>, StoreError> {
        let of = |filter: &'a Filter| Some((self.columns.iter().position(|(name, _)| *name == filter.column)?, filter));
        let filters: Vec<_> = filters.iter().map(of).collect::<Option<_>>().ok_or_else(|| StoreError::no_column(table))?;
        let is_listed =
            move |row: &&ViewRow| filters.iter().all(|(at, filter)| filter.allows(row.columns.get(*at).unwrap_or(&ColumnValue::Null)));
        Ok(self.rows.values().filter(is_listed))
    }
}

impl ViewStore for MemoryStore {
    async fn open_view(&self, table: &ViewTable) -> Result<(), StoreError> {
        let mut kept = self.kept();
        let found = kept.tables.entry(table.table()).or_insert_with(|| Table::new(table));
        match found.fingerprint == table.fingerprint {
            true => Ok(()),
            false => Err(StoreError::other_shape(table)),
        }
    }

    async fn begin_rebuild(&self, table: &ViewTable, parts: u32) -> Result<(), StoreError> {
        self.kept().begin_rebuild(&table.clone().beside(true), parts);
        Ok(())
    }

    async fn finish_rebuild(&self, table: &ViewTable) -> Result<bool, StoreError> {
        Ok(self.kept().finish_rebuild(table))
    }

    async fn versions(&self, projection: &str) -> Result<Vec<u32>, StoreError> {
        let kept = self.kept();
        let versions = kept.slots.keys().filter(|slot| slot.projection == projection).map(|slot| slot.version);
        Ok(versions.collect::<BTreeSet<_>>().into_iter().collect())
    }

    async fn drop_version(&self, projection: &str, version: u32) -> Result<(), StoreError> {
        self.kept().drop_version(projection, version);
        Ok(())
    }

    async fn claim(&self, claim: &Claim) -> Result<Vec<Lease>, StoreError> {
        self.kept().claim(claim, Instant::now())
    }

    async fn begin_at(&self, slots: &[Slot], position: Position) -> Result<(), StoreError> {
        let mut kept = self.kept();
        for slot in slots {
            kept.slots.entry(slot.clone()).or_insert(Held { position, ..Held::default() });
        }
        Ok(())
    }

    async fn release(&self, worker: Uuid) -> Result<(), StoreError> {
        let mut kept = self.kept();
        kept.workers.remove(&worker);
        for held in kept.slots.values_mut() {
            held.holder = held.holder.filter(|(holder, _)| *holder != worker);
        }
        Ok(())
    }

    async fn advance(&self, mut step: Step<()>) -> Result<(), AdvanceError> {
        if let Some(mut work) = step.work.take() {
            // there is nothing to write to: what it does is its own
            work.run(&mut ()).await.map_err(AdvanceError::Projection)?;
        }
        self.kept().advance(step)
    }

    async fn append_inline(&self, append: Append, inline: Inline<()>) -> Result<Appended, InlineError> {
        self.append_with(append, inline).await
    }

    async fn progress(&self, projection: &str, version: u32) -> Result<Vec<Progress>, StoreError> {
        Ok(self.kept().progress(projection, version))
    }

    async fn parked(&self, query: &ParkedQuery) -> Result<Vec<Parked>, StoreError> {
        let kept = self.kept();
        let selected = kept.parked.values().filter(|parked| query.selects(parked));
        Ok(selected.take(usize::try_from(query.limit).unwrap_or(usize::MAX)).cloned().collect())
    }

    async fn mark(&self, projection: &str, version: u32, rows: &[(String, Position)], mark: Mark) -> Result<u64, StoreError> {
        let mut kept = self.kept();
        let mut marked = 0;
        for (key, position) in rows {
            if let Some(parked) = kept.parked.get_mut(&(projection.to_owned(), version, *position, key.clone())) {
                parked.mark = Some(mark);
                marked += 1;
            }
        }
        Ok(marked)
    }

    async fn rows(&self, table: &ViewTable, keys: Vec<String>) -> Result<Vec<ViewRow>, StoreError> {
        let mut kept = self.kept();
        let rows = &kept.table(table)?.rows;
        Ok(keys.iter().filter_map(|key| rows.get(key).cloned()).collect())
    }

    async fn list(&self, table: &ViewTable, query: &ViewQuery) -> Result<Vec<ViewRow>, StoreError> {
        let mut kept = self.kept();
        let listed = kept.table(table)?.listed(table, &query.filters)?;
        let behind = listed.filter(|row| query.after.as_ref().is_none_or(|after| row.key > *after));
        Ok(behind.take(usize::try_from(query.limit).unwrap_or(usize::MAX)).cloned().collect())
    }

    async fn count(&self, table: &ViewTable, filters: &[Filter]) -> Result<u64, StoreError> {
        let mut kept = self.kept();
        Ok(kept.table(table)?.listed(table, filters)?.count() as u64)
    }
}
