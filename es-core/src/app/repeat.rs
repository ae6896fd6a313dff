//! A request that came before returns its first outcome.

use std::sync::Arc;

use crate::app::App;
use crate::app::execute::Committed;
use crate::app::load::undecoded;
use crate::error::{ExecuteError, ReadError};
use crate::event::{EventEnum, EventSet};
use crate::query::Query;
use crate::recorded::{Recorded, StoredEvent};
use crate::state::{Boundary, State};
use crate::store::{KeyRecord, PageSize, Store};
use crate::stream::{Position, StreamId};

/// Refuses a key that stands for something else.
pub(crate) fn check<E: std::error::Error + 'static>(
    key: &str,
    record: &KeyRecord,
    command: &str,
    stream: Option<&StreamId>,
) -> Result<(), ExecuteError<E>> {
    if record.command == command && record.stream.as_ref() == stream {
        return Ok(());
    }
    let used_for = match &record.stream {
        Some(stream) => format!("`{}` on stream `{stream}`", record.command),
        None => format!("`{}`", record.command),
    };
    Err(ExecuteError::KeyReused { key: key.to_owned(), used_for })
}

/// Reads back what was committed under the key: the state right after it, and its events.
pub(crate) async fn committed<S: Store, T: State, A: EventSet>(
    app: &App<S>,
    record: KeyRecord,
    boundary: &Boundary,
) -> Result<Committed<T, A::Event>, ReadError> {
    let appended = record.appended;
    let last = appended.position.unwrap_or(Position::START);
    let state = match boundary {
        Boundary::Stream(stream) => state_of_stream(app, stream, appended.version).await?,
        Boundary::Tags { clauses, .. } => {
            let mut state = T::default();
            each(app, &Query::any(clauses.iter().cloned()), Position::START, last, |event| {
                state.fold(event.into(), clauses).map_err(|source| undecoded(event, source))
            })
            .await?;
            state
        }
    };
    let mut events = Vec::new();
    if let Some(first) = appended.first_position {
        each(app, &Query::all(), Position(first.0 - 1), last, |event| decode_into::<A>(event, &mut events)).await?;
    }
    Ok(Committed { state, version: appended.version, position: appended.position, events })
}

async fn state_of_stream<S: Store, T: State>(app: &App<S>, stream: &StreamId, version: u64) -> Result<T, ReadError> {
    let mut state = Arc::new(T::default());
    let mut next = 1;
    while next <= version {
        let events = app.store.read_stream(stream, next, app.settings.page).await?;
        let Some(last) = events.last() else { break };
        next = last.version + 1;
        for event in events.iter().filter(|event| event.version <= version) {
            Arc::make_mut(&mut state).fold(event.into(), &[]).map_err(|source| undecoded(event, source))?;
        }
    }
    Ok(Arc::unwrap_or_clone(state))
}

/// Shows `see` the events after one position and up to another.
async fn each<S: Store>(
    app: &App<S>,
    query: &Query,
    after: Position,
    last: Position,
    mut see: impl FnMut(&StoredEvent) -> Result<(), ReadError> + Send,
) -> Result<(), ReadError> {
    let mut after = after;
    while after < last {
        let room = usize::try_from(last.0 - after.0).unwrap_or(usize::MAX);
        let size = PageSize { events: room.min(app.settings.page.events), ..app.settings.page };
        let page = app.store.read(query, after, size).await?;
        page.events.iter().filter(|event| event.position <= last).try_for_each(&mut see)?;
        if page.at_head {
            break;
        }
        after = page.through;
    }
    Ok(())
}

/// Decodes what `event` holds, with a retired event's parts in its place.
pub(crate) fn decode_into<A: EventSet>(event: &StoredEvent, into: &mut Vec<Recorded<A::Event>>) -> Result<(), ReadError> {
    let mut parts = Vec::new();
    A::Event::decode(&event.name, event.event_version, event.event.as_bytes(), &mut parts).map_err(|source| undecoded(event, source))?;
    into.extend((0..).zip(parts).map(|(part, decoded)| event.part(part, decoded)));
    Ok(())
}
