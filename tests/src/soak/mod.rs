//! The soak: processes that append and processes that read, some of them killed, and a parent that keeps the books.

mod ledger;
mod mark;
mod plan;
mod process;
mod reader;
mod run;
mod stored;
mod tail;
mod verdict;
mod writer;

pub(crate) use plan::{Cli, Role};
pub(crate) use reader::read;
pub(crate) use run::run;
pub(crate) use writer::write;

pub(crate) type Error = Box<dyn std::error::Error + Send + Sync>;
pub(crate) type Result<T = ()> = std::result::Result<T, Error>;
