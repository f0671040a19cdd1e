//! Problems of the machine as it is.

use std::path::PathBuf;

use super::{Describe, Id, Invocation, OtherRun, PythonLink, ReadOnlyMount, Remedy};
use crate::exit::Exit;
use crate::shell::quoted_line;
use crate::words::path;

/// What can be wrong with the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MachineProblem {
    /// Another run of labready works there.
    AnotherRun {
        /// Which, where that is known.
        run: Option<OtherRun>,
    },
    /// Something changed after the plan was made.
    ChangedSincePlan {
        /// At this place.
        place: PathBuf,
    },
    /// cloud-init is still preparing the machine.
    CloudInitRunning,
    /// The release gets no more updates.
    EndOfLife {
        /// What the system calls itself.
        system: String,
        /// The release's codename.
        codename: String,
    },
    /// The system refused an operation within a step.
    FileRefused {
        /// What was tried, on what, and what the system answered.
        said: String,
    },
    /// A file is larger than anything that belongs there.
    FileTooLarge {
        /// The file.
        file: PathBuf,
        /// How much is read at most, in bytes.
        limit_bytes: u64,
    },
    /// Nothing can be written where packages are installed.
    ReadOnly {
        /// Where, and why.
        mount: ReadOnlyMount,
        /// What a program said of it, or empty.
        said: String,
    },
    /// A program did not end in time.
    ProgramTimedOut {
        /// Its name.
        program: String,
        /// The limit, in seconds.
        seconds: u64,
        /// Whether it goes on: what must not be left half-done is not stopped.
        goes_on: bool,
    },
    /// /usr/bin/python3 is not the system's own.
    SystemPython(PythonLink),
    /// Not a system that labready can change.
    Unsupported {
        /// What the system calls itself.
        system: String,
    },
}

impl Describe for MachineProblem {
    fn id(&self) -> Id {
        match self {
            Self::AnotherRun { .. } => Id::AnotherRun,
            Self::ChangedSincePlan { .. } => Id::ChangedSincePlan,
            Self::CloudInitRunning => Id::CloudInitRunning,
            Self::EndOfLife { .. } => Id::ReleaseEndOfLife,
            Self::FileRefused { .. } => Id::FileRefused,
            Self::FileTooLarge { .. } => Id::FileTooLarge,
            Self::ReadOnly { .. } => Id::FileSystemReadOnly,
            Self::ProgramTimedOut { .. } => Id::ProgramTimedOut,
            Self::SystemPython(_) => Id::SystemPythonSwitched,
            Self::Unsupported { .. } => Id::SystemUnsupported,
        }
    }

    fn title(&self) -> String {
        match self {
            Self::AnotherRun { run } => {
                format!("{} is still working", OtherRun::words(run.as_ref()))
            }
            Self::ChangedSincePlan { place } => {
                format!("{} has changed since the plan was shown", path(place))
            }
            Self::CloudInitRunning => "cloud-init is still preparing this machine".into(),
            Self::EndOfLife { system, .. } => format!("{system} no longer gets updates"),
            Self::FileRefused { said } => said.clone(),
            Self::FileTooLarge { file, limit_bytes } => {
                format!("{} is larger than {limit_bytes} bytes", path(file))
            }
            Self::ReadOnly { mount, .. } => mount.title(),
            Self::ProgramTimedOut { program, seconds, goes_on: false } => {
                format!("`{program}` did not finish within {seconds} s")
            }
            Self::ProgramTimedOut { program, seconds, .. } => {
                format!("`{program}` is still running after {} minutes", seconds / 60)
            }
            Self::SystemPython(link) => link.title(),
            Self::Unsupported { system } => format!("labready cannot set up {system}"),
        }
    }

    fn evidence(&self) -> String {
        match self {
            Self::ReadOnly { mount, said } if said.is_empty() => mount.evidence(),
            Self::ReadOnly { said, .. } => said.clone(),
            Self::CloudInitRunning => {
                "it changes apt's sources and installs packages until it finishes".into()
            }
            Self::EndOfLife { codename, .. } => format!(
                "{codename} is past its end of life, so its packages may be gone from the servers"
            ),
            Self::SystemPython(link) => link.evidence(),
            Self::Unsupported { .. } => {
                "it installs with apt, from the archives of Debian and Ubuntu".into()
            }
            Self::ProgramTimedOut { goes_on: true, .. } => {
                "labready does not stop it, so that nothing is left half-done".into()
            }
            Self::AnotherRun { .. }
            | Self::ChangedSincePlan { .. }
            | Self::FileRefused { .. }
            | Self::FileTooLarge { .. }
            | Self::ProgramTimedOut { .. } => String::new(),
        }
    }

    fn remedy(&self, typed: &Invocation) -> Option<Remedy> {
        match self {
            Self::AnotherRun { .. } => {
                Remedy::advice("wait until it finishes, or raise `--lock-timeout`")
            }
            Self::ChangedSincePlan { .. } => Remedy::advice("check what is there now"),
            Self::CloudInitRunning => Remedy::as_root("cloud-init status --wait"),
            Self::EndOfLife { .. } => Remedy::advice("install a newer release"),
            Self::FileRefused { .. } => Remedy::advice("check who owns it and who can write there"),
            Self::FileTooLarge { file, .. } => {
                let words = ["ls".into(), "-l".into(), file.display().to_string()];
                Remedy::advice(format!("check what it is with `{}`", quoted_line(&words)))
            }
            Self::ReadOnly { mount, .. } => mount.remedy(),
            Self::ProgramTimedOut { goes_on: true, .. } => Remedy::advice("wait until it finishes"),
            Self::ProgramTimedOut { program, .. } => {
                Remedy::advice(format!("run `{program}` by hand to see what it waits for"))
            }
            Self::SystemPython(link) => link.remedy(typed),
            Self::Unsupported { .. } => Remedy::advice(format!(
                "install a Python in the course's range with its venv module, create a virtual environment, and run `{}` to check the labs",
                typed.labready_with("verify", &["--python", "PATH"])
            )),
        }
    }

    fn severity(&self) -> super::Severity {
        match self {
            Self::CloudInitRunning => super::Severity::Note,
            Self::EndOfLife { .. } => super::Severity::Warning,
            _ => super::Severity::Error,
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::ProgramTimedOut { .. } => Exit::StepFailed,
            Self::FileRefused { .. } | Self::FileTooLarge { .. } => Exit::Inconclusive,
            _ => Exit::NotReady,
        }
    }
}
