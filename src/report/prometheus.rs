//! Metrics for the textfile collector of Prometheus' node_exporter: gauges without timestamps, for one
//! with a timestamp makes it leave out the whole file.

use std::collections::BTreeSet;

use crate::lab::Verdict;
use crate::problem::Severity;
use crate::room::summary::Summary;
use crate::room::{Machine, Room};
use crate::words::one_line;

/// A label and its value.
type Label = (&'static str, String);
/// The labels and the value of a series.
type Sample = (Vec<Label>, f64);

/// Of one machine: whoever scrapes it knows which.
pub(super) fn of_machine(room: &Room) -> String {
    machines(room, false)
}

/// Of a room: every machine by its name, and how many there are of each state.
pub(super) fn of_room(room: &Room) -> String {
    let counts = &room.counts;
    let states = [
        ("ready", counts.ready),
        ("ready_without_labs", counts.ready_without_labs),
        ("not_ready", counts.not_ready),
        ("inconclusive", counts.inconclusive),
        ("stale", counts.stale),
        ("no_report", counts.no_report),
    ];
    let states = states.map(|(state, count)| (vec![("state", state.to_owned())], count as f64));
    machines(room, true) + &metric("labready_room_machines", "Machines in each state.", states)
}

fn machines(room: &Room, is_named: bool) -> String {
    let all = |samples: &dyn Fn(&Machine) -> Vec<Sample>| {
        let of = |machine: &Machine| {
            let name = is_named.then(|| ("machine", machine.name.clone()));
            let named = move |(labels, value): Sample| {
                (name.clone().into_iter().chain(labels).collect::<Vec<_>>(), value)
            };
            samples(machine).into_iter().map(named).collect::<Vec<_>>()
        };
        room.machines.iter().flat_map(of).collect::<Vec<_>>()
    };
    let of_report = |value: &dyn Fn(&Summary) -> Option<f64>| {
        all(&|machine| {
            let value = machine.report().and_then(value);
            value.map(|value| (Vec::new(), value)).into_iter().collect()
        })
    };
    [
        metric("labready_ready", "Whether the machine is ready: 1 is yes.", all(&ready)),
        metric("labready_state", "In which state the machine is.", all(&state)),
        metric(
            "labready_check_timestamp_seconds",
            "When the machine was checked.",
            of_report(&|report| report.time().map(|time| time.as_second() as f64)),
        ),
        metric(
            "labready_check_duration_seconds",
            "How long the check took.",
            of_report(&|report| Some(report.duration_ms as f64 / 1e3)),
        ),
        metric("labready_problem", "A problem of the machine.", all(&problems)),
        metric("labready_lab_passed", "Whether a lab passed: 1 is yes.", all(&labs)),
        metric("labready_build_info", "The version that checked.", all(&version)),
    ]
    .concat()
}

fn ready(machine: &Machine) -> Vec<Sample> {
    let course = machine.report().and_then(|report| report.course.as_ref());
    let course = course.map(|course| ("course", course.name.clone()));
    let is_ready = f64::from(u8::from(machine.state.is_ready()));
    vec![(course.into_iter().collect(), is_ready)]
}

fn state(machine: &Machine) -> Vec<Sample> {
    vec![(vec![("state", machine.state.name().to_owned())], 1.0)]
}

fn problems(machine: &Machine) -> Vec<Sample> {
    let Some(report) = machine.report() else { return Vec::new() };
    let error = report.error.iter().filter_map(|error| error.problem.as_ref());
    let severity = |severity| match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let problems = error.chain(&report.problems);
    // A series may be there once.
    let problems: BTreeSet<_> =
        problems.map(|problem| (problem.id.clone(), severity(problem.severity))).collect();
    let sample =
        |(id, severity): (String, &str)| (vec![("id", id), ("severity", severity.to_owned())], 1.0);
    problems.into_iter().map(sample).collect()
}

fn labs(machine: &Machine) -> Vec<Sample> {
    let labs = machine.report().into_iter().flat_map(|report| &report.labs);
    let mut named = BTreeSet::new();
    let labs = labs.filter(|lab| named.insert(lab.name.clone()));
    let passed = |status| f64::from(u8::from(status == Verdict::Pass));
    labs.map(|lab| (vec![("lab", lab.name.clone())], passed(lab.status))).collect()
}

fn version(machine: &Machine) -> Vec<Sample> {
    let version = machine.report().map(|report| vec![("version", report.labready.clone())]);
    version.map(|labels| (labels, 1.0)).into_iter().collect()
}

/// A gauge with its samples; nothing where there are none.
fn metric(name: &str, help: &str, samples: impl IntoIterator<Item = Sample>) -> String {
    let lines: String =
        samples.into_iter().map(|(labels, value)| sample(name, &labels, value)).collect();
    match lines.is_empty() {
        true => lines,
        false => format!("# HELP {name} {help}\n# TYPE {name} gauge\n{lines}"),
    }
}

fn sample(name: &str, labels: &[Label], value: f64) -> String {
    let label = |(name, value): &Label| format!("{name}=\"{}\"", escaped(value));
    let labels = labels.iter().map(label).collect::<Vec<_>>().join(",");
    let labels = if labels.is_empty() { labels } else { format!("{{{labels}}}") };
    format!("{name}{labels} {value}\n")
}

fn escaped(value: &str) -> String {
    one_line(value).replace('\\', "\\\\").replace('"', "\\\"")
}
