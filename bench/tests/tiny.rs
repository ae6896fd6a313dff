//! The program as a whole, on hundreds of events: that it runs, checks its results, and says what it says.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;
use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_es-bench")).args(["run", "--tiny"]).args(arguments).output().unwrap()
}

fn printed(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What comes after the table.
fn last_lines(printed: &str) -> Vec<&str> {
    printed.split_once("\n\n").unwrap().1.lines().collect()
}

/// `name: value (target) ok|short`, or `name: NOT RUN (target)`: the name.
fn name_of(line: &str) -> &str {
    let (name, rest) = line.split_once(": ").unwrap();
    assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._".contains(c)), "{line}");
    let (value, rest) = rest.split_once(" (").unwrap();
    let (target, verdict) = rest.split_once(')').unwrap();
    let (sign, bound) = target.split_once(' ').unwrap();
    let bound: f64 = bound.parse().unwrap();
    match value {
        "NOT RUN" => assert_eq!(verdict, ""),
        value => {
            let value: f64 = value.parse().unwrap();
            let met = match sign {
                ">=" => value >= bound,
                "<=" => value <= bound,
                other => panic!("{other} in {line}"),
            };
            // a value that was rounded onto its bound may have been on either side of it
            assert!(verdict == if met { " ok" } else { " short" } || (value - bound).abs() < 0.001, "{line}");
        }
    }
    name
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

#[test]
fn every_workload_runs_and_each_target_has_its_line() {
    let (folder, json) = (folder(), tempfile::NamedTempFile::new().unwrap());
    let dir = folder.path().to_str().unwrap();
    let stores = ["--store", "memory", "--store", "sqlite"];
    let printed = printed(run(&[&stores[..], &["--dir", dir, "--json", json.path().to_str().unwrap()]].concat()));
    let names: Vec<&str> = last_lines(&printed).into_iter().map(name_of).collect();
    let expected = [
        "memory.replay",
        "memory.upcast",
        "sqlite.commands",
        "sqlite.tasks_16",
        "sqlite.tasks_16_cached",
        "sqlite.load",
        "sqlite.scan",
        "sqlite.inline",
        "sqlite.inline_16",
        "sqlite.inline_64",
        "sqlite.async_visible_p50",
        "sqlite.async_visible_p99",
        "sqlite.rss_scan_200_to_400",
        "sqlite.rss_load_200_to_400",
    ];
    assert_eq!(names, expected);
    for reported in ["memory.commands", "sqlite.commands_cached", "sqlite.tasks_64", "sqlite.bulk_100", "sqlite.latency"] {
        assert!(printed.contains(&format!("\n{reported} ")), "{reported} is not in the table:\n{printed}");
    }

    let json: serde_json::Value = serde_json::from_reader(json).unwrap();
    let lines = json["lines"].as_array().unwrap();
    let replay = lines.iter().find(|line| line["name"] == "memory.replay").unwrap();
    assert!(replay["ratio"]["median"].as_f64().unwrap() > 0.0);
    assert_eq!(replay["target"], serde_json::json!({ "at_least": 0.95 }));
    assert!(is_empty(folder.path()), "databases are left behind");
}

#[test]
fn every_workload_runs_on_a_server_which_is_described_first() {
    let folder = folder();
    let printed = printed(run(&["--store", "postgres", "--dir", folder.path().to_str().unwrap()]));
    let (about, _) = printed.split_once('\n').unwrap();
    assert!(about.starts_with("PostgreSQL 1") && about.contains("fsync on"), "{about}");
    let names: Vec<&str> = last_lines(&printed).into_iter().map(name_of).collect();
    let expected = [
        "commands",
        "commands_cached",
        "tasks_16_cached",
        "tasks_64_cached",
        "tasks_256_cached",
        "bulk_100",
        "load",
        "load_100",
        "scan",
        "live_p50",
        "live_p99",
        "inline",
        "inline_16",
        "inline_64",
        "async_visible_p50",
        "async_visible_p99",
        "fenced_16",
        "overlapped_16",
        "overlapped_16x64",
        "rss_scan_200_to_400",
        "rss_load_200_to_400",
    ];
    assert_eq!(names, expected.map(|measured| format!("postgres.{measured}")));
    for reported in ["postgres.latency", "postgres.decisions", "postgres.tasks_256"] {
        assert!(printed.contains(&format!("\n{reported} ")), "{reported} is not in the table:\n{printed}");
    }
    assert!(is_empty(folder.path()), "places are left behind");
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().next().is_none()
}

#[test]
fn one_store_and_one_workload_can_be_asked_for() {
    let folder = folder();
    let printed = printed(run(&["--store", "sqlite", "--workload", "scan", "--dir", folder.path().to_str().unwrap()]));
    assert_eq!(last_lines(&printed).into_iter().map(name_of).collect::<Vec<_>>(), ["sqlite.scan"]);
}

#[test]
fn a_wrong_result_ends_the_run() {
    let folder = folder();
    let rss = ["rss", "--store", "sqlite", "--events", "10", "--read", "scan", "--place"];
    let output = Command::new(env!("CARGO_BIN_EXE_es-bench")).args(rss).arg(folder.path()).output().unwrap();
    assert!(!output.status.success(), "an empty file does not have ten events");
    assert!(String::from_utf8_lossy(&output.stderr).contains("all events: Totals { events: 0"));
}
