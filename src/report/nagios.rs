//! A line for Nagios, Icinga and whatever runs their plugins, and their exit codes.

use super::{Report, summary};
use crate::lab::Verdict;
use crate::problem::Severity;
use crate::room::state::MachineState;
use crate::room::{Machine, Room};
use crate::words::one_line;

/// What a plugin answers. The numbers are its exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Service {
    Ok = 0,
    Warning = 1,
    Critical = 2,
    Unknown = 3,
}

impl Service {
    fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// The exit code for the report of one machine.
pub fn code_of_machine(report: &Report) -> u8 {
    let room = summary::room_of_one(report).ok();
    let machine = room.as_ref().and_then(|room| room.machines.first());
    machine.map_or(Service::Unknown, of) as u8
}

/// The exit code for a room.
pub fn code_of_room(room: &Room) -> u8 {
    of_counts(room) as u8
}

fn of(machine: &Machine) -> Service {
    match machine.state {
        MachineState::Ready | MachineState::ReadyWithoutLabs => {
            match number(machine, Severity::Warning) {
                0 => Service::Ok,
                _ => Service::Warning,
            }
        }
        MachineState::Stale => Service::Warning,
        MachineState::NotReady => Service::Critical,
        MachineState::Inconclusive | MachineState::NoReport => Service::Unknown,
    }
}

fn of_counts(room: &Room) -> Service {
    let counts = &room.counts;
    match counts {
        _ if counts.not_ready > 0 => Service::Critical,
        _ if counts.machines == 0 || counts.no_report + counts.inconclusive > 0 => Service::Unknown,
        _ if counts.stale > 0 => Service::Warning,
        _ => Service::Ok,
    }
}

fn number(machine: &Machine, severity: Severity) -> usize {
    machine.report().map_or(0, |report| match severity {
        Severity::Error => report.errors().count(),
        severity => report.of_severity(severity).count(),
    })
}

/// One machine: how it is, how many problems and labs, then a line per problem.
pub(super) fn of_machine(room: &Room) -> String {
    let Some(machine) = room.machines.first() else { return String::new() };
    let report = machine.report();
    let sentence = report.map(|report| match &report.error {
        Some(error) => error.message.clone(),
        None => report.sentence.clone(),
    });
    let mut data = format!(
        "problems={};;0;0 warnings={};0;;0",
        number(machine, Severity::Error),
        number(machine, Severity::Warning)
    );
    if let Some(report) = report.filter(|report| report.labs_run) {
        let all = report.labs.len();
        let passed = report.labs.iter().filter(|lab| lab.status == Verdict::Pass).count();
        data += &format!(" labs_passed={passed};;{all}:;0;{all}");
    }
    line(of(machine), &sentence.unwrap_or_default(), &data) + &causes(room)
}

/// A room: its sentence, how many machines of each state, then a line per cause.
pub(super) fn of_room(room: &Room) -> String {
    let counts = &room.counts;
    let all = counts.machines;
    let data = format!(
        "ready={};;;0;{all} not_ready={};;0;0;{all} no_report={};;;0;{all} stale={};0;;0;{all} inconclusive={};;;0;{all}",
        counts.ready + counts.ready_without_labs,
        counts.not_ready,
        counts.no_report,
        counts.stale,
        counts.inconclusive
    );
    line(of_counts(room), &room.outcome.sentence, &data) + &causes(room)
}

fn line(service: Service, sentence: &str, data: &str) -> String {
    format!("LABREADY {} - {} | {data}\n", service.name(), plain(sentence))
}

fn causes(room: &Room) -> String {
    let line = |cause: &crate::room::causes::SharedCause| {
        let fix = cause.fix.as_ref().or(cause.advice.as_ref());
        let fix = fix.map(|fix| format!(" (fix: {fix})")).unwrap_or_default();
        let text = format!("{} [{}]: {}{fix}", cause.folded, cause.id, cause.title);
        plain(&text) + "\n"
    };
    room.causes.iter().map(line).collect()
}

/// ASCII on one line, without the sign that performance data begin with.
fn plain(text: &str) -> String {
    let plain = |c: char| match c {
        '|' => '/',
        c if c.is_ascii() => c,
        _ => '?',
    };
    one_line(text).chars().map(plain).collect()
}
