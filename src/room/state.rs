//! What a machine of the room is.

use serde::Serialize;

use super::{Machine, Question};
use crate::lab::Verdict;
use crate::outcome::Status;
use crate::room::summary::Summary;

/// Commands whose answer is whether the machine is ready.
const TELLING: [&str; 4] = ["doctor", "plan", "setup", "verify"];

/// What a machine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MachineState {
    /// Everything is there, and the labs pass.
    Ready,
    /// Everything is there; the labs were not run.
    ReadyWithoutLabs,
    /// Something is missing, or a lab failed.
    NotReady,
    /// Its report does not tell.
    Inconclusive,
    /// Its report is too old to tell.
    Stale,
    /// There is no report.
    NoReport,
}

impl MachineState {
    /// Whether the machine is ready, as far as was asked.
    pub fn is_ready(self) -> bool {
        matches!(self, Self::Ready | Self::ReadyWithoutLabs)
    }

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::ReadyWithoutLabs => "ready_without_labs",
            Self::NotReady => "not_ready",
            Self::Inconclusive => "inconclusive",
            Self::Stale => "stale",
            Self::NoReport => "no_report",
        }
    }
}

/// How many machines are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Counts {
    /// All of them.
    pub machines: usize,
    /// See [`MachineState`].
    pub ready: usize,
    /// See [`MachineState`].
    pub ready_without_labs: usize,
    /// See [`MachineState`].
    pub not_ready: usize,
    /// See [`MachineState`].
    pub inconclusive: usize,
    /// See [`MachineState`].
    pub stale: usize,
    /// See [`MachineState`].
    pub no_report: usize,
}

impl Counts {
    /// Counts machines.
    pub fn of(machines: &[Machine]) -> Self {
        let mut counts = Self { machines: machines.len(), ..Self::default() };
        for machine in machines {
            *match machine.state {
                MachineState::Ready => &mut counts.ready,
                MachineState::ReadyWithoutLabs => &mut counts.ready_without_labs,
                MachineState::NotReady => &mut counts.not_ready,
                MachineState::Inconclusive => &mut counts.inconclusive,
                MachineState::Stale => &mut counts.stale,
                MachineState::NoReport => &mut counts.no_report,
            } += 1;
        }
        counts
    }
}

/// What a machine is, held against the course that is meant.
pub fn of(machine: &Machine, course: Option<&str>, question: &Question) -> MachineState {
    let Some(report) = machine.report() else { return MachineState::NoReport };
    if let Some(fresh) = question.fresh {
        // A report without a time proves nothing.
        if report.time().is_none_or(|time| question.now.duration_since(time) > fresh) {
            return MachineState::Stale;
        }
    }
    match report.status {
        Status::NotReady => MachineState::NotReady,
        Status::Ready if proves_ready(report) && !is_of_another_course(report, course) => {
            if report.labs_run { MachineState::Ready } else { MachineState::ReadyWithoutLabs }
        }
        Status::Ready | Status::Inconclusive => MachineState::Inconclusive,
    }
}

/// Whether what the report holds is what it says: `undo` is done when it is done, and a self-test
/// judges the judge.
fn proves_ready(report: &Summary) -> bool {
    is_telling(report)
        && report.labs.iter().all(|lab| lab.status == Verdict::Pass)
        && report.errors().next().is_none()
}

/// Whether the report's command tells whether the machine is ready.
pub fn is_telling(report: &Summary) -> bool {
    let command = report.command.as_str();
    TELLING.contains(&command) && (command != "verify" || report.labs_run)
}

/// Whether the machine was judged by another course than is meant.
pub fn is_of_another_course(report: &Summary, course: Option<&str>) -> bool {
    match (course, &report.course) {
        (Some(course), Some(own)) => own.digest != course,
        _ => false,
    }
}
