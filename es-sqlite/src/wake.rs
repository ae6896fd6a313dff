//! Who waits for events is woken: at once by the writer of this process, within a few milliseconds by that of another.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use es_core::Position;
use es_core::store::StoreError;
use rusqlite::Connection;
use tokio::sync::watch;

use crate::read;

/// How often another process's commits are looked for, while somebody waits.
const EVERY: Duration = Duration::from_millis(10);

/// What those who wait look at.
pub(crate) struct Wake {
    seen: watch::Sender<Seen>,
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Clone, Copy, Default)]
struct Seen {
    head: Position,
    /// How often looking failed: everybody is woken, and meets the error when reading.
    alarms: u64,
    closed: bool,
}

#[derive(Default)]
struct Waiting {
    callers: usize,
    /// Somebody came, and the head may have moved before that.
    look: bool,
    closed: bool,
}

impl Wake {
    pub(crate) fn new() -> Self {
        Self { seen: watch::Sender::default(), waiting: Mutex::default(), changed: Condvar::new() }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // nothing that can panic runs under the lock
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells everybody who waits that events up to here are committed.
    pub(crate) fn publish(&self, head: Position) {
        self.seen.send_if_modified(|seen| {
            let newer = head > seen.head;
            seen.head = seen.head.max(head);
            newer
        });
    }

    /// Returns once there may be an event after `position`.
    pub(crate) async fn past(&self, position: Position) -> Result<(), StoreError> {
        let mut seen = self.seen.subscribe();
        let alarms = seen.borrow().alarms;
        let is_past = |seen: &Seen| seen.head > position || seen.alarms != alarms || seen.closed;
        if !is_past(&seen.borrow()) {
            let _waiting = self.enter();
            seen.wait_for(is_past).await.map_err(|_| StoreError::Closed)?;
        }
        match seen.borrow().closed {
            true => Err(StoreError::Closed),
            false => Ok(()),
        }
    }

    fn enter(&self) -> Entered<'_> {
        let mut waiting = self.waiting();
        waiting.callers += 1;
        waiting.look = true;
        drop(waiting);
        self.changed.notify_all();
        Entered(self)
    }

    pub(crate) fn close(&self) {
        self.waiting().closed = true;
        self.changed.notify_all();
        self.seen.send_modify(|seen| seen.closed = true);
    }

    /// Waits until it is time to look; `false` when the store is closed.
    fn is_time(&self) -> bool {
        let idle = |waiting: &mut Waiting| waiting.callers == 0 && !waiting.closed;
        let waiting = self.changed.wait_while(self.waiting(), idle).unwrap_or_else(PoisonError::into_inner);
        let (mut waiting, _) = self
            .changed
            .wait_timeout_while(waiting, EVERY, |waiting| !waiting.look && !waiting.closed)
            .unwrap_or_else(PoisonError::into_inner);
        waiting.look = false;
        !waiting.closed
    }
}

/// A caller that waits.
struct Entered<'a>(&'a Wake);

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.0.waiting().callers -= 1;
    }
}

/// Looks for commits of other processes, as long as somebody waits for them.
pub(crate) fn run(connection: Connection, wake: &Wake) {
    let _serving = Serving(wake);
    let mut data_version = None;
    while wake.is_time() {
        if let Err(error) = look(&connection, wake, &mut data_version) {
            tracing::warn!(%error, "the head could not be read");
            wake.seen.send_modify(|seen| seen.alarms += 1);
        }
    }
}

fn look(connection: &Connection, wake: &Wake, data_version: &mut Option<i64>) -> rusqlite::Result<()> {
    let found = connection.prepare_cached("pragma data_version")?.query_row([], |row| row.get(0))?;
    if *data_version != Some(found) {
        wake.publish(read::head(connection)?);
        *data_version = Some(found);
    }
    Ok(())
}

/// Lets nobody wait for a thread that is gone.
struct Serving<'a>(&'a Wake);

impl Drop for Serving<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}
