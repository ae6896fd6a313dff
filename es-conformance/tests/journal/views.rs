//! Views in a second file, which is written anew with every change.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use es_core::Position;
use es_core::store::{
    AdvanceError, Append, Appended, Claim, Inline, InlineChange, InlineError, Kept as Model, Lease, LiveWorker, Mark, Parked, ParkedQuery,
    Parking, Plan, Progress, RowChange, Slot, Step, StoreError, TableChanges, ViewQuery, ViewRow, ViewStore, ViewTable,
};
use es_core::view::{ColumnValue, Filter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::flaw::Flaw;
use crate::store::{Journal, State};

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Kept {
    tables: BTreeMap<String, Table>,
    slots: Vec<(SlotName, Held)>,
    workers: BTreeMap<Uuid, (Vec<SlotName>, DateTime<Utc>)>,
    parked: Vec<Aside>,
}

/// A parked event.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Aside {
    slot: SlotName,
    key: String,
    position: u64,
    error: Option<String>,
    attempts: u32,
    discard: Option<bool>,
    parked_at: DateTime<Utc>,
}

impl Aside {
    fn new(parked: &Parked) -> Self {
        let Parked { slot, key, position, error, attempts, mark, .. } = parked.clone();
        let discard = mark.map(|mark| mark == Mark::Discard);
        Self { slot: named(&slot), key, position: position.0, error, attempts, discard, parked_at: Utc::now() }
    }

    fn parked(&self) -> Parked {
        let Self { slot: name, key, position, error, attempts, discard, parked_at } = self.clone();
        let mark = discard.map(|discard| if discard { Mark::Discard } else { Mark::Retry });
        Parked { slot: slot(&name), key, position: Position(position), error, attempts, mark, parked_at }
    }

