//! Works a store hard for a while, and counts what its readers missed, got twice or got out of order.
//!
//! ```sh
//! cargo run --release -p es-tests --bin soak -- --store sqlite:soak.db --minutes 10 --writers 8
//! ```
#![allow(clippy::print_stdout)]

use std::process::ExitCode;

use clap::Parser;

#[path = "../soak/mod.rs"]
mod soak;

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    let cli = soak::Cli::parse();
    let ended = match cli.role {
        None => soak::run(&cli.plan).await,
        Some(soak::Role::Write(writing)) => soak::write(&cli.plan, writing).await.map(|()| true),
        Some(soak::Role::Read(reading)) => soak::read(&cli.plan, reading).await.map(|()| true),
    };
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("soak: {error}");
            ExitCode::from(2)
        }
    }
}
