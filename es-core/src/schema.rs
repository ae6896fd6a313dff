//! The shape of what is stored, as data that the compiler can compare.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fmt;

use crate::lock::line;

/// How a value of this type is stored.
///
/// Derived by [`#[derive(Schema)]`](macro@crate::Schema) on the structs and enums that events hold.
#[diagnostic::on_unimplemented(
    message = "the stored shape of `{Self}` is not known",
    label = "this type has no `Schema`",
    note = "write `#[derive(Schema)]` on `{Self}`",
    note = "or say what a foreign type is stored as: `#[schema(as = String)]` on the field"
)]
pub trait Schema {
    /// How a field of this type is written: a type with a line of its own by its name, everything else in full.
    const SHAPE: Shape;

    /// The same, its named types by their names alone: what a type says of a field that holds the type itself.
    #[doc(hidden)]
    const BY_NAME: Shape = Self::SHAPE;
    /// The shape with its hash, worked out once a type: what a field refers to.
    #[doc(hidden)]
    const STORED: &'static Stored = &Stored::new(Self::SHAPE);
    /// The same, its named types by their names alone.
    #[doc(hidden)]
    const STORED_BY_NAME: &'static Stored = &Stored::new(Self::BY_NAME);

    /// Adds the named types that this one holds, each once.
    fn define(_types: &mut Types) {}
}