    fn is(&self, of: (&str, u32), key: &str, position: Position) -> bool {
        (&*self.slot.0, self.slot.1) == of && (&*self.key, self.position) == (key, position.0)
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Table {
    fingerprint: u64,
    columns: Vec<String>,
    rows: BTreeMap<String, Row>,
}

/// Its position, its columns, its state.
type Row = (u64, Vec<Value>, String);

impl Table {
    fn new(table: &ViewTable) -> Self {
        let columns = table.columns.iter().map(|(column, _)| (*column).to_owned()).collect();
        Self { fingerprint: table.fingerprint, columns, rows: BTreeMap::new() }
    }

    fn has(&self, table: &ViewTable, filters: &[Filter]) -> Result<(), StoreError> {
        let lacks = |filter: &Filter| !self.columns.iter().any(|column| *column == filter.column);
        if filters.iter().any(lacks) { Err(StoreError::no_column(table)) } else { Ok(()) }
    }
}

/// A column's value, whose type JSON would not tell.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Value {
    Null,
    Text(String),
    Integer(i64),
    /// By its bits, which are all there.
    Real(u64),
    Boolean(bool),
}

type SlotName = (String, u32, u32, u32);

#[derive(Debug, Default, Clone, Serialize, Deserialize)]
struct Held {
    position: u64,
    token: u64,
    holder: Option<(Uuid, DateTime<Utc>)>,
}

fn named(slot: &Slot) -> SlotName {
    (slot.projection.clone(), slot.version, slot.part, slot.parts)
}

fn slot((projection, version, part, parts): &SlotName) -> Slot {
    Slot { projection: projection.clone(), version: *version, part: *part, parts: *parts }
}

fn kept(value: &ColumnValue) -> Value {
    match value {
        ColumnValue::Null => Value::Null,
        ColumnValue::Text(text) => Value::Text(text.clone()),
        ColumnValue::Integer(number) => Value::Integer(*number),
        ColumnValue::Real(number) => Value::Real(number.to_bits()),
        ColumnValue::Boolean(truth) => Value::Boolean(*truth),
    }
}

fn value(kept: &Value) -> ColumnValue {
    match kept {
        Value::Null => ColumnValue::Null,
        Value::Text(text) => ColumnValue::Text(text.clone()),
        Value::Integer(number) => ColumnValue::Integer(*number),
        Value::Real(bits) => ColumnValue::Real(f64::from_bits(*bits)),
        Value::Boolean(truth) => ColumnValue::Boolean(*truth),
    }
}

fn row((key, (position, columns, state)): (&String, &Row)) -> ViewRow {
    ViewRow {
        key: key.clone(),
        position: Position(*position),
        columns: columns.iter().map(value).collect(),
        state: state.clone().into_bytes(),
    }
}

impl Kept {
    fn slot(&mut self, of: &Slot) -> &mut Held {
        let name = named(of);
        let at = self.slots.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
            self.slots.push((name, Held::default()));
            self.slots.len() - 1
        });
        &mut self.slots[at].1
    }

    fn has(&self, table: &ViewTable, filters: &[Filter]) -> Result<(), StoreError> {
        self.tables.get(&table.table()).map_or(Ok(()), |found| found.has(table, filters))
    }

    fn rows(&mut self, table: &ViewTable) -> Result<&mut BTreeMap<String, Row>, StoreError> {
        self.tables.get_mut(&table.table()).map(|table| &mut table.rows).ok_or_else(|| StoreError::no_view(table))
    }

    fn progress(&self, projection: &str, version: u32) -> Vec<Progress> {
        let of = self.slots.iter().filter(|(name, _)| name.0 == projection && name.1 == version);
        let mut progress: Vec<_> = of.map(|(name, held)| Progress { slot: slot(name), position: Position(held.position) }).collect();
        progress.sort_by_key(|progress| progress.slot.part);
        progress
    }

    fn begin_rebuild(&mut self, table: &ViewTable, parts: u32, flaw: Flaw) {
        let (projection, name) = (table.projection(), table.table());
        let is_same = self.tables.get(&name).is_some_and(|found| found.fingerprint == table.fingerprint || flaw == Flaw::RebuildOfAnyShape);
        if !is_same || self.progress(&projection, table.version).len() != parts as usize || flaw == Flaw::RebuildsAnew {
            self.drop_version(&projection, table.version, flaw);
            self.tables.insert(name, Table::new(table));
        }
        Slot::all_of(&projection, table.version, parts).for_each(|slot| drop(self.slot(&slot).clone()));
    }

    fn finish_rebuild(&mut self, beside: &ViewTable, serving: &ViewTable, flaw: Flaw) -> bool {
        let (from, to, version) = (beside.projection(), serving.projection(), serving.version);
        let (built, replaced) = (self.progress(&from, version), self.progress(&to, version));
        if !Progress::may_replace(&built, &replaced) && (flaw != Flaw::RebuiltTooEarly || built.is_empty()) {
            return false;
        }
        let rows = self.tables.remove(&beside.table()).unwrap();
        let parked: Vec<_> = self.parked.iter().filter(|aside| (&*aside.slot.0, aside.slot.1) == (&*from, version)).cloned().collect();
        let token = self.slots.iter().map(|(_, held)| held.token).max().unwrap_or_default() + 1;
        self.drop_version(&from, version, flaw);
        self.drop_version(&to, version, flaw);
        self.tables.insert(serving.table(), rows);
        for Progress { slot, position } in built {
            let token = if flaw == Flaw::RebuiltUnderOneToken { 1 } else { token };
            *self.slot(&Slot { projection: to.clone(), ..slot }) = Held { position: position.0, token, holder: None };
        }
        if flaw != Flaw::RebuildForgetsParked {
            self.parked
                .extend(parked.into_iter().map(|aside| Aside { slot: (to.clone(), aside.slot.1, aside.slot.2, aside.slot.3), ..aside }));
        }
        true
    }

    fn drop_version(&mut self, projection: &str, version: u32, flaw: Flaw) {
        self.slots.retain(|(name, _)| (&*name.0, name.1) != (projection, version));
        self.parked.retain(|aside| (&*aside.slot.0, aside.slot.1) != (projection, version));
        if flaw != Flaw::DroppedTableStays {
            self.tables.remove(&ViewTable::named(projection, version));
        }
    }

    fn claim(&mut self, claim: &Claim, flaw: Flaw) -> Result<Vec<Lease>, StoreError> {
        let there_is = |of: &&Slot| !of.is_beside() || flaw == Flaw::ClaimBegins || self.slots.iter().any(|(name, _)| *name == named(of));
        let claim = &Claim { slots: claim.slots.iter().filter(there_is).cloned().collect(), ..claim.clone() };
        for slot in &claim.slots {
            let of_this = |(projection, version, ..): &SlotName| (projection, *version) == (&slot.projection, slot.version);
            let other = self.slots.iter().find(|(known, _)| of_this(known) && known.3 != slot.parts);
            if let Some((other, _)) = other.filter(|_| flaw != Flaw::AnyNumberOfParts) {
                return Err(StoreError::other_parts(slot, other.3));
            }
        }
        claim.slots.iter().for_each(|slot| drop(self.slot(slot).clone()));
        let now = Utc::now();
        let until = now + claim.lasts;
        self.workers.retain(|_, (_, until)| *until > now);
        self.workers.insert(claim.worker, (claim.slots.iter().map(named).collect(), until));
        let wants = |wants: &Vec<SlotName>| wants.iter().map(slot).collect::<BTreeSet<_>>();
        let workers: Vec<_> = self.workers.iter().map(|(id, (all, _))| LiveWorker { id: *id, wants: wants(all) }).collect();
        let alone = claim.worker;
        let holder = |held: &Held| held.holder.filter(|(_, until)| *until > now || flaw == Flaw::LeaseForEver).map(|(holder, _)| holder);
        let held = self.slots.iter().filter_map(|(name, held)| Some((slot(name), holder(held)?)));
        let held = held.filter(|(_, holder)| flaw != Flaw::LeaseTaken || *holder == alone).collect();
        let workers = if flaw == Flaw::FirstTakesAll { Vec::new() } else { workers };
        let plan = Plan::new(claim, &workers, &held);
        plan.give.iter().for_each(|slot| self.slot(slot).holder = None);
        let mut leases = Vec::new();
        for (slot, taken) in plan.keep.iter().map(|slot| (slot, false)).chain(plan.take.iter().map(|slot| (slot, true))) {
            let held = self.slot(slot);
            held.token += u64::from(taken && flaw != Flaw::SameToken || flaw == Flaw::TokenRenewed);
            held.holder = Some((claim.worker, until));
            leases.push(Lease { slot: slot.clone(), token: held.token, position: Position(held.position) });
        }
        Ok(leases)
    }

    fn is_held(&mut self, lease: &Lease, flaw: Flaw) -> bool {
        let held = self.slot(&lease.slot);
        (held.token == lease.token || flaw == Flaw::TokenIgnored) && (held.position == lease.position.0 || flaw == Flaw::PositionIgnored)
    }

    /// Whether all that is taken is there; then it is taken, and the others are put.
    fn park(&mut self, slot: &Slot, parking: &Parking, flaw: Flaw) -> bool {
        let of = (&*slot.projection, slot.version);
        for (key, position) in &parking.taken {
            let found = self.parked.iter().position(|aside| aside.is(of, key, *position));
            match found {
                Some(_) if flaw == Flaw::ParkedForEver => {}
                Some(at) => drop(self.parked.remove(at)),
                None if flaw == Flaw::TakenTwice => {}
                None => return false,
            }
        }
        for parked in &parking.put {
            let mut aside = Aside::new(parked);
            let before = self.parked.iter_mut().find(|aside| aside.is(of, &parked.key, parked.position));
            match before {
                Some(before) => {
                    let kept = before.discard.filter(|discard| *discard && flaw != Flaw::DiscardForgotten).or(aside.discard);
                    aside = Aside { discard: kept, parked_at: before.parked_at, ..aside };
                    *before = aside;
                }
                None => self.parked.push(aside),
            }
        }
        let by_key = |aside: &Aside| (aside.key.clone(), aside.position);
        self.parked.sort_by_key(|aside| (aside.position, aside.key.clone()));
        if flaw == Flaw::ParkedByKey {
            self.parked.sort_by_key(by_key);
        }
        true
    }

    fn write(&mut self, table: &ViewTable, changes: &[RowChange], flaw: Flaw) -> Result<(), StoreError> {
        let rows = self.rows(table)?;
        for change in changes {
            match change {
                RowChange::Put(row) if flaw == Flaw::FirstRowStays && rows.contains_key(&row.key) => {}
                RowChange::Put(row) => {
                    let mut columns: Vec<Value> = row.columns.iter().map(kept).collect();
                    if flaw == Flaw::BooleansAreNumbers {
                        for value in &mut columns {
                            if let Value::Boolean(truth) = value {
                                *value = Value::Integer((*truth).into());
                            }
                        }
                    }
                    rows.insert(row.key.clone(), (row.position.0, columns, String::from_utf8_lossy(&row.state).into_owned()));
                }
                RowChange::Delete(_) if flaw == Flaw::RowsStay => {}
                RowChange::Delete(key) => drop(rows.remove(key)),
            }
        }
        Ok(())
    }
}

