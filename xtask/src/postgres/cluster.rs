//! One server with data of its own.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use std::{env, thread};

use super::keeper::{BIN, FOLDER};
use super::place::stop_at_once;
use super::{Account, Binaries};

/// A line of `postgresql.conf`.
pub type Setting = (&'static str, &'static str);

/// For data that nobody will miss: nothing is flushed.
pub const THROWAWAY: &[Setting] = &[("fsync", "off"), ("full_page_writes", "off")];
/// For data that survives a crash.
pub const DURABLE: &[Setting] = &[("fsync", "on"), ("full_page_writes", "on"), ("synchronous_commit", "on")];

/// What every server of ours has.
const ALWAYS: &[Setting] = &[
    ("listen_addresses", "'127.0.0.1'"),
    ("unix_socket_directories", "''"),
    ("max_connections", "200"),
    ("max_prepared_transactions", "20"),
    ("log_line_prefix", "'%m [%p] %d '"),
];

/// A password over the loopback for the superuser, whom every test is; the usual exchange, which costs a client some milliseconds, for all others.
const WHO_MAY_CONNECT: &str = "\
host all postgres 127.0.0.1/32 password
host replication postgres 127.0.0.1/32 password
host all all 127.0.0.1/32 scram-sha-256
";

/// How often a port that was free a moment ago may turn out to be taken, or the remains of a killed server not to be gone yet.
const ATTEMPTS: u32 = 20;

/// A server with data of its own, on a port of its own. Dropping it stops it.
pub struct Cluster {
    binaries: Binaries,
    account: Account,
    folder: PathBuf,
    password: String,
    port: u16,
}

impl Cluster {
    /// Makes a cluster in `folder`, which is created; it does not run yet. `settings` come after those that every cluster has.
    ///
    /// # Errors
    /// The folder is there already, or `initdb` fails; then with what it said.
    pub fn create(binaries: &Binaries, account: Account, folder: &Path, settings: &[Setting]) -> io::Result<Self> {
        fs::create_dir(folder)?;
        account.own(folder)?;
        let cluster =
            Self { binaries: binaries.clone(), account, folder: folder.to_path_buf(), password: random_word()?, port: free_port()? };
        cluster.init()?;
        for (name, value) in ALWAYS.iter().chain(settings) {
            cluster.set(name, value)?;
        }
        cluster.set("port", &cluster.port.to_string())?;
        fs::write(cluster.data().join("pg_hba.conf"), WHO_MAY_CONNECT)?;
        Ok(cluster)
    }

    fn init(&self) -> io::Result<()> {
        let password = self.folder.join("password");
        fs::write(&password, &self.password)?;
        self.account.own(&password)?;
        let init = |locale: &str| {
            let mut command = self.command("initdb");
            command.args(["--no-sync", "--encoding=UTF8", "--username=postgres", "--auth=scram-sha-256", locale]);
            command.arg("--pwfile").arg(&password).arg("--pgdata").arg(self.data());
            Account::output(command)
        };
        // not every system has C.UTF-8
        let made = init("--locale=C.UTF-8").or_else(|_| init("--locale=C"));
        fs::remove_file(password)?;
        made.map(drop)
    }

