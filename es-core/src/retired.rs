//! Events that are still stored but no longer emitted become those that took their place.

use crate::decision::Events;
use crate::error::{DecodeError, EncodeError};
use crate::event::{Event, EventEnum, EventInfo, EventSet};
use crate::tag::{Tag, TagInfo, Tags};

/// Replaces a retired event by its successors: none, one or more.
///
/// ```
/// use es_core::prelude::*;
/// # use serde::{Deserialize, Serialize};
///
/// #[derive(Event, Serialize, Deserialize, Debug, Clone)]
/// #[event(replaces(OrderPlacedAndPaid))]
/// struct OrderPlaced {
///     total_cents: i64,
/// }
///
/// #[derive(Event, Serialize, Deserialize, Debug, Clone)]
/// #[event(replaces(OrderPlacedAndPaid))]
/// struct OrderPaid;
///
/// #[derive(Event, Serialize, Deserialize, Debug, Clone)]
/// #[event(retired_into(OrderPlaced, OrderPaid))]
/// struct OrderPlacedAndPaid {
///     total_cents: i64,
/// }
///
/// impl Retired for OrderPlacedAndPaid {
///     fn replace(self) -> Events<Self> {
///         events![OrderPlaced { total_cents: self.total_cents }, OrderPaid]
///     }
/// }
///
/// assert_eq!(OrderPlacedAndPaid { total_cents: 5 }.replace().len(), 2);
/// ```
#[diagnostic::on_unimplemented(
    message = "the retired event `{Self}` is not replaced by anything",
    label = "`{Self}` says `retired_into(..)` but has no `impl Retired for {Self}`",
    note = "write `impl Retired for {Self} {{ fn replace(self) -> Events<Self> {{ events![..] }} }}`"
)]
pub trait Retired: Event + EventSet {
    /// What would be emitted today in its place.
    fn replace(self) -> Events<Self>;
}

/// What a successor knows of a retired event that it takes the place of.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Replaced {
    pub name: &'static str,
    pub renamed_from: &'static [&'static str],
    /// The names of all its successors.
    pub successors: &'static [&'static str],
    /// What it had replaced itself.
    pub replaces: &'static [Self],
    pub(crate) tags: &'static [TagInfo],
    pub(crate) info: fn() -> EventInfo,
    pub(crate) parts: fn(u32, &[u8]) -> Result<Vec<Part>, DecodeError>,
}

/// One part of a retired event, as it would be stored today.
pub(crate) struct Part {
    name: &'static str,
    version: u32,
    payload: Vec<u8>,
    tags: Vec<Tag>,
}

impl Replaced {
    /// What is known of the retired event `R`.
    pub const fn of<R: RetiredInto>() -> Self {
        Self {
            name: R::NAME,
            renamed_from: R::RENAMED_FROM,
            successors: R::SUCCESSORS,
            replaces: R::REPLACES,
            tags: R::TAGS,
            info: EventInfo::of::<R>,
            parts: parts::<R>,
        }
    }

    fn is_stored_as(&self, name: &str) -> bool {
        self.name == name || self.renamed_from.contains(&name)
    }
}

/// The names of the events that a retired event became.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a retired event",
    label = "`{Self}` does not say `#[event(retired_into(..))]`",
    note = "`replaces(..)` lists retired events; each says `#[event(retired_into(..))]` with its successors"
)]
pub trait RetiredInto: Event + EventSet {
    const SUCCESSORS: &'static [&'static str];

    /// [`Retired::replace`]; asked for here, so that only the retired event itself misses it.
    fn replaced(self) -> Events<Self>;
}

fn parts<R: RetiredInto>(version: u32, payload: &[u8]) -> Result<Vec<Part>, DecodeError> {
    R::decode(version, payload)?
        .replaced()
        .into_iter()
        .map(|event| part(&event).map_err(|error| DecodeError::upcast(R::NAME, version, R::VERSION, error)))
        .collect()
}

fn part<E: EventEnum>(event: &E) -> Result<Part, EncodeError> {
    let mut tags = Tags::default();
    event.add_tags(&mut tags);
    Ok(Part { name: event.name(), version: event.event_version(), payload: event.encode()?, tags: tags.finish()? })
}

/// Reads an event by its name, its version and its bytes.
pub(crate) type ReadStored<'a> = &'a mut dyn FnMut(&str, u32, &[u8]) -> Result<(), DecodeError>;

/// Reads an event whose name is that of no listed event: one that was renamed, retired, or is ignored.
///
/// A retired event is read part by part; parts that the reader does not list are skipped.
#[doc(hidden)]
pub fn read_former(
    listed: &[EventInfo],
    ignored: &[EventInfo],
    name: &str,
    version: u32,
    payload: &[u8],
    read: ReadStored<'_>,
) -> Result<(), DecodeError> {
    read_former_about(&[], listed, ignored, name, version, payload, read)
}

/// The same, for a reader of certain tags: it skips the parts that don't carry all of them.
pub(crate) fn read_former_about(
    tags: &[Tag],
    listed: &[EventInfo],
    ignored: &[EventInfo],
    name: &str,
    version: u32,
    payload: &[u8],
    read: ReadStored<'_>,
) -> Result<(), DecodeError> {
    if let Some(renamed) = listed.iter().find(|event| event.renamed_from.contains(&name)) {
        return read(renamed.name, version, payload);
    }
    if ignored.iter().any(|event| event.name == name || event.renamed_from.contains(&name)) {
        return Ok(());
    }
    let Some(replaced) = listed.iter().chain(ignored).find_map(|event| find(event.replaces, name)) else {
        return Err(DecodeError::unlisted(name, version));
    };
    for part in (replaced.parts)(version, payload)?.iter().filter(|part| tags.iter().all(|tag| part.tags.contains(tag))) {
        match read(part.name, part.version, &part.payload) {
            Err(error) if error.is_unlisted() => {}
            other => other?,
        }
    }
    Ok(())
}

fn find<'a>(list: &'a [Replaced], name: &str) -> Option<&'a Replaced> {
    list.iter().find_map(|replaced| if replaced.is_stored_as(name) { Some(replaced) } else { find(replaced.replaces, name) })
}
