//! The order desk, tested through the program that a user runs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod domain;
mod killed;
mod lock;
mod old_store;
mod program;
mod read_models;
mod real;
mod rejects;
mod reports;
mod sample;
