//! Recorded observations and the whole verdict on each: status, reason, words, picture.
//!
//! They are from real runs. `LABREADY_RECORD=idle cargo test --test judge golden` records anew
//! those whose name begins so; the rest of the name says under what: `hogs64` wants stress-ng
//! beside it, `stopped` a SIGSTOP, `quota` a control group, `nice10` eight hogs and `nice -n 10`,
//! `slow` an interpreter that sleeps for 2 s before it reads a script (`LABREADY_RECORD_PYTHON`).

use std::fs;
use std::path::{Path, PathBuf};

use insta::assert_snapshot;
use labready::course::Lab;
use labready::host::Host;
use labready::lab::{
    self, Copy, LabResult, Observation, Point, Script, Setting, Subject, conclude,
};
use labready::report::picture::{self, Pen};
use serde::{Deserialize, Serialize};

use crate::machine::{labs, pythons};

/// What is recorded: the name, the lab, the variant (none for the course's own script), the
/// attempts.
const CASES: [(&str, &str, &str, usize); 26] = [
    ("idle_event_loops", "learning_event_loops", "", 1),
    ("idle_async_sleep", "learn_async_sleep", "", 1),
    ("idle_tasks", "learning_tasks", "", 1),
    ("idle_executor", "advanced_event_loop", "", 1),
    ("idle_torn_lines", "advanced_event_loop", "tears_its_lines", 1),
    ("idle_coarse_stamps", "learning_event_loops", "no_microseconds", 1),
    ("idle_awaited_in_turn", "learning_tasks", "awaited_in_turn", 3),
    ("idle_pool_of_one", "advanced_event_loop", "pool_of_one", 3),
    ("idle_twice_as_long", "learning_tasks", "sleeps_twice_as_long", 3),
    ("idle_side_by_side", "learn_async_sleep", "gathered", 1),
    ("idle_short_sleep", "learn_async_sleep", "sleeps_a_tenth", 1),
    ("idle_no_last_sleep", "learning_event_loops", "no_last_sleep", 1),
    ("idle_held_back", "learning_event_loops", "collects_its_lines", 3),
    ("idle_never_awaited", "learning_tasks", "await_forgotten", 1),
    ("idle_exception_behind_its_lines", "learning_tasks", "exception_in_a_task", 1),
    ("hogs64_tasks", "learning_tasks", "", 2),
    ("hogs64_executor", "advanced_event_loop", "", 2),
    ("hogs64_awaited_in_turn", "learning_tasks", "awaited_in_turn", 3),
    ("hogs64_short_sleep", "learning_tasks", "sleeps_a_tenth", 1),
    ("stopped_tasks", "learning_tasks", "", 3),
    ("quota_event_loops", "learning_event_loops", "", 2),
    ("nice10_without_asyncio", "learning_event_loops", "without_asyncio", 2),
    ("nice10_long_last_sleep", "learning_event_loops", "long_last_sleep", 3),
    ("nice10_tasks", "learning_tasks", "", 2),
    ("slow_python_tasks", "learning_tasks", "", 1),
    ("slow_python_awaited_in_turn", "learning_tasks", "awaited_in_turn", 2),
];

/// A recording.
#[derive(Serialize, Deserialize)]
struct Recording {
    lab: String,
    variant: String,
    attempts: usize,
    observations: Vec<Observation>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/observations")
}

fn lab(name: &str) -> Lab {
    labs().into_iter().find(|lab| lab.name == name).unwrap()
}

fn variant(lab: &str, variant: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/labs")
        .join(lab)
        .join(format!("{variant}.py"))
}

fn read(name: &str) -> Recording {
    let path = folder().join(format!("{name}.json"));
    serde_json::from_str(&fs::read_to_string(&path).unwrap())
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The whole verdict on the observations, as a reader sees it.
fn verdict(recording: &Recording) -> String {
    let lab = lab(&recording.lab);
    let source = match recording.variant.as_str() {
        "" => lab.source.clone(),
        name => fs::read_to_string(variant(&lab.name, name)).unwrap(),
    };
    let script = Script { shown: lab.script.clone(), source, shadows: Vec::new() };
    let Some(result) = conclude(&lab, &script, &recording.observations, recording.attempts) else {
        return "another attempt is needed".into();
    };
    let json = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let (status, reason) = (
        json(serde_json::to_value(result.status).unwrap()),
        json(serde_json::to_value(result.reason).unwrap()),
    );
    let fix = result.fix.as_deref().unwrap_or("-");
    let pictures = [
        picture::draw(&result, 80, Pen::Unicode),
        picture::draw(&result, 60, Pen::Ascii),
        picture::words(&result),
    ];
    let pictures = pictures.map(|lines| lines.join("\n")).join("\n\n");
    format!(
        "{status}, {reason}, {} of {} attempts\n{}\n{fix}\n\n{pictures}\n",
        result.attempts.len(),
        recording.attempts,
        result.statement()
    )
}

/// Runs a case on this machine and keeps what was observed.
fn record(name: &str, lab_name: &str, variant_name: &str, attempts: usize) {
    let (host, lab) = (Host::this().unwrap(), lab(lab_name));
    let path = variant(lab_name, variant_name);
    let copy =
        (!variant_name.is_empty()).then(|| Copy { path, shown: lab.script.clone(), account: None });
    let subject = Subject { lab, copy };
    let python = std::env::var_os("LABREADY_RECORD_PYTHON").map(PathBuf::from);
    let setting = Setting::new(&python.unwrap_or_else(|| pythons().pop().unwrap().path));
    let observations =
        (0..attempts).map(|_| lab::observe(&host, &subject, &setting, &[]).unwrap()).collect();
    let recording =
        Recording { lab: lab_name.into(), variant: variant_name.into(), attempts, observations };
    let mut value = serde_json::to_value(recording).unwrap();
    shorten(&mut value);
    fs::create_dir_all(folder()).unwrap();
    fs::write(folder().join(format!("{name}.json")), serde_json::to_string(&value).unwrap() + "\n")
        .unwrap();
}

/// Microseconds are enough; paths of the machine that recorded are nobody's business.
pub fn shorten(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Number(number) if number.is_f64() => {
            *value = ((number.as_f64().unwrap_or_default() * 1e3).round() / 1e3).into();
        }
        serde_json::Value::String(text) => *text = text.replace(env!("CARGO_MANIFEST_DIR"), "."),
        serde_json::Value::Array(values) => values.iter_mut().for_each(shorten),
        serde_json::Value::Object(map) => map.values_mut().for_each(shorten),
        _ => {}
    }
}

