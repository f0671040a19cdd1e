//! One error type: what failed, on what, what to do about it, and the exit code it ends with.

use std::io;
use std::path::PathBuf;

use thiserror::Error as ThisError;

pub use crate::exit::Exit;
use crate::problem::{Id, Invocation, MachineProblem, Problem, ProblemKind, ProblemRecord};

/// What the program returns for every fallible operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong. The text names what failed and on what; [`Error::hint`] says what
/// to do.
#[derive(Debug, ThisError)]
pub enum Error {
    /// Something is wrong that the catalogue knows.
    #[error("{0}")]
    Problem(Box<Problem>),
    /// A file operation was refused.
    #[error("could not {action} `{}`: {source}", path.display())]
    Io {
        /// What was tried, as a verb: `read`, `create`, `remove` …
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// A program could not be started.
    #[error("could not start `{}`: {source}", program.display())]
    Spawn {
        /// The program.
        program: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// Ctrl-C, or a signal that asks to end.
    #[error("interrupted")]
    Interrupted,
    /// What was typed cannot be meant.
    #[error("{message}")]
    Usage {
        /// What is wrong, on what.
        message: String,
        /// What to type instead.
        hint: String,
    },
    /// Not a system that labready can change.
    #[error("{system} is not supported yet: {reason}")]
    Unsupported {
        /// What the system calls itself.
        system: String,
        /// Why not.
        reason: String,
        /// What to do by hand.
        hint: String,
    },
    /// No interpreter fits; the text lists what was found where, and why each was refused.
    #[error("{message}")]
    NoPython {
        /// The requirement, what was found, and why each was refused.
        message: String,
        /// What to do.
        hint: String,
    },
    /// A package is not to be had, though the index is fresh.
    #[error("apt offers no {packages} on {system}")]
    NoPackage {
        /// The packages, quoted.
        packages: String,
        /// What the system calls itself.
        system: String,
    },
    /// Something is not on this machine, and nothing may be fetched.
    #[error("{message}")]
    NotHere {
        /// What.
        message: String,
        /// What to do.
        hint: String,
    },
    /// Something stands where labready would have to write, and it is not labready's to remove.
    #[error("{message}")]
    InTheWay {
        /// What is in the way, and where.
        message: String,
        /// What to do.
        hint: String,
    },
    /// The machine is in a state in which nothing can be begun.
    #[error("{finding}")]
    Broken {
        /// What is wrong, and what mends it.
        finding: Box<ProblemRecord>,
    },
    /// Steps need root and this user has no rights.
    #[error("{}, and this is {user}", if *count == 1 { "one step needs root".to_owned() } else { format!("{count} steps need root") })]
    NeedsRoot {
        /// How many steps.
        count: usize,
        /// Who asks, as a name or a uid.
        user: String,
        /// labready's own command that wants it.
        command: String,
        /// The commands for whoever has the rights, one a line.
        commands: String,
    },
    /// A question would have to be asked and nobody is there to answer.
    #[error("this would change the machine, and there is no terminal to ask on")]
    NobodyToAsk,
    /// A step of the plan failed.
    #[error("{title}: {finding}")]
    Step {
        /// The step's title.
        title: String,
        /// Why, with the evidence.
        finding: Box<ProblemRecord>,
        /// What to do.
        hint: String,
    },
    /// A state that labready's own logic excludes.
    #[error("internal error: {message}")]
    Bug {
        /// What was found.
        message: String,
    },
}

impl<P: Into<Problem>> From<P> for Error {
    fn from(problem: P) -> Self {
        Self::Problem(Box::new(problem.into()))
    }
}

impl Error {
    /// The same, for whoever typed this.
    #[must_use]
    pub fn typed_as(self, typed: &Invocation) -> Self {
        match self {
            Self::Problem(problem) => Self::Problem(Box::new(problem.typed_as(typed))),
            other => other,
        }
    }

    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Problem(problem) => problem.hint(),
            Self::Usage { hint, .. }
            | Self::Unsupported { hint, .. }
            | Self::NoPython { hint, .. }
            | Self::NotHere { hint, .. }
            | Self::InTheWay { hint, .. }
            | Self::Step { hint, .. } => Some(hint.clone()),
            Self::NeedsRoot { command, commands, .. } => Some(format!(
                "run `sudo labready {command}`, or hand these commands to whoever administers this machine:\n{commands}"
            )),
            Self::Broken { finding } => {
                finding.fix.as_ref().map(|fix| format!("mend it with `{fix}`, then try again"))
            }
            Self::NoPackage { .. } => Some(
                "check apt's sources and `apt-get update`: its warnings name the source that failed; on Ubuntu, is universe enabled?".into(),
            ),
            Self::NobodyToAsk => {
                Some("`labready plan` shows what would change; `--yes` agrees to it".into())
            }
            Self::Bug { .. } => Some("please report this, with the output of `labready plan --format json`".into()),
            Self::Io { .. } | Self::Spawn { .. } | Self::Interrupted => None,
        }
    }

