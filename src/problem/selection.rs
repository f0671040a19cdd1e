//! Problems with the link that selects the interpreter, and the alternatives group behind it.

use std::path::PathBuf;

use super::{Describe, Id, Invocation, Occupant, Remedy};
use crate::words::path;

/// The alternatives group. Never `python3`: that name would move /usr/bin/python3 away.
pub const GROUP: &str = "labready-python3";
/// The link that the group manages. /usr/bin/python3 is the operating system's.
pub const LINK: &str = "/usr/local/bin/python3";

/// What can be wrong with the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelectionProblem {
    /// Something else is there.
    Foreign {
        /// What.
        what: Occupant,
    },
    /// An interpreter of the group is gone.
    Dangling {
        /// Where it was.
        interpreter: PathBuf,
    },
    /// The group is not as it was set.
    Failed {
        /// What it should have done with this interpreter.
        wanted: Change,
        /// The interpreter.
        interpreter: PathBuf,
        /// What update-alternatives said, and how it ended.
        said: String,
    },
}

/// A change of the group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Register the interpreter.
    Register,
    /// Let the link lead to it.
    Select,
    /// Take it out.
    Unregister,
}

impl Describe for SelectionProblem {
    fn id(&self) -> Id {
        match self {
            Self::Foreign { .. } => Id::LinkForeign,
            Self::Dangling { .. } => Id::LinkDangling,
            Self::Failed { .. } => Id::SelectionFailed,
        }
    }

    fn title(&self) -> String {
        match self {
            Self::Foreign { what } => {
                format!("`{LINK}` is {} that labready did not create", what.words())
            }
            Self::Dangling { interpreter } => {
                format!("`{LINK}` can point to {}, which does not exist", path(interpreter))
            }
            Self::Failed { wanted, interpreter, .. } => {
                let interpreter = path(interpreter);
                match wanted {
                    Change::Register => {
                        format!("the alternatives group `{GROUP}` does not list {interpreter}")
                    }
                    Change::Select => format!("`{LINK}` does not point to {interpreter}"),
                    Change::Unregister => {
                        format!("the alternatives group `{GROUP}` still lists {interpreter}")
                    }
                }
            }
        }
    }

    fn evidence(&self) -> String {
        match self {
            Self::Foreign { .. } => "labready does not touch it".into(),
            Self::Dangling { .. } => {
                "its package was removed, and the alternatives group still lists it".into()
            }
            Self::Failed { said, .. } => said.clone(),
        }
    }

    fn remedy(&self, typed: &Invocation) -> Option<Remedy> {
        match self {
            Self::Foreign { .. } => Remedy::advice(format!(
                "move it away, or set up without it: `{}`",
                typed.labready_with("setup", &["--select", "none"])
            )),
            Self::Dangling { .. } => Remedy::run(typed.labready("repair")),
            Self::Failed { .. } => Remedy::run(format!("update-alternatives --display {GROUP}")),
        }
    }
}
