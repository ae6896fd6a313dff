//! Who waits for events is woken: at once by the writer of this process, and by those of others over a channel of the server.
//!
//! The channel is spoken to after a commit and on a connection of its own, never inside an append: a transaction that notifies takes
//! a lock that is shared by the whole server when it commits. So a word may be lost, with the process that was to send it, and the
//! head is looked at from time to time while somebody waits.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use es_core::Position;
use es_core::store::StoreError;
use futures_util::future;
use sqlx::postgres::{PgListener, PgPoolOptions};
use sqlx::{ConnectOptions, PgConnection};
use tokio::sync::{Notify, watch};

use crate::{Shared, flush, read};

/// How often the head is looked at while somebody waits: in case a word was lost, and where nothing listens.
const RARELY: Duration = Duration::from_millis(500);
const OFTEN: Duration = Duration::from_millis(20);
/// How much time there is between two words to other processes, at least.
const BETWEEN_WORDS: Duration = Duration::from_millis(2);
/// How long to wait before listening again after a connection was lost.
const BEFORE_LISTENING: Duration = Duration::from_millis(100);

/// What those who wait look at.
pub(crate) struct Wake {
    seen: watch::Sender<Seen>,
    /// What this process has committed, to be told to others.
    committed: watch::Sender<Position>,
    waiting: AtomicUsize,
    entered: Notify,
    listening: AtomicBool,
    started: AtomicBool,
}

#[derive(Clone, Copy, Default)]
struct Seen {
    head: Position,
    closed: bool,
}

impl Wake {
    pub(crate) fn new() -> Self {
        Self {
            seen: watch::Sender::default(),
            committed: watch::Sender::default(),
            waiting: AtomicUsize::new(0),
            entered: Notify::new(),
            listening: AtomicBool::new(false),
            started: AtomicBool::new(false),
        }
    }

    /// Tells everybody who waits here that events up to here are committed, and then the other processes.
    pub(crate) fn committed(&self, head: Position) {
        self.publish(head);
        self.committed.send_if_modified(|last| {
            let newer = head > *last;
            *last = head.max(*last);
            newer
        });
    }

    fn publish(&self, head: Position) {
        self.seen.send_if_modified(|seen| {
            let newer = head > seen.head;
            seen.head = seen.head.max(head);
            newer
        });
    }

    pub(crate) fn close(&self) {
        self.seen.send_modify(|seen| seen.closed = true);
    }

    async fn closed(&self) {
        let _ = self.seen.subscribe().wait_for(|seen| seen.closed).await;
    }
}

/// Returns once there may be an event after `position`.
pub(crate) async fn past(shared: &Arc<Shared>, position: Position) -> Result<(), StoreError> {
    let wake = &shared.wake;
    let mut seen = wake.seen.subscribe();
    let is_past = |seen: &Seen| seen.head > position || seen.closed;
    if !is_past(&seen.borrow()) {
        let _waiting = Waiting::enter(wake);
        if !wake.started.swap(true, Ordering::Relaxed) {
            spawn(shared, look);
            if !shared.pooler {
                spawn(shared, listen);
            }
        }
        seen.wait_for(is_past).await.map_err(|_| StoreError::Closed)?;
    }
    match seen.borrow().closed {
        true => Err(StoreError::Closed),
        false => Ok(()),
    }
}

/// A caller that waits.
struct Waiting<'a>(&'a Wake);

impl<'a> Waiting<'a> {
    fn enter(wake: &'a Wake) -> Self {
        wake.waiting.fetch_add(1, Ordering::Relaxed);
        wake.entered.notify_one();
        Self(wake)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Starts something that ends with the store.
pub(crate) fn spawn<F: Future<Output = ()> + Send + 'static>(shared: &Arc<Shared>, run: impl FnOnce(Arc<Shared>) -> F) {
    let (run, shared) = (run(shared.clone()), shared.clone());
    tokio::spawn(async move {
        future::select(pin!(run), pin!(shared.wake.closed())).await;
    });
}

/// Looks at the head as long as somebody waits.
async fn look(shared: Arc<Shared>) {
    let wake = &shared.wake;
    loop {
        if wake.waiting.load(Ordering::Relaxed) == 0 {
            wake.entered.notified().await;
        }
        if !wake.listening.load(Ordering::Relaxed) {
            look_once(&shared).await;
        }
        let pause = if wake.listening.load(Ordering::Relaxed) { RARELY } else { OFTEN };
        // while nothing listens, whoever comes is served at once
        let _ = tokio::time::timeout(pause, async {
            loop {
                wake.entered.notified().await;
                if !wake.listening.load(Ordering::Relaxed) {
                    return;
                }
            }
        })
        .await;
        if wake.waiting.load(Ordering::Relaxed) > 0 {
            look_once(&shared).await;
        }
    }
}

async fn look_once(shared: &Shared) {
    match read::head(shared).await {
        Ok(head) => shared.wake.publish(head),
        // whoever waits goes on waiting: the server may come back
        Err(error) => tracing::warn!(%error, "the head could not be read"),
    }
}

/// Listens to what other processes have committed.
async fn listen(shared: Arc<Shared>) {
    loop {
        let outcome = listen_until_lost(&shared).await;
        shared.wake.listening.store(false, Ordering::Relaxed);
        if let Err(error) = outcome {
            tracing::debug!(%error, "listening again");
        }
        tokio::time::sleep(BEFORE_LISTENING).await;
    }
}

async fn listen_until_lost(shared: &Shared) -> Result<(), sqlx::Error> {
    let pool = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
    let pool = pool.connect_with(shared.reads.options().clone()).await?;
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.eager_reconnect(false);
    listener.listen(&shared.channel()).await?;
    // what was committed before this is not heard
    look_once(shared).await;
    shared.wake.listening.store(true, Ordering::Relaxed);
    while let Some(heard) = listener.try_recv().await? {
        if let Ok(head) = heard.payload().parse().map(Position) {
            flush::acknowledged(shared, head);
            shared.wake.publish(head);
        }
    }
    Ok(())
}

/// Tells other processes what this one has committed: the latest, as often as is worth it.
pub(crate) async fn tell(shared: Arc<Shared>) {
    let mut committed = shared.wake.committed.subscribe();
    let mut connection = None;
    while committed.changed().await.is_ok() {
        let head = *committed.borrow_and_update();
        if let Err(error) = tell_once(&shared, &mut connection, head).await {
            // others look from time to time
            tracing::debug!(%error, "other processes were not woken");
            connection = None;
        }
        tokio::time::sleep(BETWEEN_WORDS).await;
    }
}

async fn tell_once(shared: &Shared, connection: &mut Option<PgConnection>, head: Position) -> Result<(), sqlx::Error> {
    let connection = match connection {
        Some(connection) => connection,
        None => connection.insert(shared.reads.options().connect().await?),
    };
    // a word that is lost with the server's power is no loss
    let notify = sqlx::query("select set_config('synchronous_commit', 'off', true), pg_notify($1, $2)");
    notify.bind(shared.channel()).bind(head.0.to_string()).execute(connection).await?;
    Ok(())
}
