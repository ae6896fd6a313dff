//! Rounds of two sides in turn, A B A B …, so that whatever else the machine does slows both.

use std::time::{Duration, Instant};

use indicatif::ProgressBar;

use crate::Result;

/// How much was done, and how long it took. Setting up and checking are outside.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timed {
    pub(crate) amount: u64,
    pub(crate) took: Duration,
}

impl Timed {
    pub(crate) fn since(started: Instant, amount: u64) -> Self {
        Self { amount, took: started.elapsed() }
    }

    fn per_second(self) -> f64 {
        self.amount as f64 / self.took.as_secs_f64().max(1e-9)
    }

    fn milliseconds(self) -> f64 {
        self.took.as_secs_f64() * 1e3 / self.amount.max(1) as f64
    }
}

/// How a measurement is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quantity {
    /// Amount a second: more is better.
    Rate(&'static str),
    /// Milliseconds for each of the amount: less is better.
    Time,
}

impl Quantity {
    pub(crate) fn of(self, timed: Timed) -> f64 {
        match self {
            Self::Rate(_) => timed.per_second(),
            Self::Time => timed.milliseconds(),
        }
    }

    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::Rate(unit) => unit,
            Self::Time => "ms",
        }
    }
}

/// What came out of each round.
#[derive(Debug, Default, Clone)]
pub(crate) struct Rounds {
    pub(crate) ours: Vec<Timed>,
    pub(crate) floor: Vec<Timed>,
}

impl Rounds {
    pub(crate) fn extend(&mut self, more: Self) {
        self.ours.extend(more.ours);
        self.floor.extend(more.floor);
    }
}

/// Runs both sides in turn: once to warm up, then `rounds` times. Each is told the round, from 0.
pub(crate) async fn interleaved(
    progress: &ProgressBar,
    rounds: u64,
    mut ours: impl AsyncFnMut(u64) -> Result<Timed>,
    mut floor: impl AsyncFnMut(u64) -> Result<Timed>,
) -> Result<Rounds> {
    let mut measured = Rounds::default();
    progress.set_length(2 * (rounds + 1));
    for round in 0..=rounds {
        let a = ours(round).await?;
        progress.inc(1);
        let b = floor(round).await?;
        progress.inc(1);
        if round > 0 {
            measured.ours.push(a);
            measured.floor.push(b);
        }
    }
    Ok(measured)
}

/// The middle, and how far it goes to either side.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Spread {
    /// `None` of nothing.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let (min, max) = (*values.first()?, *values.last()?);
        let middle = values.len() / 2;
        let median = if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) };
        Some(Self { median, min, max })
    }
}

/// The value that so many percent of all do not exceed; `None` of nothing.
pub(crate) fn percentile(values: &[f64], percent: usize) -> Option<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get((values.len() * percent).div_ceil(100).checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::{Spread, percentile};

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let values: Vec<f64> = (1..=200).rev().map(f64::from).collect();
        assert_eq!([50, 99, 100].map(|percent| percentile(&values, percent)), [Some(100.0), Some(198.0), Some(200.0)]);
        assert_eq!(percentile(&[7.0], 99), Some(7.0));
        assert_eq!(percentile(&[], 50), None);
    }

    #[test]
    fn the_median_is_the_middle_or_between_the_two_middles() {
        assert_eq!(Spread::of([9.0, 1.0, 4.0]), Some(Spread { median: 4.0, min: 1.0, max: 9.0 }));
        assert_eq!(Spread::of([1.0, 2.0, 4.0, 8.0]), Some(Spread { median: 3.0, min: 1.0, max: 8.0 }));
        assert_eq!(Spread::of([]), None);
    }
}
