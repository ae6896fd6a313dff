//! An append with what is made of it, tried until nobody came in between.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::Utc;
use futures_util::future::BoxFuture;

use crate::app::App;
use crate::app::inline::Inlined;
use crate::app::inline::kept::Model;
use crate::app::inline::locks::Wanted;
use crate::projection::ProjectionError;
use crate::recorded::{Payload, StoredEvent};
use crate::store::{Append, AppendError, Appended, Inline, InlineError, InlineRows, InlineWork, TableChanges, ViewStore};
use crate::stream::{ExpectedVersion, Position};
use crate::view::Folding;

pub(super) struct Attempt<'a, S> {
    app: &'a App<S>,
    inlined: &'a Inlined<S>,
    append: Append,
    /// The events as they will be read, but for where they stand.
    events: Arc<Vec<StoredEvent>>,
    /// Of each read model, keys that were missing the last time.
    besides: Vec<BTreeSet<String>>,
    /// Whether a stream that begins is believed to have no row yet.
    trusting: bool,
}

/// The views that an append changes, each with its place among the read models.
type Foldings = Vec<(usize, Box<dyn Folding>)>;

impl<'a, S: ViewStore> Attempt<'a, S> {
    pub(super) fn new(app: &'a App<S>, inlined: &'a Inlined<S>, append: Append) -> Self {
        let events = Arc::new(unplaced(&append));
        let besides = vec![BTreeSet::new(); inlined.models.len()];
        Self { app, inlined, append, events, besides, trusting: true }
    }

    pub(super) async fn make(&mut self) -> Result<Appended, InlineError> {
        let mut foldings = self.begin().map_err(InlineError::Projection)?;
        let mut wanted = Wanted::default();
        for (at, folding) in &foldings {
            folding.keys().iter().for_each(|key| wanted.row(*at, key));
        }
        let _held = self.inlined.locks.lock(&wanted).await;
        self.read_rows(&mut foldings).await?;

        let late = foldings.iter().any(|(_, folding)| folding.needs_record());
        let rows = if late { None } else { Some(fold_all(&mut foldings, None)?) };
        let foldings = Arc::new(Mutex::new(foldings));
        let rows = rows.map_or_else(|| InlineRows::Late(self.late(&foldings)), InlineRows::Known);
        let limit = self.app.settings.inline_limit;
        let inline = Inline { kept: self.inlined.kept.clone(), rows, work: self.work(limit), limit };
        let outcome = self.app.store().append_inline(self.append.clone(), inline).await;
        self.end(&foldings, &outcome);
        outcome
    }

    /// Whether a read model follows one of the events.
    fn is_followed(&self, model: &dyn Model<S>) -> bool {
        self.events.iter().any(|event| model.kept().follows(&event.name))
    }

    fn begin(&self) -> Result<Foldings, ProjectionError> {
        let followed = self.inlined.models.iter().enumerate().filter(|(_, model)| self.is_followed(&***model));
        let views = followed.filter_map(|(at, model)| Some((at, model.view()?.clone())));
        views.map(|(at, view)| Ok((at, view.begin(&self.events, &self.besides[at])?))).collect()
    }

    async fn read_rows(&self, foldings: &mut Foldings) -> Result<(), InlineError> {
        let begins = matches!(self.append.expected, ExpectedVersion::NoStream | ExpectedVersion::Exact(0));
        let new = self.append.stream.as_ref().filter(|_| begins && self.trusting);
        for (at, folding) in foldings {
            let unknown = folding.unknown(new.map(|stream| stream.id()));
            if !unknown.is_empty()
                && let Some(table) = self.inlined.models[*at].table()
            {
                let rows = self.app.store().rows(&table, unknown).await?;
                folding.read(rows).map_err(InlineError::Projection)?;
            }
        }
        Ok(())
    }

    fn late(&self, foldings: &Arc<Mutex<Foldings>>) -> crate::store::LateRows {
        let (events, foldings) = (self.events.clone(), foldings.clone());
        Box::new(move |appended| {
            let events = placed(&events, appended);
            fold_all(&mut foldings.lock().unwrap_or_else(PoisonError::into_inner), Some(&events))
        })
    }

