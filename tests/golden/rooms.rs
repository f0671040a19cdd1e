//! `labready room` as a process: folders, files and standard input, every format, and names that must
//! not reach a terminal, a spreadsheet or a page as they are.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use insta::assert_snapshot;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::running::{Run, command, labready};
use super::schemas::{ROOM, SUMMARY, with_one_more_key};

/// A report of `doctor` on a machine that is ready.
pub fn report(name: &str) -> Value {
    json!({
        "schema": "labready.report", "format_version": "1.1", "labready": "0.1.0", "command": "doctor",
        "status": "ready", "exit_code": 0, "sentence": "No problems found.",
        "started_at": "2126-11-25T07:00:00Z", "duration_ms": 1200,
        "host": { "hostname": name, "distro": { "id": "debian", "name": "Debian", "version": "12", "codename": "bookworm" }, "kernel": "6.1" },
        "course": { "name": "asyncio", "digest": "aaaabbbbccccdddd" },
        "python": { "version": "3.11.2", "path": "/usr/bin/python3.11" },
        "venv": { "path": "/home/student/venv", "version": "3.11.2", "interpreter": "/usr/bin/python3.11" },
        "candidates": [], "steps": [], "open": [], "sizes": null, "labs_run": false, "labs": [],
        "problems": [], "error": null
    })
}

fn problem(id: &str, title: &str, command: &str) -> Value {
    json!({ "id": id, "severity": "error", "title": title, "detail": "",
            "fix": { "command": command, "needs_root": true }, "advice": null })
}

/// A machine with this problem.
fn broken(name: &str, problem: Value) -> Value {
    let mut broken = report(name);
    broken["status"] = "not_ready".into();
    broken["exit_code"] = 1.into();
    broken["sentence"] = "Not ready: 1 problem.".into();
    broken["problems"] = json!([problem]);
    broken
}

fn lab(name: &str, status: &str, reason: &str, summary: &str) -> Value {
    json!({ "name": name, "script": format!("{name}.py"), "status": status, "reason": reason,
            "summary": summary, "detail": null, "fix": "create all tasks first" })
}

/// A room with something of everything, and hostile names among it.
pub fn some_room() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    for number in 1..=4 {
        let name = format!("pc-{number:02}");
        let mut report = report(&name);
        report["labs_run"] = true.into();
        report["labs"] = json!([lab("learning_tasks", "pass", "as-due", "as due")]);
        write(&format!("{name}.json"), &format!("{report:#}"));
    }
    for number in [5, 7] {
        let name = format!("pc-{number:02}");
        let command = "/usr/bin/dpkg --configure -a";
        let broken = broken(&name, problem("dpkg-interrupted", "dpkg was interrupted", command));
        write(&name, &broken.to_string());
    }
    let mut slow = broken("pc-08", json!({}));
    slow["problems"] = json!([]);
    slow["labs_run"] = true.into();
    slow["labs"] = json!([
        lab("learning_tasks", "fail", "too-late", "Lines 1 and 2 came 1 s apart."),
        lab("other", "inconclusive", "stall", "The machine was too busy.")
    ]);
    write("pc-08.json", &slow.to_string());
    let mut newer = report("pc-09");
    newer["python"]["version"] = "3.13.1".into();
    write("pc-09.json", &newer.to_string());
    write("pc-10", "");
    write("pc-11.json", &report("pc-11").to_string()[..300]);
    write("notes.txt", "ask <b>Alice</b> | =1+1\n");
    let title = "the file `\u{1b}[2J<script>alert(1)</script>` | @all =cmd \u{202e}# x";
    let hostile = broken("=HYPERLINK(\"x\")", problem("disk-full", title, "rm `x` | y"));
    write("=evil,\u{1b}[31m<img>.json", &hostile.to_string());
    folder
}

fn room(folder: &Path, more: &[&str]) -> Run {
    let folder = folder.display().to_string();
    labready(&[&["room", folder.as_str()], more].concat())
}

fn shown(run: &Run) -> String {
    let code = run.code.unwrap();
    format!("exit code {code}\n{}{}", run.stdout, run.stderr)
}

#[test]
fn a_room_reads_well_on_a_terminal_and_aloud() {
    let folder = some_room();
    let expected = ["--expect", "pc-[01-12]"];
    assert_snapshot!(shown(&room(folder.path(), &expected)));
    assert_snapshot!(shown(&room(folder.path(), &["--plain", "-v"])));
}

