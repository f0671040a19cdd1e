//! The fold as a whole: order, duplicates and damage never change a count, and every machine that is
//! not ready has a cause.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::arrivals::ReportSource;
use super::*;

const NOW: &str = "2026-11-25T08:00:00Z";

/// A report of `doctor` on a ready machine, and what a test makes of it.
pub fn report(name: &str, edit: impl FnOnce(&mut Value)) -> Value {
    let mut value = json!({
        "schema": "labready.report", "format_version": "1.1", "labready": "0.1.0", "command": "doctor",
        "status": "ready", "exit_code": 0, "sentence": "No problems found.",
        "started_at": "2026-11-25T07:00:00Z", "duration_ms": 1200,
        "host": { "hostname": name, "distro": { "id": "debian", "name": "Debian", "version": "12", "codename": "bookworm" }, "kernel": "6.1" },
        "course": { "name": "asyncio", "digest": "aaaa" },
        "python": { "version": "3.11.2", "path": "/usr/bin/python3.11" },
        "venv": { "path": "/home/alice/venv", "version": "3.11.2", "interpreter": "/usr/bin/python3.11" },
        "candidates": [], "steps": [], "open": [], "sizes": null, "labs_run": false, "labs": [],
        "problems": [], "error": null
    });
    edit(&mut value);
    value
}

fn with_problem(value: &mut Value, id: &str, command: &str) {
    value["status"] = "not_ready".into();
    value["exit_code"] = 1.into();
    value["problems"] = json!([{
        "id": id, "severity": "error", "title": format!("{id} in its own words"), "detail": "",
        "fix": { "command": command, "needs_root": true }, "advice": null
    }]);
}

fn with_labs(value: &mut Value, verdict: &str, reason: &str) {
    value["labs_run"] = true.into();
    value["labs"] = json!([{
        "name": "learning_tasks", "script": "/home/alice/learning_tasks.py", "status": verdict,
        "reason": reason, "summary": "Line 1 came 2 s late.", "detail": null, "fix": "create all tasks first"
    }]);
}

fn question() -> Question {
    Question {
        expected: None,
        fresh: None,
        course: None,
        is_anonymous: false,
        now: NOW.parse().unwrap(),
    }
}

/// The room of files, each with its name.
fn room<'a>(files: impl IntoIterator<Item = (&'a str, String)>, question: &Question) -> Room {
    let mut arrivals = Arrivals::default();
    for (path, text) in files {
        let path: Vec<String> = path.split('/').map(str::to_owned).collect();
        let mut file = ReportSource::new(Some(&path));
        let has_text =
            input::documents(text.as_bytes(), &mut |found| arrivals.add(&mut file, found)).unwrap();
        arrivals.close(file, has_text);
    }
    fold(arrivals, question)
}

fn state_of(value: Value) -> MachineState {
    room([("pc-01.json", value.to_string())], &question()).machines[0].state
}

#[test]
fn a_machine_is_what_its_report_proves() {
    let ready = |edit: &dyn Fn(&mut Value)| state_of(report("pc-01", |value| edit(value)));
    assert_eq!(ready(&|_| ()), MachineState::ReadyWithoutLabs);
    assert_eq!(ready(&|value| with_labs(value, "pass", "as-due")), MachineState::Ready);
    assert_eq!(ready(&|value| with_problem(value, "disk-full", "x")), MachineState::NotReady);
    assert_eq!(ready(&|value| value["status"] = "inconclusive".into()), MachineState::Inconclusive);
    // What is done when it is done, and what contradicts itself, proves nothing.
    assert_eq!(ready(&|value| value["command"] = "undo".into()), MachineState::Inconclusive);
    assert_eq!(ready(&|value| value["command"] = "verify".into()), MachineState::Inconclusive);
    assert_eq!(ready(&|value| with_labs(value, "fail", "too-late")), MachineState::Inconclusive);
}

