//! What setup would still do, and what undo leaves.

use std::path::PathBuf;

use super::venv::ForeignFolder;
use super::{Describe, GROUP, Id, Invocation, LINK, Occupant, Problem, Remedy, Severity};
use crate::exit::Exit;
use crate::words::{and_listed, count, names, path, quoted};

/// What is worth knowing of changes that are not made.
#[derive(Clone, Debug, PartialEq)]
pub enum ChangeProblem {
    /// Setup would do something.
    Pending {
        /// The titles of its steps.
        steps: Vec<String>,
    },
    /// Setup would stop before it changed anything.
    Stops {
        /// Why.
        why: Box<Problem>,
    },
    /// Steps were applied, and are needed again right afterwards.
    WithoutEffect {
        /// Their titles.
        steps: Vec<String>,
    },
    /// Undo leaves something.
    Left(Leftover),
}

/// What undo leaves, and why.
#[derive(Clone, Debug, PartialEq)]
pub enum Leftover {
    /// Packages that something else needs.
    Packages {
        /// Which.
        packages: Vec<String>,
    },
    /// Packages that the system cannot be without.
    Essential {
        /// Which.
        packages: Vec<String>,
    },
    /// Packages that somebody has asked for since.
    Wanted {
        /// Which.
        packages: Vec<String>,
    },
    /// Virtual environments that this undo is not for.
    Environments {
        /// Their folders.
        folders: Vec<PathBuf>,
        /// Whether packages and settings stay because of them.
        keeps: bool,
    },
    /// A virtual environment that is something else now.
    Replaced {
        /// Its folder.
        folder: PathBuf,
        /// What is there.
        what: ForeignFolder,
    },
    /// A virtual environment that holds a file that is not its own.
    HoldsFiles {
        /// Its folder.
        folder: PathBuf,
        /// The first such file.
        file: String,
    },
    /// What is at labready's own link by now.
    Link {
        /// What.
        what: Occupant,
    },
    /// The alternatives group: its link is somebody else's, and it lists what setup did not add.
    Group,
}

impl Describe for ChangeProblem {
    fn id(&self) -> Id {
        match self {
            Self::Pending { .. } => Id::SetupPending,
            Self::Stops { .. } => Id::SetupStops,
            Self::WithoutEffect { .. } => Id::StepWithoutEffect,
            Self::Left(_) => Id::LeftBehind,
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::Pending { .. } | Self::Stops { .. } | Self::WithoutEffect { .. } => {
                Severity::Error
            }
            Self::Left(_) => Severity::Note,
        }
    }

    fn title(&self) -> String {
        match self {
            Self::Pending { steps } => format!("setup has {} to do", count(steps.len(), "step")),
            Self::Stops { why } => format!("setup would fail: {why}"),
            Self::WithoutEffect { .. } => "steps were applied without effect".into(),
            Self::Left(
                Leftover::Packages { packages }
                | Leftover::Essential { packages }
                | Leftover::Wanted { packages },
            ) => match packages.as_slice() {
                [one] => format!("the package {} stays", quoted(one)),
                all => format!("{} stay", count(all.len(), "package")),
            },
            Self::Left(Leftover::Environments { folders, keeps }) => {
                let shown = and_listed(folders.iter().map(|folder| path(folder)).collect());
                let verb = if folders.len() == 1 { "stays" } else { "stay" };
                let needed = if folders.len() == 1 { "it needs" } else { "they need" };
                let kept = if *keeps {
                    format!(", with what {needed} on this machine")
                } else {
                    String::new()
                };
                format!("{shown} {verb}{kept}")
            }
            Self::Left(Leftover::Replaced { folder, .. } | Leftover::HoldsFiles { folder, .. }) => {
                format!("{} stays", path(folder))
            }
            Self::Left(Leftover::Link { .. }) => format!("`{LINK}` stays"),
            Self::Left(Leftover::Group) => format!("the alternatives group `{GROUP}` stays"),
        }
    }

    fn evidence(&self) -> String {
        match self {
            Self::Pending { steps } | Self::WithoutEffect { steps } => steps.join("; "),
            Self::Stops { .. } => String::new(),
            Self::Left(Leftover::Packages { packages }) => {
                format!("other installed packages need {}", names(packages))
            }
            Self::Left(Leftover::Essential { packages }) => {
                format!("the system needs {}", names(packages))
            }
            Self::Left(Leftover::Wanted { packages }) => {
                format!("apt has {} marked as manually installed", names(packages))
            }
            Self::Left(Leftover::Environments { .. }) => {
                "undo removes one virtual environment at a time".into()
            }
            Self::Left(Leftover::Replaced { what, .. }) => format!("it is {} now", what.words()),
            Self::Left(Leftover::HoldsFiles { file, .. }) => {
                format!("it contains {}, which setup did not create", quoted(file))
            }
            Self::Left(Leftover::Link { what }) => {
                format!("it is {} now, which setup did not create", what.words())
            }
            Self::Left(Leftover::Group) => {
                format!("it lists what setup did not add, and `{LINK}` is not its own any more")
            }
        }
    }

    fn remedy(&self, typed: &Invocation) -> Option<Remedy> {
        match self {
            Self::Pending { .. } => Remedy::run(typed.labready("setup")),
            Self::Stops { why } => why.clone().typed_as(typed).remedy(),
            Self::WithoutEffect { .. } => Remedy::run(typed.labready("doctor")),
            Self::Left(Leftover::Environments { folders, .. }) => {
                let folder = folders.first()?.display().to_string();
                Remedy::run(typed.labready_with("undo", &["--venv", &folder]))
            }
            Self::Left(_) => None,
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::WithoutEffect { .. } => Exit::StepFailed,
            Self::Pending { .. } | Self::Stops { .. } | Self::Left(_) => Exit::NotReady,
        }
    }
}