#[test]
fn recorded_runs_are_judged_as_they_were() {
    let wanted = std::env::var("LABREADY_RECORD").ok();
    for (name, lab, variant, attempts) in CASES {
        if wanted.as_ref().is_some_and(|prefix| name.starts_with(prefix.as_str())) {
            record(name, lab, variant, attempts);
        }
        assert_snapshot!(name, verdict(&read(name)));
    }
}

/// The same runs with a sleep that the kernel counted as waiting, as it does now and then since 6.12
/// when a thread is moved to another processor in its sleep: 4 of 30 sleepers at nice 10 beside eight
/// hogs were told 0.95 s of waiting for 1 s of sleep.
#[test]
fn sleep_that_is_counted_as_waiting_changes_no_verdict() {
    for (name, ..) in CASES {
        let recording = read(name);
        let first_line = |counted: bool| {
            let mut recording = read(name);
            for observation in recording.observations.iter_mut().filter(|_| counted) {
                let told = observation.threads.iter_mut();
                let asleep = told.skip_while(|sample| !sample.is_asleep);
                for sample in asleep.skip_while(|sample| sample.is_asleep) {
                    sample.run_queue_ms = sample.run_queue_ms.map(|waited| waited + 950.0);
                }
            }
            verdict(&recording).lines().next().map(str::to_owned)
        };
        let is_of_now = recording.observations.iter().all(|run| run.read_ms.is_some());
        if is_of_now {
            assert_eq!(first_line(true), first_line(false), "{name}");
        }
    }
}

/// What the words say of a gap from the start is where the picture has the line, or the end.
#[test]
fn text_and_picture_tell_the_same_times() {
    for (name, ..) in CASES {
        let recording = read(name);
        let lab = lab(&recording.lab);
        let script = Script { shown: lab.script.clone(), ..Script::default() };
        for count in 1..=recording.observations.len() {
            let result = conclude(&lab, &script, &recording.observations[..count], count).unwrap();
            assert!(!result.statement().contains(" -"), "{name}: {}", result.statement());
            let Some(gap) = &result.evidence else { continue };
            let at = |point: Point| match point {
                Point::Spawn => Some(0.0),
                Point::Line(line) => drawn(&result, line - 1),
                Point::Exit => drawn(&result, lab.timeline.marks.len()),
                Point::Arrival(_) => None,
            };
            let Some((from, to)) = at(gap.from).zip(at(gap.to)) else { continue };
            let told = (gap.gap_ms - gap.interpreter_ms) / 1e3;
            // Times are drawn in hundredths of a second, and an unstamped line in an interval.
            assert!((to - from - told).abs() < 0.05, "{name}: {told} is drawn as {from} to {to}");
        }
    }
}

/// When a row of the picture came, in seconds.
fn drawn(result: &LabResult, row: usize) -> Option<f64> {
    let words = picture::words(result);
    let (_, came) = words.get(row)?.split_once(" came at ")?;
    came.split(' ').next()?.parse().ok()
}

/// The same runs with a wall clock that somebody set meanwhile: nobody can set a real one for a
/// test.
#[test]
fn a_stepped_clock_voids_every_attempt() {
    let mut recording = read("idle_awaited_in_turn");
    for observation in &mut recording.observations {
        let last = observation.machine.last_mut().unwrap();
        last.clock_step_ms = -3_600_000.0;
    }
    assert_snapshot!(verdict(&recording));
}

/// The same runs on a machine that tells nothing about its threads.
#[test]
fn without_schedstat_a_right_run_still_passes() {
    for name in ["idle_event_loops", "idle_async_sleep", "idle_tasks", "idle_executor"] {
        let mut recording = read(name);
        for sample in
            recording.observations.iter_mut().flat_map(|observation| &mut observation.threads)
        {
            (sample.on_cpu_ms, sample.run_queue_ms, sample.blocked_ms, sample.bare_ms) =
                (None, None, None, None);
            sample.is_asleep = false;
        }
        let verdict = verdict(&recording);
        assert!(verdict.starts_with("pass"), "{name}: {verdict}");
    }
}
