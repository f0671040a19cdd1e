//! Every format of a room through the programs that it is for: xmllint, prove, promtool, Python's csv,
//! ClusterShell. One that is not installed is said to be absent, and passed over; `tests/run` installs
//! all but promtool.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::rooms::{report, some_room};
use super::running::labready;

/// What a program answers to a text on its standard input; `None` when it is not here.
fn answer(program: &str, arguments: &[&str], input: &str) -> Option<(Option<i32>, String)> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let Ok(mut child) = command.spawn() else {
        let _ =
            writeln!(std::io::stderr(), "{program} is not installed: nothing is validated with it");
        return None;
    };
    // A program that fails at once reads nothing.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    Some((output.status.code(), String::from_utf8_lossy(&said).into_owned()))
}

/// A room, and the room of one machine with labs, in a format.
fn texts(format: &str) -> Vec<String> {
    let folder = some_room();
    let there = folder.path().display().to_string();
    let machine = super::running::shim_python();
    let python = machine.path().join("python3").display().to_string();
    let course = machine.path().display().to_string();
    let lines: [&[&str]; 4] = [
        &["room", &there, "--format", format],
        &["room", &there, "--expect", "pc-[01-30]", "--anonymous", "--format", format],
        &["verify", "--python", &python, "--course", &course, "--format", format],
        &["doctor", "--course", "/nowhere", "--format", format],
    ];
    lines.iter().map(|line| labready(line).stdout).collect()
}

#[test]
fn junit_is_what_its_readers_take() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/junit.rng");
    let schema = schema.display().to_string();
    for text in texts("junit") {
        let Some((code, said)) =
            answer("xmllint", &["--noout", "--nonet", "--relaxng", &schema, "-"], &text)
        else {
            return;
        };
        assert_eq!(code, Some(0), "{said}\n{text}");
    }
}

#[test]
fn tap_is_read_by_prove_with_as_many_tests_as_are_planned() {
    for text in texts("tap") {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("room.tap").display().to_string();
        fs::write(&file, &text).unwrap();
        let Some((_, said)) = answer("prove", &["-e", "cat", &file], "") else { return };
        let failed = text.lines().filter(|line| line.starts_with("not ok ")).count();
        let planned = text.lines().nth(1).unwrap().strip_prefix("1..").unwrap();
        assert!(
            said.contains(&format!("Tests: {planned} Failed: {failed}")) || failed == 0,
            "{said}"
        );
        assert!(said.contains(&format!("Files=1, Tests={planned}, ")), "{said}\n{text}");
        assert!(!said.contains("Parse errors"), "{said}\n{text}");
    }
}

#[test]
fn metrics_pass_the_linter_of_prometheus() {
    for text in texts("prometheus") {
        let Some((code, said)) = answer("promtool", &["check", "metrics"], &text) else { return };
        assert_eq!((code, said.as_str()), (Some(0), ""), "{text}");
    }
}

#[test]
fn metrics_have_a_head_each_no_timestamps_and_no_series_twice() {
    for text in texts("prometheus") {
        let mut series = BTreeSet::new();
        let mut head = String::new();
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                head = rest.split(' ').next().unwrap().to_owned();
            } else if let Some(rest) = line.strip_prefix("# TYPE ") {
                assert_eq!(rest, format!("{head} gauge"));
            } else {
                let (name, value) = line.rsplit_once(' ').unwrap();
                assert!(value.parse::<f64>().is_ok(), "{line}");
                assert!(name == head || name.starts_with(&format!("{head}{{")), "{line}");
                assert!(name == head || name.ends_with("\"}"), "{line}");
                assert!(series.insert(name.to_owned()), "twice: {line}");
            }
        }
        assert!(text.ends_with('\n') && series.len() > 2, "{text}");
    }
}

