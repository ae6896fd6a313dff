//! The threads of a store, from the first to the last.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use es_core::store::StoreError;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::builder::Builder;
use crate::queue::Queue;
use crate::reader::Task;
use crate::wake::Wake;
use crate::writer::Writer;
use crate::{reader, wake};

/// One thread writes, a few read, one looks for what other processes write. Dropping this ends them, and waits for it.
pub(crate) struct Threads {
    pub(crate) writer: Arc<Writer>,
    pub(crate) reads: Arc<Queue<Task>>,
    pub(crate) wake: Arc<Wake>,
    handles: Mutex<Vec<JoinHandle<()>>>,
    /// Each thread holds the other end until its connection is closed.
    running: tokio::sync::Mutex<mpsc::Receiver<()>>,
}

impl Threads {
    /// Opens a connection in each thread, the writer's first.
    pub(crate) async fn start(builder: Arc<Builder>) -> Result<Self, StoreError> {
        let (alive, running) = mpsc::channel(1);
        let wake = Arc::new(Wake::new());
        let threads = Self {
            writer: Arc::new(Writer::new(wake.clone(), builder.patience, builder.short)),
            reads: Arc::new(Queue::new()),
            wake,
            handles: Mutex::default(),
            running: tokio::sync::Mutex::new(running),
        };
        let reading = |builder: &Arc<Builder>| {
            let builder = builder.clone();
            move || builder.read_connection()
        };
        let (writer, opening) = (threads.writer.clone(), builder.clone());
        let (reads_open, others): (Sender<()>, Receiver<()>) = channel();
        let write = move |connection| {
            let connection = writer.run(connection);
            // of two that close at once each may leave the log to the other: the last to close copies it into the file
            while others.recv().is_ok() {}
            drop(connection);
        };
        threads.spawn("es-sqlite write", &alive, move || opening.write_connection(), write).await?;
        for _ in 0..builder.readers {
            let (reads, open) = (threads.reads.clone(), reads_open.clone());
            let read = move |connection| {
                reader::run(connection, &reads);
                drop(open);
            };
            threads.spawn("es-sqlite read", &alive, reading(&builder), read).await?;
        }
        let woken = threads.wake.clone();
        let wake = move |connection| {
            wake::run(connection, &woken);
            drop(reads_open);
        };
        threads.spawn("es-sqlite wake", &alive, reading(&builder), wake).await?;
        Ok(threads)
    }

    async fn spawn(
        &self,
        name: &str,
        alive: &mpsc::Sender<()>,
        open: impl FnOnce() -> Result<Connection, StoreError> + Send + 'static,
        run: impl FnOnce(Connection) + Send + 'static,
    ) -> Result<(), StoreError> {
        let (opened, outcome) = oneshot::channel();
        let alive = alive.clone();
        let serve = move || {
            let _alive = alive;
            match open() {
                Ok(connection) => {
                    let _ = opened.send(Ok(()));
                    run(connection);
                }
                Err(error) => {
                    let _ = opened.send(Err(error));
                }
            }
        };
        let handle = thread::Builder::new().name(name.to_owned()).spawn(serve);
        let handle = handle.map_err(|error| StoreError::backend("starting a thread", error))?;
        self.handles.lock().unwrap_or_else(PoisonError::into_inner).push(handle);
        outcome.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Takes nothing new; what is queued is still done.
    fn end(&self) {
        self.writer.queue.close();
        self.reads.close();
        self.wake.close();
    }

    /// Ends the threads without blocking one of the executor's.
    pub(crate) async fn close(&self) {
        self.end();
        while self.running.lock().await.recv().await.is_some() {}
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.end();
        let handles = std::mem::take(&mut *self.handles.lock().unwrap_or_else(PoisonError::into_inner));
        // dropped by one of these threads, there is nobody who could wait for it
        if handles.iter().all(|handle| handle.thread().id() != thread::current().id()) {
            handles.into_iter().for_each(|handle| drop(handle.join()));
        }
    }
}
