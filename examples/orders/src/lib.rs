//! An order desk: reads the orders of a marketplace, keeps what has happened to them, and answers questions about it.
//!
//! [`domain`] says what an order is. [`import`] turns the rows of a file into commands; [`report`] reads what they came to; [`read_models`] keeps some of
//! that in tables. [`store`]
//! opens the store that a URL names. Each is a use of [`es_core`] that a program of your own would have.

pub mod domain;
pub mod error;
pub mod import;
pub mod money;
pub mod read_models;
pub mod report;
pub mod store;
pub mod time;