/// The shape of a stored value.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Shape {
    /// A value without parts, by its name: `i64`, `string`, `uuid`.
    Scalar(&'static str),
    /// A type with a line of its own.
    Named(&'static Definition),
    /// A value that may be null or absent.
    Option(&'static Self),
    /// Values of one shape, in order.
    List(&'static Self),
    /// Keys and values.
    Map(&'static Self, &'static Self),
    /// Values of several shapes, in order.
    Tuple(&'static [Self]),
    /// Named fields.
    Struct(&'static [Field]),
    /// One of several variants.
    Enum(Tagging, &'static [Variant]),
}

impl Shape {
    /// Whether a float may be in there: of a scalar that is not ours, nothing is known.
    pub(crate) const fn may_hold_floats(&self) -> bool {
        match self {
            Self::Scalar(name) => !is_without_floats(name),
            // told by its name alone, where a type holds itself
            Self::Named(Definition { shape: None, .. }) => true,
            Self::Named(Definition { shape: Some(shape), .. }) => shape.may_hold_floats(),
            Self::Option(inner) | Self::List(inner) => inner.may_hold_floats(),
            Self::Map(key, value) => key.may_hold_floats() || value.may_hold_floats(),
            Self::Tuple(parts) => {
                let mut rest = *parts;
                while let [part, others @ ..] = rest {
                    if part.may_hold_floats() {
                        return true;
                    }
                    rest = others;
                }
                false
            }
            Self::Struct(fields) => {
                let mut rest = *fields;
                while let [field, others @ ..] = rest {
                    if field.shape().may_hold_floats() {
                        return true;
                    }
                    rest = others;
                }
                false
            }
            Self::Enum(_, variants) => {
                let mut rest = *variants;
                while let [variant, others @ ..] = rest {
                    if let Some(shape) = &variant.shape
                        && shape.may_hold_floats()
                    {
                        return true;
                    }
                    rest = others;
                }
                false
            }
        }
    }
}

/// The scalars of this crate that no float is in. JSON values hold none that is not finite.
const fn is_without_floats(name: &str) -> bool {
    matches!(
        name.as_bytes(),
        b"bool"
            | b"i8"
            | b"i16"
            | b"i32"
            | b"i64"
            | b"i128"
            | b"isize"
            | b"u8"
            | b"u16"
            | b"u32"
            | b"u64"
            | b"u128"
            | b"usize"
            | b"char"
            | b"string"
            | b"uuid"
            | b"null"
            | b"json"
            | b"timestamp"
            | b"datetime"
            | b"date"
            | b"time"
            | b"duration"
            | b"decimal"
    )
}

/// A shape, and the hash by which the lock compares it first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stored {
    pub(crate) shape: Shape,
    /// Of this shape and of the named types in it.
    pub(crate) hash: u64,
}

impl Stored {
    /// This shape, with its hash.
    pub const fn new(shape: Shape) -> Self {
        Self { hash: line::deep_hash(&shape), shape }
    }
}

/// A type with a line of its own in the lock.
#[derive(Debug, Clone, Copy)]
pub struct Definition {
    /// Its name there.
    pub name: &'static str,
    /// How it is stored; `None` where only the name is told, because the type holds itself.
    pub shape: Option<Shape>,
    pub(crate) path: &'static str,
    pub(crate) hash: u64,
    /// Adds the type, where only the name is told.
    define: Option<fn(&mut Types)>,
}

impl PartialEq for Definition {
    fn eq(&self, other: &Self) -> bool {
        (self.name, self.shape, self.path) == (other.name, other.shape, other.path)
    }
}

impl Definition {
    /// The type at `path` in the crate, stored in this shape.
    pub const fn new(name: &'static str, path: &'static str, shape: Shape) -> Self {
        Self { name, shape: Some(shape), path, hash: line::definition_hash(&shape), define: None }
    }

    /// Only the name; `define` adds the type itself.
    pub const fn by_name(name: &'static str, path: &'static str, define: fn(&mut Types)) -> Self {
        Self { name, shape: None, path, hash: 0, define: Some(define) }
    }
}

/// A field of a stored struct: its name in the JSON, and what it holds. For a flattened field, that is what is merged into the struct.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Field {
    /// One that is always present.
    Plain(&'static str, &'static Stored),
    /// One with more to be said.
    Marked(&'static str, &'static Stored, Marks),
}

/// What is said of a field besides its shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Marks {
    optional: bool,
    tag_since: Option<u32>,
    flatten: bool,
}

impl Field {
    /// The same field, which may be absent when it is read.
    #[must_use]
    pub const fn optional(self) -> Self {
        self.marked(Marks { optional: true, ..self.marks() })
    }

    /// The same field, its value also stored as a tag since this version of the event: 1 for one that always was.
    #[must_use]
    pub const fn tag(self, since: u32) -> Self {
        self.marked(Marks { tag_since: Some(since), ..self.marks() })
    }

    /// The same field, its own fields merged into the struct that holds it.
    #[must_use]
    pub const fn flatten(self) -> Self {
        self.marked(Marks { flatten: true, ..self.marks() })
    }

    const fn marked(self, marks: Marks) -> Self {
        let (Self::Plain(name, stored) | Self::Marked(name, stored, _)) = self;
        Self::Marked(name, stored, marks)
    }

    const fn marks(&self) -> Marks {
        match self {
            Self::Plain(..) => Marks { optional: false, tag_since: None, flatten: false },
            Self::Marked(.., marks) => *marks,
        }
    }

    /// Its name in the JSON.
    pub const fn name(&self) -> &'static str {
        let (Self::Plain(name, _) | Self::Marked(name, ..)) = self;
        name
    }

    pub(crate) const fn stored(&self) -> &'static Stored {
        let (Self::Plain(_, stored) | Self::Marked(_, stored, _)) = self;
        stored
    }

    /// What it holds.
    pub const fn shape(&self) -> &'static Shape {
        &self.stored().shape
    }

    /// Whether it may be absent when it is read.
    pub const fn is_optional(&self) -> bool {
        self.marks().optional
    }

    /// The version of the event since which its value is also stored as a tag.
    pub const fn tag_since(&self) -> Option<u32> {
        self.marks().tag_since
    }

    /// Whether its fields are merged into the struct's own.
    pub const fn is_flattened(&self) -> bool {
        self.marks().flatten
    }
}

/// A variant of a stored enum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Variant {
    /// Its name in the JSON.
    pub name: &'static str,
    /// What it holds; `None` for a unit variant.
    pub shape: Option<Shape>,
}

