//! Events that failed too often: they are put aside, with those that come after them in order, and are tried again when somebody asks.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::Utc;

use crate::projection::{OnError, Projection, ProjectionError};
use crate::store::{Mark, Page, Parked, ParkedQuery, Step, StoreError, ViewStore, parked};
use crate::stream::Position;
use crate::worker::slot::{Failing, Running, Stopped};
use crate::worker::window::View;

/// How many parked events of a key are tried in one step; of a reaction, which can't be undone, one.
const AT_ONCE: u32 = 100;

impl<S: ViewStore, P: Projection<S>> Running<S, P> {
    /// The keys of which something is parked.
    pub(super) async fn held_up(&mut self) -> Result<Arc<HashSet<String>>, StoreError> {
        if let Some(held_up) = &self.held_up {
            return Ok(held_up.clone());
        }
        let mut keys = HashSet::new();
        parked::each(&self.shared.store, self.parked_here(), |parked| {
            keys.insert(parked.key);
        })
        .await?;
        let keys = Arc::new(keys);
        self.held_up = Some(keys.clone());
        Ok(keys)
    }

    fn hold_up(&mut self, change: impl FnOnce(&mut HashSet<String>)) {
        if let Some(held_up) = &mut self.held_up {
            change(Arc::make_mut(held_up));
        }
    }

    /// Decides whether the event that failed has been tried often enough; then its key is held up from there on.
    pub(super) fn give_up(&mut self) -> bool {
        let (OnError::Park { retries }, Some(Failing { key: Some(key), attempts, .. })) = (P::ON_ERROR, &self.failing) else {
            return false;
        };
        let (key, given_up) = (key.clone(), *attempts > retries);
        if given_up {
            self.hold_up(|keys| {
                keys.insert(key);
            });
            self.given_up.extend(self.failing.take());
        }
        given_up
    }

    /// An event that is parked: with its error if it is one that failed.
    pub(super) fn parked(&self, key: String, position: Position) -> Parked {
        let failed = self.given_up.iter().find(|failed| failed.position == position && failed.key.as_ref() == Some(&key));
        let (error, attempts) = (failed.map(|failed| failed.error.clone()), failed.map_or(0, |failed| failed.attempts));
        Parked { slot: self.slot.clone(), key, position, error, attempts, mark: None, parked_at: Utc::now() }
    }

    pub(super) fn say_parked(&self, parked: &[Parked]) {
        for Parked { position, key, error, .. } in parked {
            if let Some(error) = error {
                tracing::error!(projection = P::NAME, part = self.slot.part, %position, key, error, "an event is parked");
            }
        }
        metrics::counter!("es_projection_parked_total", "projection" => P::NAME).increment(parked.len() as u64);
    }

    fn parked_here(&self) -> ParkedQuery {
        let (projection, version) = (self.slot.projection.clone(), self.slot.version);
        ParkedQuery { projection, version, part: Some(self.slot.part), ..ParkedQuery::default() }
    }

    async fn parked_of(&self, key: &str, limit: u32) -> Result<Vec<Parked>, StoreError> {
        self.shared.store.parked(&ParkedQuery { key: Some(key.to_owned()), limit, ..self.parked_here() }).await
    }

    /// Does what somebody has asked for about parked events, a step of it; `false` when nothing is left to do.
    pub(super) async fn settle_parked(&mut self) -> Result<bool, Stopped> {
        let marked = self.shared.store.parked(&ParkedQuery { marked: true, limit: 1, ..self.parked_here() }).await?;
        let Some(marked) = marked.into_iter().next() else {
            self.renewed = false;
            return Ok(false);
        };
        let at_once = if self.projection.begins().is_some() { 1 } else { AT_ONCE };
        let waiting = self.parked_of(&marked.key, at_once + 1).await?;
        match marked.mark {
            Some(Mark::Discard) => self.discard(marked, &waiting).await?,
            _ => self.retry(&marked.key, waiting, at_once as usize).await?,
        }
        Ok(true)
    }

