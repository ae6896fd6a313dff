//! What generated code calls to write an event, and to read one of any version.

use std::fmt::Display;

use serde::de::{DeserializeOwned, IgnoredAny};

use crate::error::{DecodeError, EncodeError};
use crate::event::Event;
use crate::finite;
use crate::schema::{Schema, Stored};

/// The JSON of an event.
pub(crate) fn encode<E: Event>(event: &E) -> Result<Vec<u8>, EncodeError> {
    let json = serde_json::to_vec(event);
    // decided by the compiler: for an event without floats, looking for them is not even compiled
    if const { E::SCHEMA.may_hold_floats() } { checked::<E>(event, json) } else { written(E::NAME, json) }
}

fn checked<E: Event>(event: &E, json: serde_json::Result<Vec<u8>>) -> Result<Vec<u8>, EncodeError> {
    let json = written(E::NAME, json)?;
    // serde_json writes a float that is not finite as null: only JSON with a null can hold one
    if holds_null(&json) && !finite::all_floats(event) {
        return Err(EncodeError::NotFinite { name: E::NAME });
    }
    Ok(json)
}

fn written(name: &'static str, json: serde_json::Result<Vec<u8>>) -> Result<Vec<u8>, EncodeError> {
    json.map_err(|source| EncodeError::Json { name, source })
}

fn holds_null(json: &[u8]) -> bool {
    json.windows(4).any(|bytes| bytes == b"null")
}

/// The JSON of an event without fields: an object, which later versions can add to.
pub fn encode_unit() -> Vec<u8> {
    b"{}".to_vec()
}

/// Reads the version of `E` that is written today.
#[inline(always)]
pub(crate) fn read_current<E: Event>(payload: &[u8]) -> Result<E, DecodeError> {
    read::<E, E>(E::VERSION, payload)
}

/// Reads a past version of `E`, whose private struct is `T`.
#[inline(always)]
pub fn read<E: Event, T: DeserializeOwned>(version: u32, payload: &[u8]) -> Result<T, DecodeError> {
    // compiled for each version of each event: a closure would be another function
    match serde_json::from_slice(payload) {
        Ok(event) => Ok(event),
        Err(error) => Err(DecodeError::json(E::NAME, version, E::VERSION, error)),
    }
}

/// Reads an event without fields.
pub fn read_unit<E: Event>(version: u32, payload: &[u8]) -> Result<(), DecodeError> {
    read::<E, std::collections::HashMap<String, IgnoredAny>>(version, payload).map(drop)
}

/// The error for a version that `E` does not read; `oldest` is the first that it does.
pub fn unread<E: Event>(version: u32, oldest: u32) -> DecodeError {
    DecodeError::version(E::NAME, version, oldest, E::VERSION)
}

/// Converts the event of an earlier type, read by its own `decode`, into today's.
pub fn upcast<P, E: Event + UpcastFrom<P>>(past: Result<P, DecodeError>, version: u32) -> Result<E, DecodeError> {
    let past = past.map_err(|error| error.seen_by(E::VERSION))?;
    E::upcast_from(past).map_err(|error| DecodeError::upcast(E::NAME, version, E::VERSION, error))
}

/// Converts the JSON of an earlier version into today's event.
pub fn upcast_with<E: Event, R: Upcasted<E>>(
    version: u32,
    payload: &[u8],
    with: fn(u32, serde_json::Value) -> R,
) -> Result<E, DecodeError> {
    let json = read::<E, serde_json::Value>(version, payload)?;
    with(version, json).upcasted().map_err(|error| DecodeError::upcast(E::NAME, version, E::VERSION, error))
}

/// What a function in `upcast_with` answers: the event, or a `Result` of it.
#[diagnostic::on_unimplemented(
    message = "the function in `upcast_with` returns `{Self}`, the event is `{E}`",
    label = "this function returns `{Self}`, the event is `{E}`",
    note = "return `{E}`, or a `Result<{E}, E>` where `E: Display`"
)]
pub trait Upcasted<E> {
    /// The event, or the printed error.
    fn upcasted(self) -> Result<E, String>;
}

