//! A decision on the events that carry certain tags, wherever they are.

use crate::app::append;
use crate::app::attempt::{Attempt, Made, Step, fold_events};
use crate::app::execute::{Committed, DomainError};
use crate::command::{Command, HandleWith, StreamRule};
use crate::decision::Events;
use crate::error::{Conflict, ExecuteError};
use crate::query::{AppendCondition, Clause, Query};
use crate::store::{Append, AppendError, Store};
use crate::stream::{ExpectedVersion, Position, StreamId};

impl<S, C, X> Attempt<'_, S, C, X>
where
    S: Store,
    C: Command,
    X: Sync,
    C::State: HandleWith<C, X>,
{
    pub(super) async fn on_tags(&self, clauses: &[Clause], stream: Option<&StreamId>) -> Made<C> {
        if let Some(key) = &self.call.key
            && let Some(record) = self.app.store.key(key).await.map_err(ExecuteError::Store)?
        {
            return self.repeat(record).await;
        }
        let condition = Query::any(clauses.iter().cloned());
        let (state, after) = self.fold_all(&condition, clauses).await?;
        let events = state.handle_with(self.command.clone(), self.services).await.map_err(ExecuteError::Domain)?;
        if events.is_empty() && self.call.key.is_none() {
            return Ok(Step::Done(Committed { state, version: 0, position: None, events: Vec::new() }));
        }
        self.append_when(AppendCondition { query: condition, after }, state, events, clauses, stream).await
    }

    /// The state of all events that the decision rests on, and the position up to which there are no others.
    async fn fold_all(&self, query: &Query, clauses: &[Clause]) -> Result<(C::State, Position), ExecuteError<DomainError<C>>> {
        let mut state = C::State::default();
        let mut after = Position::START;
        loop {
            let page = self.app.store.read(query, after, self.app.settings.page).await.map_err(ExecuteError::Store)?;
            fold_events(&mut state, &page.events, clauses)?;
            after = page.through;
            if page.at_head {
                return Ok((state, after));
            }
        }
    }

    async fn append_when(
        &self,
        condition: AppendCondition,
        mut state: C::State,
        events: Events<C::Emits>,
        clauses: &[Clause],
        stream: Option<&StreamId>,
    ) -> Made<C> {
        let mut encoded = append::encode(&events, stream, 0, &self.metadata)?;
        fold_events(&mut state, &encoded.stored, clauses)?;
        let mut append = Append::unstreamed(encoded.new_events()).when(condition);
        append.stream = stream.cloned();
        append.expected = match self.command.stream_rule() {
            StreamRule::New => ExpectedVersion::NoStream,
            StreamRule::Existing => ExpectedVersion::Exists,
            StreamRule::Any => self.call.expected,
        };
        match self.send(append).await {
            Ok(appended) => {
                let events = encoded.recorded(&appended);
                Ok(Step::Done(Committed { state, version: appended.version, position: appended.position, events }))
            }
            Err(AppendError::Conflict(conflict @ Conflict::Condition { .. })) => Ok(Step::Lost(conflict, None)),
            Err(AppendError::Conflict(conflict)) => Err(match (self.command.stream_rule(), stream) {
                (StreamRule::New, Some(stream)) => ExecuteError::AlreadyExists(stream.clone()),
                (StreamRule::Existing, Some(stream)) => ExecuteError::NotFound(stream.clone()),
                _ => ExecuteError::Conflict(conflict),
            }),
            Err(AppendError::KeyUsed(record)) => self.repeat(*record).await,
            Err(AppendError::OutcomeUnknown(error)) => Err(ExecuteError::OutcomeUnknown(error)),
            Err(AppendError::Projection(error)) => Err(ExecuteError::Projection(error)),
            Err(AppendError::Store(error)) => Err(ExecuteError::Store(error)),
        }
    }
}