#[test]
fn a_room_is_shown_in_every_format_of_other_programs() {
    let folder = some_room();
    for format in ["html", "csv", "junit", "tap", "prometheus", "nagios", "markdown"] {
        let run = room(folder.path(), &["--expect", "pc-[01-12]", "--format", format]);
        assert_snapshot!(format!("room_{format}"), without_times(&shown(&run)));
        let run = room(folder.path(), &["--format", format]);
        assert_harmless(format, &run.stdout);
    }
}

/// When a page was put together differs from run to run; its style and its script are files.
fn without_times(text: &str) -> String {
    let parts = [
        ("<style>", "</style>"),
        ("<script>", "</script>"),
        ("Put together at ", "</time>"),
        ("style-src '", "'"),
        ("script-src '", "'"),
    ];
    parts.into_iter().fold(text.to_owned(), |text, (from, to)| {
        let Some((before, rest)) = text.split_once(from) else { return text };
        let (_, after) = rest.split_once(to).unwrap();
        format!("{before}{from}…{to}{after}")
    })
}

/// Nothing that a terminal obeys is in it.
#[track_caller]
fn assert_harmless(format: &str, text: &str) {
    let is_harmless = |c: char| !c.is_control() || c == '\n' || (c == '\r' && format == "csv");
    assert!(text.chars().all(is_harmless), "{format}: {text:?}");
    assert!(!text.contains('\u{202e}'), "{format}: {text:?}");
}

#[test]
fn the_document_of_a_room_is_valid_and_open_to_more_keys() {
    let folder = some_room();
    let run = room(folder.path(), &["--expect", "pc-[01-12]", "--format", "json"]);
    let document = run.document();
    ROOM.expect_valid(&document);
    with_one_more_key(&document).iter().for_each(|document| ROOM.expect_valid(document));
    assert_eq!((run.code, &document["exit_code"]), (Some(1), &json!(1)));
    let line = room(folder.path(), &["--expect", "pc-[01-12]", "--format", "line"]);
    assert_eq!(line.stdout.lines().count(), 1);
    assert_eq!(line.document()["machines"], document["machines"]);
}

#[test]
fn the_exit_code_says_whether_all_some_or_nobody_knows() {
    let folder = tempfile::tempdir().unwrap();
    let code = |more: &[&str]| room(folder.path(), more).code;
    assert_eq!(code(&[]), Some(3));
    fs::write(folder.path().join("a"), report("a").to_string()).unwrap();
    assert_eq!(code(&[]), Some(0));
    assert_eq!(code(&["--expect", "a,b"]), Some(3));
    let broken = broken("b", problem("disk-full", "full", "x"));
    fs::write(folder.path().join("b"), broken.to_string()).unwrap();
    assert_eq!(code(&[]), Some(1));
}

#[test]
fn a_plugin_has_its_own_exit_codes() {
    let folder = tempfile::tempdir().unwrap();
    let code = |more: &[&str]| room(folder.path(), &[&["--format", "nagios"], more].concat()).code;
    assert_eq!(code(&[]), Some(3));
    let write = |name: &str, report: Value| {
        fs::write(folder.path().join(name), report.to_string()).unwrap();
    };
    write("a", report("a"));
    assert_eq!(code(&[]), Some(0));
    let mut old = report("b");
    old["started_at"] = "2020-01-01T00:00:00Z".into();
    write("b", old);
    assert_eq!(code(&["--fresh", "24h"]), Some(1));
    assert_eq!(code(&["--fresh", "24h", "--expect", "[a-b]"]), Some(3), "a usage error");
    assert_eq!(code(&["--expect", "a,c"]), Some(3));
    write("c", broken("c", problem("disk-full", "full", "x")));
    assert_eq!(code(&[]), Some(2));
}