fn is_listed(table: &ViewTable, row: &ViewRow, filters: &[Filter], flaw: Flaw) -> bool {
    let filters = if flaw == Flaw::FirstFilterOnly { &filters[..filters.len().min(1)] } else { filters };
    filters.iter().all(|filter| {
        let at = table.columns.iter().position(|(name, _)| *name == filter.column).unwrap();
        match (&row.columns[at], flaw) {
            (ColumnValue::Null, Flaw::NothingIsLess) if filter.comparison == es_core::view::Comparison::Less => true,
            (value, _) => filter.allows(value),
        }
    })
}

/// What the file holds: the last position of the log that it belongs to, and what is kept.
type File = (u64, Kept);

impl Journal {
    fn views(&self) -> PathBuf {
        self.place().join("views")
    }

    fn next(&self) -> PathBuf {
        self.place().join("views.next")
    }

    fn read_kept(&self, state: &State) -> Kept {
        let read = |path| std::fs::read(path).ok().and_then(|text| serde_json::from_slice::<File>(&text).ok());
        // whoever died before the log was written leaves what does not count; after that, what does
        if read(self.next()).is_some_and(|(position, _)| position <= state.log.last_position()) {
            let _ = std::fs::rename(self.next(), self.views());
        }
        read(self.views()).map_or_else(Kept::default, |(_, kept)| kept)
    }

