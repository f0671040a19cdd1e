//! Something happened: all that reporting code learns from doing code.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::facts::Facts;
use crate::lab::{LabResult, ScriptSource};
use crate::outcome::Outcome;
use crate::plan::{Plan, Step};
use crate::problem::{Invocation, Problem, ProblemRecord};

/// One thing that happened, in the order in which it did. `--log` and `--format ndjson` write one a
/// line.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A command began.
    Started {
        /// `setup`, `plan`, `verify` …
        command: String,
        /// RFC 3339, UTC.
        started_at: String,
        /// The course's name.
        course: String,
        /// The course's digest.
        digest: String,
    },
    /// The machine was looked at.
    Looked {
        /// What is true now. Notes for whoever looks into a log: the keys in it are no promise.
        #[cfg_attr(test, schemars(with = "serde_json::Map<String, serde_json::Value>"))]
        facts: Box<Facts>,
    },
    /// What must change was decided.
    Planned {
        /// The plan; empty when the machine has everything.
        plan: Box<Plan>,
    },
    /// A step of the plan began.
    StepStarted {
        /// The step's id.
        id: String,
        /// The step's title.
        title: String,
    },
    /// A step came further.
    StepProgress {
        /// The step's id.
        id: String,
        /// How far, from 0 to 100, where it is known.
        percent: Option<f32>,
        /// What it is at.
        text: String,
    },
    /// A step waits for another program.
    StepWaits {
        /// The step's id.
        id: String,
        /// What it waits for: another program, by its name.
        waits_for: String,
        /// How long it has waited, in seconds.
        seconds: u64,
    },
    /// labready was asked to end, and a step is let finish first: what dpkg has begun would be left
    /// half-installed.
    StepDelaysEnd {
        /// The step's id.
        id: String,
    },
    /// A step ended.
    StepFinished {
        /// The step.
        step: Box<Step>,
        /// How it ended.
        status: StepStatus,
        /// How long it took, in milliseconds.
        duration_ms: u64,
        /// Why it failed, when it did.
        reason: Option<String>,
    },
    /// The labs are about to be run: a new round of them.
    LabsPlanned {
        /// All of them, in the order of the report.
        labs: Vec<LabScript>,
        /// ScriptOwner scripts they are.
        scripts: ScriptSource,
    },
    /// A lab's script was started.
    LabStarted {
        /// The lab's name.
        name: String,
        /// The script that is run.
        script: String,
        /// 1 is the first attempt.
        attempt: usize,
    },
    /// A lab was judged.
    LabFinished {
        /// Verdict and evidence.
        lab: Box<LabResult>,
    },
    /// Something that does not stop us and that somebody should know.
    Problem {
        /// The problem.
        #[cfg_attr(test, schemars(with = "ProblemRecord"))]
        problem: Box<Problem>,
    },
    /// A round of labs was reported; the next one begins when a file is saved.
    Watching {
        /// The files.
        files: Vec<PathBuf>,
    },
    /// The command could not be carried out.
    Failed {
        /// How it ends.
        #[serde(flatten)]
        outcome: Outcome,
        /// Why, and what to do.
        error: ErrorPart,
        /// How long it all took, in milliseconds.
        duration_ms: u64,
    },
    /// The command ended.
    Finished {
        /// How it ends.
        #[serde(flatten)]
        outcome: Outcome,
        /// How long it all took, in milliseconds.
        duration_ms: u64,
    },
}

impl Event {
    /// A problem that does not stop the command, or something worth knowing.
    pub fn problem(problem: impl Into<Problem>) -> Self {
        Self::Problem { problem: Box::new(problem.into()) }
    }

    /// The command could not be carried out, for this reason.
    pub fn failed(error: &Error, duration_ms: u64) -> Self {
        Self::Failed { outcome: error.into(), error: error.into(), duration_ms }
    }

    /// The same, for whoever typed this: who stopped it is told how to go on.
    pub fn failed_as_typed(error: &Error, typed: &Invocation, duration_ms: u64) -> Self {
        let mut part = ErrorPart::from(error);
        part.hint = part.hint.or_else(|| error.hint_to_go_on(typed));
        Self::Failed { outcome: error.into(), error: part, duration_ms }
    }
}

/// A lab and the script that is run for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LabScript {
    /// The lab's name.
    pub name: String,
    /// A file name, or the path of a student's own copy.
    pub script: String,
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StepStatus {
    /// Shown, not applied.
    Planned,
    /// Done, and verified by the state afterwards.
    Done,
    /// Failed.
    Failed,
    /// Not tried, because an earlier step failed.
    NotTried,
}

/// An error with what to do about it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ErrorPart {
    /// What failed, on what.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// The exit code that it ends with.
    pub exit_code: u8,
    /// What was found to be the cause, where it is known.
    pub problem: Option<ProblemRecord>,
}

impl From<&Error> for ErrorPart {
    fn from(error: &Error) -> Self {
        let problem = error.record();
        Self {
            message: error.to_string(),
            hint: error.hint(),
            exit_code: error.exit().code(),
            problem,
        }
    }
}

/// Where events go. Steps and labs run in parallel, so events come from several threads.
pub type Sink<'a> = &'a (dyn Fn(Event) + Sync);
