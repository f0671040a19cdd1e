//! What arrived, without anything personal: machines get numbers, and no text that a machine or a
//! person wrote is left. Ids, versions and verdicts stay.

use std::collections::{BTreeMap, BTreeSet};

use super::arrivals::{Arrivals, Unread, UnreadPlaces};
use super::summary::{FixSummary, HostSummary, ProblemSummary, Summary};
use crate::lab::Reason;
use crate::problem::Id;

/// The same under other names: those of machines in their order, and those that were expected.
pub fn arrivals(
    arrivals: Arrivals,
    expected: Option<BTreeSet<String>>,
) -> (Arrivals, Option<BTreeSet<String>>) {
    let all = arrivals.reports.keys().chain(arrivals.absences.keys());
    let names = numbered("machine", all.chain(expected.iter().flatten()).cloned());
    let hosts = arrivals.reports.values().filter_map(|report| report.host.as_ref());
    let hosts = numbered("host", hosts.map(|host| host.hostname.clone()));
    let name = |name: &String| names.get(name).cloned().unwrap_or_default();
    let reports = arrivals.reports.iter().map(|(known, summary)| {
        let mut summary = without_names(summary);
        let real = arrivals.reports.get(known).and_then(|report| report.host.as_ref());
        if let (Some(host), Some(real)) = (&mut summary.host, real) {
            host.hostname = hosts.get(&real.hostname).cloned().unwrap_or_default();
        }
        (name(known), summary)
    });
    let absences = arrivals.absences.iter();
    let absences = absences.map(|(known, absence)| (name(known), absence.clone().without_words()));
    let of_machines = arrivals.unread_of.into_iter();
    let unread_of = of_machines.map(|(known, places)| (name(&known), without_files(places)));
    let anonymous = Arrivals {
        reports: reports.collect(),
        absences: absences.collect(),
        unread_of: unread_of.collect(),
        unread: without_files(arrivals.unread),
        superseded_count: arrivals.superseded_count,
    };
    (anonymous, expected.map(|expected| expected.iter().map(name).collect()))
}

/// The same places without their names.
fn without_files(places: UnreadPlaces) -> UnreadPlaces {
    let numbered = places.first.into_iter().enumerate();
    let first = numbered.map(|(index, unread)| Unread {
        file: format!("file-{:03}", index + 1),
        line: unread.line,
        absence: unread.absence.without_words(),
    });
    UnreadPlaces { count: places.count, first: first.collect() }
}

/// `machine-001` for the first name in their order.
fn numbered(kind: &str, names: impl Iterator<Item = String>) -> BTreeMap<String, String> {
    let names: BTreeSet<String> = names.filter(|name| !name.is_empty()).collect();
    let numbered = names.into_iter().enumerate();
    numbered.map(|(index, name)| (name, format!("{kind}-{:03}", index + 1))).collect()
}

/// A summary in which nothing is left that a person or a machine was free to choose.
pub fn without_names(summary: &Summary) -> Summary {
    let mut summary = summary.clone();
    summary.sentence.clear();
    summary.command = shape(&summary.command, COMMANDS);
    summary.started_at = summary.time().map(|time| format!("{time:.0}")).unwrap_or_default();
    summary.labready = version(&summary.labready);
    summary.format_version = version(&summary.format_version);
    if let Some(HostSummary { hostname, distro }) = &mut summary.host {
        hostname.clear();
        distro.version = version(&distro.version);
    }
    if let Some(python) = &mut summary.python {
        python.version = version(&python.version);
    }
    if let Some(venv) = &mut summary.venv {
        venv.version = venv.version.as_deref().map(version);
    }
    for step in &mut summary.steps {
        step.title.clear();
        step.id = kind_of_step(&step.id);
    }
    for lab in &mut summary.labs {
        lab.summary.clear();
        lab.fix = Reason::of_name(&lab.reason)
            .map(|reason| format!("run `{}`", explained(reason.name())));
        lab.reason = Reason::of_name(&lab.reason).map_or("other", Reason::name).into();
    }
    summary.problems.iter_mut().for_each(without_words);
    if let Some(error) = &mut summary.error {
        error.message.clear();
        error.problem.iter_mut().for_each(without_words);
    }
    summary
}

/// Commands that write reports.
const COMMANDS: &[&str] = &["setup", "plan", "verify", "doctor", "repair", "undo", "bundle"];

/// A word of a list, or none of them.
fn shape(word: &str, known: &[&str]) -> String {
    known.iter().find(|known| **known == word).map_or_else(|| "other".into(), |word| (*word).into())
}

/// A version has a digit first, and letters only as in `3.14.0rc2`.
fn version(text: &str) -> String {
    let is_version = text.starts_with(|c: char| c.is_ascii_digit())
        && text.len() <= 20
        && text.chars().all(|c| c.is_ascii_digit() || ".abcr+-".contains(c));
    if is_version { text.to_owned() } else { String::new() }
}

/// The id of a step that removes a folder holds its path.
fn kind_of_step(id: &str) -> String {
    if id.starts_with("remove-venv") { "remove-venv".into() } else { id.to_owned() }
}

fn without_words(problem: &mut ProblemSummary) {
    problem.title.clear();
    problem.advice = None;
    let id = Id::of_name(&problem.id);
    problem.fix = id.map(|id| FixSummary { command: explained(id.name()), needs_root: false });
    problem.id = id.map_or("other", Id::name).into();
}

/// Where the fix stands without names.
fn explained(id: &str) -> String {
    format!("labready explain {id}")
}
