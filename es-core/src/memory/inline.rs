//! Appends with what read models make of them, in memory.

use crate::memory::views::Kept as Views;
use crate::memory::{Log, MemoryStore};
use crate::store::{Append, Appended, Inline, InlineError, Kept};

impl MemoryStore {
    pub(super) async fn append_with(&self, append: Append, mut inline: Inline<()>) -> Result<Appended, InlineError> {
        append.check()?;
        loop {
            // there is nothing to write to, and nothing to hold it up by: what it does is its own, for events that are to stand there
            let planned = match &mut inline.work {
                None => None,
                Some(work) => {
                    let planned = self.log().plan_with(&append, &inline.kept, &mut self.kept())?;
                    work.run(&planned, &mut ()).await.map_err(InlineError::Projection)?;
                    Some(planned)
                }
            };
            let (mut log, mut views) = (self.log(), self.kept());
            let now = log.plan_with(&append, &inline.kept, &mut views)?;
            let planned = planned.unwrap_or_else(|| now.clone());
            if planned.first_position != now.first_position {
                continue;
            }
            let tables = inline.rows.at(&planned)?;
            for table in &tables {
                views.check(table)?;
            }
            let position = planned.position.unwrap_or_else(|| log.head());
            for table in tables {
                views.write(table, position)?;
            }
            log.take(append, &planned);
            for kept in &*inline.kept {
                views.moved(kept, position);
            }
            self.shared.head.send_replace(log.head().0);
            return Ok(planned);
        }
    }
}

impl Log {
    /// What would become of an append, by those who keep these read models.
    fn plan_with(&self, append: &Append, kept: &[Kept], views: &mut Views) -> Result<Appended, InlineError> {
        let planned = self.plan(append)?;
        kept.iter().try_for_each(|kept| self.has_shown_all(kept, views))?;
        Ok(planned)
    }

    /// Whether a read model has seen all events that it follows.
    fn has_shown_all(&self, kept: &Kept, views: &mut Views) -> Result<(), InlineError> {
        let position = views.position(kept).ok_or(InlineError::Behind)?;
        let seen = usize::try_from(position.0).unwrap_or(usize::MAX).min(self.events.len());
        match self.events[seen..].iter().any(|event| kept.follows(&event.name)) {
            true => Err(InlineError::Behind),
            false => Ok(()),
        }
    }
}
