//! The processes of a soak: this program, run again.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;

use tokio::sync::watch;

use super::Result;
use super::plan::Plan;

/// A child, and the thread that hears what it says. It dies with this value.
pub(crate) struct Process {
    child: Child,
    input: Option<ChildStdin>,
    ear: Option<JoinHandle<()>>,
}

impl Process {
    /// Starts a child in this role; `hear` gets each line that it says.
    pub(crate) fn start(plan: &Plan, role: &[String], mut hear: impl FnMut(&str) + Send + 'static) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(plan.for_children()).args(role).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let input = child.stdin.take();
        let output = child.stdout.take().ok_or("a process without an output")?;
        let ear = std::thread::spawn(move || {
            let mut output = BufReader::with_capacity(1 << 16, output);
            let mut line = String::new();
            // a line that the kill cut short has not been said
            while output.read_line(&mut line).is_ok_and(|_| line.ends_with('\n')) {
                hear(line.trim_end());
                line.clear();
            }
        });
        Ok(Self { child, input, ear: Some(ear) })
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Kills it without a chance to clean up, and returns when all that it had said is heard.
    pub(crate) fn kill(mut self) -> Result {
        self.child.kill()?;
        self.child.wait()?;
        self.hear_out();
        Ok(())
    }

    /// Lets it finish what it is doing.
    pub(crate) fn ask_to_end(&mut self) {
        self.input = None;
    }

    /// Hears what is left after its end.
    pub(crate) fn hear_out(&mut self) {
        if let Some(ear) = self.ear.take() {
            let _ = ear.join();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// In a child: becomes true when the parent wants it to end, or is gone.
pub(crate) fn asked_to_end() -> watch::Receiver<bool> {
    let (asked, end) = watch::channel(false);
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let _ = asked.send(true);
    });
    end
}

/// In a child: tells the parent. Ends this process when that is gone.
pub(crate) fn say(lines: &str) {
    let mut out = std::io::stdout().lock();
    if out.write_all(lines.as_bytes()).and_then(|()| out.flush()).is_err() {
        std::process::exit(1);
    }
}
