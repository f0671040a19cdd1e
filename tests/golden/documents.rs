//! The report's JSON against its schema: every document that labready makes is valid, and a
//! document with anything changed is not.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use insta::assert_snapshot;
use jsonschema::Validator;
use labready::apt::offers::Sizes;
use labready::error::Error;
use labready::event::{Event, Status, StepStatus};
use labready::facts::Facts;
use labready::finding::{Finding, Id};
use labready::lab::{Attempt, Evidence, LabResult, Point, Reason, SeenMark, Stall, Verdict};
use labready::plan::{self, Decision, Plan, Settings};
use labready::report::{Report, json};
use serde_json::{Value, json};

use super::machines::{changed, course, every_recorded, recorded, rename, settings};
use super::running::{Run, labready, shim_python};

fn schema() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/schema.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn validator() -> &'static Validator {
    static VALIDATOR: LazyLock<Validator> =
        LazyLock::new(|| jsonschema::validator_for(&schema()).unwrap());
    &VALIDATOR
}

#[track_caller]
fn expect_valid(document: &Value) {
    let complaints: Vec<String> = validator()
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(complaints.is_empty(), "{complaints:#?} in {document:#}");
}

/// A report of `plan` on a machine, as the commands put it together.
pub fn planned(facts: &Facts, settings: &Settings) -> Report {
    let mut report = started("plan");
    report.note(&Event::Looked { facts: Box::new(facts.clone()) });
    match plan::make(&course(), facts, settings) {
        Ok(Decision::Plan(plan)) => {
            let sizes = (!plan.is_empty()).then_some(Sizes {
                download_bytes: 14_100_000,
                disk_bytes: 61_000_000,
                packages: 30,
            });
            report.note(&Event::Planned { plan: Box::new(Plan { sizes, ..*plan }) });
            report.note(&Event::Finished {
                status: Status::NotReady,
                sentence: "`labready setup` applies this plan.".into(),
                duration_ms: 12,
            });
        }
        Ok(Decision::AskApt(_)) => panic!("apt was not asked on this machine"),
        Err(error) => report.note(&Event::Failed { error: (&error).into(), duration_ms: 12 }),
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
        fix: Some("look at the first line".into()),
        evidence: Some(evidence),
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
    let mut report = planned(&facts, &settings());
    let Ok(Decision::Plan(plan)) = plan::make(&course(), &facts, &settings()) else {
        panic!("no plan")
    };
    for (step, status) in
        plan.steps.into_iter().zip([StepStatus::Done, StepStatus::Failed, StepStatus::NotTried])
    {
        let reason = (status == StepStatus::Failed).then(|| "the network is away".to_owned());
        report.note(&Event::StepFinished { step: Box::new(step), status, duration_ms: 12, reason });
    }
    judged().into_iter().for_each(|lab| report.note(&Event::LabFinished { lab: Box::new(lab) }));
    let finding =
        Finding::warning(Id::SourceFailed, "a source", "").mended_by_root("apt-get update");
    report.note(&Event::Finding { finding });
    report.open = vec!["the rest".into()];
    report.note(&Event::Failed { error: (&Error::NobodyToAsk).into(), duration_ms: 7 });
    report
}

fn full() -> Value {
    document(&full_report())
}

#[test]
fn the_plan_of_every_recorded_machine_is_a_valid_document() {
    every_recorded()
        .iter()
        .for_each(|name| expect_valid(&document(&planned(&recorded(name), &settings()))));
}

#[test]
fn a_machine_that_cannot_be_planned_for_gives_a_valid_document_that_says_why() {
    let facts = changed("bookworm-fresh", |facts| {
        rename(facts, "ID=fedora\nPRETTY_NAME='Fedora Linux 40'\n")
    });
    let document = document(&planned(&facts, &settings()));
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
    let text = json::document(&planned(&recorded("trixie-python"), &settings())).unwrap();
    assert_snapshot!(
        text.replace(env!("CARGO_PKG_VERSION"), "VERSION").replace(&course().digest, "DIGEST")
    );
}

#[test]
fn a_document_with_an_unknown_key_anywhere_is_not_valid() {
    let full = full();
    for place in
        places(&full).into_iter().filter(|place| full.pointer(place).is_some_and(Value::is_object))
    {
        let mut mutant = full.clone();
        mutant.pointer_mut(&place).unwrap()["surprise"] = json!(1);
        assert!(!validator().is_valid(&mutant), "an unknown key in `{place}`");
    }
}

#[test]
fn a_document_that_lacks_a_key_is_not_valid() {
    let full = full();
    for place in places(&full) {
        let (parent, key) = place.rsplit_once('/').unwrap_or(("", ""));
        let mut mutant = full.clone();
        // `after` is the one key that may be missing: a wait that begins at the start.
        let Some(Value::Object(object)) =
            mutant.pointer_mut(parent).filter(|_| !key.is_empty() && key != "after")
        else {
            continue;
        };
        object.remove(key);
        assert!(!validator().is_valid(&mutant), "without `{place}`");
    }
}

#[test]
fn a_document_with_a_value_of_another_kind_is_not_valid() {
    let full = full();
    for place in places(&full) {
        let mut mutant = full.clone();
        *mutant.pointer_mut(&place).unwrap() = json!({ "surprise": [true] });
        assert!(!validator().is_valid(&mutant), "another kind of `{place}`");
    }
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
fn every_reason_of_the_schema_is_one_that_a_judge_can_give() {
    let schema = schema();
    let reasons = schema["$defs"]["lab"]["properties"]["reason"]["enum"].as_array().unwrap();
    assert!(
        reasons.iter().all(|reason| serde_json::from_value::<Reason>(reason.clone()).is_ok()),
        "{reasons:?}"
    );
}

#[test]
fn the_plan_of_this_very_machine_is_a_valid_document_whatever_it_is() {
    expect_valid(&labready(&["plan", "--format", "json"]).document());
}

#[test]
fn a_course_that_cannot_be_read_gives_a_valid_document_too() {
    let run = labready(&["plan", "--course", "/nowhere", "--format", "json"]);
    expect_valid(&run.document());
    assert_eq!((run.code, &run.document()["error"]["exit_code"]), (Some(2), &json!(2)));
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
}

/// Every place of a document, as JSON pointers.
fn places(document: &Value) -> Vec<String> {
    let below = |key: String, value: &Value| {
        let key = key.replace('~', "~0").replace('/', "~1");
        places(value).into_iter().map(move |place| format!("/{key}{place}")).collect::<Vec<_>>()
    };
    let deeper: Vec<String> = match document {
        Value::Object(object) => {
            object.iter().flat_map(|(key, value)| below(key.clone(), value)).collect()
        }
        Value::Array(array) => array
            .iter()
            .enumerate()
            .flat_map(|(index, value)| below(index.to_string(), value))
            .collect(),
        _ => Vec::new(),
    };
    [vec![String::new()], deeper].concat()
}
