//! Indexed columns of a view, and the filters over them.

use std::marker::PhantomData;

use chrono::{DateTime, SecondsFormat, Utc};
use uuid::Uuid;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// Text, compared byte by byte.
    Text,
    /// A whole number, 64 bits.
    Integer,
    /// A float, 64 bits.
    Real,
    /// True or false.
    Boolean,
}

/// The value of a column in one row.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnValue {
    /// Nothing. No comparison holds for it but `Equal` to nothing.
    Null,
    /// Of a [`ColumnType::Text`].
    Text(String),
    /// Of a [`ColumnType::Integer`].
    Integer(i64),
    /// Of a [`ColumnType::Real`].
    Real(f64),
    /// Of a [`ColumnType::Boolean`].
    Boolean(bool),
}

/// A type that a view can index: text, whole numbers up to 64 bits signed, floats, `bool`, `Uuid` and times as text, `Option` of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an indexed column",
    label = "a view indexes text, whole numbers, floats, `bool`, `Uuid`, times, and `Option` of them",
    note = "implement `es_core::view::Indexed` for `{Self}`, for instance as text"
)]
pub trait Indexed {
    /// What the column holds.
    const TYPE: ColumnType;

    /// The value in the column.
    fn value(&self) -> ColumnValue;
}

macro_rules! indexed {
    ($($ty:ty: $column:ident, |$value:ident| $into:expr;)*) => {$(
        impl Indexed for $ty {
            const TYPE: ColumnType = ColumnType::$column;

            fn value(&self) -> ColumnValue {
                let $value = self;
                ColumnValue::$column($into)
            }
        }
    )*};
}
indexed! {
    String: Text, |text| text.clone();
    Uuid: Text, |uuid| uuid.to_string();
    // whole microseconds, so that the order of the text is that of time
    DateTime<Utc>: Text, |time| time.to_rfc3339_opts(SecondsFormat::Micros, true);
    i8: Integer, |number| i64::from(*number);
    i16: Integer, |number| i64::from(*number);
    i32: Integer, |number| i64::from(*number);
    i64: Integer, |number| *number;
    u8: Integer, |number| i64::from(*number);
    u16: Integer, |number| i64::from(*number);
    u32: Integer, |number| i64::from(*number);
    f32: Real, |number| f64::from(*number);
    f64: Real, |number| *number;
    bool: Boolean, |truth| *truth;
}

impl<T: Indexed> Indexed for Option<T> {
    const TYPE: ColumnType = T::TYPE;

    fn value(&self) -> ColumnValue {
        self.as_ref().map_or(ColumnValue::Null, T::value)
    }
}

/// An indexed column of the view `V`: `OrderSummary::STATUS`.
#[derive(Debug)]
pub struct Column<V, T> {
    name: &'static str,
    of: PhantomData<fn() -> (V, T)>,
}

/// How a column is compared with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// The same; nothing equals nothing.
    Equal,
    /// Less.
    Less,
    /// Less or equal.
    AtMost,
    /// Greater.
    Greater,
    /// Greater or equal.
    AtLeast,
}

/// What a row must be to be listed.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// The column.
    pub column: &'static str,
    /// How its value is compared with this one.
    pub comparison: Comparison,
    /// What it is compared with.
    pub value: ColumnValue,
}

/// A [`Filter`] over the view `V`.
#[derive(Debug, Clone)]
pub struct FilterOf<V> {
    pub(crate) filter: Filter,
    of: PhantomData<fn() -> V>,
}

impl<V, T> Column<V, T> {
    /// For generated code.
    #[doc(hidden)]
    pub const fn new(name: &'static str) -> Self {
        Self { name, of: PhantomData }
    }
}

impl<V, T: Indexed> Column<V, T> {
    fn compared(&self, comparison: Comparison, value: &T) -> FilterOf<V> {
        FilterOf { filter: Filter { column: self.name, comparison, value: value.value() }, of: PhantomData }
    }

    /// The rows where it is this.
    pub fn eq(&self, value: impl Into<T>) -> FilterOf<V> {
        self.compared(Comparison::Equal, &value.into())
    }

    /// The rows where it is less.
    pub fn lt(&self, value: impl Into<T>) -> FilterOf<V> {
        self.compared(Comparison::Less, &value.into())
    }

    /// The rows where it is this or less.
    pub fn le(&self, value: impl Into<T>) -> FilterOf<V> {
        self.compared(Comparison::AtMost, &value.into())
    }

    /// The rows where it is greater.
    pub fn gt(&self, value: impl Into<T>) -> FilterOf<V> {
        self.compared(Comparison::Greater, &value.into())
    }

    /// The rows where it is this or greater.
    pub fn ge(&self, value: impl Into<T>) -> FilterOf<V> {
        self.compared(Comparison::AtLeast, &value.into())
    }
}

impl Filter {
    /// Whether a column of this value is let through: for stores that filter by themselves.
    pub fn allows(&self, value: &ColumnValue) -> bool {
        use ColumnValue::{Boolean, Integer, Null, Real, Text};
        let order = match (value, &self.value) {
            (Null, Null) => return self.comparison == Comparison::Equal,
            (Text(found), Text(asked)) => Some(found.as_bytes().cmp(asked.as_bytes())),
            (Integer(found), Integer(asked)) => Some(found.cmp(asked)),
            (Real(found), Real(asked)) => found.partial_cmp(asked),
            (Boolean(found), Boolean(asked)) => Some(found.cmp(asked)),
            _ => None,
        };
        order.is_some_and(|order| match self.comparison {
            Comparison::Equal => order.is_eq(),
            Comparison::Less => order.is_lt(),
            Comparison::AtMost => order.is_le(),
            Comparison::Greater => order.is_gt(),
            Comparison::AtLeast => order.is_ge(),
        })
    }
}
