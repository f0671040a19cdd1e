//! How long a room takes, and how much memory, by its number of machines.
//!
//! `cargo bench --bench rooms [-- MACHINES …]`. Reports are made up: 10 kB each, as with four labs.
//! The goal for 10,000: 1 s and 100 MB, and ten times that for ten times as many.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const ROUNDS: usize = 5;

fn main() {
    let typed: Vec<usize> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let sizes = if typed.is_empty() { vec![1_000, 10_000, 100_000] } else { typed };
    let mut out = io::stdout();
    writeln!(out, "machines  input   MB      seconds  MB of memory").unwrap();
    for machines in sizes {
        let folder = tempfile::tempdir().unwrap();
        let bytes = write_reports(folder.path(), machines);
        for input in ["files", "lines"] {
            let path = match input {
                "files" => folder.path().join("files"),
                _ => folder.path().join("all.ndjson"),
            };
            let (seconds, kilobytes) = best(&path);
            writeln!(
                out,
                "{machines:<9} {input:<7} {:<7.0} {seconds:<8.2} {:.0}",
                bytes as f64 / 1e6,
                kilobytes as f64 / 1e3
            )
            .unwrap();
        }
    }
}

/// A folder of reports and the same as one file; how many bytes that is.
fn write_reports(folder: &Path, machines: usize) -> usize {
    fs::create_dir(folder.join("files")).unwrap();
    let mut lines = BufWriter::new(File::create(folder.join("all.ndjson")).unwrap());
    let mut bytes = 0;
    for number in 0..machines {
        let name = format!("pc-{number:06}");
        let text = report(&name, number).to_string();
        bytes += text.len();
        fs::write(folder.join("files").join(format!("{name}.json")), &text).unwrap();
        writeln!(lines, "{text}").unwrap();
    }
    bytes
}

fn report(name: &str, number: usize) -> Value {
    let mark = json!({ "line": "Swiss: 2026-11-25 10:00:00.000123", "of": 1, "stamp_ms": 1000.1, "arrival_ms": 1001.2 });
    let stall = json!({ "run_queue_ms": 1.1, "on_cpu_ms": 40.2, "blocked_ms": 0.1, "stopped_ms": 0.0, "throttled_ms": 0.0,
        "steal_ms": 0.0, "pressure_cpu_ms": 1.0, "pressure_io_ms": 1.0, "pressure_memory_ms": 1.0, "ticker_late_ms": 1.0,
        "paused_ms": 0.0, "clock_step_ms": 0.0, "suspended_ms": 0.0 });
    let attempt = json!({ "marks": [mark, mark, mark], "gaps_ms": [1000.1, 0.1, 0.2], "makespan_ms": 1002.0, "startup_ms": 30.0,
        "shutdown_ms": 3.0, "exit_code": 0, "signal": null, "stderr": "", "stall": stall });
    let lab = |index: usize| {
        json!({ "name": format!("lab{index}"), "script": format!("lab{index}.py"), "status": "pass", "reason": "as-due",
        "summary": "The two sleeps overlapped: 0.1 ms apart", "detail": "A gap this short proves it.", "fix": null, "evidence": null,
        "timeline": { "unit_ms": 1000, "marks": [] }, "attempts": [attempt, attempt, attempt] })
    };
    let labs: Vec<Value> = (0..4).map(lab).collect();
    let is_broken = number.is_multiple_of(11);
    let problems = if is_broken {
        json!([{ "id": "dpkg-interrupted", "severity": "error", "title": "dpkg was interrupted", "detail": "",
                 "fix": { "command": "/usr/bin/dpkg --configure -a", "needs_root": true }, "advice": null }])
    } else {
        json!([])
    };
    let status = if is_broken { "not_ready" } else { "ready" };
    json!({
        "schema": "labready.report", "format_version": "1.1", "labready": "0.1.0", "command": "doctor",
        "status": status, "exit_code": u8::from(is_broken), "sentence": "This workstation is ready.",
        "started_at": "2026-11-25T07:00:00Z", "duration_ms": 4200,
        "host": { "hostname": name, "distro": { "id": "debian", "name": "Debian GNU/Linux 12 (bookworm)", "version": "12",
            "codename": "bookworm" }, "kernel": "6.1.0", "arch": "amd64", "environment": "metal" },
        "course": { "name": "asyncio", "digest": "d".repeat(64) },
        "python": { "version": if number.is_multiple_of(97) { "3.13.1" } else { "3.11.2" }, "path": "/usr/bin/python3.11" },
        "venv": { "path": "/home/student/venv", "version": "3.11.2", "interpreter": "/usr/bin/python3.11" },
        "candidates": [], "steps": [], "open": [], "sizes": null, "labs_run": true, "labs": labs,
        "problems": problems, "error": null
    })
}

/// The shortest of some runs, and the most memory of any, in kB.
fn best(path: &Path) -> (f64, u64) {
    let runs = (0..ROUNDS).map(|_| {
        let started = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_labready"))
            .args(["room", "--plain"])
            .arg(path)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut peak = 0;
        while child.try_wait().unwrap().is_none() {
            peak = peak.max(resident(child.id()).unwrap_or_default());
            std::thread::sleep(Duration::from_millis(5));
        }
        (started.elapsed().as_secs_f64(), peak)
    });
    let runs: Vec<(f64, u64)> = runs.collect();
    let seconds = runs.iter().map(|(seconds, _)| *seconds).fold(f64::INFINITY, f64::min);
    (seconds, runs.iter().map(|(_, peak)| *peak).max().unwrap_or_default())
}

/// The most memory that a process has had, in kB.
fn resident(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