/// How an enum says which variant it is: serde's representations.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Tagging {
    /// `{"Variant": ..}`, or `"Variant"`.
    External,
    /// `{"tag": "Variant", ..}`.
    Internal(&'static str),
    /// `{"tag": "Variant", "content": ..}`.
    Adjacent(&'static str, &'static str),
    /// The first variant that fits.
    Untagged,
}

/// Named types and their definitions, collected from what holds them.
#[derive(Debug, Default)]
pub struct Types {
    defined: BTreeMap<&'static str, Definition>,
    /// Pairs of types that claim one name.
    pub(crate) clashes: Vec<(Definition, Definition)>,
}

impl Types {
    /// Adds a named type and, unless it is known already, what `parts` adds: the types that it holds.
    pub fn add(&mut self, shape: Shape, parts: impl FnOnce(&mut Self)) {
        if let Shape::Named(definition) = shape {
            match self.defined.get(definition.name) {
                None => {
                    self.defined.insert(definition.name, *definition);
                    parts(self);
                }
                Some(first) if first.path != definition.path => self.clashes.push((*first, *definition)),
                Some(_) => {}
            }
        }
    }

    /// Adds the named types in a shape.
    pub(crate) fn add_within(&mut self, shape: &Shape) {
        match shape {
            Shape::Scalar(_) => {}
            Shape::Named(definition) => {
                if let Some(inner) = &definition.shape {
                    self.add(*shape, |types| types.add_within(inner));
                } else if let Some(define) = definition.define {
                    define(self);
                }
            }
            Shape::Option(inner) | Shape::List(inner) => self.add_within(inner),
            Shape::Map(key, value) => [key, value].into_iter().for_each(|part| self.add_within(part)),
            Shape::Tuple(parts) => parts.iter().for_each(|part| self.add_within(part)),
            Shape::Struct(fields) => fields.iter().for_each(|field| self.add_within(field.shape())),
            Shape::Enum(_, variants) => variants.iter().filter_map(|variant| variant.shape.as_ref()).for_each(|part| self.add_within(part)),
        }
    }

    /// Each type, sorted by name.
    pub(crate) fn definitions(&self) -> impl Iterator<Item = &Definition> {
        self.defined.values()
    }

    /// Each type's name and definition, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Shape)> {
        self.defined.values().filter_map(|definition| Some((definition.name, definition.shape?)))
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&line::of(self))
    }
}

macro_rules! scalars {
    ($($name:literal: $($ty:ty),+;)*) => { $($(
        impl Schema for $ty {
            const SHAPE: Shape = Shape::Scalar($name);
        }
    )+)* };
}
scalars! {
    "bool": bool;
    "i8": i8; "i16": i16; "i32": i32; "i64": i64; "i128": i128; "isize": isize;
    "u8": u8; "u16": u16; "u32": u32; "u64": u64; "u128": u128; "usize": usize;
    "f32": f32; "f64": f64;
    "char": char;
    "string": String, str, std::path::PathBuf;
    "ip": std::net::IpAddr;
    "ipv4": std::net::Ipv4Addr;
    "ipv6": std::net::Ipv6Addr;
    "socket_addr": std::net::SocketAddr;
    "null": ();
    "duration": std::time::Duration;
    "json": serde_json::Value;
    "uuid": uuid::Uuid;
    "timestamp": chrono::DateTime<chrono::Utc>, chrono::DateTime<chrono::FixedOffset>;
    "datetime": chrono::NaiveDateTime;
    "date": chrono::NaiveDate;
    "time": chrono::NaiveTime;
}
#[cfg(feature = "rust_decimal")]
scalars! { "decimal": rust_decimal::Decimal; }

// an integer that may be zero is not read as one that may not
macro_rules! nonzero {
    ($($int:ident),*) => { $(
        impl Schema for std::num::NonZero<$int> {
            const SHAPE: Shape = Shape::Scalar(concat!("nonzero_", stringify!($int)));
        }
    )* };
}
nonzero!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);