#[test]
fn reports_come_from_files_folders_and_standard_input_in_any_mixture() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::create_dir_all(folder.path().join("fetched/pc-01/var/log")).unwrap();
    fs::write(path("fetched/pc-01/var/log/labready.json"), report("vm").to_string()).unwrap();
    fs::write(path("pc-02"), report("vm").to_string()).unwrap();
    fs::write(path("fetched/.pc-03.json.part"), "{").unwrap();
    let lines = ["pc-04", "pc-05"].map(|name| report(name).to_string() + "\n").concat();
    let words = ["room", "-", &path("pc-02"), &path("fetched"), "--format", "json"];
    let mut child = command(&words).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let names: Vec<&str> = document["machines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|machine| machine["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["pc-01", "pc-02", "pc-04", "pc-05"], "{document:#}");
    assert_eq!(document["notes"]["shared_host_names"], json!([["pc-01", "pc-02"]]));
}

#[test]
fn what_cannot_be_a_room_is_a_usage_error() {
    let folder = some_room();
    let there = folder.path().display().to_string();
    let lines: [&[&str]; 8] = [
        &["room"],
        &["room", "/nowhere/reports"],
        &["room", &there, "--expect", "pc-[1-"],
        &["room", &there, "--expect", "@room"],
        &["room", &there, "--fresh", "soon"],
        &["room", &there, "--format", "svg"],
        &["room", &there, "--report", "summary=/dev/null"],
        &["room", "-", "--watch"],
    ];
    let shown = lines.map(|line| {
        let run = labready(line);
        assert_eq!((run.code, run.stdout.contains("machines")), (Some(2), false), "{line:?}");
        run.stderr.replace(&there, "FOLDER")
    });
    assert_snapshot!(shown.join("\n"));
}

#[test]
fn a_report_that_labready_writes_there_is_no_report_of_the_room() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("pc-01"), report("pc-01").to_string()).unwrap();
    let file = folder.path().join("room.json");
    let argument = format!("json={}", file.display());
    for _ in 0..2 {
        let run = room(folder.path(), &["--report", &argument]);
        assert_eq!(
            shown(&run),
            "exit code 0\nnote: 1 machine is ahead of this clock, so one of the two clocks is wrong: pc-01\n\nThe machine is ready, but the labs were not run.\n"
        );
    }
    let document: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    ROOM.expect_valid(&document);
}

#[test]
fn the_report_of_one_machine_is_shown_in_every_format_of_other_programs() {
    let folder = super::running::shim_python();
    let python = folder.path().join("python3").display().to_string();
    let course = folder.path().display().to_string();
    let files = tempfile::tempdir().unwrap();
    let formats = ["csv", "junit", "tap", "prometheus", "markdown", "nagios", "summary"];
    let reports =
        formats.map(|format| format!("--report={format}={}", files.path().join(format).display()));
    let mut words = vec!["verify", "--python", &python, "--course", &course, "--format", "nagios"];
    words.extend(reports.iter().map(String::as_str));
    let ran = labready(&words);
    assert_eq!(ran.code, Some(2), "a plugin's critical: {ran:?}");
    assert!(
        ran.stdout.starts_with("LABREADY CRITICAL - Not ready: 1 of 2 labs failed (wrong.py). These are the course's own scripts; none of yours are in `/`. | problems=0;;0;0 warnings="),
        "{}",
        ran.stdout
    );
    let read = |format: &str| fs::read_to_string(files.path().join(format)).unwrap();
    assert_eq!(read("nagios"), ran.stdout);
    for format in formats {
        assert_harmless(format, &read(format));
    }
    assert_eq!(read("csv").lines().count(), 2);
    assert!(
        read("junit").contains("name=\"lab wrong\">\n      <failure type=\"wrong-text\""),
        "{}",
        read("junit")
    );
    assert!(read("tap").contains("not ok 3 - lab wrong\n"), "{}", read("tap"));
    assert!(
        read("prometheus").contains("labready_lab_passed{lab=\"right\"} 1\n"),
        "{}",
        read("prometheus")
    );
    assert!(read("markdown").contains("| wrong | fail |"), "{}", read("markdown"));
    let summary: Value = serde_json::from_str(&read("summary")).unwrap();
    SUMMARY.expect_valid(&summary);
    assert_eq!(summary["labs"][1]["reason"], "wrong-text");
}

