//! What can go wrong, one enum a boundary, each variant named for what the caller can do about it.

use std::error::Error as StdError;
use std::fmt;

use crate::projection::ProjectionError;
use crate::store::StoreError;
use crate::text::TextError;
use crate::{Position, StreamId};

type Source = Box<dyn StdError + Send + Sync>;

/// A stored event that today's type does not read.
#[derive(Debug)]
pub struct DecodeError(Box<Undecoded>);

/// Behind a pointer, so that the result of reading an event is no larger than the event.
#[derive(Debug)]
struct Undecoded {
    name: String,
    stored_version: u32,
    current_version: u32,
    reason: Reason,
}

#[derive(Debug)]
enum Reason {
    Unlisted,
    Version { oldest: u32 },
    Json(serde_json::Error),
    Upcast { from: u32, source: Source },
}

impl DecodeError {
    #[cold]
    fn new(name: &str, stored_version: u32, current_version: u32, reason: Reason) -> Self {
        Self(Box::new(Undecoded { name: name.to_owned(), stored_version, current_version, reason }))
    }

    /// No listed event has this name.
    pub(crate) fn unlisted(name: &str, stored_version: u32) -> Self {
        Self::new(name, stored_version, 0, Reason::Unlisted)
    }

    pub(crate) fn version(name: &str, stored_version: u32, oldest: u32, current_version: u32) -> Self {
        Self::new(name, stored_version, current_version, Reason::Version { oldest })
    }

    pub(crate) fn json(name: &str, stored_version: u32, current_version: u32, source: serde_json::Error) -> Self {
        Self::new(name, stored_version, current_version, Reason::Json(source))
    }

    pub(crate) fn upcast(name: &str, from: u32, current_version: u32, source: impl Into<Source>) -> Self {
        Self::new(name, from, current_version, Reason::Upcast { from, source: source.into() })
    }

    /// The name under which the event is stored.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The version with which it is stored.
    pub fn stored_version(&self) -> u32 {
        self.0.stored_version
    }

    /// The version that today's type has; 0 when no listed event has this name.
    pub fn current_version(&self) -> u32 {
        self.0.current_version
    }

    /// Whether the reader lists no event of this name.
    pub fn is_unlisted(&self) -> bool {
        matches!(self.0.reason, Reason::Unlisted)
    }

    /// Whether today's type does not read this version at all.
    pub(crate) fn is_of_another_version(&self) -> bool {
        matches!(self.0.reason, Reason::Version { .. })
    }

    /// The same error for the chain's last type, which is the one that a reader lists.
    pub(crate) fn seen_by(mut self, current_version: u32) -> Self {
        self.0.current_version = current_version;
        self
    }
}

/// That no listed event has this name: what generated code answers.
#[doc(hidden)]
pub fn unlisted(name: &str, stored_version: u32) -> DecodeError {
    DecodeError::unlisted(name, stored_version)
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Undecoded { name, stored_version, current_version, reason } = &*self.0;
        match reason {
            Reason::Unlisted => write!(f, "`{name}` version {stored_version} is stored here, but the reader lists no event of this name"),
            Reason::Version { .. } if stored_version > current_version => {
                write!(
                    f,
                    "`{name}` is stored as version {stored_version}, newer than version {current_version} of this build: deploy the newer build first"
                )
            }
            Reason::Version { oldest } => {
                write!(f, "`{name}` is stored as version {stored_version}; this build reads versions {oldest} to {current_version}")
            }
            Reason::Json(source) => write!(f, "`{name}` version {stored_version} (now {current_version}) does not decode: {source}"),
            Reason::Upcast { from, source } => {
                write!(f, "`{name}` version {from} does not convert to version {current_version}: {source}")
            }
        }
    }
}

impl StdError for DecodeError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.reason {
            Reason::Json(source) => Some(source),
            Reason::Upcast { source, .. } => Some(&**source),
            Reason::Unlisted | Reason::Version { .. } => None,
        }
    }
}

/// An event that cannot be stored so that it can be read back. Nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// serde refused it.
    #[error("`{name}` cannot be written as JSON: {source}")]
    Json {
        /// The event's name.
        name: &'static str,
        /// What serde said.
        source: serde_json::Error,
    },
    /// It holds a float that JSON has no form for.
    #[error("`{name}` holds a float that is not finite, which JSON would store as null")]
    NotFinite {
        /// The event's name.
        name: &'static str,
    },
    /// One of its tags, the stream's id or the idempotency key is outside the limits.
    #[error(transparent)]
    Text(#[from] TextError),
    /// What was written does not read back.
    #[error("what `{name}` writes cannot be read back: {source}")]
    Unreadable {
        /// The event's name.
        name: &'static str,
        /// What reading said.
        source: DecodeError,
    },
}

/// Two event types that claim one name in one store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event name `{name}` is used by two types, `{first}` and `{second}`: give one of them another `#[event(name = \"..\")]`")]
pub struct NameClash {
    pub(crate) name: &'static str,
    pub(crate) first: &'static str,
    pub(crate) second: &'static str,
}

