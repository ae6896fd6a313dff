//! Where an event stands: in which stream, at which version, at which global position.

use std::fmt;
use std::hash::Hash;
use std::str::FromStr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::text::{self, TextError};

/// What identifies one instance of an aggregate.
///
/// Every type that can be compared, hashed, printed and parsed back is an `Id`: `Uuid`, `String`, integers, and the newtypes
/// that [`#[derive(Id)]`](macro@crate::Id) makes. Its printed form is the stream's id in the store: 1 to 512 bytes, no U+0000.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot identify an aggregate",
    label = "this type is not an `Id`",
    note = "an id is `Clone + Eq + Hash + Display + FromStr + Send + Sync + 'static`",
    note = "for a newtype over a `Uuid`, a `String` or an integer: `#[derive(Id, Debug, Clone, PartialEq, Eq, Hash)]`"
)]
pub trait Id: Clone + Eq + Hash + fmt::Display + FromStr + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Clone + Eq + Hash + fmt::Display + FromStr + Send + Sync + 'static> Id for T {}

/// The name of one stream: a category (the aggregate's name) and an id within it.
///
/// Both have 1 to 512 bytes and no U+0000. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId {
    category: Arc<str>,
    id: Arc<str>,
}

impl StreamId {
    /// Names the stream `id` in `category`.
    ///
    /// # Errors
    /// [`TextError`] when either is empty, longer than 512 bytes, or contains U+0000.
    pub fn new(category: impl AsRef<str>, id: impl AsRef<str>) -> Result<Self, TextError> {
        let (category, id) = (category.as_ref(), id.as_ref());
        text::check("category", category)?;
        text::check("stream id", id)?;
        Ok(Self { category: category.into(), id: id.into() })
    }

    /// Rebuilds a name that the store has accepted before, without checking it again.
    pub fn from_stored(category: Arc<str>, id: Arc<str>) -> Self {
        Self { category, id }
    }

    /// The category: the aggregate's name.
    pub fn category(&self) -> &str {
        &self.category
    }

    /// The id within the category.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The category, shared.
    pub fn shared_category(&self) -> &Arc<str> {
        &self.category
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.category, self.id)
    }
}

impl fmt::Debug for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// The place of an event among all events of a store. The first event has position 1; 0 is before all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(pub u64);

impl Position {
    /// Before the first event.
    pub const START: Self = Self(0);
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The version that a stream must have for an append to happen. A stream without events has version 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExpectedVersion {
    /// Whatever it is.
    #[default]
    Any,
    /// The stream has no events.
    NoStream,
    /// The stream has at least one event.
    Exists,
    /// The stream has exactly this many events. `Exact(0)` is [`NoStream`](Self::NoStream).
    Exact(u64),
}

impl ExpectedVersion {
    /// Whether a stream of this version may be appended to.
    ///
    /// ```
    /// # use es_core::ExpectedVersion;
    /// assert!(ExpectedVersion::Exists.allows(3));
    /// assert!(!ExpectedVersion::Exact(2).allows(3));
    /// ```
    pub fn allows(self, version: u64) -> bool {
        match self {
            Self::Any => true,
            Self::NoStream => version == 0,
            Self::Exists => version > 0,
            Self::Exact(expected) => version == expected,
        }
    }
}

impl fmt::Display for ExpectedVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any version"),
            Self::NoStream => f.write_str("no events"),
            Self::Exists => f.write_str("at least one event"),
            Self::Exact(version) => write!(f, "version {version}"),
        }
    }
}

/// A point in the past of a stream, or of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// After the event of this version; a later one than the stream has means all of it. A view, which is made of many streams, has none.
    Version(u64),
    /// After the event at this position of the store, inclusive: [`Committed::position`](crate::Committed) is one.
    Position(Position),
    /// After the last event that the store had recorded at this moment, inclusive.
    Time(DateTime<Utc>),
}
