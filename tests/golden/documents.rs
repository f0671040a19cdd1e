//! The report's JSON against its schema: every document that labready makes is valid, with keys of
//! a later minor version too; one that lacks a key, or has a value of another kind, is not.

use std::fs;

use insta::assert_snapshot;
use labready::apt::offers::Sizes;
use labready::error::Error;
use labready::event::{Event, StepStatus};
use labready::facts::Facts;
use labready::lab::{Attempt, Evidence, LabResult, Point, Reason, SeenMark, Stall, Verdict};
use labready::outcome::Outcome;
use labready::plan::{Decision, Plan};
use labready::problem::{AptProblem, Problem, RightsProblem};
use labready::report::{Report, json};
use serde_json::{Value, json};

use super::machines::{Asked, asked, changed, course, every_recorded, recorded, rename};
use super::running::{Run, labready, shim_python};
use super::schemas::{EVENT, REPORT, expect_strict, places, with_one_more_key};

#[track_caller]
fn expect_valid(document: &Value) {
    REPORT.expect_valid(document);
}

/// A report of `plan` on a machine, as the commands put it together.
pub fn planned(facts: &Facts, asked: &Asked) -> Report {
    let mut report = started("plan");
    report.note(&Event::Looked { facts: Box::new(facts.clone()) });
    match asked.plan(facts) {
        Ok(Decision::Plan(plan)) => {
            let sizes = (!plan.is_empty()).then_some(Sizes {
                download_bytes: 14_100_000,
                disk_bytes: 61_000_000,
                packages: 30,
            });
            report.note(&Event::Planned { plan: Box::new(Plan { sizes, ..*plan }) });
            let outcome = Outcome::plan_shown("`labready setup` applies this plan.");
            report.note(&Event::Finished { outcome, duration_ms: 12 });
        }
        Ok(Decision::AskApt(_)) => panic!("apt was not asked on this machine"),
        Err(error) => report.note(&Event::failed(&error, 12)),
    }
    report
}

fn started(command: &str) -> Report {
    let started_at = "2026-11-22T15:31:50Z".to_owned();
    let mut report = Report::new(command, started_at.clone());
    let course = course();
    report.note(&Event::Started {
        command: command.into(),
        started_at,
        course: course.name,
        digest: course.digest,
    });
    report
}

fn document(report: &Report) -> Value {
    serde_json::from_str(&json::document(report).unwrap()).unwrap()
}

/// A lab that failed with everything that can be said of it, and one that could not be run.
fn judged() -> [LabResult; 2] {
    let lab = course().labs.remove(0);
    let mark = SeenMark {
        line: "Sundial: 2026-11-22 15:31:51.010203".into(),
        of: Some(1),
        stamp_ms: Some(1003.2),
        arrival_ms: 1003.9,
    };
    let told = Stall {
        run_queue_ms: Some(3.5),
        on_cpu_ms: Some(40.0),
        clock_step_ms: -2.0,
        ..Stall::default()
    };
    let unknown = SeenMark { line: "?".into(), of: None, stamp_ms: None, arrival_ms: 3.0 };
    let attempt = Attempt {
        marks: vec![mark, unknown],
        gaps_ms: vec![1003.2, 2000.8],
        makespan_ms: 3004.0,
        startup_ms: 31.0,
        exit_code: Some(0),
        stall: told,
        ..Attempt::default()
    };
    let evidence = Evidence {
        attempt: 1,
        from: Point::Spawn,
        to: Point::Line(1),
        gap_ms: 2003.0,
        interpreter_ms: 31.0,
        due_ms: 1000.0,
        bound_ms: 1900.0,
        unexplained_ms: 999.0,
        stall: told,
    };
    let failed = LabResult {
        name: lab.name.clone(),
        script: lab.script.clone(),
        status: Verdict::Fail,
        reason: Reason::TooLate,
        summary: "the first line came a second late".into(),
        detail: Some("why that is a proof".into()),
        fix: Some("look at the first line".into()),
        evidence: Some(evidence),
        line: None,
        exception: None,
        timeline: lab.timeline.clone(),
        attempts: vec![attempt],
    };
    let stopped = Attempt { signal: Some(9), ..Attempt::default() };
    let error = LabResult {
        name: "other".into(),
        status: Verdict::Error,
        reason: Reason::CouldNotStart,
        evidence: None,
        attempts: vec![stopped],
        ..failed.clone()
    };
    [failed, error]
}