#[diagnostic::do_not_recommend]
impl<E, R: Converted<E>> Upcasted<E> for R {
    fn upcasted(self) -> Result<E, String> {
        self.converted()
    }
}

/// The event type of an earlier version, which today's converts from.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not convert from `{P}`",
    label = "no `impl From<{P}> for {Self}`",
    note = "write `impl From<{P}> for {Self} {{ fn from(past: {P}) -> Self {{ .. }} }}`",
    note = "or `TryFrom`, with an error that is `Display`"
)]
pub trait UpcastFrom<P>: Sized {
    /// The event, or the printed error.
    fn upcast_from(past: P) -> Result<Self, String>;
}

#[diagnostic::do_not_recommend]
impl<P, E: TryFrom<P>> UpcastFrom<P> for E
where
    E::Error: Display,
{
    fn upcast_from(past: P) -> Result<Self, String> {
        Self::try_from(past).map_err(|error| error.to_string())
    }
}

/// Converts one field of a past version by `From` or `TryFrom`, naming it in the error.
pub fn convert_from<E: Event, T: FieldFrom<F>, F>(version: u32, field: &'static str, value: F) -> Result<T, DecodeError> {
    T::field_from(value).map_err(|error| DecodeError::upcast(E::NAME, version, E::VERSION, format!("field `{field}`: {error}")))
}

/// The type that a field had in a past version.
#[diagnostic::on_unimplemented(
    message = "the field's type `{Self}` does not convert from `{F}`",
    label = "neither `From<{F}>` nor `TryFrom<{F}>` for `{Self}`",
    note = "name a function instead: `with = path`"
)]
pub trait FieldFrom<F>: Sized {
    /// The value, or the printed error.
    fn field_from(value: F) -> Result<Self, String>;
}

#[diagnostic::do_not_recommend]
impl<F, T: TryFrom<F>> FieldFrom<F> for T
where
    T::Error: Display,
{
    fn field_from(value: F) -> Result<Self, String> {
        Self::try_from(value).map_err(|error| error.to_string())
    }
}

/// Converts one field of a past version, naming it in the error.
pub fn convert<E: Event, T>(version: u32, field: &'static str, value: impl Converted<T>) -> Result<T, DecodeError> {
    value.converted().map_err(|error| DecodeError::upcast(E::NAME, version, E::VERSION, format!("field `{field}`: {error}")))
}

/// The result of a converter: the value, or a `Result` of it.
#[diagnostic::on_unimplemented(
    message = "the converter returns `{Self}`, the field is a `{T}`",
    label = "this function returns `{Self}`, the field is a `{T}`",
    note = "return `{T}`, or a `Result<{T}, E>` where `E: Display`"
)]
pub trait Converted<T> {
    /// The value, or the printed error.
    fn converted(self) -> Result<T, String>;
}

impl<T> Converted<T> for T {
    fn converted(self) -> Result<T, String> {
        Ok(self)
    }
}

impl<T, E: Display> Converted<T> for Result<T, E> {
    fn converted(self) -> Result<T, String> {
        self.map_err(|error| error.to_string())
    }
}

/// A type that a past version can have held: it is read by value, and its shape is known.
#[diagnostic::on_unimplemented(
    message = "`with` takes a `{Self}`, which cannot be read from a stored event",
    label = "this function's argument is `{Self}`",
    note = "its argument is what the old version stored: an owned type that is `Deserialize` and `Schema`"
)]
pub trait OldField {
    /// How it was stored.
    const STORED: &'static Stored;
}

#[diagnostic::do_not_recommend]
impl<T: Schema + DeserializeOwned> OldField for T {
    const STORED: &'static Stored = T::STORED;
}

/// The converter that a field names in `with`: a plain function of one argument.
pub struct Converter<A, R> {
    /// The function.
    pub convert: fn(A) -> R,
    /// What its argument was stored as.
    pub stored: &'static Stored,
}

/// The same function, and what its argument was stored as.
#[inline]
pub const fn with<A: OldField, R>(with: fn(A) -> R) -> Converter<A, R> {
    Converter { convert: with, stored: A::STORED }
}