/// A tag that came later, and that the events stored before do not have yet: a model that reads them by it would miss them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{name}` has the tag `{tag}` since version {since}, and what was stored before may lack it: \
     run `backfill_tags::<{event}>()` of the store once"
)]
pub struct TagsMissing {
    pub(crate) event: &'static str,
    pub(crate) name: &'static str,
    pub(crate) tag: &'static str,
    pub(crate) since: u32,
}

/// Why tags were not put on stored events. What was done before stays done, and the next run goes on from there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackfillError {
    /// The events could not be read, or a store could not write.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A value that no tag can have.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

impl From<StoreError> for BackfillError {
    fn from(error: StoreError) -> Self {
        Self::Read(error.into())
    }
}

/// What reading events can meet.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// A stored event that today's types do not read.
    #[error("{}position {position}, version {version}: {source}", Shown(stream))]
    Decode {
        /// The stream, unless the event belongs to none.
        stream: Option<StreamId>,
        /// The event's version in the stream.
        version: u64,
        /// The event's position in the store.
        position: Position,
        /// The event's name and versions, and what was wrong.
        source: DecodeError,
    },
    /// An id that no stream can have.
    #[error(transparent)]
    Id(#[from] TextError),
    /// Two event types claim one name.
    #[error(transparent)]
    Names(#[from] NameClash),
    /// A model is read by a tag that what was stored earlier may lack.
    #[error(transparent)]
    Tags(#[from] TagsMissing),
    /// The store could not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a wait for a projection ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WaitError {
    /// It has not come so far in time: it is slow, or no worker keeps it.
    #[error("`{projection}` has reached position {reached}, not {position}, in time: is a worker running that keeps it?")]
    Timeout {
        /// The view or projection.
        projection: &'static str,
        /// What was waited for.
        position: Position,
        /// How far it has come.
        reached: Position,
    },
    /// How far it is could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// What executing a command can meet. `E` is the aggregate's own error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExecuteError<E: StdError + 'static> {
    /// The handler said no.
    #[error(transparent)]
    Domain(E),
    /// Somebody else appended first, more often than was retried; or the stream does not have the version that was expected.
    #[error("the stream has moved on: {0}")]
    Conflict(Conflict),
    /// The command needs an existing stream, and there is none.
    #[error("`{0}` does not exist")]
    NotFound(StreamId),
    /// The command starts a stream, and there is one.
    #[error("`{0}` exists already")]
    AlreadyExists(StreamId),
    /// The key was used for another stream or another command.
    #[error("idempotency key {key:?} was used for {used_for}: take a new key for each request")]
    KeyReused {
        /// The key.
        key: String,
        /// The command and the stream that it was used for.
        used_for: String,
    },
    /// An event cannot be stored so that it can be read back. Nothing was written.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// A stored event that today's types do not read, or a store that could not be read.
    #[error("{}position {position}, version {version}: {source}", Shown(stream))]
    Decode {
        /// The stream, unless the event belongs to none.
        stream: Option<StreamId>,
        /// The event's version in the stream.
        version: u64,
        /// The event's position in the store.
        position: Position,
        /// The event's name and versions, and what was wrong.
        source: DecodeError,
    },
    /// Two event types claim one name.
    #[error(transparent)]
    Names(NameClash),
    /// A model is read by a tag that what was stored earlier may lack.
    #[error(transparent)]
    Tags(TagsMissing),
    /// The connection died during the commit: the events may be stored or not. A repeat with the same idempotency key settles it.
    #[error("the connection was lost during the commit, its outcome is unknown; repeat with the same idempotency key to settle it: {0}")]
    OutcomeUnknown(StoreError),
    /// A read model that is kept [inline](crate::App::inline) said no. Nothing was written.
    #[error("{0}")]
    Projection(ProjectionError),
    /// The store could not answer. Nothing was written.
    #[error(transparent)]
    Store(StoreError),
}

impl<E: StdError + 'static> From<ReadError> for ExecuteError<E> {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Decode { stream, version, position, source } => Self::Decode { stream, version, position, source },
            ReadError::Id(error) => Self::Encode(EncodeError::Text(error)),
            ReadError::Names(clash) => Self::Names(clash),
            ReadError::Tags(missing) => Self::Tags(missing),
            ReadError::Store(error) => Self::Store(error),
        }
    }
}

/// Why an append did not happen.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Conflict {
    /// The stream has another version than the one that was expected.
    Version {
        /// The stream.
        stream: StreamId,
        /// What was expected of it.
        expected: crate::ExpectedVersion,
        /// The version that it has.
        actual: u64,
    },
    /// An event that the decision rests on was recorded after it was read.
    Condition {
        /// The position of that event.
        position: Position,
    },
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version { stream, expected, actual } => write!(f, "`{stream}` has version {actual}, expected {expected}"),
            Self::Condition { position } => write!(f, "the event at position {position} changes what was decided on"),
        }
    }
}

struct Shown<'a>(&'a Option<StreamId>);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|stream| write!(f, "stream `{stream}`, "))
    }
}
