//! Who runs the server, which refuses to be run by root.

use std::ffi::OsStr;
use std::io;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, str};

/// Where there is no `nobody` to ask for.
const NOBODY: u32 = 65_534;

/// The user that runs the server: this one, or `nobody` where this one is root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    drop_to: Option<(u32, u32)>,
}

impl Account {
    /// The account for servers that this process starts.
    ///
    /// # Errors
    /// `id` can't be run.
    pub fn of_this_process() -> io::Result<Self> {
        let is_root = id(&["-u"])? == Some(0);
        let nobody = |flag| Ok::<_, io::Error>(id(&[flag, "nobody"])?.unwrap_or(NOBODY));
        Ok(Self { drop_to: if is_root { Some((nobody("-u")?, nobody("-g")?)) } else { None } })
    }

    /// A command that is run in `folder` by this account, and knows nothing of the user's own PostgreSQL.
    pub fn command(&self, program: impl AsRef<OsStr>, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder).stdin(Stdio::null());
        // PGDATA, PGPORT, PGOPTIONS, ..: they would change what is started
        env::vars_os().map(|(name, _)| name).filter(|name| name.to_string_lossy().starts_with("PG")).for_each(|name| {
            command.env_remove(name);
        });
        if let Some((user, group)) = self.drop_to {
            command.uid(user).gid(group);
        }
        command
    }

    /// Gives a file or folder to the account.
    ///
    /// # Errors
    /// The system refuses.
    pub fn own(&self, path: &Path) -> io::Result<()> {
        match self.drop_to {
            Some((user, group)) => chown(path, Some(user), Some(group)),
            None => Ok(()),
        }
    }

    /// Whether the account can work in this folder: no folder above it is closed to it.
    pub fn reaches(&self, folder: &Path) -> bool {
        self.command("true", folder).status().is_ok_and(|status| status.success())
    }

    /// Runs a command to its end, and returns what it printed.
    ///
    /// # Errors
    /// It can't be run, or fails; then with what it said.
    pub fn output(mut command: Command) -> io::Result<String> {
        let program = command.get_program().to_string_lossy().into_owned();
        let output = command.output().map_err(|error| io::Error::new(error.kind(), format!("{program}: {error}")))?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        match output.status.success() {
            true => Ok(said),
            false => {
                Err(io::Error::other(format!("{program} ended with {}: {said}{}", output.status, String::from_utf8_lossy(&output.stderr))))
            }
        }
    }
}

fn id(args: &[&str]) -> io::Result<Option<u32>> {
    let output = Command::new("id").args(args).stderr(Stdio::null()).output()?;
    Ok(str::from_utf8(&output.stdout).ok().and_then(|id| id.trim().parse().ok()))
}