macro_rules! held {
    ($($shape:ident: $($ty:ty),+;)*) => { $($(
        impl<T: Schema> Schema for $ty {
            const SHAPE: Shape = Shape::$shape(&T::SHAPE);
            const BY_NAME: Shape = Shape::$shape(&T::BY_NAME);
            fn define(types: &mut Types) {
                T::define(types);
            }
        }
    )+)* };
}
held! {
    Option: Option<T>;
    List: Vec<T>, VecDeque<T>, BTreeSet<T>, [T];
}

macro_rules! transparent {
    ($($ty:ty),*) => { $(
        impl<T: Schema + ?Sized> Schema for $ty {
            const SHAPE: Shape = T::SHAPE;
            const BY_NAME: Shape = T::BY_NAME;
            fn define(types: &mut Types) {
                T::define(types);
            }
        }
    )* };
}
transparent!(Box<T>, std::sync::Arc<T>, std::rc::Rc<T>);

impl<T: Schema + ToOwned + ?Sized> Schema for std::borrow::Cow<'_, T> {
    const SHAPE: Shape = T::SHAPE;
    const BY_NAME: Shape = T::BY_NAME;
    fn define(types: &mut Types) {
        T::define(types);
    }
}

impl<T: Schema, S> Schema for HashSet<T, S> {
    const SHAPE: Shape = Shape::List(&T::SHAPE);
    const BY_NAME: Shape = Shape::List(&T::BY_NAME);
    fn define(types: &mut Types) {
        T::define(types);
    }
}

impl<T: Schema, const N: usize> Schema for [T; N] {
    const SHAPE: Shape = Shape::Tuple(&[T::SHAPE; N]);
    const BY_NAME: Shape = Shape::Tuple(&[T::BY_NAME; N]);
    fn define(types: &mut Types) {
        T::define(types);
    }
}

macro_rules! maps {
    ($($ty:ty, [$($s:ident)?];)*) => { $(
        impl<K: Schema, V: Schema $(, $s)?> Schema for $ty {
            const SHAPE: Shape = Shape::Map(&K::SHAPE, &V::SHAPE);
            const BY_NAME: Shape = Shape::Map(&K::BY_NAME, &V::BY_NAME);
            fn define(types: &mut Types) {
                K::define(types);
                V::define(types);
            }
        }
    )* };
}
maps! {
    BTreeMap<K, V>, [];
    HashMap<K, V, S>, [S];
}

macro_rules! tuples {
    ($(($($part:ident),+);)*) => { $(
        impl<$($part: Schema),+> Schema for ($($part,)+) {
            const SHAPE: Shape = Shape::Tuple(&[$($part::SHAPE),+]);
            const BY_NAME: Shape = Shape::Tuple(&[$($part::BY_NAME),+]);
            fn define(types: &mut Types) {
                $($part::define(types);)+
            }
        }
    )* };
}
tuples! { (A); (A, B); (A, B, C); (A, B, C, D); (A, B, C, D, E); (A, B, C, D, E, F); }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_float_is_seen_wherever_it_lies() {
        const POINT: Definition = Definition::new("Point", "map::Point", Shape::Struct(&[Field::Plain("x", f32::STORED)]));
        const VARIANTS: &[Variant] = &[Variant { name: "None", shape: None }, Variant { name: "At", shape: Some(Shape::Named(&POINT)) }];
        let with = [
            f64::SHAPE,
            <Vec<Option<f32>>>::SHAPE,
            <BTreeMap<String, f64>>::SHAPE,
            <(u8, f64)>::SHAPE,
            Shape::Enum(Tagging::External, VARIANTS),
            Shape::Named(const { &Definition::by_name("Tree", "map::Tree", |_| {}) }),
            Shape::Scalar("money"),
        ];
        for shape in with {
            assert!(shape.may_hold_floats(), "{shape}");
        }
        let without =
            [<(String, Option<u64>)>::SHAPE, <BTreeMap<uuid::Uuid, Vec<bool>>>::SHAPE, Shape::Enum(Tagging::Untagged, &VARIANTS[..1])];
        for shape in without {
            assert!(!shape.may_hold_floats(), "{shape}");
        }
    }
}
