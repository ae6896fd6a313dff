//! The threads that own the read connections.

use std::panic::{self, AssertUnwindSafe};
use std::thread;
use std::time::Duration;

use es_core::store::StoreError;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::error::failed;
use crate::queue::{Queue, Serving};
use crate::row::Decoder;

/// A read connection, and what it has seen lately.
pub(crate) struct Reader {
    pub(crate) connection: Connection,
    pub(crate) decoder: Decoder,
}

/// Something to be read; what it gives hands over the answer.
pub(crate) type Task = Box<dyn FnOnce(&mut Reader) -> Answer + Send>;
pub(crate) type Answer = Box<dyn FnOnce() + Send>;

impl Reader {
    pub(crate) fn new(connection: Connection) -> Self {
        Self { connection, decoder: Decoder::new() }
    }

    /// The connection, which waits for other processes as long as is said.
    pub(crate) fn waiting(&mut self, patience: Duration) -> &mut Connection {
        // it fails for no connection that is open
        let _ = self.connection.busy_timeout(patience);
        &mut self.connection
    }

    /// Runs several statements on what is committed now.
    pub(crate) fn in_snapshot<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.execute("begin")?;
        let outcome = read(self);
        // there is nothing to lose; a transaction that cannot end makes the next one fail to begin
        let ended = self.execute("rollback");
        outcome.and_then(|value| ended.map(|()| value))
    }

    fn execute(&self, sql: &str) -> Result<(), StoreError> {
        let execute = |sql| self.connection.prepare_cached(sql)?.execute([]).map(drop);
        execute(sql).map_err(failed("reading in one snapshot"))
    }
}

/// A task that answers, by a panic too, and is skipped when nobody waits any more.
pub(crate) fn task<T: Send + 'static>(
    read: impl FnOnce(&mut Reader) -> Result<T, StoreError> + Send + 'static,
) -> (Task, oneshot::Receiver<thread::Result<Result<T, StoreError>>>) {
    let (answer, outcome) = oneshot::channel();
    let task = Box::new(move |reader: &mut Reader| {
        if answer.is_closed() {
            return Box::new(|| ()) as Answer;
        }
        let outcome = panic::catch_unwind(AssertUnwindSafe(|| read(reader)));
        if outcome.is_err() && !reader.connection.is_autocommit() {
            let _ = reader.execute("rollback");
        }
        Box::new(move || drop(answer.send(outcome)))
    });
    (task, outcome)
}

/// Reads until the queue is closed and empty.
pub(crate) fn run(connection: Connection, queue: &Queue<Task>) {
    let _serving = Serving(queue);
    let mut reader = Reader::new(connection);
    let mut task = queue.pop();
    while let Some(read) = task {
        let answer = read(&mut reader);
        let looking = queue.about_to_look();
        answer();
        task = looking.pop();
    }
}
