//! Drafts from observations: recorded ones in `fixtures/drafts`, and made-up ones.

use std::fs;
use std::time::Duration;

use insta::assert_snapshot;
use labready::course::{Draft, Due, Lab, Mark, Timeline};
use labready::error::{Error, Result};
use labready::host::Host;
use labready::lab::{self, Copy, Guess, Observation, Script, Setting, Subject, Verdict};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use crate::machine::pythons;
use crate::run::fixture;
use crate::synthetic::{Printed, conforming, run};

/// Recorded: three runs of a script, and the one that was held, where one was needed.
#[derive(Serialize, Deserialize)]
struct Recorded {
    runs: Vec<Observation>,
    held: Option<Observation>,
}

/// What is recorded: the embedded labs and the worked examples.
const RECORDED: [&str; 7] = [
    "../scripts/learning_event_loops.py",
    "../scripts/learn_async_sleep.py",
    "../scripts/learning_tasks.py",
    "../scripts/advanced_event_loop.py",
    "courses/waits/downloads.py",
    "courses/pool/pool_of_two.py",
    "courses/diners/diners.py",
];

fn script(name: &str) -> Script {
    Script { shown: name.into(), source: String::new(), shadows: Vec::new() }
}

fn infer(runs: &[Observation], unit: Option<Duration>) -> Result<Guess> {
    lab::infer(&script("lab.py"), runs, unit)
}

fn lab(timeline: &Timeline) -> Lab {
    let (name, script) = ("lab".into(), "lab.py".into());
    Lab { name, script, source: String::new(), teaches: String::new(), timeline: timeline.clone() }
}

#[test]
fn drafts_of_recorded_runs_are_what_was_agreed_to() {
    for path in RECORDED {
        let name = path.rsplit('/').next().unwrap();
        let recorded =
            fs::read_to_string(fixture("drafts").join(name).with_extension("json")).unwrap();
        let Recorded { runs, held } = serde_json::from_str(&recorded).unwrap();
        let mut guess = infer(&runs, None).unwrap();
        assert_eq!(guess.pauses().is_empty(), held.is_none(), "{name}");
        if let Some(held) = held {
            guess = guess.settled(&script(name), &runs, &held);
        }
        let source = fs::read_to_string(fixture(path)).unwrap();
        let draft = Draft {
            script: name,
            source: &source,
            python: Some(&labready::version::PythonVersion::new(3, 11, 2)),
            timeline: &guess.timeline,
            came_ms: &guess.came_ms,
            ended_ms: &guess.ended_ms,
        };
        assert_snapshot!(name.trim_end_matches(".py"), draft.text());
    }
}

/// Records the fixtures anew: `cargo test --test course record -- --ignored`.
#[test]
#[ignore = "it writes the fixtures that the other tests read"]
fn record() {
    let (host, python) = (Host::this().unwrap(), pythons().pop().unwrap());
    for path in RECORDED {
        let (name, path) =
            (path.rsplit('/').next().unwrap(), fixture(path).canonicalize().unwrap());
        let empty = Timeline {
            unit: Duration::from_secs(1),
            marks: Vec::new(),
            ends: Due { at: 0.0, after: None },
        };
        let subject = Subject {
            lab: lab(&empty),
            copy: Some(Copy { path, shown: name.into(), account: None }),
        };
        let observe = |pauses: &[lab::Pause]| {
            lab::observe(&host, &subject, &Setting::new(&python.path), pauses).unwrap()
        };
        let runs: Vec<Observation> = (0..3).map(|_| observe(&[])).collect();
        let pauses = infer(&runs, None).unwrap().pauses();
        let held = (!pauses.is_empty()).then(|| observe(&pauses));
        let text = serde_json::to_string(&Recorded { runs, held }).unwrap();
        fs::write(fixture("drafts").join(name).with_extension("json"), text + "\n").unwrap();
    }
}

fn printed(lines: &[(&str, f64)]) -> Vec<Printed> {
    lines.iter().map(|(line, at)| ((*line).to_owned(), *at)).collect()
}

fn swiss(first: f64, second: f64) -> Observation {
    run(&printed(&[("Swiss: {stamp}", first), ("Swiss: {stamp}", second)]), second + 0.5)
}

#[track_caller]
fn complaint(result: Result<Guess>) -> String {
    let error: Error = result.unwrap_err();
    format!(
        "[{}] {error}\nhint: {}\nexit code {}",
        error.record().map_or("-", |problem| problem.id.name()),
        error.hint().unwrap_or_default(),
        error.exit().code()
    )
}

#[test]
fn runs_that_contradict_each_other_are_no_draft() {
    let right = || swiss(1000.5, 1001.0);
    let one_line = run(&printed(&[("Swiss: {stamp}", 1000.5)]), 1001.0);
    let other_words = run(&printed(&[("Swiss: {stamp}", 1000.5), ("Error", 1000.6)]), 1001.0);
    assert_snapshot!("one_run_printed_less", complaint(infer(&[right(), right(), one_line], None)));
    assert_snapshot!(
        "one_run_was_serial",
        complaint(infer(&[right(), swiss(1000.5, 2001.5), right()], None))
    );
    assert_snapshot!(
        "one_run_said_something_else",
        complaint(infer(&[right(), other_words, right()], None))
    );
    let odd = || swiss(1003.0, 1337.0);
    assert_snapshot!("no_common_unit", complaint(infer(&[odd(), odd(), odd()], None)));
    assert_snapshot!(
        "not_in_the_unit_that_was_named",
        complaint(infer(&[odd(), odd(), odd()], Some(Duration::from_secs(1))))
    );
}

