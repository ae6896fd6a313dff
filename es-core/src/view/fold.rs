//! From events to the rows that they change.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::app::App;
use crate::error::ReadError;
use crate::event::EventInfo;
use crate::fingerprint::fnv1a;
use crate::projection::{ChangedRows, OnError, Projection, ProjectionError, ReadModel, Wanted, panicked};
use crate::recorded::{Recorded, StoredEvent};
use crate::store::{RowChange, Slot, ViewRow, ViewStore, ViewTable};
use crate::stream::Position;
use crate::text;
use crate::view::inline::CachedRows;
use crate::view::{ColumnValue, InlineView, View, ViewOf, table};
use crate::worker::Health;

impl<V: View> ReadModel for ViewOf<V> {
    const NAME: &'static str = V::NAME;
    const VERSION: u32 = V::VERSION;
    const EVENTS: &'static [EventInfo] = V::EVENTS;
    const ON_ERROR: OnError = V::ON_ERROR;
}

impl<S: ViewStore, V: View> Projection<S> for ViewOf<V> {
    fn parts(&self) -> u32 {
        self.parts
    }

    fn table(&self) -> Option<ViewTable> {
        Some(table::<V>().beside(self.beside))
    }

    fn build_beside(&self, app: &App<S>, lease: Duration, health: Health) -> Option<BoxFuture<'static, Result<(), ReadError>>> {
        let (app, parts) = (app.clone(), self.parts);
        Some(Box::pin(async move { app.rebuild::<V>().parts(parts).lease(lease).health(health).await }))
    }

    fn inline(&self) -> Option<Arc<dyn InlineView>> {
        Some(Arc::new(CachedRows::<V>::new()))
    }

    fn change_rows<'a>(
        &'a self,
        store: &'a S,
        wanted: Wanted<'a>,
        events: &'a [&'a StoredEvent],
    ) -> BoxFuture<'a, Result<ChangedRows, ProjectionError>> {
        Box::pin(async move {
            let Wanted { slot, only, held_up } = wanted;
            let mut changes = changes_of::<V>(events.iter().copied(), |key| only.map_or_else(|| is_in(slot, key), |only| only == key))?;
            let mut behind = Vec::new();
            if !held_up.is_empty() {
                let waiting = changes.extract_if(.., |(key, _)| held_up.contains(key));
                behind.extend(waiting.map(|(key, event)| (key, event.position)));
                // what a retired event became is one event still
                behind.sort_unstable();
                behind.dedup();
            }
            let mut keys: Vec<String> = changes.iter().map(|(key, _)| key.clone()).collect();
            keys.sort_unstable();
            keys.dedup();
            if keys.is_empty() {
                return Ok(ChangedRows { rows: Vec::new(), behind });
            }
            let mut rows = Rows::<V>::default();
            for row in store.rows(&table::<V>().beside(self.beside), keys).await? {
                rows.put(row.key, serde_json::from_slice(&row.state)?);
            }
            for (key, event) in changes {
                rows.change(key, event)?;
            }
            Ok(ChangedRows { rows: rows.changes()?, behind })
        })
    }
}

/// Whether a key belongs to this part.
fn is_in(slot: &Slot, key: &str) -> bool {
    slot.parts <= 1 || fnv1a([key.as_bytes()]) % u64::from(slot.parts) == u64::from(slot.part)
}

pub(super) type Change<V> = (String, Recorded<<V as crate::EventSet>::Event>);

