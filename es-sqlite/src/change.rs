//! A write that is no append: a snapshot, a checkpoint, keys that are forgotten.

use es_core::store::StoreError;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::error::store_error;
use crate::writer::{Batch, Failed, Job};

/// A write on its way to the writer.
pub(crate) struct Change<T, F> {
    what: &'static str,
    write: F,
    written: Option<T>,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Change<T, F> {
    pub(crate) fn new(what: &'static str, write: F) -> (Self, oneshot::Receiver<Result<T, StoreError>>) {
        let (answer, outcome) = oneshot::channel();
        (Self { what, write, written: None, answer }, outcome)
    }
}

impl<T: Send, F: FnMut(&Connection) -> rusqlite::Result<T> + Send> Job for Change<T, F> {
    fn run(&mut self, batch: &mut Batch<'_>) -> rusqlite::Result<()> {
        self.written = Some((self.write)(batch.connection)?);
        Ok(())
    }

    fn answer(self: Box<Self>, end: Result<(), Failed>) {
        let outcome = match end {
            Ok(()) => self.written.ok_or(StoreError::Closed),
            Err(Failed::RolledBack(error) | Failed::Unknown(error)) => Err(store_error(self.what, error)),
        };
        let _ = self.answer.send(outcome);
    }

    fn is_abandoned(&self) -> bool {
        self.answer.is_closed()
    }
}