#[test]
fn a_report_is_stale_when_it_is_older_than_was_asked_or_has_no_time() {
    let fresh = Question { fresh: Some(SignedDuration::from_hours(24)), ..question() };
    let state = |time: &str| {
        let report = report("pc-01", |value| value["started_at"] = time.into());
        room([("pc-01", report.to_string())], &fresh).machines[0].state
    };
    assert_eq!(state("2026-11-24T08:00:00Z"), MachineState::ReadyWithoutLabs);
    assert_eq!(state("2026-11-24T07:59:59Z"), MachineState::Stale);
    assert_eq!(state("yesterday"), MachineState::Stale);
}

#[test]
fn a_machine_is_called_as_its_carrier_calls_it() {
    let text = report("vm", |_| ()).to_string();
    let names = |path: &str| {
        let room = room([(path, text.clone())], &question());
        room.machines.into_iter().map(|machine| machine.name).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names("pc-01"), "pc-01");
    assert_eq!(names("pc-01.lab.example"), "pc-01.lab.example");
    assert_eq!(names("pc-01.json"), "pc-01");
    assert_eq!(names("pc-01/var/log/labready.json"), "pc-01");
    assert_eq!(names("all.ndjson"), "vm");
    assert_eq!(names("report.json"), "vm");
}

#[test]
fn a_file_of_many_machines_names_none_of_them() {
    let lines = ["a", "b", "c"].map(|name| report(name, |_| ()).to_string() + "\n").concat();
    let room = room([("all.json", lines)], &question());
    let names: Vec<&str> = room.machines.iter().map(|machine| machine.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c"]);
}

#[test]
fn the_newest_report_of_a_machine_counts() {
    let old = report("pc-01", |value| with_problem(value, "disk-full", "x")).to_string();
    let new = report("pc-01", |value| value["started_at"] = "2026-11-25T07:30:00Z".into());
    let new = new.to_string();
    for files in [[("a/pc-01", &old), ("b/pc-01", &new)], [("b/pc-01", &new), ("a/pc-01", &old)]] {
        let room = room(files.map(|(path, text)| (path, text.clone())), &question());
        assert_eq!(room.machines[0].state, MachineState::ReadyWithoutLabs);
        assert_eq!(room.notes.superseded_count, 1);
    }
}

#[test]
fn who_should_be_there_and_is_not_is_counted_and_who_should_not_is_named() {
    let expected = nodeset::expand("pc-[01-05]").unwrap();
    let question = Question { expected: Some(expected), ..question() };
    let files = [
        ("pc-01.json", report("pc-01", |_| ()).to_string()),
        ("pc-02", String::new()),
        ("pc-03.json", report("pc-03", |_| ()).to_string()[..200].to_owned()),
        ("pc-04", "bash: line 1: labready: command not found\n".into()),
        ("laptop.json", report("laptop", |_| ()).to_string()),
        ("notes.txt", "ask Alice\n".into()),
    ];
    let room = room(files, &question);
    let states: Vec<(&str, &str)> =
        room.machines.iter().map(|machine| (machine.name.as_str(), machine.state.name())).collect();
    assert_eq!(
        states,
        [
            ("pc-01", "ready_without_labs"),
            ("pc-02", "no_report"),
            ("pc-03", "no_report"),
            ("pc-04", "no_report"),
            ("pc-05", "no_report")
        ]
    );
    let causes: Vec<String> =
        room.causes.iter().map(|cause| format!("{} {}", cause.id, cause.folded)).collect();
    assert_eq!(causes, ["empty pc-02", "foreign pc-04", "missing pc-05", "torn pc-03"]);
    assert_eq!(room.notes.not_expected, ["laptop"]);
    assert_eq!(room.notes.unread_count, 1);
    assert_eq!(room.outcome.sentence, "1 of 5 machines is ready (labs not run); 4 gave no report.");
}

#[test]
fn machines_with_one_cause_are_named_once_with_its_fix() {
    let step = |id: &str| json!({ "id": id, "title": format!("Do {id}"), "status": "planned" });
    let fresh = |value: &mut Value| {
        with_problem(value, "setup-pending", "labready setup");
        value["problems"][0]["fix"]["needs_root"] = false.into();
        value["steps"] = json!([step("refresh-index"), step("make-venv")]);
    };
    let mut files: Vec<(String, String)> = Vec::new();
    for number in 1..=3 {
        let name = format!("pc-{number:02}");
        files.push((name.clone(), report(&name, fresh).to_string()));
    }
    for number in 4..=5 {
        let name = format!("pc-{number:02}");
        let broken =
            report(&name, |value| with_problem(value, "dpkg-interrupted", "dpkg --configure -a"));
        files.push((name, broken.to_string()));
    }
    let failed = |value: &mut Value| {
        with_labs(value, "fail", "too-late");
        value["status"] = "not_ready".into();
    };
    files.push(("pc-06".into(), report("pc-06", failed).to_string()));
    let room = room(files.iter().map(|(name, text)| (name.as_str(), text.clone())), &question());
    let lines: Vec<String> = room
        .causes
        .iter()
        .map(|cause| {
            let fix = cause.fix.as_ref().or(cause.advice.as_ref()).unwrap();
            format!("{} {:?} {}: {} → {fix}", cause.folded, cause.kind, cause.id, cause.title)
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
    assert_eq!(room.outcome.sentence, "0 of 6 machines are ready; 6 are not.");
}

#[test]
fn a_machine_that_is_ready_for_another_course_is_not_known_to_be_ready() {
    let other = report("pc-03", |value| value["course"]["digest"] = "bbbb".into());
    let files = [
        ("pc-01", report("pc-01", |_| ()).to_string()),
        ("pc-02", report("pc-02", |_| ()).to_string()),
        ("pc-03", other.to_string()),
    ];
    let room = room(files.clone(), &question());
    assert_eq!(room.machines[2].state, MachineState::Inconclusive);
    assert_eq!(room.machines[2].causes, ["other-course"]);
    assert_eq!(room.drift[0].aspect, drift::Aspect::Course);
    // Of two that differ nobody knows which is meant, unless it is said.
    let two = &files[1..];
    assert_eq!(super::tests::room(two.to_vec(), &question()).counts.ready_without_labs, 2);
    let asked = Question { course: Some("bbbb".into()), ..question() };
    assert_eq!(
        super::tests::room(two.to_vec(), &asked).machines[0].state,
        MachineState::Inconclusive
    );
}

#[test]
fn what_else_is_worth_knowing_is_noted() {
    let time = |name: &str, time: &str| {
        report(name, |value| {
            value["started_at"] = time.into();
            value["host"]["hostname"] = "vm".into();
        })
        .to_string()
    };
    let files =
        [("a", time("a", "2026-11-25T09:00:00Z")), ("b", time("b", "2026-11-20T09:00:00Z"))];
    let notes = room(files, &question()).notes;
    assert_eq!(notes.shared_host_names, [["a", "b"]]);
    assert_eq!(
        (notes.from_the_future, notes.older_than_a_day),
        (vec!["a".into()], vec!["b".into()])
    );
}

#[test]
fn the_answer_is_a_sentence() {
    let counts = |ready, without, not_ready, inconclusive, stale, no_report| Counts {
        machines: ready + without + not_ready + inconclusive + stale + no_report,
        ready,
        ready_without_labs: without,
        not_ready,
        inconclusive,
        stale,
        no_report,
    };
    let answers = [
        counts(0, 0, 0, 0, 0, 0),
        counts(1, 0, 0, 0, 0, 0),
        counts(0, 1, 0, 0, 0, 0),
        counts(30, 0, 0, 0, 0, 0),
        counts(0, 30, 0, 0, 0, 0),
        counts(18, 12, 0, 0, 0, 0),
        counts(82, 0, 9, 0, 2, 3),
        counts(1, 1, 1, 1, 1, 1),
        counts(0, 0, 1, 0, 0, 0),
        counts(0, 0, 0, 1, 0, 0),
        counts(0, 0, 0, 0, 1, 0),
        counts(0, 0, 0, 0, 0, 1),
        counts(28, 0, 0, 0, 0, 2),
    ];
    let lines = answers.map(|counts| {
        let outcome = answer::of(&counts);
        format!("{} {}", outcome.exit.code(), outcome.sentence)
    });
    insta::assert_snapshot!(lines.join("\n"));
}

/// A machine's report in one of many states.
fn some_report(name: &str, kind: u8) -> String {
    let text = |edit: &dyn Fn(&mut Value)| report(name, |value| edit(value)).to_string();
    match kind % 8 {
        0 => text(&|_| ()),
        1 => text(&|value| with_labs(value, "pass", "as-due")),
        2 => text(&|value| with_problem(value, "disk-full", "x")),
        3 => text(&|value| value["status"] = "inconclusive".into()),
        4 => text(&|value| {
            with_labs(value, "fail", "too-late");
            value["status"] = "not_ready".into();
        }),
        5 => text(&|value| value["started_at"] = "2026-11-01T00:00:00Z".into()),
        6 => text(&|value| value["command"] = "undo".into()),
        _ => String::new(),
    }
}

proptest! {
    #[test]
    fn neither_order_nor_duplicates_nor_damage_change_a_room(
        kinds in prop::collection::vec(any::<u8>(), 1..12),
        again in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        torn in prop::collection::vec((any::<prop::sample::Index>(), 1_usize..300), 0..4),
        turn in any::<prop::sample::Index>(),
    ) {
        let question = Question { fresh: Some(SignedDuration::from_hours(24)), ..question() };
        let files: Vec<(String, String)> = kinds.iter().enumerate()
            .map(|(index, kind)| (format!("pc-{index:02}"), some_report(&format!("h{index}"), *kind)))
            .collect();
        let of = |files: &[(String, String)]| room(files.iter().map(|(name, text)| (name.as_str(), text.clone())), &question);
        let expected = of(&files);
        let mut more = files.clone();
        for index in again {
            let (name, text) = index.get(&files);
            more.push((format!("again/{name}.json"), text.clone()));
        }
        for (index, length) in torn {
            let (name, text) = index.get(&files);
            if !text.is_empty() {
                more.push((format!("torn/{name}.json"), text.chars().take(length).collect()));
            }
        }
        let middle = turn.index(more.len());
        more.rotate_left(middle);
        let found = of(&more);
        prop_assert_eq!(found.counts, expected.counts);
        prop_assert_eq!(&found.causes, &expected.causes);
        prop_assert_eq!(&found.machines, &expected.machines);
        prop_assert_eq!(&found.outcome, &expected.outcome);
    }

    #[test]
    fn every_machine_that_is_not_ready_has_a_cause_and_no_other_has(kinds in prop::collection::vec(any::<u8>(), 1..20)) {
        let files: Vec<(String, String)> = kinds.iter().enumerate()
            .map(|(index, kind)| (format!("pc-{index:02}"), some_report(&format!("h{index}"), *kind)))
            .collect();
        let question = Question { fresh: Some(SignedDuration::from_hours(24)), ..question() };
        let room = room(files.iter().map(|(name, text)| (name.as_str(), text.clone())), &question);
        for machine in &room.machines {
            prop_assert_eq!(machine.causes.is_empty(), machine.state.is_ready(), "{:?}", machine);
        }
        let named: BTreeSet<&String> = room.causes.iter().flat_map(|cause| &cause.machines).collect();
        let waiting = room.machines.iter().filter(|machine| !machine.state.is_ready()).count();
        prop_assert_eq!(named.len(), waiting);
    }
}
