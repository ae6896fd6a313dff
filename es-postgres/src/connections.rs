//! The connections that read: a few, opened when they are needed, without a ping before or after use.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use es_core::store::StoreError;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgConnection};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::{is_lost, is_passing, store_error};

pub(crate) struct Connections {
    options: PgConnectOptions,
    idle: Mutex<Vec<PgConnection>>,
    permits: Semaphore,
    patience: Duration,
}

impl Connections {
    pub(crate) fn new(options: PgConnectOptions, first: Option<PgConnection>, most: usize, patience: Duration) -> Self {
        Self { options, idle: Mutex::new(Vec::from_iter(first)), permits: Semaphore::new(most), patience }
    }

    pub(crate) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<PgConnection>> {
        // nothing that can panic runs under the lock
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn take(&self) -> Result<Held<'_>, sqlx::Error> {
        let permit = self.permits.acquire().await.map_err(|_| sqlx::Error::PoolClosed)?;
        // the one that was used last, so that the others may grow old and be closed
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.options.connect().await?,
        };
        Ok(Held { connections: self, connection: Some(connection), spoiled: false, _permit: permit })
    }

    /// Begins to read, which may take several tries.
    pub(crate) fn reading(&self, what: &'static str) -> Tries<'_> {
        Tries { connections: self, what, begun: Instant::now(), pause: Duration::ZERO }
    }

    /// No connection is given out any more; those that nobody uses are given up.
    pub(crate) fn close(&self) -> Vec<PgConnection> {
        self.permits.close();
        std::mem::take(&mut *self.idle())
    }
}

/// A connection that is in use. Unless it is [given back](Self::done), it is closed: then it may be in the middle of an answer.
pub(crate) struct Held<'a> {
    connections: &'a Connections,
    connection: Option<PgConnection>,
    spoiled: bool,
    _permit: SemaphorePermit<'a>,
}

impl Held<'_> {
    /// Says that more is still to come than is worth reading.
    pub(crate) fn spoil(&mut self) {
        self.spoiled = true;
    }

    /// Gives it back, and returns what was read.
    pub(crate) fn done<T>(mut self, value: T) -> T {
        if let Some(connection) = self.connection.take()
            && !self.spoiled
            && !self.connections.permits.is_closed()
        {
            self.connections.idle().push(connection);
        }
        value
    }
}

#[expect(clippy::expect_used, reason = "it is taken out only by what consumes the guard")]
impl Deref for Held<'_> {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        self.connection.as_ref().expect("a held connection")
    }
}

#[expect(clippy::expect_used, reason = "it is taken out only by what consumes the guard")]
impl DerefMut for Held<'_> {
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.connection.as_mut().expect("a held connection")
    }
}

/// Reading, tried again while connections break: it changes nothing, so it may run again.
pub(crate) struct Tries<'a> {
    connections: &'a Connections,
    what: &'static str,
    begun: Instant,
    pause: Duration,
}

impl<'a> Tries<'a> {
    pub(crate) async fn connection(&mut self) -> Result<Held<'a>, StoreError> {
        loop {
            match self.connections.take().await {
                Ok(held) => return Ok(held),
                Err(sqlx::Error::PoolClosed) => return Err(StoreError::Closed),
                Err(error) => self.wait_after(error).await?,
            }
        }
    }

    /// Waits for a better moment, or says why there won't be one.
    pub(crate) async fn failed(&mut self, held: Held<'a>, error: sqlx::Error) -> Result<(), StoreError> {
        if is_lost(&error) {
            drop(held);
            // the others were most likely lost with it
            self.connections.idle().clear();
        } else {
            held.done(());
        }
        self.wait_after(error).await
    }

    async fn wait_after(&mut self, error: sqlx::Error) -> Result<(), StoreError> {
        if !is_passing(&error) || self.begun.elapsed() + self.pause > self.connections.patience {
            return Err(store_error(self.what, error));
        }
        tracing::debug!(%error, what = self.what, "reading again");
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).clamp(Duration::from_millis(5), Duration::from_millis(500));
        Ok(())
    }
}

/// Reads on a connection of `$connections`, again on another when that breaks.
macro_rules! read_on {
    ($connections:expr, $what:literal, |$connection:ident| $read:expr) => {{
        let mut tries = $connections.reading($what);
        loop {
            let mut $connection = tries.connection().await?;
            match $read.await {
                Ok(value) => break Ok($connection.done(value)),
                Err($crate::connections::Stopped::Driver(error)) => tries.failed($connection, error).await?,
                Err($crate::connections::Stopped::Store(error)) => break Err($connection.done(error)),
            }
        }
    }};
}
pub(crate) use read_on;

/// Why reading stopped: the driver's reasons may pass.
pub(crate) enum Stopped {
    Driver(sqlx::Error),
    Store(StoreError),
}

impl From<sqlx::Error> for Stopped {
    fn from(error: sqlx::Error) -> Self {
        Self::Driver(error)
    }
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