    fn look<T>(&self, look: impl FnOnce(&mut Kept) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.write(|state| look(&mut self.read_kept(state)))
    }

    fn change<T, E: From<StoreError>>(&self, change: impl FnOnce(&mut Kept) -> Result<T, E>) -> Result<T, E> {
        self.write(|state| {
            let mut kept = self.read_kept(state);
            let changed = change(&mut kept)?;
            self.write_next(state.log.last_position(), &kept)?;
            std::fs::rename(self.next(), self.views()).map_err(crate::store::io)?;
            Ok(changed)
        })
    }

    fn write_next(&self, position: u64, kept: &Kept) -> Result<(), StoreError> {
        std::fs::write(self.next(), serde_json::to_vec(&(position, kept)).unwrap()).map_err(crate::store::io)
    }

    fn append_with(&self, append: Append, mut inline: Inline<()>) -> Result<Appended, InlineError> {
        self.write(|state| {
            let (flaw, mut kept) = (self.flaw(), self.read_kept(state));
            let before = state.log.last_position();
            let checked = self.checked(state, &append);
            if flaw != Flaw::RowsOfRefused {
                checked?;
            } else if checked.is_err() {
                inline.rows.at(&Appended::new(Position(before), 1, 1, Utc::now())).map(|tables| kept.write_all(tables, before, flaw))??;
                self.write_next(before, &kept)?;
                return checked.map(|()| unreachable!()).map_err(InlineError::from);
            }
            for model in inline.kept.iter().filter(|_| flaw != Flaw::NeverBehind) {
                let seen = kept.position(model).ok_or(InlineError::Behind)?;
                let unseen = state.log.shown().filter(|event| event.position.0 > seen);
                if unseen.filter(|event| model.names.iter().any(|name| *name == &*event.name)).count() > 0 {
                    return Err(InlineError::Behind);
                }
            }
            let planned = self.planned(state, &append);
            let told = if flaw == Flaw::ToldTooEarly {
                Appended::new(Position(before), append.events.len() as u64, planned.version, planned.recorded_at)
            } else {
                planned.clone()
            };
            let tables = inline.rows.at(&told)?;
            let last = planned.position.map_or(before, |position| position.0);
            for of in tables.iter().filter(|_| flaw != Flaw::RowsUnchecked) {
                let rows = kept.rows(&of.table)?;
                let is_stale = |change: &&InlineChange| rows.get(change.change.key()).map(|row| Position(row.0)) != change.rests_on;
                if of
                    .changes
                    .iter()
                    .filter(|change| flaw != Flaw::NothingUnchecked || change.rests_on.is_some())
                    .any(|change| is_stale(&change))
                {
                    return Err(InlineError::Stale);
                }
            }
            kept.write_all(tables, last, flaw)?;
            for model in inline.kept.iter().filter(|_| flaw != Flaw::CheckpointStays) {
                kept.slot(&slot_of(model)).position = last;
            }
            if flaw != Flaw::RowsLater {
                self.write_next(last, &kept)?;
            }
            let appended = self.store_at(state, &append, planned.recorded_at)?;
            if flaw == Flaw::RowsLater {
                std::thread::sleep(std::time::Duration::from_millis(20));
                self.write_next(last, &kept)?;
            }
            std::fs::rename(self.next(), self.views()).map_err(crate::store::io)?;
            Ok(appended)
        })
    }
}