    /// The same, where a command of labready's goes on once the cause is mended.
    #[must_use]
    pub fn resumed_by(self, command: &str) -> Self {
        match self {
            Self::Step { title, finding, hint } => Self::Step {
                title,
                finding,
                hint: format!(
                    "{hint}; then run `labready {command}` again: it goes on where it stopped"
                ),
            },
            other => other,
        }
    }

    /// Which kind of problem it is, where the catalogue has it.
    pub fn kind(&self) -> Option<&ProblemKind> {
        match self {
            Self::Problem(problem) => Some(&problem.kind),
            _ => None,
        }
    }

    /// The problem in words, as reports have it.
    pub fn finding(&self) -> Option<ProblemRecord> {
        let id = match self {
            Self::Problem(problem) => return Some((&**problem).into()),
            Self::Io { .. } | Self::Spawn { .. } => {
                let refused = MachineProblem::FileRefused { said: self.to_string() };
                return Some(Problem::new(refused).into());
            }
            Self::Step { finding, .. } | Self::Broken { finding } => {
                return Some((**finding).clone());
            }
            Self::Unsupported { .. } => Id::SystemUnsupported,
            Self::NoPython { .. } => Id::PythonNotOffered,
            Self::NoPackage { .. } => Id::PackageNotOffered,
            Self::NotHere { .. } => Id::PackageNotHere,
            Self::InTheWay { .. } => Id::FileInTheWay,
            Self::NeedsRoot { .. } => Id::RightsMissing,
            Self::Usage { .. } | Self::NobodyToAsk | Self::Interrupted | Self::Bug { .. } => {
                return None;
            }
        };
        Some(ProblemRecord::error(id, self.to_string(), ""))
    }

    /// How the run ends because of it.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Problem(problem) => problem.exit(),
            Self::Usage { .. } | Self::NobodyToAsk => Exit::Usage,
            Self::Unsupported { .. }
            | Self::NoPython { .. }
            | Self::NoPackage { .. }
            | Self::NotHere { .. }
            | Self::Broken { .. }
            | Self::InTheWay { .. } => Exit::NotReady,
            Self::NeedsRoot { .. } => Exit::NeedsRights,
            Self::Step { .. } | Self::Spawn { .. } => Exit::StepFailed,
            Self::Io { .. } => Exit::Inconclusive,
            Self::Interrupted => Exit::Interrupted,
            Self::Bug { .. } => Exit::Bug,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_machine_has_an_id_and_what_is_wrong_with_a_wish_has_none() {
        let none = Error::NoPython {
            message: "no Python in `>=3.7` was found".into(),
            hint: String::new(),
        };
        let found = serde_json::to_value(none.finding()).unwrap();
        assert_eq!(
            (found["id"].as_str(), found["title"].as_str()),
            (Some("python-not-offered"), Some("no Python in `>=3.7` was found"))
        );
        assert_eq!(Error::NobodyToAsk.finding(), None);
    }
}
