//! The report in words: one statement a line, the word that matters first, no tables, no pictures,
//! no colour.

use crate::host::quoted_line;

use super::words::{harmless, more, sizes};
use super::{Health, HealthSubject, Report, exception, next, picture};
use crate::event::StepStatus;
use crate::lab::Verdict;
use crate::problem::Severity;

/// What the command prints on standard output. `doctor` on a ready machine prints no host, no path
/// and no time: the text of two machines in one state is the same. A passed lab is one line, unless
/// `is_verbose` asks for its evidence.
pub fn text(report: &Report, is_verbose: bool) -> String {
    let mut lines = match report.command.as_str() {
        "doctor" => report.subjects.iter().map(subject).collect(),
        "plan" => [choice(report), plan(report)].concat(),
        _ => plan(report),
    };
    for lab in &report.labs {
        let verdict = match lab.status {
            Verdict::Pass => "Pass",
            Verdict::Fail => "Fail",
            Verdict::Inconclusive => "Inconclusive",
            Verdict::Error => "Error",
        };
        if lab.status == Verdict::Pass && !is_verbose {
            lines.push(format!("{verdict}: {}. {}", lab.script, lab.summary));
            continue;
        }
        lines.push(format!("{verdict}: {}. {}", lab.script, lab.statement()));
        lines.extend(lab.exception.iter().flat_map(exception::words));
        lines.extend(picture::words(lab));
        lines.extend(lab.fix.as_ref().map(|fix| format!("Hint: {fix}.")));
    }
    for problem in &report.problems {
        let severity = match problem.severity {
            Severity::Note => "Note",
            Severity::Warning => "Warning",
            Severity::Error => "Problem",
        };
        let id = Some(problem.id).filter(|id| id.is_worth_explaining());
        let id = id.map(|id| format!(" {}", id.name())).unwrap_or_default();
        lines.push(format!("{severity}{id}: {}.", problem.sentence()));
        lines.extend(problem.fix.as_ref().map(|fix| format!("Fix: {fix}")));
        lines.extend(problem.advice.as_ref().map(|advice| format!("Hint: {advice}.")));
    }
    if report.command == "doctor" {
        lines.extend(more(report.problems.iter().map(|problem| problem.id)));
    }
    lines.extend((!report.outcome.sentence.is_empty()).then(|| report.outcome.sentence.clone()));
    if let Some(next) = &report.outcome.next {
        lines.push(next::heading(next));
        lines.extend(next.commands.iter().cloned());
        lines.extend(next::notes(next, report));
    }
    lines.iter().map(|line| harmless(line) + "\n").collect()
}

/// A subject of a health check, in the same words on machines in the same state.
fn subject(subject: &HealthSubject) -> String {
    let status = match subject.status {
        Health::Good => "Good",
        Health::Warning => "Warning",
        Health::Error => "Not good",
        Health::NotChecked => "Not checked",
    };
    format!("{status}: {}, {}.", subject.id.title(), subject.summary)
}

/// Which interpreter, and why none of the others.
fn choice(report: &Report) -> Vec<String> {
    let Some(python) = &report.python else { return Vec::new() };
    let (version, path) = (&python.version, python.path.display());
    let mut lines = vec![format!("Python: {version} at {path}, because {}.", python.why)];
    for candidate in report.candidates.iter().filter(|candidate| !candidate.taken) {
        let version = candidate
            .version
            .as_ref()
            .map(|version| format!(", version {version}"))
            .unwrap_or_default();
        lines.push(format!(
            "Not chosen: {}{version}, {}, because {}.",
            candidate.what, candidate.origin, candidate.why
        ));
    }
    lines
}

/// What changes, or changed.
fn plan(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    for (index, step) in report.steps.iter().enumerate() {
        let state = match step.status {
            StepStatus::Planned => "",
            StepStatus::Done => ", done",
            StepStatus::Failed => ", failed",
            StepStatus::NotTried => ", not tried",
        };
        let root = if step.needs_root { ", needs root" } else { "" };
        lines.push(format!("Step {}{state}{root}: {}. Why: {}.", index + 1, step.title, step.why));
        lines.push(format!("Command: {}", quoted_line(&step.command)));
    }
    let open = report.open.iter();
    lines.extend(open.map(|open| format!("After that: {open}.")));
    lines.extend(report.sizes.as_ref().map(sizes));
    lines
}
