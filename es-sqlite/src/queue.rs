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
    items: VecDeque<Item<T>>,
    /// How many items were taken before these.
    taken: usize,
    /// How many of these are a thread's.
    unattended: usize,
    /// Threads that look by themselves.
    lingering: usize,
    closed: bool,
}

struct Item<T> {
    value: T,
    /// Whether a caller looks after it.
    attended: bool,
}

impl<T> State<T> {
    fn is_idle(&self) -> bool {
        self.unattended == 0 && !self.closed
    }

    /// Adds an item, and says which one it is.
    fn add(&mut self, value: T, attended: bool) -> usize {
        self.items.push_back(Item { value, attended });
        self.unattended += usize::from(!attended);
        self.taken + self.items.len() - 1
    }

    fn take(&mut self) -> Option<T> {
        let Item { value, attended } = self.items.pop_front()?;
        self.taken += 1;
        self.unattended -= usize::from(!attended);
        Some(value)
    }
}

impl<T> Queue<T> {
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::new(State { items: VecDeque::new(), taken: 0, unattended: 0, lingering: 0, closed: false }),
            filled: Condvar::new(),
        }
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
        state.add(item, false);
        let is_seen = state.unattended <= state.lingering;
        drop(state);
        if !is_seen {
            self.filled.notify_one();
        }
        Ok(())
    }

    /// Adds an item for which no thread is called before [`Left`] is dropped; or gives it back when the queue is closed.
    pub(crate) fn leave(&self, item: T) -> Result<Left<'_, T>, T> {
        let mut state = self.state();
        if state.closed {
            return Err(item);
        }
        Ok(Left { item: state.add(item, true), queue: self })
    }

    /// Waits for an item; `None` when the queue is closed and empty.
    pub(crate) fn pop(&self) -> Option<T> {
        self.wait().take()
    }

    /// Waits until there is an item that no caller looks after, or the queue is closed.
    pub(crate) fn wait_for_any(&self) {
        drop(self.wait());
    }

    /// Takes what there is: no further item once `limit` are taken or they weigh `room`. `None` when the queue is closed and empty.
    pub(crate) fn take_many(&self, limit: usize, room: usize, weight: impl Fn(&T) -> usize) -> Option<Vec<T>> {
        let mut state = self.state();
        let (mut taken, mut weighed) = (Vec::new(), 0);
        while taken.len() < limit
            && weighed < room
            && let Some(item) = state.take()
        {
            weighed += weight(&item);
            taken.push(item);
        }
        (!taken.is_empty() || !state.closed).then_some(taken)
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
        let abandoned: Vec<T> = std::iter::from_fn(|| self.state().take()).collect();
        // outside the lock: whoever waits for one of these is woken
        drop(abandoned);
    }
}

/// An item that was left. Dropped once its caller has seen to it, or gives up: if it is still there, it is a thread's.
pub(crate) struct Left<'a, T> {
    item: usize,
    queue: &'a Queue<T>,
}

impl<T> Drop for Left<'_, T> {
    fn drop(&mut self) {
        let mut state = self.queue.state();
        let Some(at) = self.item.checked_sub(state.taken) else { return };
        if let Some(item) = state.items.get_mut(at) {
            item.attended = false;
            state.unattended += 1;
            drop(state);
            self.queue.filled.notify_one();
        }
    }
}

/// Closes a queue when whoever takes from it ends by a panic, so that nobody waits for one that is gone.
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
        assert_eq!(queue.take_many(2, 100, |_| 1), Some(vec![1, 2]));
        assert_eq!(queue.take_many(100, 10, |parcel| *parcel), Some(vec![3, 4, 5]), "the one that reaches the limit is still taken");
        queue.close();
        assert_eq!(queue.take_many(100, 100, |_| 1), Some(vec![6, 7, 8, 9]));
        assert_eq!(queue.take_many(100, 100, |_| 1), None);
    }

    #[test]
    fn what_is_left_becomes_a_threads_when_its_caller_gives_up() {
        let queue = Queue::new();
        let letter = queue.leave("letter").ok().unwrap();
        assert!(queue.state().is_idle());
        drop(letter);
        assert_eq!(queue.pop(), Some("letter"));
    }

    #[test]
    fn a_caller_whose_item_was_taken_by_another_holds_up_nobody() {
        let queue = Queue::new();
        let letter = queue.leave("letter").ok().unwrap();
        queue.push("parcel").unwrap();
        assert_eq!(queue.take_many(9, 9, |_| 1), Some(vec!["letter", "parcel"]));
        queue.push("crate").unwrap();
        assert!(!queue.state().is_idle());
        drop(letter);
        assert_eq!(queue.state().unattended, 1);
        assert_eq!(queue.pop(), Some("crate"));
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
