//! What was measured: a table, the last lines, and JSON.

use std::fmt;

use serde::Serialize;

use crate::measure::{Quantity, Rounds, Spread};

/// What a ratio to the floor must be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Target {
    AtLeast(f64),
    AtMost(f64),
}

impl Target {
    fn is_met(self, ratio: f64) -> bool {
        match self {
            Self::AtLeast(target) => ratio >= target,
            Self::AtMost(target) => ratio <= target,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(target) => write!(f, ">= {target:.2}"),
            Self::AtMost(target) => write!(f, "<= {target:.2}"),
        }
    }
}

/// One measurement.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) unit: &'static str,
    pub(crate) ours: Option<Spread>,
    pub(crate) floor: Option<Spread>,
    /// Ours to the floor's, round by round. For a rate more is better, for a time less.
    pub(crate) ratio: Option<Spread>,
    pub(crate) target: Option<Target>,
    /// Whether the target is met; `None` without a target, and where it could not be measured.
    pub(crate) met: Option<bool>,
}

impl Line {
    /// Both sides, round by round.
    pub(crate) fn beside(name: impl Into<String>, quantity: Quantity, rounds: &Rounds, target: Option<Target>) -> Self {
        let values = |side: &[_]| side.iter().map(|timed| quantity.of(*timed)).collect::<Vec<_>>();
        let (ours, floor) = (values(&rounds.ours), values(&rounds.floor));
        let ratio = Spread::of(ours.iter().zip(&floor).map(|(ours, floor)| ours / floor));
        Self::new(name.into(), quantity.unit(), Spread::of(ours), Spread::of(floor), ratio, target)
    }

    /// One side only.
    pub(crate) fn alone(name: impl Into<String>, unit: &'static str, ours: Option<Spread>) -> Self {
        Self::new(name.into(), unit, ours, None, None, None)
    }

    /// One value of ours, which is itself what something is asked of.
    pub(crate) fn within(name: impl Into<String>, unit: &'static str, value: Option<f64>, target: Option<Target>) -> Self {
        Self::new(name.into(), unit, value.map(|value| Spread { median: value, min: value, max: value }), None, None, target)
    }

    /// Two single values of ours, the second being what the first must not exceed by much.
    pub(crate) fn against(name: impl Into<String>, unit: &'static str, values: Option<(f64, f64)>, target: Target) -> Self {
        let one = |value| Spread { median: value, min: value, max: value };
        let (ours, floor) = values.unzip();
        let ratio = values.map(|(ours, floor)| one(ours / floor));
        Self::new(name.into(), unit, ours.map(one), floor.map(one), ratio, Some(target))
    }

    fn new(
        name: String,
        unit: &'static str,
        ours: Option<Spread>,
        floor: Option<Spread>,
        ratio: Option<Spread>,
        target: Option<Target>,
    ) -> Self {
        let judged = if floor.is_some() { ratio } else { ours };
        let met = judged.zip(target).map(|(judged, target)| target.is_met(judged.median));
        Self { name, unit, ours, floor, ratio, target, met }
    }

    /// `name: value (target) ok|short`, for a measurement that has a target.
    fn verdict(&self) -> Option<String> {
        let target = self.target?;
        Some(match (self.ratio.or(self.ours), self.met) {
            (Some(judged), Some(met)) => {
                format!("{}: {:.3} ({target}) {}", self.name, judged.median, if met { "ok" } else { "short" })
            }
            _ => format!("{}: NOT RUN ({target})", self.name),
        })
    }
}

/// All that was measured. Printed, it is a table and, after it, one line for each target.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// What it was measured on, where that is not this program alone.
    pub(crate) about: Option<String>,
    pub(crate) lines: Vec<Line>,
}

const HEADINGS: [&str; 5] = ["", "framework", "floor", "ratio", "target"];

impl Report {
    fn rows(&self) -> Vec<[String; 5]> {
        let row = |line: &Line| {
            let value = |spread: Option<Spread>| spread.map_or_else(String::new, |spread| shown(spread, line.unit));
            let ratio = line.ratio.map_or_else(String::new, |ratio| format!("{:.3} ({:.2}-{:.2})", ratio.median, ratio.min, ratio.max));
            [line.name.clone(), value(line.ours), value(line.floor), ratio, line.target.map_or_else(String::new, |it| it.to_string())]
        };
        std::iter::once(HEADINGS.map(str::to_owned)).chain(self.lines.iter().map(row)).collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(about) = &self.about {
            writeln!(f, "{about}")?;
        }
        let rows = self.rows();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..HEADINGS.len()).map(width).collect();
        for row in &rows {
            let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
            writeln!(f, "{}", cells.join("  ").trim_end())?;
        }
        writeln!(f)?;
        self.lines.iter().filter_map(Line::verdict).try_for_each(|verdict| writeln!(f, "{verdict}"))
    }
}

/// `9.1k (8.8k-9.3k) events/s`
fn shown(spread: Spread, unit: &str) -> String {
    format!("{} ({}-{}) {unit}", short(spread.median), short(spread.min), short(spread.max))
}

fn short(value: f64) -> String {
    match value {
        value if value >= 1e6 => format!("{:.2}M", value / 1e6),
        value if value >= 1e4 => format!("{:.1}k", value / 1e3),
        value if value >= 100.0 => format!("{value:.0}"),
        value => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::measure::Timed;

    fn rounds(ours: u64, floor: u64) -> Rounds {
        let timed = |millis| vec![Timed { amount: 100, took: Duration::from_millis(millis) }];
        Rounds { ours: timed(ours), floor: timed(floor) }
    }

    #[test]
    fn a_rate_is_better_when_it_is_higher_and_a_time_when_it_is_lower() {
        let rate = Line::beside("bank.commands", Quantity::Rate("commands/s"), &rounds(200, 100), Some(Target::AtLeast(0.9)));
        assert_eq!(rate.verdict().unwrap(), "bank.commands: 0.500 (>= 0.90) short");
        let time = Line::beside("bank.load", Quantity::Time, &rounds(110, 100), Some(Target::AtMost(1.2)));
        assert_eq!(time.verdict().unwrap(), "bank.load: 1.100 (<= 1.20) ok");
    }

    #[test]
    fn what_could_not_be_measured_says_so() {
        let line = Line::against("bank.rss", "MiB", None, Target::AtMost(1.1));
        assert_eq!(line.verdict().unwrap(), "bank.rss: NOT RUN (<= 1.10)");
    }

    #[test]
    fn a_value_by_itself_is_compared_as_it_is() {
        let line = Line::within("bank.live_p99", "ms", Some(21.0), Some(Target::AtMost(20.0)));
        assert_eq!(line.verdict().unwrap(), "bank.live_p99: 21.000 (<= 20.00) short");
    }

    #[test]
    fn the_lines_with_a_target_come_last() {
        let lines = vec![
            Line::beside("bank.load", Quantity::Time, &rounds(100, 100), Some(Target::AtMost(1.2))),
            Line::alone("bank.latency", "ms", Spread::of([1.0])),
        ];
        let printed = Report { about: Some("PostgreSQL 18".into()), lines }.to_string();
        assert!(printed.starts_with("PostgreSQL 18\n "), "{printed}");
        assert!(printed.ends_with("\n\nbank.load: 1.000 (<= 1.20) ok\n"), "{printed}");
        assert!(printed.contains("bank.latency"));
    }
}
