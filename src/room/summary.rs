//! What a room knows of one machine: the slim form of its report. It is read from a report, or from
//! a summary, whatever else stands in them.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::event::StepStatus;
use crate::lab::Verdict;
use crate::outcome::Status;
use crate::problem::Severity;

/// What a summary says it is.
pub const SCHEMA: &str = "labready.summary";

/// A report without evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Summary {
    /// What this document is.
    #[cfg_attr(test, schemars(extend("const" = "labready.summary")))]
    pub schema: String,
    /// `MAJOR.MINOR`: a minor version adds keys, a major one may break.
    #[cfg_attr(test, schemars(regex(pattern = r"^1\.[0-9]+$")))]
    pub format_version: String,
    /// The version of labready.
    pub labready: String,
    /// The command: `setup`, `doctor`, `verify` …
    pub command: String,
    /// How it ended.
    pub status: Status,
    /// Its exit code.
    pub exit_code: u8,
    /// The answer in one sentence; empty in a summary without names.
    #[serde(default)]
    pub sentence: String,
    /// When it began: RFC 3339, UTC, by the machine's own clock.
    pub started_at: String,
    /// How long it took, in milliseconds.
    #[serde(default)]
    pub duration_ms: u64,
    /// The machine; null when it was not looked at.
    pub host: Option<HostSummary>,
    /// The course; null when it could not be read.
    pub course: Option<CourseSummary>,
    /// The interpreter that was chosen; null when none was.
    pub python: Option<PythonSummary>,
    /// The virtual environment; null when the machine was not looked at.
    pub venv: Option<VenvSummary>,
    /// What changes, or changed.
    #[serde(default)]
    pub steps: Vec<StepSummary>,
    /// Whether labs were run.
    #[serde(default)]
    pub labs_run: bool,
    /// The labs.
    #[serde(default)]
    pub labs: Vec<LabSummary>,
    /// What was noticed.
    #[serde(default)]
    pub problems: Vec<ProblemSummary>,
    /// Why the command could not be carried out; null when it could.
    pub error: Option<ErrorSummary>,
}

/// The machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HostSummary {
    /// Its own name; empty in a summary without names.
    #[serde(default)]
    pub hostname: String,
    /// Its distribution.
    pub distro: DistroSummary,
}

/// The distribution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DistroSummary {
    /// `debian`.
    pub id: String,
    /// `12`.
    pub version: String,
    /// `bookworm`.
    pub codename: String,
}

/// The course.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CourseSummary {
    /// Its name.
    pub name: String,
    /// Its digest.
    pub digest: String,
}

/// The interpreter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PythonSummary {
    /// `3.11.2`.
    pub version: String,
}

/// The virtual environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct VenvSummary {
    /// The version of its interpreter; null where it has none.
    pub version: Option<String>,
}

/// A step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StepSummary {
    /// A slug.
    pub id: String,
    /// What it does; empty in a summary without names.
    #[serde(default)]
    pub title: String,
    /// What came of it.
    pub status: StepStatus,
}

/// A lab.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LabSummary {
    /// Its name.
    pub name: String,
    /// The verdict.
    pub status: Verdict,
    /// What decided.
    pub reason: String,
    /// What happened; empty in a summary without names.
    #[serde(default)]
    pub summary: String,
    /// What to do.
    pub fix: Option<String>,
}

/// A problem.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ProblemSummary {
    /// Which kind.
    pub id: String,
    /// How much it matters.
    pub severity: Severity,
    /// What; empty in a summary without names.
    #[serde(default)]
    pub title: String,
    /// The command that fixes it.
    pub fix: Option<FixSummary>,
    /// What to do, where no single command does it.
    pub advice: Option<String>,
}

/// A command that fixes a problem.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FixSummary {
    /// The command, as typed in a shell.
    pub command: String,
    /// Whether it needs root.
    pub needs_root: bool,
}

/// Why a command could not be carried out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ErrorSummary {
    /// What failed; empty in a summary without names.
    #[serde(default)]
    pub message: String,
    /// The cause, where it is known.
    pub problem: Option<ProblemSummary>,
}

impl Summary {
    /// When it began; `None` where that is no time.
    pub fn time(&self) -> Option<Timestamp> {
        self.started_at.parse().ok()
    }

    /// The machine's own name.
    pub fn hostname(&self) -> Option<&str> {
        self.host.as_ref().map(|host| host.hostname.as_str())
    }

    /// Whether this is the later report of the same machine. Of two from one second, any, but
    /// always the same.
    pub fn is_newer_than(&self, other: &Self) -> bool {
        let texts = || {
            let text = |summary| serde_json::to_string(summary).unwrap_or_default();
            text(self).cmp(&text(other))
        };
        self.time().cmp(&other.time()).then_with(texts) == Ordering::Greater
    }

    /// The problems that keep the machine from being ready: the error's first.
    pub fn errors(&self) -> impl Iterator<Item = &ProblemSummary> {
        let error = self.error.iter().filter_map(|error| error.problem.as_ref());
        error.chain(self.of_severity(Severity::Error))
    }

    /// The problems of one severity.
    pub fn of_severity(&self, severity: Severity) -> impl Iterator<Item = &ProblemSummary> {
        self.problems.iter().filter(move |problem| problem.severity == severity)
    }

    /// Steps that are still to be done.
    pub fn open_steps(&self) -> impl Iterator<Item = &StepSummary> {
        self.steps.iter().filter(|step| step.status != StepStatus::Done)
    }

    /// Labs that did not pass.
    pub fn open_labs(&self) -> impl Iterator<Item = &LabSummary> {
        self.labs.iter().filter(|lab| lab.status != Verdict::Pass)
    }
}

impl FixSummary {
    /// With sudo where it needs root.
    pub fn as_typed(&self) -> String {
        let needs_sudo = self.needs_root && !self.command.starts_with("sudo ");
        format!("{}{}", if needs_sudo { "sudo " } else { "" }, self.command)
    }
}
