//! What an append locks where positions are fenced: its stream, its key, and the tags that it carries or asks for.

use es_core::store::Append;

/// More than these locks are not taken at once: they are in a table that the whole server shares.
pub(crate) const MOST: usize = 64;

/// One lock, by the name that all processes have for the same thing.
pub(crate) struct Lock {
    pub(crate) name: String,
    pub(crate) shared: bool,
}

/// An append that has a condition excludes those that carry a tag of it. One tag of a clause is enough: whoever breaks the condition
/// carries all of them.
pub(crate) fn of(append: &Append) -> Vec<Lock> {
    let mut locks = Vec::new();
    if let Some(stream) = &append.stream {
        locks.push(Lock { name: format!("s{}:{}{}", stream.category().len(), stream.category(), stream.id()), shared: false });
    }
    if let Some(key) = &append.key {
        locks.push(Lock { name: format!("k:{}", key.key), shared: false });
    }
    for clause in append.condition.iter().flat_map(|condition| condition.query.clauses().unwrap_or_default()) {
        locks.extend(clause.tags_asked().first().map(|tag| Lock { name: format!("t:{tag}"), shared: false }));
    }
    for tag in append.events.iter().flat_map(|event| &event.tags) {
        locks.push(Lock { name: format!("t:{tag}"), shared: true });
    }
    // the exclusive one of two first, which is then kept
    locks.sort_unstable_by(|one, other| (&one.name, one.shared).cmp(&(&other.name, other.shared)));
    locks.dedup_by(|later, earlier| later.name == earlier.name);
    locks
}

#[cfg(test)]
mod tests {
    use es_core::store::{Append, NewEvent};
    use es_core::{AppendCondition, Clause, ExpectedVersion, Position, StreamId, Tag};

    use super::of;

    #[test]
    fn a_tag_that_is_carried_and_asked_for_is_locked_once_for_its_own() {
        let (seat, show) = (Tag::new("seat", 1).unwrap(), Tag::new("show", 1).unwrap());
        let event = NewEvent::new("Reserved", 1, *b"{}").unwrap().tagged([show.clone(), seat.clone()]);
        let condition = AppendCondition { query: Clause::new().tag(seat).tag(show).into(), after: Position::START };
        let stream = StreamId::new("show", "s-1").unwrap();
        let locks = of(&Append::to(stream, ExpectedVersion::Any, vec![event.clone(), event]).when(condition).keyed("k-1", "Reserve"));
        let locks: Vec<_> = locks.iter().map(|lock| (lock.name.as_str(), lock.shared)).collect();
        assert_eq!(locks, [("k:k-1", false), ("s4:shows-1", false), ("t:seat:1", false), ("t:show:1", true)]);
    }
}