/// A report that has something in every place.
pub fn full_report() -> Report {
    let facts = recorded("bookworm-python");
    let mut report = planned(&facts, &asked());
    let Ok(Decision::Plan(plan)) = asked().plan(&facts) else { panic!("no plan") };
    let sizes = Some(Sizes { download_bytes: 14_100_000, disk_bytes: 61_000_000, packages: 30 });
    let open = Plan { open: vec!["the rest".into()], sizes, ..(*plan).clone() };
    report.note(&Event::Planned { plan: Box::new(open) });
    for (step, status) in
        plan.steps.into_iter().zip([StepStatus::Done, StepStatus::Failed, StepStatus::NotTried])
    {
        let reason = (status == StepStatus::Failed).then(|| "the network is away".to_owned());
        report.note(&Event::StepFinished { step: Box::new(step), status, duration_ms: 12, reason });
    }
    judged().into_iter().for_each(|lab| report.note(&Event::LabFinished { lab: Box::new(lab) }));
    let said = "E: The repository has no Release file".into();
    let problem = AptProblem::SourcesUnreadable { said };
    report.note(&Event::problem(Problem::new(problem).as_warning()));
    report.note(&Event::failed(&Error::from(RightsProblem::NobodyToAsk), 7));
    let outcome = Outcome::plan_shown("`labready setup` applies this plan.");
    report.note(&Event::Finished { outcome, duration_ms: 7 });
    report
}

fn full() -> Value {
    document(&full_report())
}

#[test]
fn the_plan_of_every_recorded_machine_is_a_valid_document() {
    every_recorded()
        .iter()
        .for_each(|name| expect_valid(&document(&planned(&recorded(name), &asked()))));
}

#[test]
fn a_machine_that_cannot_be_planned_for_gives_a_valid_document_that_says_why() {
    let facts = changed("bookworm-fresh", |facts| {
        rename(facts, "ID=fedora\nPRETTY_NAME='Fedora Linux 40'\n")
    });
    let document = document(&planned(&facts, &asked()));
    expect_valid(&document);
    assert_eq!(
        (&document["status"], &document["error"]["exit_code"]),
        (&json!("not_ready"), &json!(1))
    );
}

#[test]
fn a_document_with_something_in_every_place_is_valid() {
    expect_valid(&full());
}

#[test]
fn the_document_is_what_it_was_agreed_to_be() {
    let text = json::document(&planned(&recorded("trixie-python"), &asked())).unwrap();
    assert_snapshot!(
        text.replace(env!("CARGO_PKG_VERSION"), "VERSION").replace(&course().digest, "DIGEST")
    );
}

#[test]
fn a_document_with_one_more_key_anywhere_is_valid() {
    with_one_more_key(&full()).iter().for_each(expect_valid);
}

#[test]
fn a_document_that_lacks_a_key_or_has_a_value_of_another_kind_is_not_valid() {
    // `after` is the one key that may be missing: a wait that begins at the start.
    expect_strict(&REPORT, &full(), &["after"]);
}

#[test]
fn every_number_with_a_unit_has_it_in_its_key() {
    let counted = ["packages", "exit_code", "signal", "attempt", "of", "after", "at"];
    let full = full();
    for place in places(&full) {
        let key = place
            .rsplit('/')
            .find(|key| key.parse::<usize>().is_err())
            .unwrap_or_default()
            .to_owned();
        let is_number = full.pointer(&place).is_some_and(Value::is_number);
        let has_unit = key.ends_with("_ms") || key.ends_with("_bytes");
        assert!(!is_number || has_unit || counted.contains(&key.as_str()), "{place}");
    }
}

#[test]
fn the_plan_of_this_very_machine_is_a_valid_document_whatever_it_is() {
    expect_valid(&labready(&["plan", "--format", "json"]).document());
}

