//! The programs of a server on this machine.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

/// The oldest major version that the store is made for.
pub const OLDEST: u32 = 15;

/// A server's programs: `initdb`, `pg_ctl` and `postgres` in one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    /// Where they are.
    pub folder: PathBuf,
    /// Their major version.
    pub version: u32,
}

impl Binaries {
    /// What is in this folder, if all of it is there and runs.
    pub fn in_folder(folder: &Path) -> Option<Self> {
        let complete = |folder: &Path| ["initdb", "pg_ctl", "postgres"].iter().all(|program| folder.join(program).is_file());
        if !complete(folder) {
            return None;
        }
        // where they really are: links lack what lies beside them, such as `psql`
        let real = fs::canonicalize(folder.join("postgres")).ok().and_then(|postgres| postgres.parent().map(Path::to_path_buf));
        let folder = real.filter(|real| complete(real)).unwrap_or_else(|| folder.to_path_buf());
        let answer = Command::new(folder.join("postgres")).arg("--version").stdin(Stdio::null()).output().ok()?;
        let version = major_version(&String::from_utf8_lossy(&answer.stdout))?;
        Some(Self { folder, version })
    }

    /// One of the programs.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// The first programs of this version, or of any that will do.
pub fn find(version: Option<u32>, folders: &[PathBuf]) -> Option<Binaries> {
    let found = folders.iter().filter_map(|folder| Binaries::in_folder(folder));
    found.into_iter().find(|binaries| version.map_or(binaries.version >= OLDEST, |version| binaries.version == version))
}

/// Where to look: PATH first, then where packages put a server, the newest first; then the wheel, if it was fetched before.
pub fn usual_folders() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    folders.extend(packaged(Path::new("/")));
    folders.extend(super::wheel::folder());
    folders
}

/// The folders of packages, seen from `root`.
fn packaged(root: &Path) -> Vec<PathBuf> {
    let places = [
        ("usr/lib/postgresql", "", "bin"), // Debian
        ("usr", "pgsql-", "bin"),          // the PostgreSQL project's own packages for Fedora and its kin
        ("opt/homebrew/opt", "postgresql", "bin"),
        ("usr/local/opt", "postgresql", "bin"),
        ("home/linuxbrew/.linuxbrew/opt", "postgresql", "bin"),
        ("Applications/Postgres.app/Contents/Versions", "", "bin"),
    ];
    places.iter().flat_map(|(parent, prefix, below)| newest_first(&root.join(parent), prefix, below)).collect()
}

fn newest_first(parent: &Path, prefix: &str, below: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok()).filter(|name| name.starts_with(prefix));
    let mut folders: Vec<(u32, PathBuf)> = names.map(|name| (first_number(&name), parent.join(name).join(below))).collect();
    folders.sort_by(|a, b| b.cmp(a));
    folders.into_iter().map(|(_, folder)| folder).collect()
}

/// `postgresql@17` is 17; a name without a number is 0.
fn first_number(name: &str) -> u32 {
    let digits = name.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit);
    digits.collect::<String>().parse().unwrap_or(0)
}

/// What `postgres --version` says: `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` is 15.
fn major_version(said: &str) -> Option<u32> {
    let version = said.trim().strip_prefix("postgres (PostgreSQL) ")?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    /// A folder of this test's own.
    struct Machine(PathBuf);

    impl Machine {
        fn new(name: &str) -> Self {
            let folder = env::temp_dir().join(format!("es-test-machine-{name}-{}", std::process::id()));
            fs::create_dir_all(&folder).unwrap();
            Self(fs::canonicalize(folder).unwrap())
        }

        /// Installs programs that say they are of this version.
        fn install(&self, folder: &str, version: &str) -> PathBuf {
            let folder = self.0.join(folder);
            fs::create_dir_all(&folder).unwrap();
            for program in ["initdb", "pg_ctl", "postgres"] {
                let path = folder.join(program);
                fs::write(&path, format!("#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")).unwrap();
                fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
            }
            folder
        }
    }

    impl Drop for Machine {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn the_major_version_is_read_from_what_the_server_says() {
        for (said, version) in [
            ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", Some(15)),
            ("postgres (PostgreSQL) 18.6\n", Some(18)),
            ("postgres (PostgreSQL) 19devel\n", Some(19)),
            ("postgres (PostgreSQL) 18beta2", Some(18)),
            ("pg_ctl (PostgreSQL) 15.2", None),
            ("postgres (EnterpriseDB) x", None),
            ("", None),
        ] {
            assert_eq!(major_version(said), version, "{said}");
        }
    }

    #[test]
    fn the_newest_package_comes_first() {
        let machine = Machine::new("packages");
        for (folder, version) in [
            ("usr/lib/postgresql/9.6/bin", "9.6.24"),
            ("usr/lib/postgresql/15/bin", "15.3"),
            ("usr/lib/postgresql/17/bin", "17.0"),
            ("opt/homebrew/opt/postgresql@16/bin", "16.1 (Homebrew)"),
            ("Applications/Postgres.app/Contents/Versions/18/bin", "18.1 (Postgres.app)"),
        ] {
            machine.install(folder, version);
        }
        let folders = packaged(&machine.0);
        assert_eq!(find(None, &folders).unwrap().version, 17);
        for version in [15, 16, 17, 18] {
            assert_eq!(find(Some(version), &folders).unwrap().version, version);
        }
        assert_eq!(find(Some(14), &folders), None);
    }

    #[test]
    fn a_server_that_is_too_old_is_passed_over() {
        let machine = Machine::new("old");
        let folders = [machine.install("old", "13.4"), machine.install("new", "16.2")];
        assert_eq!(find(None, &folders).unwrap().version, 16);
    }

    #[test]
    fn a_folder_that_lacks_a_program_is_passed_over() {
        let machine = Machine::new("lacking");
        let lacking = machine.install("lacking", "18.0");
        fs::remove_file(lacking.join("initdb")).unwrap();
        let broken = machine.install("broken", "18.0");
        fs::write(broken.join("postgres"), "#!/bin/sh\nexit 1\n").unwrap();
        assert_eq!(find(None, &[lacking, broken, machine.0.join("nothing")]), None);
    }

    #[test]
    fn links_are_followed_to_where_the_programs_are() {
        let machine = Machine::new("links");
        let real = machine.install("usr/lib/postgresql/15/bin", "15.3");
        let linked = machine.0.join("usr/local/bin");
        fs::create_dir_all(&linked).unwrap();
        for program in ["initdb", "pg_ctl", "postgres"] {
            symlink(real.join(program), linked.join(program)).unwrap();
        }
        assert_eq!(find(None, &[linked]).unwrap().folder, real);
    }
}