/// Canaries in every text of a report that a machine or a person chooses.
fn with_canaries(value: &mut Value, key: &str) {
    // Words of closed lists, times and the course's own names stay.
    let kept = [
        "schema",
        "format_version",
        "labready",
        "command",
        "status",
        "started_at",
        "id",
        "severity",
        "reason",
        "version",
        "codename",
        "digest",
        "name",
    ];
    match value {
        Value::String(text) if !kept.contains(&key) => {
            *text = format!("canary-user /home/canary-home/{text} canary-host");
        }
        Value::String(text) if key == "id" && text.starts_with("remove-venv") => {
            text.push_str("-home-canary-home");
        }
        Value::Array(items) => items.iter_mut().for_each(|item| with_canaries(item, key)),
        Value::Object(object) => {
            object.iter_mut().for_each(|(key, item)| with_canaries(item, key));
        }
        _ => {}
    }
}

#[test]
fn a_page_runs_nothing_but_its_own_script_and_fetches_nothing() {
    let folder = some_room();
    let page = room(folder.path(), &["--format", "html"]).stdout;
    let sentence = "<title>5 of 11 machines are ready (labs not run on 1); 4 are not, 2 gave no report.</title>";
    assert!(page.contains(sentence), "{page}");
    assert_eq!(page.matches("<tr data-state=").count(), 11);
    // What the machines say is text: one style, one script, and no place to put another.
    assert_eq!((page.matches("<script").count(), page.matches("<style").count()), (1, 1));
    for word in ["<img", "src=", " on", "style=", "url(", "http:", "https:", "@import"] {
        let outside = page.split("<script>").next().unwrap().split("</style>").last().unwrap();
        assert!(word == " on" || !page.contains(word), "{word}: {page}");
        assert!(word != " on" || !outside.contains(" onerror="), "{page}");
    }
}

#[test]
fn nothing_personal_is_left_in_any_format_of_an_anonymous_room() {
    let folder = tempfile::tempdir().unwrap();
    let mut full = broken("x", problem("disk-full", "x", "x"));
    full["steps"] = json!([
        { "id": "remove-venv", "title": "x", "why": "x", "command": ["x"], "status": "planned" }
    ]);
    full["labs_run"] = true.into();
    full["labs"] = json!([lab("learning_tasks", "fail", "too-late", "x")]);
    full["labs"][0]["attempts"] = json!([{ "stderr": "x", "marks": [{ "line": "x" }] }]);
    full["error"] = json!({ "message": "x", "hint": "x", "exit_code": 5, "problem": problem("disk-full", "x", "x") });
    with_canaries(&mut full, "");
    full["host"]["hostname"] = "canary-host".into();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("canary-host-01.json", &full.to_string());
    write("canary-host-02", "");
    write("canary-host-03.json", &full.to_string()[..100]);
    write("canary-notes.txt", "canary-user was here");
    write(
        "canary-host-05",
        r#"{"schema":"labready.room-entry","machine":"canary-host-05","problem":"unreachable","text":"canary-user@canary-host: Connection refused"}"#,
    );
    write(
        "canary-new.json",
        r#"{"schema":"labready.report","format_version":"2.canary","labready":"9"}"#,
    );
    let formats = [
        "human",
        "plain",
        "json",
        "line",
        "csv",
        "junit",
        "tap",
        "prometheus",
        "nagios",
        "markdown",
    ];
    for format in formats {
        let more = ["--anonymous", "-v", "--expect", "canary-host-[01-09]", "--format", format];
        let named = room(folder.path(), &more[1..]).stdout;
        assert!(named.contains("canary-host"), "{format}: {named}");
        let run = room(folder.path(), &more);
        assert!(!run.stdout.contains("canary"), "{format}: {}", run.stdout);
        assert!(run.stdout.contains("machine-0") || format == "human", "{format}: {}", run.stdout);
    }
}

#[test]
fn a_watched_room_is_shown_again_when_a_report_arrives() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a"), report("a").to_string()).unwrap();
    let out = folder.path().join(".out");
    let there = folder.path().display().to_string();
    let mut child = command(&["room", &there, "--watch", "--plain"])
        .stdout(fs::File::create(&out).unwrap())
        .spawn()
        .unwrap();
    let waits_for = |text: &str| {
        for _ in 0..600 {
            if fs::read_to_string(&out).unwrap().contains(text) {
                return true;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        false
    };
    assert!(waits_for("The machine is ready"), "{:?}", fs::read_to_string(&out));
    fs::write(folder.path().join("b"), report("b").to_string()).unwrap();
    assert!(waits_for("All 2 machines are ready"), "{:?}", fs::read_to_string(&out));
    let end = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(end.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
}
