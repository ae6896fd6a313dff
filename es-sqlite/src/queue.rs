//! The way from async callers to the threads that own the connections.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// How long a thread that has just served looks for more before it sleeps: to be woken costs about as much.
const LINGERS: Duration = Duration::from_micros(50);

/// A queue that can be closed: what is in it is still taken, nothing is added.
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
}

struct State<T> {
    items: VecDeque<Item<T>>,
    /// How many items were taken before these.
    taken: usize,
    /// How many of these are a thread's.
    unattended: usize,
    /// Threads that look by themselves.
    lingering: usize,
    /// Threads that are to be called. The last that went to sleep is the first: where one thread can do what there is to do, the
    /// others' page caches stay empty.
    sleeping: Vec<Thread>,
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
        let (items, sleeping) = (VecDeque::new(), Vec::new());
        Self { state: Mutex::new(State { items, taken: 0, unattended: 0, lingering: 0, sleeping, closed: false }) }
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
        call(state);
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
        self.wait(self.state()).take()
    }

    /// Says that this thread is about to look, before it hands over what it has done: what is asked for then calls no other thread.
    pub(crate) fn about_to_look(&self) -> AboutToLook<'_, T> {
        self.state().lingering += 1;
        AboutToLook(self)
    }

    /// Waits until there is an item that no caller looks after, or the queue is closed.
    pub(crate) fn wait_for_any(&self) {
        drop(self.wait(self.state()));
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

    fn wait<'a>(&'a self, mut state: MutexGuard<'a, State<T>>) -> MutexGuard<'a, State<T>> {
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
        while state.is_idle() {
            state.sleeping.push(thread::current());
            drop(state);
            thread::park();
            state = self.state();
            // it may have woken without a call
            state.sleeping.retain(|sleeping| sleeping.id() != thread::current().id());
        }
        state
    }

    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        let sleeping = std::mem::take(&mut state.sleeping);
        drop(state);
        sleeping.iter().for_each(Thread::unpark);
    }

    fn abandon(&self) {
        self.close();
        let abandoned: Vec<T> = std::iter::from_fn(|| self.state().take()).collect();
        // outside the lock: whoever waits for one of these is woken
        drop(abandoned);
    }
}

/// Calls a thread for the item that was added, if none looks by itself.
fn call<T>(mut state: MutexGuard<'_, State<T>>) {
    if state.unattended > state.lingering {
        let called = state.sleeping.pop();
        drop(state);
        if let Some(thread) = called {
            thread.unpark();
        }
    }
}

/// A thread that is about to look.
#[must_use = "nobody else is called while it is awaited"]
pub(crate) struct AboutToLook<'a, T>(&'a Queue<T>);

impl<T> AboutToLook<'_, T> {
    /// [`Queue::pop`]
    pub(crate) fn pop(self) -> Option<T> {
        let mut state = self.0.state();
        state.lingering -= 1;
        self.0.wait(state).take()
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
            call(state);
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
    fn what_comes_one_by_one_is_done_by_one_thread() {
        let queue = std::sync::Arc::new(Queue::<std::sync::mpsc::Sender<thread::ThreadId>>::new());
        let serve = || {
            let queue = queue.clone();
            thread::spawn(move || {
                let mut asked = queue.pop();
                while let Some(answer) = asked {
                    let looking = queue.about_to_look();
                    answer.send(thread::current().id()).unwrap();
                    asked = looking.pop();
                }
            })
        };
        let threads = [serve(), serve(), serve()];
        while queue.state().sleeping.len() < threads.len() {
            thread::yield_now();
        }
        let mut served = std::collections::HashSet::new();
        for nth in 0..2_000 {
            // at once, while the thread looks by itself, and when all sleep
            while nth % 100 == 0 && queue.state().sleeping.len() < threads.len() {
                thread::yield_now();
            }
            let (answer, outcome) = std::sync::mpsc::channel();
            queue.push(answer).unwrap();
            served.insert(outcome.recv().unwrap());
        }
        assert_eq!(served.len(), 1);
        queue.close();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
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
