//! Tags that came later, put on the events that were stored before.

use std::any::TypeId;
use std::collections::HashSet;
use std::sync::{PoisonError, RwLock};

use crate::app::undecoded;
use crate::error::{BackfillError, EncodeError, ReadError, TagsMissing};
use crate::event::{Event, EventInfo};
use crate::query::{Clause, Query};
use crate::recorded::StoredEvent;
use crate::retired::Replaced;
use crate::state::State;
use crate::store::{PageSize, Store};
use crate::stream::Position;
use crate::tag::{Tag, TagInfo, Tags};

/// What a run of [`Store::backfill_tags`] has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backfilled {
    /// How many events it has given tags.
    pub events: u64,
    /// The position up to which all events have them.
    pub through: Position,
}

/// Where a run begins that goes on after another: a checkpoint's name.
fn reached(name: &str, tag: &TagInfo) -> String {
    format!("tag `{}` of `{name}` since version {}", tag.key, tag.since)
}

/// What says that a run has come to the head: a checkpoint's name.
fn done(name: &str, tag: &TagInfo) -> String {
    format!("{}: done", reached(name, tag))
}

fn later(tags: &'static [TagInfo]) -> impl Iterator<Item = &'static TagInfo> + Clone {
    tags.iter().filter(|tag| tag.since > 1)
}

fn stored_as(name: &'static str, renamed_from: &'static [&'static str]) -> Query {
    Clause::new().names(std::iter::once(name).chain(renamed_from.iter().copied())).into()
}

/// [`Store::backfill_tags`]
pub(crate) async fn run<S: Store, E: Event>(store: &S) -> Result<Backfilled, BackfillError> {
    let query = stored_as(E::NAME, E::RENAMED_FROM);
    let mut at: Option<Position> = None;
    for tag in later(E::TAGS) {
        let reached = store.checkpoint(&reached(E::NAME, tag)).await?;
        at = Some(at.map_or(reached, |at| at.min(reached)));
    }
    // without a tag that came later there is nothing to be done
    let Some(mut at) = at else { return Ok(Backfilled { events: 0, through: store.head().await? }) };
    let mut events = 0;
    loop {
        let page = store.read(&query, at, PageSize::default()).await?;
        let lacking = page.events.iter().filter_map(|event| lacking::<E>(event).transpose()).collect::<Result<Vec<_>, _>>()?;
        if !lacking.is_empty() {
            store.add_tags(&lacking).await?;
        }
        events += lacking.len() as u64;
        at = page.through;
        for tag in later(E::TAGS) {
            store.save_checkpoint(&reached(E::NAME, tag), at).await?;
        }
        if page.at_head {
            break;
        }
    }
    for tag in later(E::TAGS) {
        // a checkpoint at the start is none
        store.save_checkpoint(&done(E::NAME, tag), at.max(Position(1))).await?;
    }
    Ok(Backfilled { events, through: at })
}

/// The tags that today's type puts on the event, and that were not stored with it.
fn lacking<E: Event>(event: &StoredEvent) -> Result<Option<(Position, Vec<Tag>)>, BackfillError> {
    if later(E::TAGS).all(|tag| tag.since <= event.event_version) {
        return Ok(None);
    }
    let today = E::decode(event.event_version, event.event.as_bytes()).map_err(|source| undecoded(event, source))?;
    let mut tags = Tags::default();
    today.add_tags(&mut tags);
    let mut tags = tags.finish().map_err(EncodeError::Text)?;
    tags.retain(|tag| !event.tags.contains(tag));
    Ok((!tags.is_empty()).then_some((event.position, tags)))
}

/// The states whose tags are known to be on all events that they read.
#[derive(Debug, Default)]
pub(crate) struct Complete(RwLock<HashSet<TypeId>>);

impl Complete {
    /// That no event lacks a tag by which `T` is read because it was stored before the tag came: looked at when `T` is first used.
    pub(crate) async fn check<S: Store, T: State>(&self, store: &S, clauses: &[Clause]) -> Result<(), ReadError> {
        if self.0.read().unwrap_or_else(PoisonError::into_inner).contains(&TypeId::of::<T>()) {
            return Ok(());
        }
        for (events, clause) in T::READS.iter().zip(clauses) {
            for read in events.iter().flat_map(Read::all) {
                read.check(store, clause).await?;
            }
        }
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(TypeId::of::<T>());
        Ok(())
    }
}

/// An event that a state reads: one that it lists, or one that such an event replaces.
struct Read {
    name: &'static str,
    renamed_from: &'static [&'static str],
    tags: &'static [TagInfo],
    type_name: &'static str,
}

impl Read {
    fn all(event: &EventInfo) -> Vec<Self> {
        let listed = Self { name: event.name, renamed_from: event.renamed_from, tags: event.tags, type_name: (event.type_name)() };
        let mut all = vec![listed];
        event.replaces.iter().for_each(|replaced| Self::add_replaced(replaced, &mut all));
        all
    }

    fn add_replaced(replaced: &Replaced, all: &mut Vec<Self>) {
        let Replaced { name, renamed_from, tags, info, .. } = *replaced;
        all.push(Self { name, renamed_from, tags, type_name: (info().type_name)() });
        replaced.replaces.iter().for_each(|earlier| Self::add_replaced(earlier, all));
    }

    async fn check<S: Store>(&self, store: &S, clause: &Clause) -> Result<(), ReadError> {
        let is_asked = |tag: &&TagInfo| clause.tags_asked().iter().any(|asked| asked.has_key(tag.key));
        for tag in later(self.tags).filter(is_asked) {
            if store.checkpoint(&done(self.name, tag)).await? == Position::START && self.may_be_older(store, tag).await? {
                return Err(ReadError::Tags(TagsMissing { event: self.type_name, name: self.name, tag: tag.key, since: tag.since }));
            }
        }
        Ok(())
    }

    /// Whether an event was stored before the tag came, as far as one page shows: a new store needs no backfill.
    async fn may_be_older<S: Store>(&self, store: &S, tag: &TagInfo) -> Result<bool, ReadError> {
        let page = store.read(&stored_as(self.name, self.renamed_from), Position::START, PageSize::default()).await?;
        Ok(!page.at_head || page.events.iter().any(|event| event.event_version < tag.since))
    }
}
