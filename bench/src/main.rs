//! Measures the framework on a small bank, beside the same bank written by hand, in one run.

mod bank;
mod bench;
mod cli;
mod distant;
mod domain;
mod floor;
mod measure;
mod ours;
mod pair;
mod plan;
mod report;
mod server;
mod transfers;
mod workload;

use std::process::ExitCode;

use clap::Parser;

/// Whatever goes wrong ends the run: a wrong result as well as a full disk.
type Result<T, E = Box<dyn std::error::Error + Send + Sync>> = std::result::Result<T, E>;

#[tokio::main]
async fn main() -> ExitCode {
    match cli::Cli::parse().run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
