//! JUnit XML as GitLab and Jenkins read it: a suite per machine, with a case for the machine itself,
//! for each lab and for each problem that keeps it from being ready.

use std::collections::BTreeMap;

use super::words::xml;
use crate::lab::Verdict;
use crate::room::state::MachineState;
use crate::room::summary::Summary;
use crate::room::{Machine, Room};
use crate::words::one_line;

/// A test case and what came of it.
struct TestCase {
    name: String,
    end: TestResult,
}

enum TestResult {
    Passed,
    /// It was checked and is wrong.
    Failure(String, String),
    /// Something keeps it from being checked.
    Error(String, String),
    Skipped(String),
}

/// The document.
pub(super) fn document(room: &Room) -> String {
    let suites: Vec<(&Machine, Vec<TestCase>)> =
        room.machines.iter().map(|machine| (machine, cases(machine))).collect();
    let all: Vec<&TestCase> = suites.iter().flat_map(|(_, cases)| cases).collect();
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"labready\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n",
        all.len(),
        count(&all, |end| matches!(end, TestResult::Failure(..))),
        count(&all, |end| matches!(end, TestResult::Error(..))),
    );
    for (machine, cases) in &suites {
        text += &suite(machine, cases);
    }
    text + "</testsuites>\n"
}

fn count(cases: &[&TestCase], is: impl Fn(&TestResult) -> bool) -> usize {
    cases.iter().filter(|case| is(&case.end)).count()
}

fn suite(machine: &Machine, cases: &[TestCase]) -> String {
    let all: Vec<&TestCase> = cases.iter().collect();
    let report = machine.report();
    let time = report.map(|report| {
        let seconds = report.duration_ms as f64 / 1e3;
        format!(" time=\"{seconds:.3}\" timestamp=\"{}\"", attribute(&report.started_at))
    });
    let name = attribute(&machine.name);
    let mut text = format!(
        "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"{}>\n",
        all.len(),
        count(&all, |end| matches!(end, TestResult::Failure(..))),
        count(&all, |end| matches!(end, TestResult::Error(..))),
        count(&all, |end| matches!(end, TestResult::Skipped(_))),
        time.unwrap_or_default()
    );
    // A second case of one name would be left out by GitLab.
    let mut taken: BTreeMap<&str, usize> = BTreeMap::new();
    for case in cases {
        let number = taken.entry(&case.name).or_default();
        *number += 1;
        let number = if *number > 1 { format!(" ({number})") } else { String::new() };
        let start = format!(
            "    <testcase classname=\"{name}\" name=\"{}{number}\"",
            attribute(&case.name)
        );
        text += &match &case.end {
            TestResult::Passed => format!("{start}/>\n"),
            TestResult::Failure(kind, message) => ended(&start, "failure", Some(kind), message),
            TestResult::Error(kind, message) => ended(&start, "error", Some(kind), message),
            TestResult::Skipped(message) => ended(&start, "skipped", None, message),
        };
    }
    text + "  </testsuite>\n"
}

fn ended(start: &str, element: &str, kind: Option<&String>, message: &str) -> String {
    let kind = kind.map(|kind| format!(" type=\"{}\"", attribute(kind))).unwrap_or_default();
    let message = attribute(message);
    format!("{start}>\n      <{element}{kind} message=\"{message}\"/>\n    </testcase>\n")
}

/// Foreign text for an attribute: on one line, without what XML cannot hold.
fn attribute(text: &str) -> String {
    xml(&one_line(text))
}

fn cases(machine: &Machine) -> Vec<TestCase> {
    let mut cases = vec![TestCase { name: "ready".into(), end: of_state(machine) }];
    let Some(report) = machine.report().filter(|_| machine.state != MachineState::Stale) else {
        return cases;
    };
    cases.extend(report.labs.iter().map(|lab| {
        let said = || said(&lab.summary, lab.fix.as_deref());
        let end = match lab.status {
            Verdict::Pass => TestResult::Passed,
            Verdict::Fail => TestResult::Failure(lab.reason.clone(), said()),
            Verdict::Error => TestResult::Error(lab.reason.clone(), said()),
            Verdict::Inconclusive => TestResult::Skipped(format!("inconclusive: {}", said())),
        };
        TestCase { name: format!("lab {}", lab.name), end }
    }));
    cases.extend(report.errors().map(|problem| {
        let fix = problem.fix.as_ref().map(|fix| format!("run `{}`", fix.as_typed()));
        let message = said(&problem.title, fix.as_deref().or(problem.advice.as_deref()));
        TestCase {
            name: format!("problem {}", problem.id),
            end: TestResult::Error(problem.id.clone(), message),
        }
    }));
    cases
}

fn said(what: &str, fix: Option<&str>) -> String {
    let fix = fix.map(|fix| format!("; fix: {fix}")).unwrap_or_default();
    format!("{}{fix}", what.trim_end_matches('.'))
}

/// The machine itself. One that nobody heard of must not look well.
fn of_state(machine: &Machine) -> TestResult {
    let sentence = machine.report().map(|report: &Summary| report.sentence.clone());
    let sentence = sentence.filter(|sentence| !sentence.is_empty());
    let causes = || machine.causes.join(", ");
    let kind = machine.state.name().to_owned();
    match machine.state {
        MachineState::Ready | MachineState::ReadyWithoutLabs => TestResult::Passed,
        MachineState::NotReady => TestResult::Failure(kind, sentence.unwrap_or_else(causes)),
        MachineState::Inconclusive => TestResult::Skipped(sentence.unwrap_or_else(causes)),
        MachineState::Stale => TestResult::Error(kind, "the report is too old".into()),
        MachineState::NoReport => {
            let absence = machine.absence.as_ref().map(|absence| absence.meaning());
            TestResult::Error(kind, absence.unwrap_or_default())
        }
    }
}
