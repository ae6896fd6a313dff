//! How long work on the disk has taken lately, which says whether a caller may do it on its own thread.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use es_core::store::PageSize;

/// An executor's thread has other tasks: it is kept for no longer than this.
pub(crate) const SHORT: Duration = Duration::from_millis(1);

/// A read of no more than this is short, unless the disk is slow.
pub(crate) const FEW: PageSize = PageSize { events: 256, bytes: 1 << 18 };

/// A moving average, in which the last eight weigh most.
pub(crate) struct Pace {
    nanos: AtomicU64,
    short: u64,
}

impl Pace {
    /// Work is left to the threads until it has been seen to be short.
    pub(crate) fn new(short: Duration) -> Self {
        let short = nanos(short);
        Self { nanos: AtomicU64::new(short.saturating_mul(2)), short }
    }

    /// Whether such work has been short.
    pub(crate) fn is_short(&self) -> bool {
        self.nanos.load(Ordering::Relaxed) <= self.short
    }

    /// Does such work, and learns from how long it takes.
    pub(crate) fn measure<T>(&self, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let outcome = work();
        self.took(started.elapsed());
        outcome
    }

    fn took(&self, time: Duration) {
        // of two at once one may be lost: it is an estimate
        let before = self.nanos.load(Ordering::Relaxed);
        self.nanos.store(before - before / 8 + nanos(time) / 8, Ordering::Relaxed);
    }
}

fn nanos(time: Duration) -> u64 {
    // half of the range, so that sums stay inside
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX).min(u64::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::{Duration, Pace, SHORT};

    /// How many pieces of work that take this long it takes to change its mind.
    fn until(pace: &Pace, short: bool, time: Duration) -> u32 {
        let mut seen = 0;
        while pace.is_short() != short {
            pace.took(time);
            seen += 1;
        }
        seen
    }

    #[test]
    fn work_is_left_to_the_threads_until_it_is_seen_to_be_short() {
        let pace = Pace::new(SHORT);
        assert!(!pace.is_short());
        assert!((2..16).contains(&until(&pace, true, SHORT / 10)));
    }

    #[test]
    fn one_that_took_long_among_many_is_soon_forgotten_and_a_slow_disk_is_not() {
        let pace = Pace::new(SHORT);
        until(&pace, true, SHORT / 10);
        pace.took(20 * SHORT);
        assert!((2..32).contains(&until(&pace, true, SHORT / 10)));
        assert!((1..8).contains(&until(&pace, false, 2 * SHORT)));
        (0..1000).for_each(|_| pace.took(2 * SHORT));
        assert!(!pace.is_short());
    }
}
