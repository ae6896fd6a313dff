//! A view's rows that change with an append: folded before it is sent, from rows that are mostly in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use quick_cache::sync::Cache;

use crate::projection::ProjectionError;
use crate::recorded::StoredEvent;
use crate::store::{InlineChange, InlineError, RowChange, TableChanges, ViewRow};
use crate::stream::Position;
use crate::view::fold::{Change, Rows, changes_of};
use crate::view::{View, table};

/// How many rows of a view are kept in memory, the ones used most.
const CACHED: usize = 10_000;

/// A row as it was read or written last, `None` for none. It may be stale: the store says so.
type Row<V> = Option<(Position, Arc<V>)>;

/// A view that is kept inline.
pub trait InlineView: Send + Sync {
    /// Finds the rows that these events change: those, and the ones with the keys of `besides`, can then be folded.
    fn begin(self: Arc<Self>, events: &[StoredEvent], besides: &BTreeSet<String>) -> Result<Box<dyn Folding>, ProjectionError>;
}

/// Rows of a view on their way through an append.
pub trait Folding: Send {
    /// The keys.
    fn keys(&self) -> Vec<String>;

    /// Whether what becomes of the rows depends on where the events stand.
    fn needs_record(&self) -> bool;

    /// Those keys whose rows have to be read; `new` is none of them, which belongs to a stream that has just begun.
    fn unknown(&mut self, new: Option<&str>) -> Vec<String>;

    /// Takes what was read.
    fn read(&mut self, rows: Vec<ViewRow>) -> Result<(), ProjectionError>;

    /// What becomes of the rows; by these events, where those are known better by now.
    fn fold(&mut self, events: Option<&[StoredEvent]>) -> Result<TableChanges, InlineError>;

    /// Keys that turned out to be needed besides.
    fn missing(&self) -> &BTreeSet<String>;

    /// Keeps what the rows have become, at the position of the append's last event; forgets them, where they may have changed otherwise.
    fn end(self: Box<Self>, at: Option<Position>);
}

pub(super) struct CachedRows<V>(Cache<String, Row<V>>);

impl<V: View> CachedRows<V> {
    pub(super) fn new() -> Self {
        Self(Cache::new(CACHED))
    }
}

impl<V: View> InlineView for CachedRows<V> {
    fn begin(self: Arc<Self>, events: &[StoredEvent], besides: &BTreeSet<String>) -> Result<Box<dyn Folding>, ProjectionError> {
        let changes = changes_of::<V>(events.iter(), |_| true)?;
        let keys = changes.iter().map(|(key, _)| key.clone()).chain(besides.iter().cloned()).collect();
        Ok(Box::new(FoldingRows { cached: self, changes, keys, base: BTreeMap::new(), states: BTreeMap::new(), missing: BTreeSet::new() }))
    }
}

struct FoldingRows<V: View> {
    cached: Arc<CachedRows<V>>,
    changes: Vec<Change<V>>,
    keys: BTreeSet<String>,
    base: BTreeMap<String, Row<V>>,
    /// What the rows have become.
    states: BTreeMap<String, Option<V>>,
    missing: BTreeSet<String>,
}

impl<V: View> Folding for FoldingRows<V> {
    fn keys(&self) -> Vec<String> {
        self.keys.iter().cloned().collect()
    }

    fn needs_record(&self) -> bool {
        V::RECORDED
    }

    fn unknown(&mut self, new: Option<&str>) -> Vec<String> {
        let mut unknown = Vec::new();
        for key in &self.keys {
            match self.cached.0.get(key) {
                Some(row) => drop(self.base.insert(key.clone(), row)),
                None if new == Some(key) => drop(self.base.insert(key.clone(), None)),
                None => unknown.push(key.clone()),
            }
        }
        unknown
    }

    fn read(&mut self, rows: Vec<ViewRow>) -> Result<(), ProjectionError> {
        for row in rows {
            self.base.insert(row.key, Some((row.position, Arc::new(serde_json::from_slice(&row.state)?))));
        }
        for key in &self.keys {
            self.base.entry(key.clone()).or_default();
        }
        Ok(())
    }

    fn fold(&mut self, events: Option<&[StoredEvent]>) -> Result<TableChanges, InlineError> {
        let changes = match events {
            None => std::mem::take(&mut self.changes),
            Some(events) => changes_of::<V>(events.iter(), |_| true).map_err(InlineError::Projection)?,
        };
        let mut rows = Rows::<V>::default();
        for (key, event) in changes {
            let Some(base) = self.base.get(&key) else {
                self.missing.insert(key);
                continue;
            };
            if let (Some((_, state)), false) = (base, rows.has(&key)) {
                rows.put(key.clone(), V::clone(state));
            }
            rows.change(key, event).map_err(InlineError::Projection)?;
        }
        if !self.missing.is_empty() {
            return Err(InlineError::Stale);
        }
        let resting = |change: RowChange| {
            let rests_on = self.base.get(change.key()).and_then(|row| row.as_ref().map(|(position, _)| *position));
            InlineChange { change, rests_on }
        };
        let changes = rows.changes().map_err(InlineError::Projection)?.into_iter().map(resting).collect();
        self.states = rows.into_states();
        Ok(TableChanges { table: table::<V>(), changes })
    }

    fn missing(&self) -> &BTreeSet<String> {
        &self.missing
    }

    fn end(self: Box<Self>, at: Option<Position>) {
        let Self { cached, keys, states, .. } = *self;
        let Some(at) = at else {
            keys.iter().for_each(|key| drop(cached.0.remove(key)));
            return;
        };
        for (key, state) in states {
            let newer = |row: &Row<V>| row.as_ref().is_some_and(|(position, _)| *position > at);
            if !cached.0.peek(&key).as_ref().is_some_and(newer) {
                cached.0.insert(key, state.map(|state| (at, Arc::new(state))));
            }
        }
    }
}
