//! Times as the files and the command line write them, and as the reports show them.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc};

/// A text that is no time.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no time that a calendar has: write YYYY-MM-DD HH:MM:SS, in UTC or with a zone (Z, +02:00)")]
pub struct NoTime;

const LOCAL: [&str; 4] = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];

/// Reads a time. Without a zone it is UTC; a day alone is its first moment.
///
/// # Errors
/// [`NoTime`] for anything else, such as the 30th of February.
pub fn parse(text: &str) -> Result<DateTime<Utc>, NoTime> {
    let zoned = || text.parse::<DateTime<FixedOffset>>().ok().map(|time| time.to_utc());
    let local = || LOCAL.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok()).map(|time| time.and_utc());
    let day = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(|day| day.and_time(NaiveTime::MIN).and_utc());
    local().or_else(day).or_else(zoned).filter(|time| (1..=9999).contains(&time.year())).ok_or(NoTime)
}

/// A time to the second: `2017-07-09 21:57:05`.
pub fn second(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// A time to the microsecond, as the store keeps it: `2017-07-09 21:57:05.123456`.
pub fn microsecond(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%S%.6f").to_string()
}

/// The month of a time: `2017-07`.
pub fn month(time: DateTime<Utc>) -> String {
    time.format("%Y-%m").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_a_zone_is_utc() {
        for text in ["2017-07-09 21:57:05", "2017-07-09T21:57:05Z", "2017-07-09 23:57:05+02:00", "2017-07-09T21:57:05.000"] {
            assert_eq!(parse(text).map(second).as_deref(), Ok("2017-07-09 21:57:05"), "{text}");
        }
        assert_eq!(parse("2017-07-09").map(second).as_deref(), Ok("2017-07-09 00:00:00"));
    }

    #[test]
    fn a_time_that_no_calendar_has_is_refused() {
        for text in ["", "2018-02-30 10:00:00", "2018-13-01", "2018-01-01 25:00:00", "yesterday", "01/02/2018", "12018-01-01 00:00:00"] {
            assert_eq!(parse(text), Err(NoTime), "{text}");
        }
    }
}