    /// A cluster that one test has for itself, to stop and to kill, in the folder that the run provides.
    ///
    /// # Errors
    /// The test is not run by `cargo xtask test`, or as for [`create`](Self::create).
    pub fn of_test(name: &str, settings: &[Setting]) -> io::Result<Self> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let provided = |name| {
            let error = || io::Error::other(format!("{name} is not set: run the tests with `cargo xtask test`"));
            env::var_os(name).map(PathBuf::from).ok_or_else(error)
        };
        let (bin, folder) = (provided(BIN)?, provided(FOLDER)?);
        let binaries = Binaries::in_folder(&bin).ok_or_else(|| io::Error::other(format!("{BIN} names no PostgreSQL server")))?;
        let folder = folder.join(format!("{name}-{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed)));
        Self::create(&binaries, Account::of_this_process()?, &folder, settings)
    }

    /// Copies this server while it runs, with `pg_basebackup`, to one that follows it under `name`, in the folder beside its own. The
    /// copy does not run yet.
    ///
    /// # Errors
    /// This server does not run, or refuses; then with what `pg_basebackup` said.
    pub fn standby(&self, name: &str) -> io::Result<Self> {
        let beside = self.folder.file_name().unwrap_or_default().to_string_lossy();
        let folder = self.folder.with_file_name(format!("{beside}-{name}"));
        fs::create_dir(&folder)?;
        self.account.own(&folder)?;
        let (binaries, account, password) = (self.binaries.clone(), self.account, self.password.clone());
        let standby = Self { binaries, account, folder, password, port: free_port()? };
        let mut copy = self.command("pg_basebackup");
        let source = format!("{}?application_name={name}", self.url("postgres"));
        copy.args(["--checkpoint=fast", "--no-sync", "--write-recovery-conf", "--dbname", &source, "--pgdata"]).arg(standby.data());
        Account::output(copy)?;
        standby.set("port", &standby.port.to_string())?;
        Ok(standby)
    }

    /// Lets a standby take writes, and returns when it does.
    ///
    /// # Errors
    /// It does not run, or is no standby.
    pub fn promote(&self) -> io::Result<()> {
        let mut promote = self.command("pg_ctl");
        promote.args(["promote", "--silent", "--wait", "--timeout=120", "--pgdata"]).arg(self.data());
        Account::output(promote).map(drop)
    }

    /// Sets what the server reads when it starts, or is told to reload; the last value holds.
    ///
    /// # Errors
    /// `postgresql.conf` can't be written.
    pub fn set(&self, name: &str, value: &str) -> io::Result<()> {
        let mut conf = OpenOptions::new().append(true).open(self.data().join("postgresql.conf"))?;
        conf.write_all(format!("{name} = {value}\n").as_bytes())
    }

    /// Starts the server, and returns when it takes connections. It keeps its port from then on.
    ///
    /// # Errors
    /// It does not start; then with the end of its log.
    pub fn start(&mut self) -> io::Result<()> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let mut start = self.command("pg_ctl");
            start.args(["start", "--silent", "--wait", "--timeout=120", "--pgdata"]).arg(self.data()).arg("--log").arg(self.log());
            let before = fs::metadata(self.log()).map_or(0, |log| log.len());
            match Account::output(start) {
                Ok(_) => return Ok(()),
                Err(error) => {
                    let said = self.log_since(before);
                    let port_taken = said.contains("could not create any TCP/IP sockets");
                    if attempt == ATTEMPTS || !(port_taken || said.contains("is still in use") || said.contains("already exists")) {
                        return Err(io::Error::other(format!("{error}\n{said}")));
                    }
                    if port_taken && !self.has_run() {
                        self.port = free_port()?;
                        self.set("port", &self.port.to_string())?;
                    }
                    thread::sleep(Duration::from_millis(100));
                }
            }
        }
    }

    /// Stops the server as if it had crashed: nothing is written back.
    pub fn stop_at_once(&self) {
        stop_at_once(&self.data(), self.account, &self.binaries);
    }

    /// Stops the server in order, ending the connections that it has.
    ///
    /// # Errors
    /// It does not run, or does not stop.
    pub fn stop(&self) -> io::Result<()> {
        let mut stop = self.command("pg_ctl");
        stop.args(["stop", "--silent", "--wait", "--mode", "fast", "--pgdata"]).arg(self.data());
        Account::output(stop).map(drop)
    }

    /// Kills the server's first process with `kill -9`; the others end when they see it.
    ///
    /// # Errors
    /// It does not run.
    pub fn kill(&self) -> io::Result<()> {
        let pid = fs::read_to_string(self.data().join("postmaster.pid"))?;
        self.kill_process(pid.lines().next().unwrap_or_default())
    }

    /// Kills one of the server's processes with `kill -9`.
    ///
    /// # Errors
    /// There is no such process.
    pub fn kill_process(&self, pid: &str) -> io::Result<()> {
        let mut kill = self.account.command("sh", &self.folder);
        kill.args(["-c", "kill -s KILL \"$1\"", "sh", pid]);
        Account::output(kill).map(drop)
    }

    /// Where to connect to, as the superuser.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres:{}@127.0.0.1:{}/{database}", self.password, self.port)
    }

    /// The server's log.
    pub fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// The server's data.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// A command among the server's programs, as the account that runs it.
    pub fn command(&self, program: &str) -> Command {
        self.account.command(self.binaries.program(program), &self.folder)
    }

    fn has_run(&self) -> bool {
        fs::read_to_string(self.log()).is_ok_and(|log| log.contains("ready to accept connections"))
    }

    fn log_since(&self, before: u64) -> String {
        let log = fs::read(self.log()).unwrap_or_default();
        String::from_utf8_lossy(log.get(before as usize..).unwrap_or_default()).into_owned()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop_at_once();
    }
}

/// A port that nobody listens on, for the moment.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn random_word() -> io::Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