fn slot_of(model: &Model) -> Slot {
    Slot { projection: model.projection.clone(), version: model.version, part: 0, parts: 1 }
}

impl Kept {
    fn position(&self, model: &Model) -> Option<u64> {
        let name = named(&slot_of(model));
        self.slots.iter().find(|(known, _)| *known == name).map(|(_, held)| held.position)
    }

    fn write_all(&mut self, tables: Vec<TableChanges>, last: u64, flaw: Flaw) -> Result<(), StoreError> {
        for TableChanges { table, changes } in tables {
            let placed: Vec<_> = changes.into_iter().map(|change| change.change.at(Position(last))).collect();
            self.write(&table, &placed, flaw)?;
        }
        Ok(())
    }
}

impl ViewStore for Journal {
    async fn open_view(&self, table: &ViewTable) -> Result<(), StoreError> {
        self.change(|kept| {
            let name = if self.flaw() == Flaw::OneVersion { table.name.to_owned() } else { table.table() };
            let found = kept.tables.entry(name).or_insert_with(|| Table::new(table));
            match found.fingerprint == table.fingerprint || self.flaw() == Flaw::AnyShape {
                true => Ok(()),
                false => Err(StoreError::other_shape(table)),
            }
        })
    }

    async fn begin_rebuild(&self, table: &ViewTable, parts: u32) -> Result<(), StoreError> {
        self.change(|kept| {
            kept.begin_rebuild(&ViewTable { beside: true, ..table.clone() }, parts, self.flaw());
            Ok(())
        })
    }

