//! The servers beside a run: they answer while it lasts, and are gone when it has ended, however it did.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use xtask::postgres::{Account, BIN, Binaries, Cluster, DATABASE_URL, DURABLE, DURABLE_DATABASE_URL, FOLDER, THROWAWAY, find_or_fetch};

/// Says what a script needs to know, and then waits to be ended.
const TELL_AND_WAIT: &str = "echo $ES_TEST_DATABASE_URL $ES_TEST_DURABLE_DATABASE_URL $ES_TEST_POSTGRES_FOLDER; sleep 100";

/// The programs that the run has which these tests are part of, or else what is found.
fn binaries() -> &'static Binaries {
    static FOUND: OnceLock<Binaries> = OnceLock::new();
    FOUND.get_or_init(|| {
        let given = env::var_os(BIN).and_then(|folder| Binaries::in_folder(Path::new(&folder)));
        given.unwrap_or_else(|| find_or_fetch(None).unwrap())
    })
}

/// A run with servers of its own.
fn beside_postgres(script: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let path = env::var_os("PATH").unwrap_or_default();
    let path = [binaries().folder.clone()].into_iter().chain(env::split_paths(&path));
    command.args(["with-postgres", "--", "sh", "-c", script]).env("PATH", env::join_paths(path).unwrap());
    for name in [DATABASE_URL, DURABLE_DATABASE_URL, BIN, FOLDER] {
        command.env_remove(name);
    }
    command
}

/// What the server at `url` answers.
fn ask(url: &str, sql: &str) -> String {
    let output = Command::new(binaries().program("psql")).args([url, "-XAtqc", sql]).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The address that a server listened on, out of its URL.
fn address(url: &str) -> &str {
    url.split('@').nth(1).and_then(|rest| rest.split('/').next()).unwrap()
}

/// A run that waits, and what it said about its servers.
struct Run {
    process: Child,
    output: BufReader<ChildStdout>,
    urls: [String; 2],
    folder: PathBuf,
}

impl Run {
    fn start() -> Self {
        // as a shell runs it: what its terminal sends goes to all of its group
        let mut process = beside_postgres(TELL_AND_WAIT).process_group(0).stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut said = String::new();
        while !said.starts_with("postgres:") {
            said.clear();
            assert!(output.read_line(&mut said).unwrap() > 0, "the run has ended early");
        }
        let said: Vec<&str> = said.split_whitespace().collect();
        let urls = [said[0].to_owned(), said[1].to_owned()];
        Self { process, output, urls, folder: PathBuf::from(said[2]) }
    }

    fn signal(&self, signal: &str) {
        let status = Command::new("sh").args(["-c", &format!("kill -s {signal} -- -{}", self.process.id())]).status().unwrap();
        assert!(status.success());
    }

    /// Waits for the end of all that the run had started.
    fn assert_gone(mut self) {
        self.process.wait().unwrap();
        // the command that it ran holds the other end of this
        self.output.read_to_string(&mut String::new()).unwrap();
        let parent = self.folder.parent().unwrap();
        let patience = Instant::now() + Duration::from_secs(60);
        let listens = |url: &String| TcpStream::connect(address(url)).is_ok();
        while parent.exists() || self.urls.iter().any(listens) {
            assert!(Instant::now() < patience, "{} or its servers are still there", parent.display());
            thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn both_servers_answer_and_one_of_them_flushes() {
    let run = Run::start();
    let [throwaway, durable] = &run.urls;
    assert_eq!(ask(throwaway, "show fsync"), "off");
    assert_eq!(ask(durable, "show fsync"), "on");
    for url in [throwaway, durable] {
        assert_eq!(ask(url, "show max_connections"), "200");
        assert_eq!(ask(url, "show server_encoding"), "UTF8");
        assert!(ask(url, "show server_version").starts_with(&binaries().version.to_string()));
    }
    run.signal("TERM");
    run.assert_gone();
}

#[test]
fn servers_stop_when_their_run_is_interrupted_or_killed() {
    for signal in ["INT", "KILL"] {
        let run = Run::start();
        run.signal(signal);
        run.assert_gone();
    }
}

#[test]
fn servers_that_a_test_has_left_running_are_stopped_too() {
    const LEAVES_ONE: &str = "ES_XTASK_LEAVES_ONE";
    if env::var_os(LEAVES_ONE).is_some() {
        let mut cluster = Cluster::of_test("left", THROWAWAY).unwrap();
        cluster.start().unwrap();
        ask(&cluster.url("postgres"), "select 1");
        println!("\nleft {}", cluster.url("postgres"));
        std::mem::forget(cluster);
        return;
    }
    let itself = "exec \"$ITSELF\" --exact servers_that_a_test_has_left_running_are_stopped_too --nocapture";
    let output = beside_postgres(itself).env("ITSELF", env::current_exe().unwrap()).env(LEAVES_ONE, "").output().unwrap();
    let said = text(&output);
    assert!(output.status.success(), "{said}");
    let left = said.lines().find_map(|line| line.strip_prefix("left ")).unwrap_or_else(|| panic!("{said}"));
    assert!(TcpStream::connect(address(left)).is_err(), "{left} still listens");
}

#[test]
fn a_run_that_fails_says_so() {
    assert!(!beside_postgres("exit 3").output().unwrap().status.success());
}

#[test]
fn a_server_that_is_named_is_used_as_it_is() {
    let url = "postgres://somebody@somewhere/database";
    let output = beside_postgres("echo $ES_TEST_DATABASE_URL; echo $ES_TEST_DURABLE_DATABASE_URL").env(DATABASE_URL, url).output().unwrap();
    let said = text(&output);
    assert!(said.lines().any(|line| line == url), "{said}");
    assert!(said.lines().any(|line| line.starts_with("postgres://postgres:")), "{said}");
}

#[test]
fn a_server_that_is_killed_keeps_what_it_had_flushed_and_its_port() {
    let folder = env::temp_dir().join(format!("es-killed-server-{}", std::process::id()));
    let account = Account::of_this_process().unwrap();
    let mut cluster = Cluster::create(binaries(), account, &folder, DURABLE).unwrap();
    cluster.start().unwrap();
    let url = cluster.url("postgres");
    ask(&url, "create table parcels (id int)");
    for parcel in 1..=3 {
        ask(&url, &format!("insert into parcels values ({parcel})"));
        cluster.kill().unwrap();
        cluster.start().unwrap();
        assert_eq!(cluster.url("postgres"), url);
        assert_eq!(ask(&url, "select count(*) from parcels"), parcel.to_string());
    }
    cluster.stop().unwrap();
    assert!(TcpStream::connect(address(&url)).is_err());
    drop(cluster);
    fs::remove_dir_all(folder).unwrap();
}
