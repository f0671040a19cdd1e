//! How a command ends: status, exit code and sentence, chosen together.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Exit};
use crate::version::PythonVersion;

/// The answer of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Everything is installed, and every lab that was run passed.
    Ready,
    /// Something is missing, or a lab failed.
    NotReady,
    /// It is not known.
    Inconclusive,
}

/// How a command ends. The constructors are every pair of status and exit code that there is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Outcome {
    /// The answer.
    pub status: Status,
    /// The exit code.
    #[serde(rename = "exit_code")]
    #[cfg_attr(test, schemars(with = "u8"))]
    pub exit: Exit,
    /// The answer in one sentence; empty when an error or the command's own text is the answer.
    pub sentence: String,
    /// What to type next, on a workstation that setup made ready; else null.
    pub next: Option<Next>,
}

/// What to type next on a workstation that is ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Next {
    /// The virtual environment's Python.
    pub python: PythonVersion,
    /// The virtual environment's folder.
    pub venv: PathBuf,
    /// The lab's file, where it has to be brought first; else null.
    pub lacks: Option<String>,
    /// The lines, in order, for bash.
    pub commands: Vec<String>,
}

impl Outcome {
    fn of(status: Status, exit: Exit, sentence: impl Into<String>) -> Self {
        Self { status, exit, sentence: sentence.into(), next: None }
    }

    /// The same with what to type next, where it is ready.
    #[must_use]
    pub fn with_next(self, next: Option<Next>) -> Self {
        let next = next.filter(|_| self.status == Status::Ready);
        Self { next, ..self }
    }

    /// Ready, or done.
    pub fn ready(sentence: impl Into<String>) -> Self {
        Self::of(Status::Ready, Exit::Ready, sentence)
    }

    /// Not ready.
    pub fn not_ready(sentence: impl Into<String>) -> Self {
        Self::of(Status::NotReady, Exit::NotReady, sentence)
    }

    /// It could not be checked.
    pub fn inconclusive(sentence: impl Into<String>) -> Self {
        Self::of(Status::Inconclusive, Exit::Inconclusive, sentence)
    }

    /// A plan with steps was asked for and is shown: the machine is not ready, and the command did
    /// what it was asked to do.
    pub fn plan_shown(sentence: impl Into<String>) -> Self {
        Self::of(Status::NotReady, Exit::Ready, sentence)
    }

    /// The plan was declined. The same for setup, repair and undo: what was asked for is not done.
    /// `refreshed`: apt's index was, to make the plan.
    pub fn declined(refreshed: bool) -> Self {
        Self::not_ready(if refreshed {
            "Nothing was changed, except that apt's package index is up to date now."
        } else {
            "Nothing was changed."
        })
    }

    /// The command printed a text of its own, and that is all.
    pub fn printed() -> Self {
        Self::ready("")
    }
}

impl From<&Error> for Outcome {
    fn from(error: &Error) -> Self {
        let exit = error.exit();
        let status = match exit {
            Exit::Ready => Status::Ready,
            Exit::NotReady | Exit::StepFailed | Exit::NeedsRights => Status::NotReady,
            Exit::Usage | Exit::Inconclusive | Exit::Bug | Exit::Interrupted => {
                Status::Inconclusive
            }
        };
        Self::of(status, exit, "")
    }
}
