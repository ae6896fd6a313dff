//! Other processes on the same store: the test binary runs itself again, with one test alone, and plays a role in it.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::factory::Opener;
use crate::roles;
use crate::run::{Outcome, Stop};

const ROLE: &str = "ES_CONFORMANCE_ROLE";
const COUNT: &str = "ES_CONFORMANCE_COUNT";
const PLACE: &str = "ES_CONFORMANCE_PLACE";
/// What the harness prints goes to the same output.
const MARK: &str = "es-conformance: ";
const READY: &str = "ready";

/// How long a process may stay silent.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process that was started by a check. It dies with this value.
pub(crate) struct Child {
    process: std::process::Child,
    lines: mpsc::UnboundedReceiver<String>,
    reader: Option<JoinHandle<()>>,
}

impl Child {
    pub(crate) fn start(test: &str, role: &str, count: usize, place: &Path) -> std::io::Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(["--exact", test, "--nocapture", "--test-threads=1"])
            .env(ROLE, role)
            .env(COUNT, count.to_string())
            .env(PLACE, place)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = process.stdout.take();
        let (send, lines) = mpsc::unbounded_channel();
        let reader = std::thread::spawn(move || output.into_iter().for_each(|output| forward(output, &send)));
        Ok(Self { process, lines, reader: Some(reader) })
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Waits until its store is open, and its part may begin.
    pub(crate) async fn ready(&mut self) -> Outcome {
        match self.next().await?.as_deref() {
            Some(READY) => Ok(()),
            other => Err(Stop::broken(format!("a process on the same store did not begin: {}", other.unwrap_or("it ended")))),
        }
    }

    /// Lets its part begin.
    pub(crate) fn go(&mut self) -> Outcome {
        match &mut self.process.stdin {
            Some(input) => Ok(input.write_all(b"go\n")?),
            None => Err(Stop::broken("a process on the same store does not listen")),
        }
    }

    /// The next thing that it says; nothing once it has ended.
    pub(crate) async fn next(&mut self) -> Outcome<Option<String>> {
        match tokio::time::timeout(PATIENCE, self.lines.recv()).await {
            Ok(line) => Ok(line),
            Err(_) => Err(Stop::broken(format!("a process on the same store said nothing for {} s", PATIENCE.as_secs()))),
        }
    }

    /// Kills it, without a chance to clean up, and returns what it had said and nobody heard yet.
    pub(crate) fn kill(mut self) -> Outcome<Vec<String>> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(self.rest())
    }

    /// Waits for its end, and returns what it had said and nobody heard yet.
    pub(crate) async fn finish(mut self) -> Outcome<Vec<String>> {
        let mut lines = Vec::new();
        while let Some(line) = self.next().await? {
            lines.push(line);
        }
        let status: ExitStatus = self.process.wait()?;
        match status.success() {
            true => Ok(lines),
            false => Err(Stop::broken(format!("a process on the same store ended with {status}: {}", lines.join("; ")))),
        }
    }

    fn rest(&mut self) -> Vec<String> {
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
        std::iter::from_fn(|| self.lines.try_recv().ok()).collect()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn forward(output: impl std::io::Read, to: &mpsc::UnboundedSender<String>) {
    let mut output = BufReader::new(output);
    let mut line = String::new();
    // a line that the kill cut short has not been said
    while output.read_line(&mut line).is_ok_and(|_| line.ends_with('\n')) {
        if let Some(said) = line.trim_end().strip_prefix(MARK) {
            let _ = to.send(said.to_owned());
        }
        line.clear();
    }
}

/// Tells the process that started this one. Ends this one when that is gone.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    if out.write_all(format!("{MARK}{line}\n").as_bytes()).and_then(|()| out.flush()).is_err() {
        std::process::exit(1);
    }
}

/// Waits for the word from the process that started this one. Ends this one when that is gone.
fn await_go() {
    if !std::io::stdin().read_line(&mut String::new()).is_ok_and(|read| read > 0) {
        std::process::exit(1);
    }
}

/// What this process was started for.
pub(crate) struct Role {
    name: String,
    count: usize,
    place: PathBuf,
}

impl Role {
    /// The role, if this process was started by a check.
    pub(crate) fn of_this_process() -> Option<Self> {
        let name = std::env::var(ROLE).ok()?;
        let count = std::env::var(COUNT).ok()?.parse().ok()?;
        let place = std::env::var_os(PLACE)?.into();
        Some(Self { name, count, place })
    }

    /// Plays it to its end, and says with what code to leave.
    pub(crate) async fn play(self, opener: &dyn Opener) -> i32 {
        // the harness has begun a line of its own
        let _ = std::io::stdout().write_all(b"\n");
        let played = async {
            let store = opener.open(&self.place).await?;
            say(READY);
            tokio::task::spawn_blocking(await_go).await?;
            roles::play(&self.name, self.count, store).await
        };
        match played.await {
            Ok(()) => 0,
            Err(stop) => {
                say(&format!("{stop:?}"));
                1
            }
        }
    }
}
