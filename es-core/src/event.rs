//! Events: plain structs with a name, a version and a readable past.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::codec;
use crate::error::{DecodeError, EncodeError};
use crate::retired::Replaced;
use crate::schema::{Shape, Types};
use crate::tag::{TagInfo, Tags};

/// Something that happened, in the words of the domain.
///
/// Derived by [`#[derive(Event)]`](macro@crate::Event) on a struct with named fields, a unit struct or a newtype.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "this type has no `#[derive(Event)]`",
    note = "write `#[derive(Event, Serialize, Deserialize, Debug, Clone)]` on `{Self}`"
)]
pub trait Event: Serialize + DeserializeOwned + Clone + Debug + Send + Sync + 'static {
    /// The name under which it is stored, unique in a store.
    const NAME: &'static str;
    /// The version that is written today.
    const VERSION: u32;
    /// What is stored in the present version.
    const SCHEMA: Shape;
    /// The names that it had before.
    #[doc(hidden)]
    const RENAMED_FROM: &'static [&'static str] = &[];
    /// The retired events that it takes the place of.
    #[doc(hidden)]
    const REPLACES: &'static [Replaced] = &[];
    /// The names of the events that took its place, once it is retired.
    #[doc(hidden)]
    const RETIRED_INTO: Option<&'static [&'static str]> = None;
    /// What it is about.
    #[doc(hidden)]
    const TAGS: &'static [TagInfo] = &[];
    /// The versions that its fields still read, with their shapes.
    #[doc(hidden)]
    const PAST: &'static [(u32, Shape)] = &[];
    /// The package whose lock has its lines.
    #[doc(hidden)]
    const PACKAGE: &'static str = "";
    /// All of this, for lists of events.
    #[doc(hidden)]
    const INFO: EventInfo = EventInfo::of::<Self>();

    /// The JSON that is stored.
    ///
    /// # Errors
    /// [`EncodeError`] when serde refuses, or a float is not finite.
    #[inline]
    fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        codec::encode(self)
    }

    /// Reads the JSON of a stored version, converting older ones.
    ///
    /// # Errors
    /// [`DecodeError`] for a version that today's type does not read, and for JSON that is not of that version.
    #[inline]
    fn decode(stored_version: u32, payload: &[u8]) -> Result<Self, DecodeError> {
        if stored_version == Self::VERSION { Self::decode_current(payload) } else { Self::decode_past(stored_version, payload) }
    }

    /// Reads the JSON of today's version, as serde does if nothing is said.
    ///
    /// # Errors
    /// As [`Event::decode`].
    #[inline(always)]
    fn decode_current(payload: &[u8]) -> Result<Self, DecodeError> {
        codec::read_current(payload)
    }

    /// Reads the JSON of a version before today's; refuses all, if nothing is said.
    ///
    /// # Errors
    /// As [`Event::decode`].
    fn decode_past(stored_version: u32, _payload: &[u8]) -> Result<Self, DecodeError> {
        Err(codec::unread::<Self>(stored_version, Self::VERSION))
    }

    /// Adds what the event is about.
    fn add_tags(&self, _tags: &mut Tags) {}

    /// Adds the named types that its fields hold.
    #[doc(hidden)]
    fn define(types: &mut Types) {
        types.add_within(&Self::SCHEMA);
    }

    /// The type that reads the versions before its own.
    #[doc(hidden)]
    fn past_type() -> Option<EventInfo> {
        None
    }
}

/// An event as a list names it: what the enum of the listed events calls.
///
/// By this path, and not by [`Event`] itself, an event that lacks one of its derives is told where it is declared and not at each list.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "this type has no `#[derive(Event)]`",
    note = "write `#[derive(Event, Serialize, Deserialize, Debug, Clone)]` on `{Self}`"
)]
pub trait Listed: Sized {
    /// [`Event::NAME`]
    const NAME: &'static str;
    /// [`Event::VERSION`]
    const VERSION: u32;
    /// [`Event::INFO`]
    const INFO: EventInfo;

    /// [`Event::encode`]
    #[expect(clippy::missing_errors_doc, reason = "as `Event::encode`")]
    fn encode(&self) -> Result<Vec<u8>, EncodeError>;

    /// [`Event::decode`]
    #[expect(clippy::missing_errors_doc, reason = "as `Event::decode`")]
    fn decode(stored_version: u32, payload: &[u8]) -> Result<Self, DecodeError>;

    /// [`Event::decode`], and what is to be done with the event.
    #[expect(clippy::missing_errors_doc, reason = "as `Event::decode`")]
    fn decode_then(stored_version: u32, payload: &[u8], then: impl FnOnce(Self)) -> Result<(), DecodeError>;

    /// [`Event::add_tags`]
    fn add_tags(&self, tags: &mut Tags);

    /// A clone.
    fn copied(&self) -> Self;

    /// The event, to be printed.
    fn shown(&self) -> &dyn Debug;
}

