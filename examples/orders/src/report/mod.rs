//! Answers: read from the events, printed as plain text.

mod show;
mod status;
mod summaries;
mod timeline;

pub use show::{Past, show};
pub use status::{Totals, UNKNOWN, status};
pub use summaries::summaries;
pub use timeline::timeline;

use chrono::{DateTime, Utc};

use crate::time;

/// A business time, or a dash where nobody wrote it down.
fn when(at: Option<DateTime<Utc>>) -> String {
    at.map_or_else(|| "-".into(), time::second)
}
