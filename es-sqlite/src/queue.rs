//! The way from async callers to the threads that own the connections.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long a thread that has just served looks for more before it sleeps: to be woken costs about as much.
const LINGERS: Duration = Duration::from_micros(50);

/// A queue that can be closed: what is in it is still taken, nothing is added.
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    filled: Condvar,
}

struct State<T> {
    items: VecDeque<T>,
    /// Threads that look by themselves.
    lingering: usize,
    closed: bool,
}

impl<T> State<T> {
    fn is_idle(&self) -> bool {
        self.items.is_empty() && !self.closed
    }
}

impl<T> Queue<T> {
    pub(crate) fn new() -> Self {
        Self { state: Mutex::new(State { items: VecDeque::new(), lingering: 0, closed: false }), filled: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        // nothing that can panic runs under the lock
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an item, or gives it back when the queue is closed.
    pub(crate) fn push(&self, item: T) -> Result<(), T> {
        let mut state = self.state();
        if state.closed {
            return Err(item);
        }
        state.items.push_back(item);
        let is_seen = state.items.len() <= state.lingering;
        drop(state);
        if !is_seen {
            self.filled.notify_one();
        }
        Ok(())
    }

    /// Waits for an item; `None` when the queue is closed and empty.
    pub(crate) fn pop(&self) -> Option<T> {
        self.wait().items.pop_front()
    }

    /// Waits for an item, and takes with it what else there is: no further one once `limit` are taken or they weigh `room`.
    pub(crate) fn pop_many(&self, into: &mut Vec<T>, limit: usize, room: usize, weight: impl Fn(&T) -> usize) {
        let mut state = self.wait();
        let mut weighed = 0;
        while into.len() < limit
            && weighed < room
            && let Some(item) = state.items.pop_front()
        {
            weighed += weight(&item);
            into.push(item);
        }
    }

    fn wait(&self) -> MutexGuard<'_, State<T>> {
        let mut state = self.state();
        if state.is_idle() {
            state.lingering += 1;
            let until = Instant::now() + LINGERS;
            while state.is_idle() && Instant::now() < until {
                drop(state);
                thread::yield_now();
                state = self.state();
            }
            state.lingering -= 1;
        }
        self.filled.wait_while(state, |state| state.is_idle()).unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.filled.notify_all();
    }

    fn abandon(&self) {
        self.close();
        let abandoned = std::mem::take(&mut self.state().items);
        // outside the lock: whoever waits for one of these is woken
        drop(abandoned);
    }
}

/// Closes a queue when its thread ends, by a panic too, so that nobody waits for a thread that is gone.
pub(crate) struct Serving<'a, T>(pub(crate) &'a Queue<T>);

impl<T> Drop for Serving<'_, T> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.abandon();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Queue, Serving, thread};

    #[test]
    fn a_closed_queue_gives_what_it_holds_and_takes_no_more() {
        let queue = Queue::new();
        queue.push("letter").unwrap();
        queue.close();
        assert_eq!(queue.push("parcel"), Err("parcel"));
        assert_eq!((queue.pop(), queue.pop()), (Some("letter"), None));
    }

    #[test]
    fn many_are_taken_at_once_up_to_the_limit_and_the_weight() {
        let queue = Queue::new();
        (1..=9).for_each(|parcel| queue.push(parcel).unwrap());
        let mut taken = Vec::new();
        queue.pop_many(&mut taken, 2, 100, |_| 1);
        assert_eq!(taken, [1, 2]);
        taken.clear();
        queue.pop_many(&mut taken, 100, 10, |parcel| *parcel);
        assert_eq!(taken, [3, 4, 5], "the one that reaches the limit is still taken");
    }

    #[test]
    fn a_thread_that_panics_leaves_no_caller_waiting() {
        let queue = std::sync::Arc::new(Queue::new());
        let (answer, outcome) = tokio::sync::oneshot::channel::<()>();
        let (left_behind, never) = tokio::sync::oneshot::channel::<()>();
        queue.push(answer).unwrap();
        queue.push(left_behind).unwrap();
        let thread = thread::spawn({
            let queue = queue.clone();
            move || {
                let _serving = Serving(&queue);
                let _taken = queue.pop();
                panic!("on purpose");
            }
        });
        assert!(outcome.blocking_recv().is_err());
        assert!(never.blocking_recv().is_err());
        assert!(thread.join().is_err());
        assert!(queue.push(tokio::sync::oneshot::channel().0).is_err());
    }
}
