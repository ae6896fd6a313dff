//! Amounts of money: decimals with two places, never floats.

use std::fmt;
use std::iter::Sum;
use std::ops::Add;
use std::str::FromStr;

use es_core::prelude::*;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// An amount, exact to the cent. Stored as a decimal text, `"1428.81"`; shown as `1,428.81`.
#[derive(Schema, Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Money(Decimal);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// An amount in cents.
    pub fn from_cents(cents: i64) -> Self {
        Self(Decimal::new(cents, 2))
    }

    /// The amount in cents.
    pub fn cents(self) -> i64 {
        (self.0 * Decimal::ONE_HUNDRED).try_into().unwrap_or(i64::MAX)
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// A text that is no amount of money.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoMoney {
    /// Below zero.
    #[error("is negative")]
    Negative,
    /// Letters, a comma, nothing at all, or more than two places.
    #[error("is no decimal with at most two places")]
    NoDecimal,
    /// So large that sums of such amounts would not be exact.
    #[error("is larger than any price: at most 15 digits before the point")]
    TooLarge,
}

impl FromStr for Money {
    type Err = NoMoney;

    /// Reads `99.9`, `144.00` or `5`. Stricter than `Decimal`, which also takes `1e3` and `1_000`.
    fn from_str(text: &str) -> Result<Self, NoMoney> {
        let (unsigned, negative) = text.strip_prefix('-').map_or((text, false), |rest| (rest, true));
        let (whole, places) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(places) || places.len() > 2 {
            return Err(NoMoney::NoDecimal);
        }
        match Decimal::from_str(unsigned) {
            Ok(amount) if negative && !amount.is_zero() => Err(NoMoney::Negative),
            Ok(amount) if whole.len() <= 15 => Ok(Self(amount)),
            _ => Err(NoMoney::TooLarge),
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:.2}", self.0);
        let (whole, places) = text.split_once('.').unwrap_or((&text, "00"));
        f.pad(&format!("{}.{places}", grouped(whole)))
    }
}

/// A number with its thousands set apart: `1,428,602`.
pub fn grouped(number: impl ToString) -> String {
    let number = number.to_string();
    let mut text = String::with_capacity(number.len() + number.len() / 3);
    for (at, digit) in number.chars().enumerate() {
        let left = number.len() - at;
        if left.is_multiple_of(3) && text.ends_with(|last: char| last.is_ascii_digit()) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_at_most_two_places() {
        for (text, shown) in [("99.9", "99.90"), ("144.0", "144.00"), ("5", "5.00"), ("0.00", "0.00"), ("1428602.81", "1,428,602.81")] {
            assert_eq!(text.parse::<Money>().unwrap().to_string(), shown);
        }
        for text in ["", ".", "5.", "1.234", "1,50", "1e3", "1_000", "+5", " 5", "five", "NaN", "٣"] {
            assert_eq!(text.parse::<Money>(), Err(NoMoney::NoDecimal), "{text:?}");
        }
    }

    #[test]
    fn an_amount_is_neither_negative_nor_beyond_what_can_be_summed() {
        assert_eq!("-0.01".parse::<Money>(), Err(NoMoney::Negative));
        assert_eq!("1234567890123456".parse::<Money>(), Err(NoMoney::TooLarge));
        assert_eq!("9".repeat(60).parse::<Money>(), Err(NoMoney::TooLarge));
    }

    #[test]
    fn sums_are_exact() {
        let dimes: Money = std::iter::repeat_n(Money::from_cents(10), 1000).sum();
        assert_eq!(dimes, Money::from_cents(10_000));
    }

    #[test]
    fn thousands_are_set_apart() {
        let shown = [0, 999, 1000, 123_456, 1_234_567].map(grouped);
        assert_eq!(shown, ["0", "999", "1,000", "123,456", "1,234,567"]);
        assert_eq!(Money::from_cents(-123_456).to_string(), "-1,234.56");
    }
}
