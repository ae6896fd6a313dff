//! The servers' keeper: a process beside the run, which stops them when the run has ended, however it did.
//!
//! It is this program, run again in a process group of its own, so that Ctrl-C does not reach it. Its input is a pipe that only
//! the run holds: the end of it is the end of the run, by `kill -9` too.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::{env, fs, thread};

use super::place::{Place, has_room};
use super::{Account, Binaries, Cluster, DURABLE, Setting, THROWAWAY, wheel};
use crate::folders;

/// The server for tests: nothing is flushed. Named by the user, or started.
pub const DATABASE_URL: &str = "ES_TEST_DATABASE_URL";
/// The server that flushes.
pub const DURABLE_DATABASE_URL: &str = "ES_TEST_DURABLE_DATABASE_URL";
/// The folder of the server's programs, for tests that run servers of their own.
pub const BIN: &str = "ES_TEST_POSTGRES_BIN";
/// A folder for the data of such servers, on a disk. They are stopped and removed with it, at the latest when the run ends.
pub const FOLDER: &str = "ES_TEST_POSTGRES_FOLDER";

/// What a folder in memory must have to spare.
const ROOM_KILOBYTES: u64 = 2 << 20;
/// Ends what the keeper says about the servers.
const READY: &str = "ready";

/// The process that keeps the servers.
pub struct Keeper {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Keeper {
    /// Starts it; [`ready`](Self::ready) waits for the servers. Without programs there are none, and it keeps the run alone.
    ///
    /// # Errors
    /// This program can't be run again.
    pub fn start(binaries: Option<&Binaries>) -> io::Result<Self> {
        let mut command = Command::new(env::current_exe()?);
        command.arg("keep-postgres").args(binaries.map(|binaries| &binaries.folder));
        let mut process = command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = process.stdin.take();
        let output = process.stdout.take().ok_or_else(|| io::Error::other("a process without an output"))?;
        Ok(Self { process, input, output: BufReader::new(output) })
    }

    /// Waits for the servers, and returns the environment that names them.
    ///
    /// # Errors
    /// They don't start. The keeper has said why.
    pub fn ready(&mut self) -> io::Result<Vec<(String, String)>> {
        let mut named = Vec::new();
        let mut line = String::new();
        while self.output.read_line(&mut line)? > 0 {
            match line.trim_end().split_once('=') {
                Some((name, value)) => named.push((name.to_owned(), value.to_owned())),
                None => return Ok(named),
            }
            line.clear();
        }
        Err(io::Error::other("the servers did not start"))
    }

    /// Runs a command to its end. If this process ends before it, the keeper ends it and all that it has started.
    ///
    /// # Errors
    /// It can't be run.
    pub fn run(&mut self, command: &mut Command) -> io::Result<ExitStatus> {
        let mut child = command.process_group(0).stdin(Stdio::null()).spawn()?;
        self.tell(&format!("group {}", child.id()))?;
        let status = child.wait()?;
        self.tell("no group")?;
        Ok(status)
    }

    fn tell(&mut self, line: &str) -> io::Result<()> {
        let input = self.input.as_mut().ok_or_else(|| io::Error::other("the keeper has been told to end"))?;
        // in one piece
        input.write_all(format!("{line}\n").as_bytes())
    }

    /// Stops the servers, and waits for that.
    ///
    /// # Errors
    /// They don't stop. The keeper has said why.
    pub fn finish(mut self) -> io::Result<()> {
        drop(self.input.take());
        let status = self.process.wait()?;
        if status.success() { Ok(()) } else { Err(io::Error::other(format!("the servers' keeper ended with {status}"))) }
    }
}

/// Starts servers with the programs in `folder`, says where they are, and stops them when the input ends.
///
/// # Errors
/// They don't start.
pub fn keep(folder: Option<&Path>) -> io::Result<()> {
    match folder {
        Some(folder) => keep_servers(folder),
        None => {
            say(&[])?;
            follow(io::stdin().lock());
            Ok(())
        }
    }
}

fn keep_servers(folder: &Path) -> io::Result<()> {
    let account = Account::of_this_process()?;
    let programs = || io::Error::other(format!("there is no PostgreSQL server in {}", folder.display()));
    let found = Binaries::in_folder(folder).ok_or_else(programs)?;
    // a place goes last: with it, all that is in it
    let disk = Place::take("disk", &on_disk(), account, &found)?;
    let memory = Place::take("memory", &in_memory(), account, &found)?;
    let binaries = within_reach(found, account, &disk.folder)?;
    let (throwaway, durable) = thread::scope(|scope| {
        let throwaway = scope.spawn(|| run(&binaries, account, &memory.folder.join("throwaway"), THROWAWAY));
        let durable = run(&binaries, account, &disk.folder.join("durable"), DURABLE);
        (throwaway.join(), durable)
    });
    let throwaway = throwaway.map_err(|_| io::Error::other("the thread that starts a server has panicked"))??;
    let durable = durable?;
    let tests = disk.folder.join("tests");
    fs::create_dir(&tests)?;
    account.own(&tests)?;

    say(&[
        (DATABASE_URL, throwaway.url("postgres")),
        (DURABLE_DATABASE_URL, durable.url("postgres")),
        (BIN, binaries.folder.display().to_string()),
        (FOLDER, tests.display().to_string()),
    ])?;
    follow(io::stdin().lock());

    for (name, cluster) in [("durable", durable), ("throwaway", throwaway)] {
        cluster.stop_at_once();
        // what a test that failed may want to be read beside
        let _ = fs::copy(cluster.log(), folders::target().join(format!("postgres-{name}.log")));
    }
    Ok(())
}

fn run(binaries: &Binaries, account: Account, folder: &Path, settings: &[Setting]) -> io::Result<Cluster> {
    let mut cluster = Cluster::create(binaries, account, folder, settings)?;
    cluster.start()?;
    Ok(cluster)
}

/// Where data is on a disk, most likely.
fn on_disk() -> Vec<PathBuf> {
    vec![folders::target(), "/var/tmp".into(), env::temp_dir()]
}

/// Where data is in memory, and then where it is not.
fn in_memory() -> Vec<PathBuf> {
    let shared_memory = PathBuf::from("/dev/shm");
    let shared_memory = (shared_memory.is_dir() && has_room(&shared_memory, ROOM_KILOBYTES)).then_some(shared_memory);
    shared_memory.into_iter().chain(on_disk()).collect()
}

/// The programs as they are, or, where a wheel lies in a checkout that the server's account does not reach, a copy of it.
fn within_reach(binaries: Binaries, account: Account, folder: &Path) -> io::Result<Binaries> {
    if account.reaches(&binaries.folder) {
        return Ok(binaries);
    }
    let copied = wheel::copy_to(&binaries, &folder.join("server"))?.filter(|copied| account.reaches(&copied.folder));
    let unreached = || format!("the account that runs the server does not reach {}", binaries.folder.display());
    copied.ok_or_else(|| io::Error::other(unreached()))
}

fn say(named: &[(&str, String)]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for (name, value) in named {
        writeln!(out, "{name}={value}")?;
    }
    writeln!(out, "{READY}")?;
    out.flush()
}

/// Listens to the run until it has ended, and ends what it has left running.
fn follow(input: impl BufRead) {
    let mut group = None;
    for line in input.lines() {
        let Ok(line) = line else { break };
        group = line.strip_prefix("group ").map(str::to_owned);
    }
    if let Some(group) = group {
        // none of it may be left by now
        let _ = Command::new("sh").args(["-c", "kill -s TERM -- \"-$1\"", "sh", &group]).stderr(Stdio::null()).status();
    }
}
