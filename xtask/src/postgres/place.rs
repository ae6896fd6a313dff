//! Folders for servers, which are gone when their owner is.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Account, Binaries};

/// Every folder of ours begins with this, so that what a killed run has left is found.
const PREFIX: &str = "es-test-postgres-";
/// Held, as long as the folder has an owner. It appears under this name when it is held already.
const LOCK: &str = "lock";

/// A folder that a server's account can work in. It is removed with all that is in it, servers included, when this is dropped.
pub(super) struct Place {
    pub(super) folder: PathBuf,
    account: Account,
    binaries: Binaries,
    _lock: File,
}

impl Place {
    /// Takes a folder for `what` in the first of `parents` in which one can be had.
    pub(super) fn take(what: &str, parents: &[PathBuf], account: Account, binaries: &Binaries) -> io::Result<Self> {
        let mut refused = Vec::new();
        for parent in parents {
            match Self::in_folder(parent, what, account, binaries) {
                Ok(place) => return Ok(place),
                Err(error) => refused.push(format!("{}: {error}", parent.display())),
            }
        }
        Err(io::Error::other(format!("there is no folder for the server's data: {}", refused.join("; "))))
    }

    fn in_folder(parent: &Path, what: &str, account: Account, binaries: &Binaries) -> io::Result<Self> {
        fs::create_dir_all(parent)?;
        remove_abandoned(parent, account, binaries);
        let folder = parent.join(format!("{PREFIX}{what}-{}", std::process::id()));
        fs::create_dir(&folder)?;
        let prepared = || {
            let unheld = folder.join(format!("{LOCK}.new"));
            let lock = File::create(&unheld)?;
            lock.lock()?;
            fs::rename(unheld, folder.join(LOCK))?;
            account.own(&folder)?;
            match account.reaches(&folder) {
                true => Ok(lock),
                false => Err(io::Error::other("the account that runs the server does not reach it")),
            }
        };
        match prepared() {
            Ok(lock) => Ok(Self { folder, account, binaries: binaries.clone(), _lock: lock }),
            Err(error) => {
                let _ = fs::remove_dir_all(&folder);
                Err(error)
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        clear(&self.folder, self.account, &self.binaries);
    }
}

/// Removes what runs that were killed have left here.
fn remove_abandoned(parent: &Path, account: Account, binaries: &Binaries) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        let Some(lock) = ours.then(|| File::open(entry.path().join(LOCK)).ok()).flatten() else { continue };
        // held: another run is at work
        if lock.try_lock().is_ok() {
            clear(&entry.path(), account, binaries);
        }
    }
}

/// Stops the servers whose data is in a folder, also those that tests have started there, and removes it.
fn clear(folder: &Path, account: Account, binaries: &Binaries) {
    servers(folder, 3).iter().for_each(|data| stop_at_once(data, account, binaries));
    if let Err(error) = fs::remove_dir_all(folder) {
        eprintln!("xtask: {} stays behind: {error}", folder.display());
    }
}

/// The data folders of servers that run or have crashed.
fn servers(folder: &Path, depth: u32) -> Vec<PathBuf> {
    if folder.join("postmaster.pid").exists() {
        return vec![folder.to_path_buf()];
    }
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| depth > 0 && entry.file_type().is_ok_and(|kind| kind.is_dir()));
    folders.flat_map(|entry| servers(&entry.path(), depth - 1)).collect()
}

/// Stops a server without writing anything back. One that has crashed is left as it is.
pub(super) fn stop_at_once(data: &Path, account: Account, binaries: &Binaries) {
    let mut stop = account.command(binaries.program("pg_ctl"), data);
    // it fails where the server is gone already
    let _ = Account::output({
        stop.args(["stop", "--silent", "--wait", "--mode", "immediate", "--pgdata"]).arg(data);
        stop
    });
}

/// Whether a folder has this many KiB to spare.
pub(super) fn has_room(folder: &Path, kilobytes: u64) -> bool {
    let said = Account::output({
        let mut df = Command::new("df");
        df.arg("-Pk").arg(folder);
        df
    });
    said.ok().and_then(|said| available(&said)).is_some_and(|available| available >= kilobytes)
}

/// The fourth column of the second line of `df -Pk`.
fn available(said: &str) -> Option<u64> {
    said.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_that_is_left_is_read_from_df() {
        let said = "Filesystem     1024-blocks  Used Available Capacity Mounted on\ntmpfs             24684092 40188  24643904       1% /dev/shm\n";
        assert_eq!(available(said), Some(24_643_904));
        assert_eq!(available("Filesystem\n"), None);
    }

    fn parent(name: &str) -> PathBuf {
        let parent = std::env::temp_dir().join(format!("es-places-{name}-{}", std::process::id()));
        fs::create_dir_all(&parent).unwrap();
        parent
    }

    fn nothing() -> Binaries {
        Binaries { folder: "/nowhere".into(), version: 18 }
    }

    #[test]
    fn a_folder_that_is_held_is_left_alone_and_an_abandoned_one_is_removed() {
        let parent = parent("abandoned");
        let account = Account::of_this_process().unwrap();
        let [held, abandoned, foreign] = ["1", "2", "not-ours"].map(|name| parent.join(format!("{PREFIX}{name}")));
        for folder in [&held, &abandoned, &foreign] {
            fs::create_dir(folder).unwrap();
        }
        let lock = File::create(held.join(LOCK)).unwrap();
        lock.lock().unwrap();
        File::create(abandoned.join(LOCK)).unwrap();
        remove_abandoned(&parent, account, &nothing());
        assert!(held.exists());
        assert!(!abandoned.exists());
        // its owner has not come to the lock yet
        assert!(foreign.exists());
        fs::remove_dir_all(parent).unwrap();
    }

    #[test]
    fn a_parent_that_is_closed_to_the_account_is_passed_over() {
        use std::os::unix::fs::PermissionsExt;
        let (closed, open) = (parent("closed"), parent("open"));
        let account = Account::of_this_process().unwrap();
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o600)).unwrap();
        fs::set_permissions(&open, fs::Permissions::from_mode(0o755)).unwrap();
        let place = Place::take("data", &[closed.clone(), open.clone()], account, &nothing()).unwrap();
        let folder = place.folder.clone();
        assert_eq!(folder.parent(), Some(open.as_path()));
        drop(place);
        assert!(!folder.exists());
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
        fs::remove_dir_all(closed).unwrap();
        fs::remove_dir_all(open).unwrap();
    }
}