    /// What the user's own projections do, those that follow one of the events.
    fn work(&self, limit: Duration) -> Option<Box<dyn InlineWork<S::Connection>>> {
        let own = self.inlined.models.iter().filter(|model| model.view().is_none() && self.is_followed(&***model));
        let models: Vec<_> = own.cloned().collect();
        if models.is_empty() {
            return None;
        }
        Some(Box::new(Projecting { models, events: self.events.clone(), limit }))
    }

    /// Keeps the rows in memory as they are now, or forgets them.
    fn end(&mut self, foldings: &Mutex<Foldings>, outcome: &Result<Appended, InlineError>) {
        let foldings = std::mem::take(&mut *foldings.lock().unwrap_or_else(PoisonError::into_inner));
        let stale = matches!(outcome, Err(InlineError::Stale));
        self.trusting &= !stale;
        let changed = stale || matches!(outcome, Ok(_) | Err(InlineError::Behind | InlineError::Append(AppendError::OutcomeUnknown(_))));
        for (at, folding) in foldings {
            self.besides[at].extend(folding.missing().iter().cloned());
            if changed {
                folding.end(outcome.as_ref().ok().and_then(|appended| appended.position));
            }
        }
    }
}

fn fold_all(foldings: &mut Foldings, events: Option<&[StoredEvent]>) -> Result<Vec<TableChanges>, InlineError> {
    let mut tables = Vec::with_capacity(foldings.len());
    let mut stale = false;
    for (_, folding) in foldings {
        match folding.fold(events) {
            Ok(changes) => tables.push(changes),
            // so that all that is missing is known the next time
            Err(InlineError::Stale) => stale = true,
            Err(error) => return Err(error),
        }
    }
    if stale { Err(InlineError::Stale) } else { Ok(tables) }
}

fn unplaced(append: &Append) -> Vec<StoredEvent> {
    let now = Utc::now();
    let version = match append.expected {
        ExpectedVersion::Exact(version) => version,
        ExpectedVersion::Any | ExpectedVersion::NoStream | ExpectedVersion::Exists => 0,
    };
    let stored = |(event, version): (&crate::store::NewEvent, u64)| {
        StoredEvent::from_row(
            Position::START,
            append.stream.clone(),
            if append.stream.is_some() { version } else { 0 },
            event.event_id,
            (*event.name).into(),
            event.version,
            Payload::new(event.payload.clone()),
            event.tags.clone(),
            now,
            append.metadata.clone(),
        )
    };
    append.events.iter().zip(version + 1..).map(stored).collect()
}

/// The events, where they stand.
fn placed(events: &[StoredEvent], appended: &Appended) -> Vec<StoredEvent> {
    let first = appended.first_position.unwrap_or_default();
    let version = appended.version.saturating_sub(events.len() as u64);
    let place = |(nth, event): (u64, &StoredEvent)| {
        let mut event = event.clone();
        event.position = Position(first.0 + nth);
        event.version = if event.stream.is_some() { version + nth + 1 } else { 0 };
        event.recorded_at = appended.recorded_at;
        event
    };
    (0..).zip(events).map(place).collect()
}

/// What the user's projections do on the events of an append.
struct Projecting<S> {
    models: Vec<Arc<dyn Model<S>>>,
    events: Arc<Vec<StoredEvent>>,
    limit: Duration,
}

impl<S: ViewStore> InlineWork<S::Connection> for Projecting<S> {
    fn run<'a>(&'a mut self, appended: &'a Appended, connection: &'a mut S::Connection) -> BoxFuture<'a, Result<(), ProjectionError>> {
        Box::pin(async move {
            let events = placed(&self.events, appended);
            let projecting = async {
                for event in &events {
                    for model in self.models.iter().filter(|model| model.kept().follows(&event.name)) {
                        model.project(event, connection).await?;
                    }
                }
                Ok(())
            };
            let late = |_| Err(ProjectionError::new(format!("it took longer than {:?}, while all who append waited for it", self.limit)));
            tokio::time::timeout(self.limit, projecting).await.unwrap_or_else(late)
        })
    }
}