#[diagnostic::do_not_recommend]
impl<E: Event> Listed for E {
    const NAME: &'static str = E::NAME;
    const VERSION: u32 = E::VERSION;
    const INFO: EventInfo = E::INFO;

    #[inline]
    fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        Event::encode(self)
    }

    #[inline(always)]
    fn decode(stored_version: u32, payload: &[u8]) -> Result<Self, DecodeError> {
        <E as Event>::decode(stored_version, payload)
    }

    // an event is moved once less than if the two ways to it met before it is used
    #[inline(always)]
    fn decode_then(stored_version: u32, payload: &[u8], then: impl FnOnce(Self)) -> Result<(), DecodeError> {
        if stored_version == E::VERSION { E::decode_current(payload).map(then) } else { E::decode_past(stored_version, payload).map(then) }
    }

    #[inline]
    fn add_tags(&self, tags: &mut Tags) {
        Event::add_tags(self, tags);
    }

    #[inline]
    fn copied(&self) -> Self {
        self.clone()
    }

    #[inline]
    fn shown(&self) -> &dyn Debug {
        self
    }
}

/// Events that belong together, and the error of whoever emits them: an aggregate, or a command that is decided on models.
#[diagnostic::on_unimplemented(
    message = "`{Self}` emits no events",
    label = "neither an aggregate nor a command that is decided on models",
    note = "a handler of an aggregate answers `Decision<Self>`, and one of models `Decision<TheCommand>`"
)]
pub trait EventSet: Sized + 'static {
    /// The generated enum of the events.
    type Event: EventEnum;
    /// Why a decision may be refused.
    type Error: std::error::Error + Send + Sync + 'static;
}

/// That the set lists the event `E`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not emit the event `{E}`",
    label = "`{E}` is not listed by `{Self}`",
    note = "add `{E}` to `events(..)` of `{Self}`, or emit an event that is listed there"
)]
pub trait Emits<E>: EventSet {
    /// The event as a variant of the generated enum.
    fn wrap(event: E) -> Self::Event;
}

/// The generated enum of the events of a set.
pub trait EventEnum: Clone + Debug + Send + Sync + 'static {
    /// What is known of each listed event, in the order of the list.
    const EVENTS: &'static [EventInfo];

    /// The name under which this event is stored.
    fn name(&self) -> &'static str;

    /// The version of this event's type.
    fn event_version(&self) -> u32;

    /// The JSON that is stored.
    ///
    /// # Errors
    /// As [`Event::encode`].
    fn encode(&self) -> Result<Vec<u8>, EncodeError>;

    /// Adds what this event is about.
    fn add_tags(&self, tags: &mut Tags);

    /// Reads a stored event into `events`: one, or for a retired event its listed parts.
    ///
    /// # Errors
    /// As [`Event::decode`], and [`DecodeError::is_unlisted`] for a name that no listed event has or had.
    fn decode(name: &str, version: u32, payload: &[u8], events: &mut Vec<Self>) -> Result<(), DecodeError>;
}

/// What is known at compile time of one event type.
#[derive(Clone, Copy)]
pub struct EventInfo {
    /// The name under which it is stored.
    pub name: &'static str,
    /// The version that is written today.
    pub version: u32,
    /// What is stored in the present version.
    pub schema: Shape,
    pub(crate) renamed_from: &'static [&'static str],
    pub(crate) replaces: &'static [Replaced],
    pub(crate) retired_into: Option<&'static [&'static str]>,
    pub(crate) tags: &'static [TagInfo],
    pub(crate) past: &'static [(u32, Shape)],
    pub(crate) past_type: fn() -> Option<Self>,
    pub(crate) package: &'static str,
    pub(crate) define: fn(&mut Types),
    pub(crate) type_name: fn() -> &'static str,
}

impl EventInfo {
    /// What is known of `E`.
    pub const fn of<E: Event>() -> Self {
        Self {
            name: E::NAME,
            version: E::VERSION,
            schema: E::SCHEMA,
            renamed_from: E::RENAMED_FROM,
            replaces: E::REPLACES,
            retired_into: E::RETIRED_INTO,
            tags: E::TAGS,
            past: E::PAST,
            past_type: E::past_type,
            package: E::PACKAGE,
            define: E::define,
            type_name: std::any::type_name::<E>,
        }
    }
}

impl Debug for EventInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} v{}", self.name, self.version)
    }
}

/// Every name under which events of this set are stored: present, former, and of what they replace.
pub(crate) fn stored_names(events: &[EventInfo]) -> Vec<&'static str> {
    fn of_replaced(replaced: &Replaced, names: &mut Vec<&'static str>) {
        names.push(replaced.name);
        names.extend(replaced.renamed_from);
        replaced.replaces.iter().for_each(|earlier| of_replaced(earlier, names));
    }
    let mut names = Vec::new();
    for event in events {
        names.push(event.name);
        names.extend(event.renamed_from);
        event.replaces.iter().for_each(|replaced| of_replaced(replaced, &mut names));
    }
    names.sort_unstable();
    names.dedup();
    names
}
