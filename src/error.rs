//! One error type. What is wrong with a machine, a course or a wish is a problem of the catalogue;
//! the rest is what the system refused, and what ends a run.

use std::any::Any;
use std::io;
use std::path::PathBuf;

use thiserror::Error as ThisError;

pub use crate::exit::Exit;
use crate::problem::{
    DiskProblem, Invocation, MachineProblem, Problem, ProblemKind, ProblemRecord,
};

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

    /// The same, as the reason why the step with this title failed.
    #[must_use]
    pub fn in_step(self, title: &str) -> Self {
        match self.problem() {
            Some(problem) => Self::from(problem.in_step(title)),
            None => self,
        }
    }

    /// A panic that was caught, by what it was given.
    pub fn panicked(with: &(dyn Any + Send)) -> Self {
        let text = with.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| with.downcast_ref::<String>().cloned());
        Self::Bug { message: text.unwrap_or_else(|| "panic".into()) }
    }

    /// Which kind of problem it is, where the catalogue has it.
    pub fn kind(&self) -> Option<&ProblemKind> {
        match self {
            Self::Problem(problem) => Some(&problem.kind),
            _ => None,
        }
    }

    /// The problem; what the system refused is one, too.
    pub fn problem(&self) -> Option<Problem> {
        match self {
            Self::Problem(problem) => Some((**problem).clone()),
            Self::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                Some(DiskProblem::SomeFull { said: self.to_string() }.into())
            }
            Self::Io { .. } | Self::Spawn { .. } => {
                Some(MachineProblem::FileRefused { said: self.to_string() }.into())
            }
            Self::Interrupted | Self::Bug { .. } => None,
        }
    }

    /// The problem in words, as reports have it.
    pub fn record(&self) -> Option<ProblemRecord> {
        self.problem().map(ProblemRecord::from)
    }

    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Problem(problem) => problem.hint(),
            Self::Bug { .. } => {
                Some("please report this, with the output of `labready plan --format json`".into())
            }
            Self::Io { .. } | Self::Spawn { .. } | Self::Interrupted => None,
        }
    }

    /// What to type after an interruption.
    pub fn hint_to_go_on(&self, typed: &Invocation) -> Option<String> {
        let again = typed.to_go_on().filter(|_| matches!(self, Self::Interrupted))?;
        Some(format!("run `{again}` again to continue where it stopped"))
    }

    /// How the run ends because of it.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Problem(problem) => problem.exit(),
            Self::Io { .. } => Exit::Inconclusive,
            Self::Spawn { .. } => Exit::StepFailed,
            Self::Interrupted => Exit::Interrupted,
            Self::Bug { .. } => Exit::Bug,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_in_a_step_is_a_problem_of_that_step_unless_the_user_or_labready_itself_stopped_it()
     {
        let failed = |error: Error| {
            let error = error.in_step("Refresh apt's package index");
            let id = error.record().map(|found| found.id.name());
            format!("{:?} {}: {error}", error.exit(), id.unwrap_or("-"))
        };
        let program = "apt-get".to_owned();
        let lines = [
            failed(MachineProblem::CloudInitRunning.into()),
            failed(Error::Io {
                action: "write",
                path: "/etc/apt/x".into(),
                source: io::Error::from_raw_os_error(30),
            }),
            failed(
                MachineProblem::ProgramTimedOut { program, seconds: 3600, goes_on: false }.into(),
            ),
            failed(Error::Interrupted),
            failed(Error::Bug { message: "a step without an end".into() }),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r"
        StepFailed cloud-init-running: refresh apt's package index: cloud-init is still preparing this machine: it changes apt's sources and installs packages until it finishes
        StepFailed file-refused: refresh apt's package index: could not write `/etc/apt/x`: Read-only file system (os error 30)
        StepFailed program-timed-out: refresh apt's package index: `apt-get` did not finish within 3600 s
        Interrupted -: interrupted
        Bug -: internal error: a step without an end
        ");
    }
}
