//! Problems of the files that reports and logs are written to.

use std::path::PathBuf;

use super::{Describe, Id, Invocation, Remedy};
use crate::exit::Exit;
use crate::words::path;

/// Why a report or a log is not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutputProblem {
    /// The system refuses it.
    NotWritten {
        /// What was tried, on what, and what the system answered.
        said: String,
    },
    /// labready refuses it.
    Refused {
        /// What was typed.
        file: PathBuf,
        /// Why.
        why: OutputFault,
    },
}

/// Why labready does not write to a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutputFault {
    /// It is a folder.
    Folder,
    /// It is a disk, a socket, or nothing that anybody writes a report to.
    Special,
    /// It is a pipe, and no program reads from it.
    NoReader,
    /// It is a link to nothing.
    DeadLink,
    /// It is a link that somebody else could have made.
    Link,
    /// The file has another name that somebody else could have given it.
    OtherName,
    /// Root would write where several accounts can change things.
    Shared {
        /// The first place on the way that they can change.
        place: PathBuf,
    },
}

impl Describe for OutputProblem {
    fn id(&self) -> Id {
        Id::ReportNotWritten
    }

    fn title(&self) -> String {
        match self {
            Self::NotWritten { said } => said.clone(),
            Self::Refused { file, .. } => format!("could not write to {}", path(file)),
        }
    }

    fn evidence(&self) -> String {
        let Self::Refused { why, .. } = self else { return String::new() };
        match why {
            OutputFault::Folder => "it is a folder".into(),
            OutputFault::Special => "it is neither a file nor a pipe".into(),
            OutputFault::NoReader => "it is a pipe, and no program reads from it".into(),
            OutputFault::DeadLink => "it is a link to a file that does not exist".into(),
            OutputFault::Link => {
                "it is a link, in a folder that other accounts can write to".into()
            }
            OutputFault::OtherName => {
                "the file has a second name, and other accounts can write to its folder".into()
            }
            OutputFault::Shared { place } => {
                format!("several accounts can change {}, so root writes nothing there", path(place))
            }
        }
    }

    fn remedy(&self, _typed: &Invocation) -> Option<Remedy> {
        Remedy::advice(match self {
            Self::Refused { why: OutputFault::NoReader, .. } => {
                "start the program that reads from it first, or name a file"
            }
            Self::Refused {
                why: OutputFault::Link | OutputFault::OtherName | OutputFault::Shared { .. },
                ..
            } => "use a file in a folder that only one account can change",
            _ => "use a file in a folder that exists and that you can write to",
        })
    }

    fn exit(&self) -> Exit {
        Exit::Usage
    }
}