/// Each row that each event changes, in order.
pub(crate) fn changes_of<'a, V: View>(
    events: impl Iterator<Item = &'a StoredEvent>,
    wanted: impl Fn(&str) -> bool,
) -> Result<Vec<Change<V>>, ProjectionError> {
    let mut changes = Vec::new();
    for stored in events {
        let mut each = || -> Result<(), ProjectionError> {
            for event in stored.decode::<V>()? {
                let mut keys = catch_unwind(AssertUnwindSafe(|| V::keys_of(&event))).unwrap_or_else(|panic| Err(panicked(&*panic)))?;
                keys.iter().try_for_each(|key| text::check("key of a view", key))?;
                keys.retain(|key| wanted(key));
                let Some(last) = keys.pop() else { continue };
                changes.extend(keys.into_iter().map(|key| (key, event.clone())));
                changes.push((last, event));
            }
            Ok(())
        };
        each().map_err(|error| error.at(stored.position))?;
    }
    Ok(changes)
}

/// The rows that are being changed.
pub(crate) struct Rows<V>(BTreeMap<String, Changing<V>>);

/// A row that is being changed; no state where it ended.
struct Changing<V> {
    state: Option<V>,
    /// The last event that changed it.
    last: Position,
}

impl<V> Default for Rows<V> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<V: View> Rows<V> {
    /// The row as it is now.
    pub(crate) fn put(&mut self, key: String, row: V) {
        self.0.insert(key, Changing { state: Some(row), last: Position::START });
    }

    /// The row as it has become.
    pub(crate) fn get(&self, key: &str) -> Option<&V> {
        self.0.get(key)?.state.as_ref()
    }

    pub(crate) fn change(&mut self, key: String, event: Recorded<V::Event>) -> Result<(), ProjectionError> {
        let position = event.position;
        let row = self.0.entry(key.clone()).or_insert(Changing { state: None, last: position });
        let before = row.state.take();
        // a state that a panic leaves behind is thrown away with the whole batch
        let change = || {
            let mut state = before.unwrap_or_default();
            state.change(event).then_some(state)
        };
        let state = catch_unwind(AssertUnwindSafe(change)).map_err(|panic| panicked(&*panic).at(position).of(key))?;
        *row = Changing { state, last: position };
        Ok(())
    }

    /// Whether it was read or changed.
    pub(super) fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    pub(super) fn into_states(self) -> BTreeMap<String, Option<V>> {
        self.0.into_iter().map(|(key, row)| (key, row.state)).collect()
    }

    pub(crate) fn changes(&self) -> Result<Vec<RowChange>, ProjectionError> {
        let change = |(key, Changing { state, last }): (&String, &Changing<V>)| match state {
            None => Ok(RowChange::Delete(key.clone())),
            Some(state) => {
                let row = catch_unwind(AssertUnwindSafe(|| written(key, *last, state))).unwrap_or_else(|panic| Err(panicked(&*panic)));
                row.map(RowChange::Put).map_err(|error| error.at(*last).of(key.clone()))
            }
        };
        self.0.iter().map(change).collect()
    }
}

fn written<V: View>(key: &str, position: Position, state: &V) -> Result<ViewRow, ProjectionError> {
    let row = ViewRow { key: key.to_owned(), position, columns: state.columns(), state: serde_json::to_vec(state)? };
    check_columns::<V>(&row)?;
    Ok(row)
}

/// Bytes of text in an indexed column: what fits into an index of every store, beside the key.
const LONGEST_TEXT: usize = 2_000;

/// What some store could not index, none is asked to.
fn check_columns<V: View>(row: &ViewRow) -> Result<(), ProjectionError> {
    for ((column, _), value) in V::COLUMNS.iter().zip(&row.columns) {
        let what = match value {
            ColumnValue::Text(text) if text.len() > LONGEST_TEXT => {
                format!("{} bytes: an indexed text has at most {LONGEST_TEXT}", text.len())
            }
            ColumnValue::Text(text) if text.contains('\0') => "a character U+0000: an indexed text has none".to_owned(),
            ColumnValue::Real(number) if !number.is_finite() => format!("{number}: an indexed float is finite"),
            _ => continue,
        };
        return Err(ProjectionError::new(format!("column `{column}` of view `{}` has, in row `{}`, {what}", V::NAME, row.key)));
    }
    Ok(())
}