    fn resting(&self) -> Result<Step<S::Connection>, Stopped> {
        let lease = self.lease.clone().ok_or(Stopped::Lost)?;
        let through = lease.position;
        Ok(Step::new(lease, through))
    }

    /// Forgets an event; if it was the first of its key, the next one is tried.
    async fn discard(&mut self, marked: Parked, waiting: &[Parked]) -> Result<(), Stopped> {
        let mut step = self.resting()?;
        let next = waiting.iter().skip_while(|parked| parked.position != marked.position).nth(1);
        let is_first = waiting.first().is_some_and(|first| first.position == marked.position);
        if let Some(next) = next.filter(|next| is_first && next.mark.is_none()) {
            step.parking.put.push(Parked { mark: Some(Mark::Retry), ..next.clone() });
        }
        step.parking.taken.push((marked.key.clone(), marked.position));
        self.shared.store.advance(step).await?;
        self.freed(&marked.key, waiting.len() == 1);
        tracing::info!(projection = P::NAME, part = self.slot.part, position = %marked.position, key = marked.key, "a parked event is dropped");
        Ok(())
    }

    /// Tries the events of a key in order, as many as go well in one step.
    async fn retry(&mut self, key: &str, mut waiting: Vec<Parked>, at_once: usize) -> Result<(), Stopped> {
        // one that is to be dropped is not tried, nor is what comes after it before it is gone
        let until = waiting.iter().position(|parked| parked.mark == Some(Mark::Discard)).unwrap_or(waiting.len());
        let mut later = waiting.split_off(until.min(at_once));
        let mut events = Vec::new();
        for parked in &waiting {
            events.push(parked::event(&self.shared.store, parked.position).await?);
        }
        loop {
            let mut step = self.resting()?;
            step.parking.taken = waiting.iter().map(|parked| (parked.key.clone(), parked.position)).collect();
            // whoever ends here goes on there
            step.parking.put.extend(later.first().map(|next| Parked { mark: next.mark.or(Some(Mark::Retry)), ..next.clone() }));
            let page = View::of(Page { events: events.clone(), through: step.through, at_head: false });
            let tried = match self.step(step, &page, Some(key), &HashSet::new()).await {
                Ok(step) => self.shared.store.advance(step).await.map_err(Stopped::from),
                Err(error) => Err(Stopped::Failed(error)),
            };
            match tried {
                Ok(()) => {
                    self.freed(key, later.is_empty());
                    tracing::info!(projection = P::NAME, part = self.slot.part, key, events = events.len(), "parked events took effect");
                    return Ok(());
                }
                // those before it, if there are any
                Err(Stopped::Failed(error)) => {
                    let failed = waiting.iter().position(|parked| Some(parked.position) == error.position()).unwrap_or(0);
                    if failed == 0 {
                        return self.failed_again(waiting.iter().chain(&later), &error).await;
                    }
                    events.truncate(failed);
                    later = waiting.split_off(failed);
                }
                Err(stopped) => return Err(stopped),
            }
        }
    }

    /// The first event of a key still fails: it stays, and all that is behind it.
    async fn failed_again(&mut self, waiting: impl Iterator<Item = &Parked>, error: &ProjectionError) -> Result<(), Stopped> {
        let mut step = self.resting()?;
        for (nth, parked) in waiting.enumerate().filter(|(nth, parked)| *nth == 0 || parked.mark == Some(Mark::Retry)) {
            let mut parked = Parked { mark: None, ..parked.clone() };
            if nth == 0 {
                parked.error = Some(error.to_string());
                parked.attempts = parked.attempts.saturating_add(1);
            }
            step.parking.put.push(parked);
        }
        let parked = step.parking.put.clone();
        self.shared.store.advance(step).await?;
        self.say_parked(&parked[..1]);
        Ok(())
    }

    fn freed(&mut self, key: &str, entirely: bool) {
        if entirely {
            self.hold_up(|keys| {
                keys.remove(key);
            });
        }
    }
}
