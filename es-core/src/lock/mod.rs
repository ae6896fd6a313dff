//! The schema lock: a stored version stays readable.
//!
//! `events.lock` lies beside the package's `Cargo.toml` and is committed. It has one line for each version of an event, and one for each
//! named type that these hold:
//!
//! ```text
//! Currency = "Usd" | "Eur"
//! OrderPlaced v1 { customer_id: uuid #tag, total: string }
//! OrderPlaced v2 { customer_id: uuid #tag, currency: Currency, total: string }
//! ```
//!
//! `#[derive(Event)]` reads its own lines while it expands, and compares them with the type's real shape, nested types included. A version
//! that is in the file and can no longer be read is a compile error on the event's struct, which names the event and shows both shapes.
//! An event that is not in the file is a draft: free to change.
//!
//! # The rule
//! Today's type reads everything that the locked line could have written.
//!
//! - An event's own fields stay the same: their names, their types, their defaults, their tags. Their order does not matter.
//! - A named type that it holds (`#[derive(Schema)]`) may grow, for it has a line of its own that grows with it:
//!   - a variant may be added; to an untagged enum only at the end, and there the variants stay the same, with the types in them;
//!   - a field may be added that is an `Option` or has a serde default, unless what is flattened beside it may have stored its key already;
//!   - a field may get a serde default;
//!   - an integer may widen: to one that has all of its values, and where serde keeps values aside (`flatten`, `tag`, `untagged`) not to
//!     128 bits, which it does not read there;
//!   - of several that are flattened into one struct none may grow: what it has more may be a key of another.
//! - A type may be kept under another name (`CurrencyV1` for what was `Currency`) as long as it is the same. The new type then needs a line
//!   of its own: `#[schema(name = "..")]` on it, or rename the old line, and what refers to it, by hand.
//! - Past versions that are read by the fields' history are compared too, `with`'s functions by their argument. What a past version had as a
//!   tag is stored; since when a field is one is told by `#[event(tag, since = N)]`.
//! - Anything else needs a new event version.
//!
//! # `ES_LOCK`
//! - unset: as above. A type that has grown is told by the test.
//! - `accept`, as in `ES_LOCK=accept cargo test`: the test writes what is missing: lines of drafts, what types have grown by, samples. It
//!   never changes another line. One that was never stored is deleted by hand, and then written anew, with its sample.
//! - `frozen`, for CI and releases: what is not in the file is an error, in the libs and bins of the workspace's own packages. Tests,
//!   examples, benchmarks, doctests and dependencies may always draft. The test fails too.
//!
//! # The test
//! ```
//! # use es_core::prelude::*;
//! # use serde::{Deserialize, Serialize};
//! # #[derive(Event, Serialize, Deserialize, Debug, Clone)] struct OrderPlaced;
//! # #[derive(Aggregate, Default, Clone)] #[aggregate(id = String, events(OrderPlaced))] struct Order;
//! # impl Apply<OrderPlaced> for Order { fn apply(&mut self, _: OrderPlaced) {} }
//! # #[derive(Aggregate, Default, Clone)] #[aggregate(id = String, events(OrderPlaced))] struct Payment;
//! # impl Apply<OrderPlaced> for Payment { fn apply(&mut self, _: OrderPlaced) {} }
//! es_core::lock::test!(Order, Payment);
//! ```
//! A package has one, which lists all of its aggregates, and every other set of events. It reports drafts, names that two types use, and
//! locked versions that no type reads any more, and it decodes a sample of every locked version with today's code.
//!
//! A sample is a payload in `events.lock.d/`, made of the line: the nil UUID, `"text"`, 1, 1.5, `true`, the first of January 2000 or the
//! days after it, one element of each list and map, what an `Option` holds, an enum's first variant (the first that ends, where a type holds
//! itself). Where a type's own `Deserialize` refuses such a value, the test says so, and a payload that was stored is put there by hand.
//!
//! # Syntax
//! A line is `Name vN shape` or `Name = shape`, with these shapes:
//!
//! | | |
//! |---|---|
//! | `i64`, `string`, `uuid`, `Currency` | a value without parts, or a named type; a name that holds other than letters, digits and `_-./` is in quotes |
//! | `T?` | may be null or absent |
//! | `[T]` | a list |
//! | `{K: T}` | a map: no space after the brace |
//! | `(A, B)`, `(A,)` | a tuple, or an array |
//! | `{ a: T, b: T = default, c: T #tag, ..T }` | a struct: with a field that may be absent, one that is a tag, and one that is merged into it |
//! | `"A" \| "B" T` | variants; in parentheses within another shape |
//! | `#[tag "t"]`, `#[tag "t", content "c"]`, `#[untagged]` | before the variants: how they are told apart, if not by `{"B": ..}` |
//!
//! # Limits
//! - The compiler learns of a file that comes into being when the crate is compiled for another reason. The test sees it at once.
//! - What a `Deserialize` written by hand refuses is not in a shape, nor are serde's `alias` and `other`; the sample shows some of it.
//!   So it does of an `Option` that serde reads `with` a function: without `default` that must be there.
//! - A type that holds itself is compared by its name within itself, as is a field with `#[schema(by_name)]`, which breaks a circle of
//!   several types (without it rustc reports a cycle among the types' `SHAPE`s). Each is compared in full by its own line all the same,
//!   in the test.
//! - Versions below `upcast_with` are read from JSON by the user's function: they have a sample, and no shape to compare.
//! - An event that was retired into nothing (`ignores(..)`) keeps its lines, and gets no new ones from the test.
//! - A tag's own change of type in a chain of event types is not seen.
//! - Under `frozen` a dependency by path outside of the workspace counts as one's own.

pub(crate) mod check;
mod cursor;
mod file;
mod keys;
pub(crate) mod line;
mod reads;
mod report;
mod tree;

#[doc(hidden)]
pub use report::Test;

/// The one test of a package that keeps its [schema lock](crate::lock): lists its aggregates, and every other set of events.
#[doc(inline)]
pub use crate::__lock_test as test;

#[doc(hidden)]
#[macro_export]
macro_rules! __lock_test {
    ($($set:ty),+ $(,)?) => {
        /// Every stored version is still read.
        #[::core::prelude::v1::test]
        fn every_locked_version_is_read() {
            $crate::lock::Test::new(::core::env!("CARGO_MANIFEST_DIR"), ::core::env!("CARGO_PKG_NAME"))$(.set::<$set>())+.run();
        }
    };
}
