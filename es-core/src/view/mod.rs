//! Views: read models that the framework keeps, a row a key.

mod column;
mod fold;
mod inline;
mod keys;
mod live;
mod read;

use std::fmt;
use std::fmt::Write;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use column::{Column, ColumnType, ColumnValue, Comparison, Filter, FilterOf, Indexed};
pub(crate) use fold::{Rows, changes_of};
#[doc(hidden)]
pub use inline::{Folding, InlineView};
#[doc(hidden)]
pub use keys::{Asks, AsksByDefault, Keys, KeysByStream, KeysByView};
pub(crate) use live::live;
pub use read::{CountRows, ListRows, Views};

use crate::event::EventSet;
use crate::fingerprint::{fnv1a, once_for};
use crate::projection::{ProjectionError, ReadModel};
use crate::recorded::Recorded;
use crate::schema::{Shape, Types};
use crate::store::ViewTable;
use crate::stream::Id;

/// A read model that the framework keeps: one row a key, folded from the events that it lists.
///
/// Derived by [`#[derive(View)]`](macro@crate::View).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a view",
    label = "this type has no `#[derive(View)]`",
    note = "write `#[derive(View, Debug, Clone, Default, Serialize, Deserialize)]` and `#[view(key = .., events(..))]` on `{Self}`"
)]
pub trait View: ReadModel + EventSet + Default + Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// What identifies a row.
    type Key: Id;
    /// The indexed columns.
    #[doc(hidden)]
    const COLUMNS: &'static [(&'static str, ColumnType)];

    /// Whether a row depends on more of an event than the event itself and its stream's id: on its time, say, or its position.
    #[doc(hidden)]
    const RECORDED: bool = true;

    /// The keys of the rows that an event changes.
    ///
    /// # Errors
    /// [`ProjectionError`] for an event of no stream in a view whose key is the stream's id.
    #[doc(hidden)]
    fn keys_of(event: &Recorded<Self::Event>) -> Result<Vec<String>, ProjectionError>;

    /// Changes a row as the event says; `false` when it ends there.
    #[doc(hidden)]
    fn change(&mut self, event: Recorded<Self::Event>) -> bool;

    /// The values of the indexed columns.
    #[doc(hidden)]
    fn columns(&self) -> Vec<ColumnValue>;

    /// The shape of a row's state, and the named types that it holds.
    #[doc(hidden)]
    fn shape(types: &mut Types) -> Shape;

    /// This view, to be added to a [`Worker`](crate::Worker).
    fn projection() -> ViewOf<Self> {
        ViewOf { parts: 1, beside: false, view: PhantomData }
    }
}

/// Which rows of a view an event changes, where that is neither its stream's id nor one field of each event.
///
/// A view that implements it for one of its events uses it for that event.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which rows `{E}` changes",
    note = "write `impl KeyOf<{E}> for {Self} {{ fn keys(event: &Recorded<{E}>) -> impl IntoIterator<Item = Self::Key> {{ .. }} }}`"
)]
pub trait KeyOf<E>: View {
    /// The keys of those rows: none, one or several.
    fn keys(event: &Recorded<E>) -> impl IntoIterator<Item = Self::Key>;
}

/// A view as a worker keeps it: [`View::projection`].
pub struct ViewOf<V> {
    parts: u32,
    /// Whether its rows are those of the table beside the one that serves.
    beside: bool,
    view: PhantomData<fn() -> V>,
}

impl<V> ViewOf<V> {
    /// Keeps it in this many parts, by key, which several workers share. It stays the same for a version; at least 1.
    #[must_use]
    pub fn parts(mut self, parts: u32) -> Self {
        self.parts = parts.max(1);
        self
    }

    pub(crate) fn beside(mut self) -> Self {
        self.beside = true;
        self
    }
}

impl<V: View> fmt::Debug for ViewOf<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} v{}", V::NAME, V::VERSION)
    }
}

/// The table of a view.
pub(crate) fn table<V: View>() -> ViewTable {
    // not of `V` itself, which may be an aggregate with snapshots besides
    let fingerprint = once_for::<ViewOf<V>>(describe::<V>);
    ViewTable { name: V::NAME, version: V::VERSION, columns: V::COLUMNS, fingerprint, beside: false }
}

/// The shape of a row, the names of its events, its columns.
fn describe<V: View>() -> u64 {
    let mut types = Types::default();
    let state = V::shape(&mut types);
    let mut text = state.to_string();
    for event in V::EVENTS {
        (event.define)(&mut types);
        let _ = write!(text, "\n{}", event.name);
    }
    for (name, column) in V::COLUMNS {
        let _ = write!(text, "\n{name}: {column:?}");
    }
    for (name, shape) in types.iter() {
        let _ = write!(text, "\n{name} = {shape}");
    }
    fnv1a([text.as_bytes()])
}
