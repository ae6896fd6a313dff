//! One row, folded now.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::error::ReadError;
use crate::projection::followed;
use crate::recorded::StoredEvent;
use crate::store::{StoreError, ViewStore};
use crate::stream::{AsOf, Position, StreamId};
use crate::view::View;
use crate::view::fold::{Rows, changes_of};

pub(crate) async fn live<S: ViewStore, V: View>(app: &App<S>, key: &str, as_of: Option<AsOf>) -> Result<Option<V>, ReadError> {
    let query = followed::<V>();
    let mut past = Past::new::<V>(as_of)?;
    let mut rows = Rows::<V>::default();
    let mut after = Position::START;
    loop {
        let page = app.store().read(&query, after, app.page_size()).await?;
        let events = page.events.iter().filter(|event| past.holds(event));
        let failed = |error| StoreError::backend("folding a view", Box::<dyn std::error::Error + Send + Sync>::from(format!("{error}")));
        for (key, event) in changes_of::<V>(events, |touched| touched == key).map_err(failed)? {
            rows.change(key, event).map_err(failed)?;
        }
        after = page.through;
        if page.at_head || past.ends_before(after) {
            return Ok(rows.get(key).cloned());
        }
    }
}

/// Up to where events count.
struct Past {
    position: Option<Position>,
    time: Option<DateTime<Utc>>,
    /// Streams that are past it: what comes after a later event is later, whatever its own time says.
    ended: HashSet<StreamId>,
}

impl Past {
    fn new<V: View>(as_of: Option<AsOf>) -> Result<Self, StoreError> {
        let (position, time) = match as_of {
            None => (None, None),
            Some(AsOf::Position(position)) => (Some(position), None),
            Some(AsOf::Time(time)) => (None, Some(time)),
            Some(AsOf::Version(version)) => {
                let reason =
                    format!("view `{}` was asked for as of version {version}, which is a stream's: ask for a position or a time", V::NAME);
                return Err(StoreError::Refused { reason });
            }
        };
        Ok(Self { position, time, ended: HashSet::new() })
    }

    fn holds(&mut self, event: &StoredEvent) -> bool {
        let Some(time) = self.time else { return self.position.is_none_or(|position| event.position <= position) };
        let ended = event.stream.as_ref().is_some_and(|stream| self.ended.contains(stream));
        if ended || event.recorded_at <= time {
            return !ended;
        }
        self.ended.extend(event.stream.clone());
        false
    }

    fn ends_before(&self, after: Position) -> bool {
        self.position.is_some_and(|position| after >= position)
    }
}
