//! How a command ends: status, exit code and sentence, chosen together.

use serde::Serialize;

use crate::error::{Error, Exit};

/// The answer of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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
}

impl Outcome {
    /// Ready, or done.
    pub fn ready(sentence: impl Into<String>) -> Self {
        Self { status: Status::Ready, exit: Exit::Ready, sentence: sentence.into() }
    }

    /// Not ready.
    pub fn not_ready(sentence: impl Into<String>) -> Self {
        Self { status: Status::NotReady, exit: Exit::NotReady, sentence: sentence.into() }
    }

    /// It could not be checked.
    pub fn inconclusive(sentence: impl Into<String>) -> Self {
        Self { status: Status::Inconclusive, exit: Exit::Inconclusive, sentence: sentence.into() }
    }

    /// A plan with steps was asked for and is shown: the machine is not ready, and the command did
    /// what it was asked to do.
    pub fn plan_shown(sentence: impl Into<String>) -> Self {
        Self { status: Status::NotReady, exit: Exit::Ready, sentence: sentence.into() }
    }

    /// The plan was declined. The same for setup, repair and undo: what was asked for is not done.
    pub fn declined() -> Self {
        Self::not_ready("Nothing was changed.")
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
        Self { status, exit, sentence: String::new() }
    }
}
