//! The soak: right and wrong scripts by the hundred, on a machine that is idle, overloaded,
//! throttled, frozen, short of memory, or says nothing.
//!
//! `cargo bench --bench soak` goes through every condition and needs root, version 1 control
//! groups for some of them, and Python with `venv` for one; what cannot be made here is said and
//! left out. `-- idle hogs8` names conditions, `--rounds N` says how often each goes over all
//! scripts, `--side-by-side N` how many verifications run at once, `--python PATH` with which
//! interpreter, `--log FILE` keeps every verdict that was not the expected one. It ends with a
//! table, and with 1 when a right script was called fail or a wrong one pass.
//!
//! The verdicts are given by a second process (`worker`) in the condition that this one makes
//! (`conditions`), over the scripts in `scripts`.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

mod conditions;
mod scripts;
mod worker;

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio, exit};
use std::time::{Duration, Instant};

use conditions::{CONDITIONS, Condition};
use worker::Told;

/// What is to be done.
pub struct Plan {
    conditions: Vec<String>,
    rounds: usize,
    side_by_side: usize,
    python: PathBuf,
    log: Option<PathBuf>,
    /// Whether this process gives the verdicts, in a condition that another one made.
    is_worker: bool,
    /// Whether scripts are stopped now and then.
    stops: bool,
}

/// How often each verdict was given to right and to wrong scripts.
type Matrix = BTreeMap<(bool, String), usize>;

fn main() {
    let plan = plan();
    if plan.is_worker {
        return worker::work(&plan);
    }
    let mut all = Matrix::new();
    for name in &plan.conditions {
        let begun = Instant::now();
        let matrix = match Condition::made(name, &plan.python) {
            Ok(condition) => soak(&plan, name, &condition),
            Err(reason) => {
                println!("{name:12} not run: {reason}");
                continue;
            }
        };
        println!("{}", line(name, &matrix, begun.elapsed()));
        for (key, count) in matrix {
            *all.entry(key).or_default() += count;
        }
    }
    println!("{}", line("all", &all, Duration::ZERO));
    let count = |is_right, verdict: &str| all.get(&(is_right, verdict.into())).unwrap_or(&0);
    let wrong = count(true, "fail") + count(false, "pass");
    println!("wrong verdicts: {wrong} of {}", all.values().sum::<usize>());
    exit(i32::from(wrong > 0));
}

fn plan() -> Plan {
    let mut plan = Plan {
        conditions: Vec::new(),
        rounds: 4,
        side_by_side: 2,
        python: "/usr/bin/python3".into(),
        log: None,
        is_worker: false,
        stops: false,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().unwrap().parse().unwrap();
        match argument.as_str() {
            "--rounds" => plan.rounds = number(),
            "--side-by-side" => plan.side_by_side = number(),
            "--python" => plan.python = arguments.next().unwrap().into(),
            "--log" => plan.log = arguments.next().map(PathBuf::from),
            "--worker" => plan.is_worker = true,
            "--stops" => plan.stops = true,
            // cargo's own
            "--bench" => {}
            condition if CONDITIONS.contains(&condition) => {
                plan.conditions.push(condition.to_owned())
            }
            other => {
                println!("`{other}` is not one of {}", CONDITIONS.join(", "));
                exit(2);
            }
        }
    }
    if plan.conditions.is_empty() {
        plan.conditions = CONDITIONS.map(str::to_owned).to_vec();
    }
    plan
}

/// Lets a worker judge in this condition, and counts.
fn soak(plan: &Plan, name: &str, condition: &Condition) -> Matrix {
    let side_by_side = condition.side_by_side().unwrap_or(plan.side_by_side);
    let mut worker = Command::new("/bin/sh");
    worker.args(["-c", &condition.entered(), "sh"]).arg(std::env::current_exe().unwrap());
    worker.args(["--worker", "--rounds", &plan.rounds.to_string()]);
    worker.args(["--side-by-side", &side_by_side.to_string(), "--python"]);
    worker.arg(condition.python()).args(condition.stops().then_some("--stops"));
    let mut worker = worker.stdout(Stdio::piped()).spawn().unwrap();
    let _load = condition.load();
    let mut matrix = Matrix::new();
    for line in BufReader::new(worker.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        let Ok(told) = serde_json::from_str::<Told>(&line) else {
            println!("{name:12} {line}");
            continue;
        };
        note(plan, name, &told);
        *matrix.entry((told.is_right, told.verdict)).or_default() += 1;
    }
    if !worker.wait().unwrap().success() {
        println!("{name:12} the worker failed");
    }
    matrix
}

/// Everything but the expected is worth a look.
fn note(plan: &Plan, condition: &str, told: &Told) {
    let expected = if told.is_right { "pass" } else { "fail" };
    if told.verdict == expected {
        return;
    }
    println!("{condition:12} {} of {}: {}", told.verdict, told.script, told.summary);
    if let Some(log) = &plan.log {
        let mut file = OpenOptions::new().append(true).create(true).open(log).unwrap();
        writeln!(file, "{}", serde_json::json!({ "condition": condition, "told": told })).unwrap();
    }
}

fn line(condition: &str, matrix: &Matrix, took: Duration) -> String {
    let count = |is_right, verdict: &str| matrix.get(&(is_right, verdict.into())).unwrap_or(&0);
    let row = |is_right| {
        ["pass", "fail", "inconclusive", "error"]
            .map(|verdict| format!("{verdict} {}", count(is_right, verdict)))
            .join(", ")
    };
    format!("{condition:12} right: {} | wrong: {} | {} s", row(true), row(false), took.as_secs())
}
