//! The report is what its events say, in whatever order labs end and however often they are run.

use std::path::Path;
use std::path::PathBuf;

use insta::assert_snapshot;
use labready::apply::JournalLine;
use labready::apt::kept::Kept;
use labready::apt::removable::Removable;
use labready::bundle::Manifest;
use labready::error::Error;
use labready::event::{Event, LabScript};
use labready::facts::alternatives::Alternative;
use labready::facts::venv::{State, Venv};
use labready::lab::{Attempt, LabResult, Reason, ScriptSource, Verdict};
use labready::outcome::{Next, Outcome};
use labready::plan::{self, Decision, MadeVenvNow, Plan, Remains, Trail};
use labready::report::paint::Paint;
use labready::report::{Report, human, json, plain};
use serde_json::{Value, json};

use super::machines::{asked, changed, course, every_recorded, recorded};
use super::schemas::{BUNDLE, JOURNAL, REPORT, with_one_more_key};

fn fold(command: &str, events: impl IntoIterator<Item = Event>) -> Report {
    let mut report = Report::new(command, "2026-11-22T15:31:50Z".into());
    events.into_iter().for_each(|event| report.note(&event));
    report
}

fn document(report: &Report) -> Value {
    let document = serde_json::from_str(&json::document(report).unwrap()).unwrap();
    REPORT.expect_valid(&document);
    document
}

fn planned(names: &[&str]) -> Event {
    let lab = |name: &&str| LabScript { name: (*name).into(), script: format!("{name}.py") };
    Event::LabsPlanned { labs: names.iter().map(lab).collect(), scripts: ScriptSource::of(&[]) }
}

fn passed(name: &str) -> Event {
    let lab = LabResult {
        name: name.into(),
        script: format!("{name}.py"),
        status: Verdict::Pass,
        reason: Reason::AsDue,
        summary: "as due".into(),
        detail: None,
        fix: None,
        evidence: None,
        line: None,
        exception: None,
        timeline: course().labs.remove(0).timeline,
        attempts: Vec::new(),
    };
    Event::LabFinished { lab: Box::new(lab) }
}

#[test]
fn a_warning_that_python_gives_of_a_lab_that_passed_is_said_to_be_expected() {
    let warned = |stderr: &str| {
        let Event::LabFinished { lab } = passed("first") else { panic!("no lab") };
        let attempt = Attempt { stderr: stderr.into(), ..Attempt::default() };
        let lab = Box::new(LabResult { attempts: vec![attempt], ..*lab });
        let next = Next {
            python: labready::version::PythonVersion::new(3, 12, 4),
            venv: "/home/student/venv".into(),
            lacks: None,
            commands: vec!["source venv/bin/activate".into()],
        };
        let outcome = Outcome::ready("This workstation is ready.").with_next(Some(next));
        let end = Event::Finished { outcome, duration_ms: 9 };
        let report = fold("setup", [planned(&["first"]), Event::LabFinished { lab }, end]);
        document(&report);
        human::text(&report, &Paint::uncoloured(true, 80), false)
    };
    assert_snapshot!(warned("first.py:9: DeprecationWarning: There is no current event loop\n"));
    assert!(!warned("").contains("DeprecationWarning"));
}

fn names(document: &Value) -> Vec<&str> {
    let labs = document["labs"].as_array().unwrap();
    labs.iter().map(|lab| lab["name"].as_str().unwrap()).collect()
}

#[test]
fn labs_stand_in_the_order_in_which_they_were_asked_for() {
    let report = fold("verify", [planned(&["c", "a", "b"]), passed("a"), passed("b"), passed("c")]);
    assert_eq!(names(&document(&report)), ["c", "a", "b"]);
}

#[test]
fn a_new_round_starts_afresh() {
    let finished =
        || Event::Finished { outcome: Outcome::ready("Every lab passed."), duration_ms: 9 };
    let round = || vec![planned(&["a", "b"]), passed("b"), passed("a"), finished()];
    let watching = || vec![Event::Watching { files: vec!["/home/student/a.py".into()] }];
    let one = document(&fold("verify", round()));
    assert_eq!(document(&fold("verify", [round(), watching(), round()].concat())), one);
    // Ctrl-C ends the wait: what was reported already is not reported again.
    let interrupted = vec![Event::failed(&Error::Interrupted, 20)];
    let end = document(&fold("verify", [round(), watching(), interrupted].concat()));
    assert_eq!((names(&end).len(), &end["sentence"]), (0, &json!("")));
}

#[test]
fn whether_labs_were_run_is_said() {
    assert_eq!(document(&fold("setup", []))["labs_run"], json!(false));
    assert_eq!(document(&fold("verify", [planned(&[])]))["labs_run"], json!(true));
}

