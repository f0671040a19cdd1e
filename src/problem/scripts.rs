//! Scripts that are to be judged, or to become labs, and are not what is wanted.

use std::path::PathBuf;

use super::{Describe, Id, Invocation, Remedy};
use crate::exit::Exit;
use crate::words::{names, path, quoted};

/// What can be wrong with a script that was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScriptProblem {
    /// `--watch` without a file.
    WatchWithoutFile,
    /// It is not there.
    NoSuchFile {
        /// The file.
        file: PathBuf,
        /// Where it was looked for.
        folder: PathBuf,
        /// The file there that was probably meant.
        near: Option<PathBuf>,
    },
    /// It is named like no lab of the course.
    NoSuchLab {
        /// The file.
        file: PathBuf,
        /// The course's labs.
        labs: Vec<String>,
        /// The lab that was probably meant.
        near: Option<String>,
        /// Its file, where that is beside.
        meant: Option<PathBuf>,
    },
    /// The course has no lab of the name after `--lab`.
    LabUnknown {
        /// What was typed.
        name: String,
        /// The course's labs.
        labs: Vec<String>,
        /// The nearest one.
        near: Option<String>,
    },
    /// It cannot be run.
    ScriptFile {
        /// The file.
        file: PathBuf,
        /// Why not.
        why: FileFault,
    },
    /// It cannot become a lab because of its name.
    ScriptName {
        /// The file.
        file: PathBuf,
    },
}

/// Why a file is not what is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFault {
    /// It is a folder.
    Folder,
    /// It is a link.
    Link,
    /// It is neither a file nor a folder.
    Special,
    /// It cannot be looked at.
    Unreadable,
    /// Its name is not UTF-8.
    NotUtf8,
    /// It exists already.
    Exists,
    /// It is another script.
    OtherScript,
    /// It is not a folder.
    NotAFolder,
}

impl Describe for ScriptProblem {
    fn id(&self) -> Id {
        Id::Usage
    }

    fn title(&self) -> String {
        match self {
            Self::WatchWithoutFile => "`--watch` needs a file to watch".into(),
            Self::NoSuchFile { file, .. } => format!("no such file: {}", path(file)),
            Self::NoSuchLab { file, .. } => {
                format!("{} does not have the name of a lab of the course", path(file))
            }
            Self::LabUnknown { name, .. } => format!("the course has no lab {}", quoted(name)),
            Self::ScriptFile { file, why } => {
                format!("{} cannot be run: it {}", path(file), why.words())
            }
            Self::ScriptName { file } => format!(
                "{} cannot be a lab's script: its name is not a plain Python file name",
                path(file)
            ),
        }
    }

    fn remedy(&self, typed: &Invocation) -> Option<Remedy> {
        Remedy::advice(match self {
            Self::WatchWithoutFile => {
                "add your script: `labready verify --watch learning_tasks.py`".into()
            }
            Self::NoSuchFile { near: Some(near), .. } => format!("did you mean {}?", path(near)),
            Self::NoSuchFile { folder, near: None, .. } => {
                format!("check its name, and that it is in {}", path(folder))
            }
            Self::NoSuchLab { meant: Some(meant), .. } => format!("did you mean {}?", path(meant)),
            Self::NoSuchLab { file, near: Some(near), .. } => format!(
                "if it is your {}, rename it to {}, or run `{}`",
                quoted(near),
                quoted(&format!("{near}.py")),
                typed.labready_with("verify", &["--lab", near, &file.display().to_string()])
            ),
            Self::NoSuchLab { file, labs, near: None, meant: None } => format!(
                "the labs are {}; for a file with another name, run `{}`",
                names(labs),
                typed.labready_with("verify", &["--lab", "NAME", &file.display().to_string()])
            ),
            Self::LabUnknown { near: Some(near), .. } => format!("did you mean {}?", quoted(near)),
            Self::LabUnknown { labs, near: None, .. } => format!("the labs are {}", names(labs)),
            Self::ScriptFile { why: FileFault::NotUtf8, .. } => "rename it".into(),
            Self::ScriptFile { .. } => "check the path of the script".into(),
            Self::ScriptName { .. } => {
                "rename it to letters, digits, `_`, `-` and `.`, like `learning_tasks.py`".into()
            }
        })
    }

    fn exit(&self) -> Exit {
        Exit::Usage
    }
}

impl FileFault {
    /// To be said after the file.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Folder => "is a folder",
            Self::Link => "is a link, not the script itself",
            Self::Special => "is not a file",
            Self::Unreadable => "cannot be read",
            Self::NotUtf8 => "has a name that is not UTF-8",
            Self::Exists => "already exists",
            Self::OtherScript => "is another script",
            Self::NotAFolder => "is not a folder",
        }
    }
}
