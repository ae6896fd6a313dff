//! Which events are meant: by name, by category, by tag.

use std::sync::Arc;

use crate::event::{EventEnum, EventSet, stored_names};
use crate::recorded::StoredEvent;
use crate::stream::Position;
use crate::tag::Tag;

/// A choice of events: all of them, or those that match at least one [`Clause`].
///
/// ```
/// # use es_core::{Clause, Query};
/// let everything = Query::all();
/// let orders = Query::from(Clause::new().category("order"));
/// let money = Query::any([Clause::new().names(["OrderPaid"]), Clause::new().category("refund")]);
/// # let _ = (everything, orders, money);
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Query {
    clauses: Option<Vec<Clause>>,
}

impl Query {
    /// Every event.
    pub const fn all() -> Self {
        Self { clauses: None }
    }

    /// The events that match at least one of the clauses; without clauses, none.
    pub fn any(clauses: impl IntoIterator<Item = Clause>) -> Self {
        Self { clauses: Some(clauses.into_iter().collect()) }
    }

    /// The clauses; `None` is every event.
    pub fn clauses(&self) -> Option<&[Clause]> {
        self.clauses.as_deref()
    }

    /// Whether it is about this event.
    pub fn matches(&self, event: &StoredEvent) -> bool {
        let category = event.stream.as_ref().map(|stream| stream.category());
        self.selects(category, &event.name, &event.tags)
    }

    /// Whether it is about an event of this category and name and with these tags.
    pub fn selects(&self, category: Option<&str>, name: &str, tags: &[Tag]) -> bool {
        self.clauses.as_ref().is_none_or(|clauses| clauses.iter().any(|clause| clause.selects(category, name, tags)))
    }
}

impl From<Clause> for Query {
    fn from(clause: Clause) -> Self {
        Self::any([clause])
    }
}

/// What one kind of event has in common: all that is said here must hold.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Clause {
    category: Option<Arc<str>>,
    names: Option<Vec<Arc<str>>>,
    tags: Vec<Tag>,
}

impl Clause {
    /// Every event.
    pub const fn new() -> Self {
        Self { category: None, names: None, tags: Vec::new() }
    }

    /// Only events of streams in this category.
    #[must_use]
    pub fn category(mut self, category: &str) -> Self {
        self.category = Some(category.into());
        self
    }

    /// Only events stored under one of these names. Names as they are stored: former names of an event are names too,
    /// which [`events_of`](Self::events_of) knows.
    #[must_use]
    pub fn names<N: Into<Arc<str>>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.names = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Only events that `A` lists, under all the names that they are stored under.
    #[must_use]
    pub fn events_of<A: EventSet>(self) -> Self {
        self.names(stored_names(A::Event::EVENTS))
    }

    /// Only events that carry this tag, beside those asked for before.
    #[must_use]
    pub fn tag(mut self, tag: Tag) -> Self {
        if !self.tags.contains(&tag) {
            self.tags.push(tag);
        }
        self
    }

    /// The category, if one is asked for.
    pub fn category_asked(&self) -> Option<&str> {
        self.category.as_deref()
    }

    /// The names, if some are asked for.
    pub fn names_asked(&self) -> Option<&[Arc<str>]> {
        self.names.as_deref()
    }

    /// The tags, all of which an event must carry.
    pub fn tags_asked(&self) -> &[Tag] {
        &self.tags
    }

    /// Whether it is about this event.
    pub fn matches(&self, event: &StoredEvent) -> bool {
        let category = event.stream.as_ref().map(|stream| stream.category());
        self.selects(category, &event.name, &event.tags)
    }

    pub(crate) fn selects(&self, category: Option<&str>, name: &str, tags: &[Tag]) -> bool {
        (self.category.is_none() || self.category.as_deref() == category)
            && self.names.as_ref().is_none_or(|names| names.iter().any(|asked| **asked == *name))
            && self.tags.iter().all(|tag| tags.contains(tag))
    }
}

/// That nothing was recorded which a decision would have had to know: no event after `after` matches `query`.
///
/// Each clause of the query names at least one tag and no category.
#[derive(Debug, Clone, PartialEq)]
pub struct AppendCondition {
    /// What the decision rests on.
    pub query: Query,
    /// The store's head from before it was read.
    pub after: Position,
}
