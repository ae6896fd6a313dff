//! What the commands of this repository are made of: the tests' steps, and PostgreSQL servers to throw away.

pub mod args;
pub mod folders;
pub mod macro_cost;
pub mod postgres;
pub mod steps;