#[test]
fn csv_is_read_back_by_another_reader_and_no_cell_is_a_formula() {
    let script = "import csv, io, json, sys\n\
                  text = sys.stdin.buffer.read().decode()\n\
                  assert text.count('\\r\\n') == text.count('\\n')\n\
                  print(json.dumps(list(csv.reader(io.StringIO(text, newline='')))))";
    for text in texts("csv") {
        let Some((code, said)) = answer("python3", &["-c", script], &text) else { return };
        assert_eq!(code, Some(0), "{said}");
        let rows: Vec<Vec<String>> = serde_json::from_str(&said).unwrap();
        assert_eq!(rows.len(), text.lines().count());
        for row in rows {
            assert_eq!(row.len(), 14, "{row:?}");
            assert!(row.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@'])), "{row:?}");
        }
    }
}

#[test]
fn a_plugins_line_is_ascii_with_performance_data_that_a_poller_can_read() {
    for text in texts("nagios") {
        assert!(text.is_ascii(), "{text}");
        assert_eq!(text.matches('|').count(), 1, "{text}");
        let first = text.lines().next().unwrap();
        let (said, data) = first.split_once(" | ").unwrap();
        let states = ["OK", "WARNING", "CRITICAL", "UNKNOWN"];
        assert!(
            states.iter().any(|state| said.starts_with(&format!("LABREADY {state} - "))),
            "{said}"
        );
        for value in data.split(' ') {
            let (label, rest) = value.split_once('=').unwrap();
            assert!(label.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{value}");
            assert!(rest.split(';').next().unwrap().parse::<u64>().is_ok(), "{value}");
            assert!(rest.split(';').count() <= 5, "{value}");
        }
    }
}

#[test]
fn names_are_folded_and_expanded_as_clustershell_does() {
    let names: Vec<String> = (0..400_u32)
        .map(|index| {
            // Any spread of widths, axes and endings will do, as long as it is the same each time.
            let number = index.wrapping_mul(2_654_435_761) >> 20;
            match index % 4 {
                0 => format!("pc-{}", number % 131),
                1 => format!("pc-{:0width$}", number % 131, width = 2 + (index % 3) as usize),
                2 => format!("r{}n{:02}", number % 3, number % 7),
                _ => format!("pc{}.lab{}.example", number % 9, index % 2),
            }
        })
        .collect();
    let script = "import sys\n\
                  try: from ClusterShell.NodeSet import NodeSet\n\
                  except ImportError: sys.exit(42)\n\
                  names, folded = sys.stdin.read().split('\\n')[:2]\n\
                  print(set(NodeSet(folded)) == set(names.split(',')), NodeSet.fromlist(names.split(',')))";
    for some in names.chunks(57).chain([names.as_slice()]) {
        let folder = tempfile::tempdir().unwrap();
        for name in some {
            fs::write(folder.path().join(name), report(name).to_string()).unwrap();
        }
        let there = folder.path().display().to_string();
        let document =
            labready(&["room", &there, "--expect", "nobody", "--format", "plain"]).stdout;
        let folded = document.lines().find_map(|line| line.rsplit_once("not counted: ")).unwrap().1;
        let folded = folded.trim_end_matches('.');
        let input = format!("{}\n{folded}\n", some.join(","));
        // Debian's own Python is the one that has Debian's ClusterShell.
        let Some((code, said)) = answer("/usr/bin/python3", &["-c", script], &input) else {
            return;
        };
        if code == Some(42) {
            let _ =
                writeln!(std::io::stderr(), "ClusterShell is not installed: nothing is compared");
            return;
        }
        let theirs =
            said.trim_end().strip_prefix("True ").unwrap_or_else(|| panic!("{said} {folded}"));
        let run = labready(&["room", &there, "--expect", theirs, "--format", "json"]);
        let document: Value = run.document();
        assert_eq!(document["counts"]["no_report"], 0, "{theirs}");
        assert_eq!(document["notes"]["not_expected"], serde_json::json!([]), "{theirs}");
    }
}