    async fn finish_rebuild(&self, table: &ViewTable) -> Result<bool, StoreError> {
        let [beside, serving] = [true, false].map(|beside| ViewTable { beside, ..table.clone() });
        if self.flaw() == Flaw::ReplacedInTwoSteps {
            self.change(|kept| {
                kept.tables.remove(&serving.table());
                Ok::<_, StoreError>(())
            })?;
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        self.change(|kept| Ok(kept.finish_rebuild(&beside, &serving, self.flaw())))
    }

    async fn versions(&self, projection: &str) -> Result<Vec<u32>, StoreError> {
        let versions = self.look(|kept| Ok(kept.slots.iter().filter(|(name, _)| name.0 == projection).map(|(name, _)| name.1).collect()));
        versions.map(|versions: BTreeSet<u32>| versions.into_iter().collect())
    }

    async fn drop_version(&self, projection: &str, version: u32) -> Result<(), StoreError> {
        self.change(|kept| {
            kept.drop_version(projection, version, self.flaw());
            Ok(())
        })
    }

    async fn claim(&self, claim: &Claim) -> Result<Vec<Lease>, StoreError> {
        self.change(|kept| kept.claim(claim, self.flaw()))
    }

    async fn begin_at(&self, slots: &[Slot], position: Position) -> Result<(), StoreError> {
        self.change(|kept| {
            for slot in slots {
                let is_new = !kept.slots.iter().any(|(name, _)| *name == named(slot));
                if is_new || self.flaw() == Flaw::BeginsAgain {
                    kept.slot(slot).position = position.0;
                }
            }
            Ok(())
        })
    }

    async fn release(&self, worker: Uuid) -> Result<(), StoreError> {
        self.change(|kept| {
            kept.workers.remove(&worker);
            if self.flaw() != Flaw::KeepsWhatIsReleased {
                kept.slots.iter_mut().for_each(|(_, held)| held.holder = held.holder.filter(|(holder, _)| *holder != worker));
            }
            Ok(())
        })
    }

    async fn advance(&self, step: Step<()>) -> Result<(), AdvanceError> {
        let Step { lease, through, table, rows, parking, .. } = step;
        let flaw = self.flaw();
        if flaw == Flaw::CheckedBefore {
            self.change(|kept| if kept.is_held(&lease, flaw) { Ok(()) } else { Err(AdvanceError::Lost) })?;
            tokio::time::sleep(std::time::Duration::from_micros(500)).await;
        }
        if flaw == Flaw::RowsBeforeCheckpoint
            && let Some(table) = &table
        {
            self.change(|kept| kept.write(table, &rows, flaw))?;
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        if flaw == Flaw::ParkedBefore {
            self.change(|kept| {
                kept.park(&lease.slot, &parking, flaw);
                Ok::<_, StoreError>(())
            })?;
        }
        self.change(|kept| {
            if flaw != Flaw::CheckedBefore && !kept.is_held(&lease, flaw) {
                return Err(AdvanceError::Lost);
            }
            if let (Some(table), true) = (&table, flaw != Flaw::RowsBeforeCheckpoint) {
                kept.write(table, &rows, flaw)?;
            }
            if flaw != Flaw::ParkedBefore && !kept.park(&lease.slot, &parking, flaw) {
                return Err(AdvanceError::Lost);
            }
            kept.slot(&lease.slot).position = through.0;
            Ok(())
        })
    }

    async fn parked(&self, query: &ParkedQuery) -> Result<Vec<Parked>, StoreError> {
        self.look(|kept| {
            let selected = kept.parked.iter().map(Aside::parked).filter(|parked| query.selects(parked));
            Ok(selected.take(query.limit as usize).collect())
        })
    }

    async fn mark(&self, projection: &str, version: u32, rows: &[(String, Position)], mark: Mark) -> Result<u64, StoreError> {
        self.change(|kept| {
            let mut marked = 0;
            for (key, position) in rows {
                let is_meant = |aside: &&mut Aside| aside.is((projection, version), key, *position);
                let is_of_key = |aside: &&mut Aside| aside.key == *key && self.flaw() == Flaw::KeyMarked;
                for aside in kept.parked.iter_mut().filter(|aside| is_meant(aside) || is_of_key(aside)) {
                    aside.discard = Some(mark == Mark::Discard);
                    marked += 1;
                }
            }
            Ok(marked)
        })
    }

    async fn append_inline(&self, append: Append, inline: Inline<()>) -> Result<Appended, InlineError> {
        append.check()?;
        self.append_with(append, inline)
    }

    async fn progress(&self, projection: &str, version: u32) -> Result<Vec<Progress>, StoreError> {
        self.look(|kept| Ok(kept.progress(projection, version)))
    }

    async fn rows(&self, table: &ViewTable, keys: Vec<String>) -> Result<Vec<ViewRow>, StoreError> {
        self.look(|kept| Ok(kept.rows(table)?.iter().filter(|(key, _)| keys.contains(key)).map(row).collect()))
    }

    async fn list(&self, table: &ViewTable, query: &ViewQuery) -> Result<Vec<ViewRow>, StoreError> {
        let flaw = self.flaw();
        self.look(|kept| {
            kept.has(table, &query.filters)?;
            let behind = |key: &String| match &query.after {
                Some(after) if flaw == Flaw::AfterIncluded => key >= after,
                Some(after) => key > after,
                None => true,
            };
            let rows = kept.rows(table)?.iter().filter(|(key, _)| behind(key)).map(row);
            let limit = if flaw == Flaw::NoLimit { usize::MAX } else { query.limit as usize };
            Ok(rows.filter(|row| is_listed(table, row, &query.filters, flaw)).take(limit).collect())
        })
    }

    async fn count(&self, table: &ViewTable, filters: &[Filter]) -> Result<u64, StoreError> {
        self.look(|kept| {
            kept.has(table, filters)?;
            Ok(kept.rows(table)?.iter().map(row).filter(|row| is_listed(table, row, filters, self.flaw())).count() as u64)
        })
    }
}