#[test]
fn a_command_that_cannot_be_carried_out_gives_a_valid_document_too() {
    for command in ["setup", "plan", "verify", "doctor", "repair", "undo", "bundle DIR"] {
        let arguments = [command, "--course /nowhere --format json"].join(" ");
        let run = labready(&arguments.split(' ').collect::<Vec<_>>());
        let document = run.document();
        expect_valid(&document);
        let codes = (&document["exit_code"], &document["error"]["exit_code"]);
        assert_eq!((run.code, codes), (Some(2), (&json!(2), &json!(2))), "{command}");
    }
}

#[test]
fn doctor_and_plan_tell_the_same_steps_and_the_same_python() {
    let folder = shim_python();
    let venv = folder.path().join("venv").display().to_string();
    let document = |command: &str| {
        let document = labready(&[command, "--venv", &venv, "--format", "json"]).document();
        expect_valid(&document);
        document
    };
    let (plan, doctor) = (document("plan"), document("doctor"));
    for key in ["steps", "python", "candidates"] {
        assert_eq!(doctor[key], plan[key], "{key}");
    }
    assert_eq!((&plan["labs_run"], &doctor["labs_run"]), (&json!(false), &json!(false)));
}

#[test]
fn the_document_on_one_line_is_the_same_document() {
    let report = full_report();
    let line = json::document_line(&report).unwrap();
    assert_eq!(line.find('\n'), Some(line.len() - 1));
    assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), document(&report));
    let run = labready(&["plan", "--course", "/nowhere", "--format", "line"]);
    assert_eq!(run.stdout.lines().count(), 1);
    expect_valid(&run.document());
}

#[test]
fn a_verdict_is_a_valid_document() {
    let folder = shim_python();
    let python = folder.path().join("python3").display().to_string();
    let course = folder.path().display().to_string();
    let run = labready(&["verify", "--python", &python, "--course", &course, "--format", "json"]);
    let document = run.document();
    expect_valid(&document);
    let verdicts: Vec<&Value> =
        document["labs"].as_array().unwrap().iter().map(|lab| &lab["reason"]).collect();
    assert_eq!((run.code, verdicts[1]), (Some(1), &json!("wrong-text")), "{document:#}");
    assert_eq!((&document["exit_code"], &document["labs_run"]), (&json!(1), &json!(true)));
}

#[test]
fn a_report_in_a_file_is_the_document_that_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.json");
    let argument = format!("json={}", file.display());
    let run = labready(&["plan", "--format", "json", "--report", &argument]);
    assert_eq!(fs::read_to_string(file).unwrap(), run.stdout);
}

#[test]
fn events_are_one_json_object_a_line_and_the_log_holds_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let run = labready(&["plan", "--format", "ndjson", "--log", log.to_str().unwrap()]);
    let names = |run: &Run| -> Vec<String> {
        run.events().iter().map(|event| event["event"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&run).first().map(String::as_str), Some("started"), "{}", run.stdout);
    assert!(names(&run).contains(&"looked".to_owned()), "{}", run.stdout);
    assert_eq!(fs::read_to_string(log).unwrap(), run.stdout);
    run.events().iter().for_each(|event| EVENT.expect_valid(event));
}

#[test]
fn the_events_of_a_verdict_are_valid_and_end_with_the_outcome() {
    let folder = shim_python();
    let python = folder.path().join("python3").display().to_string();
    let course = folder.path().display().to_string();
    let run = labready(&["verify", "--python", &python, "--course", &course, "--format", "ndjson"]);
    let events = run.events();
    for event in &events {
        EVENT.expect_valid(event);
        with_one_more_key(event).iter().for_each(|event| EVENT.expect_valid(event));
    }
    let last = events.last().unwrap();
    assert_eq!(
        [&last["event"], &last["status"], &last["exit_code"], &last["sentence"]],
        [
            &json!("finished"),
            &json!("not_ready"),
            &json!(1),
            &json!(
                "Not ready: 1 of 2 labs failed (wrong.py). These are the course's own scripts; none of yours are in `/`."
            )
        ]
    );
}
