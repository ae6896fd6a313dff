//! What the framework is measured against: the same work, written by hand, with nothing in between.

pub(crate) mod account;
pub(crate) mod group;
pub(crate) mod memory;
pub(crate) mod postgres;
pub(crate) mod sqlite;
mod states;
