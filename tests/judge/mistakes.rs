//! The mistakes of beginners, run for real: verdict and explanation on every interpreter that is here.
//!
//! `LABREADY_RECORD=mistakes cargo test --test judge mistakes` records the runs anew that
//! `tests/golden/mistakes.rs` explains.

use std::fs;
use std::path::Path;
use std::time::Duration;

use labready::host::Host;
use labready::lab::{self, Copy, LabResult, Observation, Script, Setting, Subject, conclude};
use serde_json::json;

#[path = "../mistakes/cases.rs"]
mod cases;

use crate::machine::{Python, judge_all, pythons};
use cases::{Case, cases, folder};

/// The versions that are recorded.
const RECORDED: [u32; 3] = [8, 11, 13];
/// Nothing of a lab takes longer.
const LIMIT: Duration = Duration::from_secs(9);
const ATTEMPTS: usize = 3;

/// Runs a mistake under the lab's own name in a folder of its own, until it is settled.
fn observe(host: &Host, python: &Python, case: &Case) -> (LabResult, Vec<Observation>) {
    let beside = tempfile::tempdir().unwrap();
    let lab = case.lab();
    let path = beside.path().join(&lab.script);
    fs::copy(case.file(), &path).unwrap();
    let shown = lab.script.clone();
    let copy = Copy { path, shown: shown.clone(), account: None };
    let subject = Subject { lab: lab.clone(), copy: Some(copy) };
    let setting = Setting { limit: LIMIT, ..Setting::new(&python.path) };
    let script = Script { shown, source: case.source(), shadows: Vec::new() };
    let mut observations = Vec::new();
    loop {
        let mut observation = lab::observe(host, &subject, &setting, &[]).unwrap();
        let place = format!("{}/", beside.path().display());
        observation.errors = observation.errors.replace(&place, "");
        observations.push(observation);
        if let Some(result) = conclude(&lab, &script, &observations, ATTEMPTS) {
            return (result, observations);
        }
    }
}

/// As little of a run as explains it: what the machine did only where the verdict needs it.
fn thinned(
    case: &Case,
    result: &LabResult,
    observations: &[Observation],
    python: &Path,
) -> Vec<Observation> {
    let mut thin = observations.to_vec();
    let home = python.parent().and_then(Path::parent).unwrap_or(python);
    for observation in &mut thin {
        observation.threads.clear();
        observation.machine.clear();
        observation.errors = observation.errors.replace(&home.display().to_string(), "/usr");
    }
    let script = Script { shown: case.lab().script, source: case.source(), shadows: Vec::new() };
    let same = conclude(&case.lab(), &script, &thin, ATTEMPTS);
    let is_same = same.is_some_and(|same| cases::shown(&same) == cases::shown(result));
    if is_same { thin } else { observations.to_vec() }
}

fn record(python: &Python, runs: &[(Case, LabResult, Vec<Observation>)]) {
    let lines = runs.iter().map(|(case, result, observations)| {
        let observations = thinned(case, result, observations, &python.path);
        let mut value =
            json!({ "lab": case.lab, "mistake": case.mistake, "observations": observations });
        crate::golden::shorten(&mut value);
        format!("{value}\n")
    });
    fs::create_dir_all(folder().join("recorded")).unwrap();
    let name = format!("3.{}.ndjson", python.minor);
    fs::write(folder().join("recorded").join(name), lines.collect::<String>()).unwrap();
}

#[test]
fn every_mistake_is_explained_on_every_interpreter() {
    let host = Host::this().unwrap();
    let records = std::env::var("LABREADY_RECORD").is_ok_and(|what| what == "mistakes");
    let mut complaints = Vec::new();
    let mut ran_on = Vec::new();
    for python in pythons() {
        let version = format!("3.{}", python.minor);
        ran_on.push(version.clone());
        let cases = cases(&version);
        let runs = std::sync::Mutex::new(Vec::new());
        judge_all(&cases, |case| {
            let (result, observations) = observe(&host, &python, case);
            runs.lock().unwrap().push((case.clone(), result.clone(), observations));
            result
        });
        let mut runs = runs.into_inner().unwrap();
        runs.sort_by(|(one, ..), (other, ..)| {
            (&one.lab, &one.mistake).cmp(&(&other.lab, &other.mistake))
        });
        complaints
            .extend(runs.iter().filter_map(|(case, result, _)| case.complaint(&version, result)));
        if records && RECORDED.contains(&python.minor) {
            record(&python, &runs);
        }
    }
    // Which versions were met is part of the answer.
    let ran_on = format!("ran on Python {}", ran_on.join(", "));
    std::io::Write::write_all(&mut std::io::stderr(), format!("{ran_on}\n").as_bytes()).unwrap();
    assert!(
        complaints.is_empty(),
        "{ran_on}; {} are wrong:\n{}",
        complaints.len(),
        complaints.join("\n")
    );
}
