//! One error type: what failed, on what, what to do about it, and the exit code it ends with.

use std::io;
use std::path::PathBuf;

use thiserror::Error as ThisError;

pub use crate::exit::Exit;
use crate::problem::{Id, MachineProblem, Problem, ProblemRecord};

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
    File {
        /// What was tried, as a verb: `read`, `create`, `remove` …
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// A file is larger than anything that is expected there.
    #[error("`{}` is larger than {limit} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// How much is read at the most, in bytes.
        limit: u64,
    },
    /// A program could not be started.
    #[error("could not start `{}`: {source}", program.display())]
    Spawn {
        /// The program.
        program: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// A program that this system should have is not there.
    #[error("`{program}` was not found in the system's program folders")]
    NoProgram {
        /// Its name.
        program: String,
    },
    /// A program did not end in time and was stopped.
    #[error("`{program}` did not end within {seconds} s and was stopped")]
    TimedOut {
        /// Its name.
        program: String,
        /// The limit, in seconds.
        seconds: u64,
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
    /// The course file is not usable.
    #[error("{location}: {message}")]
    Course {
        /// File, and line where known: `course.toml:12`.
        location: String,
        /// What is wrong.
        message: String,
        /// What to write instead.
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
    /// A script did not run to its end, or what it prints is no lab.
    #[error("{message}")]
    Script {
        /// What it did, and what that means.
        message: String,
        /// What to do.
        hint: String,
    },
    /// What was observed contradicts itself, or is too unsteady to say anything from it.
    #[error("{message}")]
    Unclear {
        /// What was seen.
        message: String,
        /// What to do.
        hint: String,
    },
    /// Something is not on this machine, and nothing may be fetched.
    #[error("{message}")]
    NotHere {
        /// What.
        message: String,
        /// What to do.
        hint: String,
    },
    /// A bundle that cannot be used here, or cannot be made.
    #[error("{message}")]
    Bundle {
        /// What is wrong with it, on what.
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
    /// A result could not be written to the place that was asked for.
    #[error("could not write the report: {source}")]
    Output {
        /// What the system answered.
        source: io::Error,
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
    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Problem(problem) => problem.hint(),
            Self::Usage { hint, .. }
            | Self::Course { hint, .. }
            | Self::Unsupported { hint, .. }
            | Self::NoPython { hint, .. }
            | Self::Script { hint, .. }
            | Self::Unclear { hint, .. }
            | Self::NotHere { hint, .. }
            | Self::Bundle { hint, .. }
            | Self::InTheWay { hint, .. } => Some(hint.clone()),
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
            Self::NoProgram { program } => Some(format!(
                "is this a Debian- or Ubuntu-family system with its PATH intact? look for it with `command -v {program}`"
            )),
            Self::TimedOut { .. } => Some("run it by hand to see what it waits for".into()),
            Self::Bug { .. } => Some("please report this, with the output of `labready plan --format json`".into()),
            Self::File { .. } | Self::TooLarge { .. } | Self::Spawn { .. } | Self::Interrupted | Self::Output { .. } => None,
        }
    }

    /// The same, as the reason why the step with this title failed.
    #[must_use]
    pub fn in_step(self, title: &str) -> Self {
        let problem = match self {
            Self::Interrupted | Self::Bug { .. } => return self,
            Self::Problem(problem) => *problem,
            Self::NoProgram { program } => MachineProblem::ProgramMissing { program }.into(),
            Self::TimedOut { program, seconds } => {
                MachineProblem::ProgramTimedOut { program, seconds }.into()
            }
            refused => MachineProblem::FileRefused { said: refused.to_string() }.into(),
        };
        Self::from(problem.in_step(title))
    }

    /// What was found to be the cause, where it is one of the catalogue.
    pub fn finding(&self) -> Option<ProblemRecord> {
        let id = match self {
            Self::Problem(problem) => return Some((&**problem).into()),
            Self::Broken { finding } => return Some((**finding).clone()),
            Self::Unsupported { .. } => Id::SystemUnsupported,
            Self::NoPython { .. } => Id::PythonNotOffered,
            Self::NoPackage { .. } => Id::PackageNotOffered,
            Self::NotHere { .. } => Id::PackageNotHere,
            Self::InTheWay { .. } => Id::FileInTheWay,
            Self::NeedsRoot { .. } => Id::RightsMissing,
            _ => return None,
        };
        Some(ProblemRecord::error(id, self.to_string(), ""))
    }

    /// How the run ends because of it.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Problem(problem) => problem.exit(),
            Self::Usage { .. } | Self::Course { .. } | Self::Bundle { .. } | Self::NobodyToAsk => {
                Exit::Usage
            }
            Self::Unsupported { .. }
            | Self::NoPython { .. }
            | Self::NoPackage { .. }
            | Self::Script { .. }
            | Self::NotHere { .. }
            | Self::Broken { .. }
            | Self::InTheWay { .. } => Exit::NotReady,
            Self::NeedsRoot { .. } => Exit::NeedsRights,
            Self::NoProgram { .. } | Self::Spawn { .. } | Self::TimedOut { .. } => Exit::StepFailed,
            Self::Unclear { .. }
            | Self::File { .. }
            | Self::TooLarge { .. }
            | Self::Output { .. } => Exit::Inconclusive,
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

    #[test]
    fn what_fails_in_a_step_is_a_problem_of_that_step_unless_the_user_or_labready_itself_stopped_it()
     {
        let failed = |error: Error| {
            let error = error.in_step("Refresh apt's package index");
            let id = error.finding().map(|found| found.id.name());
            format!("{:?} {}: {error}", error.exit(), id.unwrap_or("-"))
        };
        let lines = [
            failed(MachineProblem::CloudInitRunning.into()),
            failed(Error::File {
                action: "write",
                path: "/etc/apt/x".into(),
                source: io::Error::from_raw_os_error(30),
            }),
            failed(Error::NoProgram { program: "sudo".into() }),
            failed(Error::TimedOut { program: "apt-get".into(), seconds: 3600 }),
            failed(Error::Interrupted),
            failed(Error::Bug { message: "a step without an end".into() }),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r"
        StepFailed cloud-init-running: refresh apt's package index: cloud-init is still preparing this machine: until it finishes, it changes apt's sources and installs packages
        StepFailed file-refused: refresh apt's package index: could not write `/etc/apt/x`: Read-only file system (os error 30)
        StepFailed program-missing: refresh apt's package index: `sudo` is not on this machine
        StepFailed program-timed-out: refresh apt's package index: `apt-get` did not finish within 3600 s and was stopped
        Interrupted -: interrupted
        Bug -: internal error: a step without an end
        ");
    }
}