/// What root prepared in several homes: folders and interpreters of all names.
fn undone() -> Plan {
    let venv = |folder: &str| {
        let facts = recorded("bookworm-ready");
        let venv = Venv { folder: folder.into(), state: State::Good, ..facts.venv };
        MadeVenvNow { venv, account: None, is_asked: true }
    };
    let pythons = ["/usr/bin/python3.11", "/usr/local/bin/python3.11"].map(PathBuf::from);
    let trail = Trail { alternatives: pythons.clone().into(), ..Trail::default() };
    let mut facts = recorded("bookworm-ready");
    facts.selection.alternatives = pythons.map(|path| Alternative { path, priority: 311 }).into();
    let remains = Remains {
        dpkg: facts.packages,
        configured: false,
        packages: Removable { removable: ["python3.11".into()].into(), needed: [].into() },
        kept: Kept::default(),
        selection: facts.selection,
        archive_files: Vec::new(),
        venvs: vec![venv("/root/venv"), venv("/home/anna/My course/venv"), venv("/root/VENV")],
    };
    plan::undo(&trail, &remains).0
}

#[test]
fn the_ids_of_what_undo_does_are_slugs_and_distinct() {
    let plan = undone();
    document(&fold("undo", [Event::Planned { plan: Box::new(plan.clone()) }]));
    let ids: Vec<&str> = plan.steps.iter().map(|step| step.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "remove-venv-root-venv",
            "remove-venv-home-anna-my-course-venv",
            "remove-venv-root-venv-2",
            "unregister-python3-11",
            "unregister-python3-11-2",
            "remove-packages",
        ]
    );
}

#[test]
fn what_is_printed_in_words_of_two_ready_machines_is_the_same() {
    let doctor = |name: &str, started_at: &str, duration_ms: u64| {
        let facts = changed("bookworm-ready", |facts| {
            facts.machine.hostname = name.into();
            facts.machine.kernel = format!("6.1.0-{name}");
            facts.venv.folder = format!("/home/{name}/course/venv").into();
        });
        let Ok(Decision::Plan(plan)) = asked().plan(&facts) else { panic!("no plan") };
        assert!(plan.is_empty());
        let mut report = Report::new("doctor", started_at.into());
        let outcome =
            Outcome::ready("Everything is in place; `labready doctor --labs` runs the labs, too.");
        report.note(&Event::Looked { facts: Box::new(facts) });
        report.note(&Event::Planned { plan });
        report.note(&Event::Finished { outcome, duration_ms });
        plain::text(&report, true)
    };
    let text = doctor("seat-1", "2026-11-22T15:31:50Z", 12);
    assert_eq!(doctor("seat-2", "2026-11-23T08:00:00Z", 4321), text);
    assert_snapshot!(text);
}

#[test]
fn every_record_of_a_journal_is_as_its_schema_says() {
    let plans =
        every_recorded().into_iter().filter_map(|name| match asked().plan(&recorded(&name)) {
            Ok(Decision::Plan(plan)) => Some(*plan),
            _ => None,
        });
    let steps: Vec<_> = plans.chain([undone()]).flat_map(|plan| plan.steps).collect();
    assert!(steps.len() > 10, "{}", steps.len());
    let intents = steps.iter().map(
        |step| json!({ "record": "intent", "id": step.id, "action": step.action, "account": null }),
    );
    let others = [
        json!({ "record": "packages", "packages": ["python3.11"] }),
        json!({ "record": "outcome", "id": "install-python", "status": "done" }),
        json!({ "record": "folders", "made": ["/var/lib/labready"] }),
        json!({ "record": "left", "changes": Trail::default() }),
    ];
    for mut record in intents.chain(others) {
        // Those of old have no version.
        serde_json::from_value::<JournalLine>(record.clone()).unwrap();
        record["version"] = json!(1);
        JOURNAL.expect_valid(&record);
        with_one_more_key(&record).iter().for_each(|record| JOURNAL.expect_valid(record));
        // What a later minor version writes is read, too.
        for record in with_one_more_key(&record) {
            serde_json::from_value::<JournalLine>(record).unwrap();
        }
    }
}

#[test]
fn a_bundle_says_of_itself_what_its_schema_says() {
    let facts = recorded("bookworm-ready");
    let file = json!({ "path": "Packages", "sha256": "00", "size_bytes": 7 });
    let files = vec![serde_json::from_value(file).unwrap()];
    let manifest =
        Manifest::new(&course(), &facts, labready::version::PythonVersion::new(3, 11, 2), files);
    let manifest = serde_json::to_value(manifest).unwrap();
    BUNDLE.expect_valid(&manifest);
    for later in with_one_more_key(&manifest) {
        BUNDLE.expect_valid(&later);
        Manifest::parse(&later.to_string(), Path::new("/media/stick/bundle.json")).unwrap();
    }
}
