//! A view's row, held against what was expected.

use std::fmt;

use crate::projection::ProjectionError;
use crate::recorded::StoredEvent;
use crate::store::RowChange;
use crate::stream::StreamId;
use crate::testing::shown::{self, fail};
use crate::view::{Rows, View, changes_of};

/// What a history makes of one row of a view.
pub struct GivenRow<V> {
    row: Option<V>,
}

impl<V: View> GivenRow<V> {
    #[track_caller]
    pub(super) fn fold(events: &[StoredEvent], key: &V::Key) -> Self {
        let key = key.to_string();
        let stream = StreamId::new(V::NAME, &key).unwrap_or_else(|error| fail(error));
        let (mut row, mut version) = (None, 0);
        for event in events {
            let mut event = event.clone();
            if event.stream.is_none() {
                version += 1;
                (event.stream, event.version) = (Some(stream.clone()), version);
            }
            row = after(row, &event, &key).unwrap_or_else(|error| fail(error));
        }
        Self { row }
    }

    /// Expects this row.
    ///
    /// # Panics
    /// When there is another row, or none; the message shows the difference in what would be stored.
    #[track_caller]
    pub fn is(self, expected: V) -> Self {
        let (expected, actual) = (shown_row(Some(&expected)), shown_row(self.row.as_ref()));
        if expected != actual {
            fail(shown::difference(&expected, &actual));
        }
        self
    }

    /// Expects that there is no row of this key, or none any more.
    ///
    /// # Panics
    /// When there is one.
    #[track_caller]
    pub fn is_none(self) -> Self {
        if let Some(row) = &self.row {
            fail(format_args!("expected no row, there is: {}", shown_row(Some(row))));
        }
        self
    }

    /// Looks at the row.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn then_state(self, look: impl FnOnce(&V)) -> Self {
        match &self.row {
            Some(row) => look(row),
            None => fail("expected a row, there is none"),
        }
        self
    }
}

impl<V: View> fmt::Debug for GivenRow<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown_row(self.row.as_ref()))
    }
}

/// The row after an event, stored and read back.
fn after<V: View>(row: Option<V>, event: &StoredEvent, key: &str) -> Result<Option<V>, ProjectionError> {
    let mut rows = Rows::<V>::default();
    if let Some(row) = row {
        rows.put(key.to_owned(), row);
    }
    for (key, event) in changes_of::<V>(std::iter::once(event), |touched| touched == key)? {
        rows.change(key, event)?;
    }
    match rows.changes()?.pop() {
        Some(RowChange::Put(row)) => Ok(serde_json::from_slice(&row.state)?),
        Some(RowChange::Delete(_)) | None => Ok(None),
    }
}

#[track_caller]
fn shown_row<V: View>(row: Option<&V>) -> String {
    // by way of its JSON, so that what has no order of its own is shown in one
    let pretty = |row: &V| serde_json::to_value(row).and_then(|row| serde_json::to_string_pretty(&row));
    match row.map(pretty).transpose() {
        Ok(Some(pretty)) => format!("{} v{} {pretty}\n", V::NAME, V::VERSION),
        Ok(None) => "no row\n".into(),
        Err(error) => fail(error),
    }
}