#[test]
fn a_script_that_fails_is_no_lab() {
    let mut failed = swiss(1000.5, 1001.0);
    failed.end = lab::End::Exit(1);
    failed.errors = "Traceback (most recent call last):\n  File \"lab.py\", line 3, in <module>\nKeyError: 'a'\n".into();
    assert_snapshot!(
        "an_exception",
        complaint(infer(&[swiss(1000.5, 1001.0), failed.clone()], None))
    );
    let mut endless = swiss(1000.5, 1001.0);
    endless.end = lab::End::Flood;
    assert_snapshot!("output_without_end", complaint(infer(&[endless], None)));
    let many: Vec<Printed> = (0..101).map(|line| (format!("line {line}"), 1000.0)).collect();
    assert_snapshot!("too_many_lines", complaint(infer(&[run(&many, 1001.0)], None)));
}

#[test]
fn torn_lines_of_two_threads_are_put_together() {
    let mut torn = swiss(1000.5, 1001.0);
    torn.output.text = torn.output.text.replace("\nSwiss", "Swiss") + "\n";
    let guess = infer(&[swiss(1000.5, 1001.0), torn.clone(), swiss(1000.4, 1000.8)], None).unwrap();
    let lines: Vec<&str> = guess.timeline.marks.iter().map(|mark| mark.line.as_str()).collect();
    assert_eq!(lines, ["Swiss: {stamp}", "Swiss: {stamp}"]);
    // Even when two of three are torn.
    assert_eq!(
        infer(&[torn.clone(), torn, swiss(1000.4, 1000.8)], None).unwrap().timeline,
        guess.timeline
    );
}

#[test]
fn jobs_that_a_pool_hands_out_by_chance_are_the_same_line() {
    let pool = |order: [u32; 4]| {
        let lines = order.iter().enumerate().map(|(at, job)| {
            (format!("Job {job} done: {{stamp}}"), (1 + at / 2) as f64 * 1000.0 + 0.3)
        });
        run(&lines.collect::<Vec<_>>(), 2001.0)
    };
    let guess = infer(&[pool([1, 2, 3, 4]), pool([2, 4, 1, 3]), pool([3, 1, 4, 2])], None).unwrap();
    let marks: Vec<(f64, &str)> =
        guess.timeline.marks.iter().map(|mark| (mark.due.at, mark.line.as_str())).collect();
    let line = "Job {any} done: {stamp}";
    assert_eq!(marks, [(1.0, line), (1.0, line), (2.0, line), (2.0, line)]);
}

/// A timeline with a unit that is guessed: every wait is a multiple, and one of them the unit
/// itself.
fn timelines() -> impl Strategy<Value = Timeline> {
    let units = prop::sample::select(vec![250, 500, 1000, 2000]);
    let words = prop::sample::select(vec![
        "Swiss: {stamp}",
        "Rolex: {stamp}",
        "Job done",
        "{stamp} Sundial",
        "Job {any}x{any}",
    ]);
    let line = (1_u32..5, words, any::<bool>());
    (units, prop::collection::vec(line, 1..6)).prop_map(|(unit, lines)| {
        let mut marks: Vec<Mark> = Vec::new();
        for (at, line, waits) in lines {
            let line = line.replace("{any}", "7");
            let before = marks.last().map(|mark| mark.due.at).filter(|_| waits);
            let due = match before {
                Some(before) => Due { at: before + f64::from(at), after: Some(marks.len()) },
                None => Due { at: f64::from(at), after: None },
            };
            marks.push(Mark { due, line });
        }
        marks.push(Mark { due: Due { at: 1.0, after: None }, line: "first: {stamp}".into() });
        let last = marks.iter().map(|mark| mark.due.at).fold(0.0, f64::max);
        Timeline { unit: Duration::from_millis(unit), marks, ends: Due { at: last, after: None } }
    })
}

/// Lines and when they are due, in an order that says nothing.
fn dues(timeline: &Timeline) -> Vec<(String, String)> {
    let mut dues: Vec<_> =
        timeline.marks.iter().map(|mark| (mark.line.clone(), mark.due.at.to_string())).collect();
    dues.sort();
    dues
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_timeline_is_found_again_and_passes(timeline in timelines(), late in prop::collection::vec(prop::collection::vec(0.1..8.0, 8), 3)) {
        let runs: Vec<Observation> = late.iter().map(|late| conforming(&timeline, late)).collect();
        let guess = infer(&runs, None).unwrap();
        prop_assert_eq!(guess.timeline.unit, timeline.unit);
        prop_assert_eq!(dues(&guess.timeline), dues(&timeline));
        let result = lab::conclude(&lab(&guess.timeline), &script("lab.py"), &runs, 3).unwrap();
        prop_assert_eq!(result.status, Verdict::Pass, "{}", result.summary);
    }

    #[test]
    fn whatever_is_printed_becomes_a_good_course_file_or_an_error(lines in prop::collection::vec(any::<String>(), 0..5)) {
        let lines: Vec<Printed> = lines.into_iter().zip([0.1, 1000.2, 1000.4, 2000.3, 2001.0]).collect();
        let runs = [run(&lines, 2001.5), run(&lines, 2001.5)];
        if let Ok(guess) = infer(&runs, None) {
            let draft = Draft { script: "lab.py", source: "", python: None, timeline: &guess.timeline, came_ms: &guess.came_ms, ended_ms: &guess.ended_ms };
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("course.toml"), draft.text()).unwrap();
            fs::write(folder.path().join("lab.py"), "").unwrap();
            let course = labready::course::Course::load(&Host::this().unwrap(), folder.path());
            prop_assert!(course.is_ok(), "{:?}\n{}", course, draft.text());
            prop_assert_eq!(&course.unwrap().labs[0].timeline, &guess.timeline);
        }
    }
}
