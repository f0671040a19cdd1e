//! Problems with the link that selects the interpreter, and the alternatives group behind it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Describe, Id, Invocation, Occupant, Remedy};
use crate::words::{path, quoted};

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
    /// update-alternatives cannot use what it keeps of the group.
    Damaged(GroupDamage),
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

/// A part of the group that update-alternatives cannot use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupDamage {
    /// Where it is.
    pub place: PathBuf,
    /// What is wrong with it.
    pub flaw: GroupFlaw,
}

/// Why update-alternatives cannot use it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupFlaw {
    /// It does not exist, though the link leads to the group.
    Missing,
    /// It is empty.
    Empty,
    /// It ends in the middle of something.
    CutOff,
    /// It begins with something else than a status.
    Status {
        /// The beginning of that.
        word: String,
    },
    /// An entry that cannot be one.
    Line {
        /// How it begins.
        text: String,
    },
    /// It is for another link.
    OtherLink {
        /// Which.
        link: PathBuf,
    },
    /// It is no file.
    NoFile,
    /// It is no link.
    NoLink,
    /// It is a link that leads nowhere.
    DeadLink {
        /// What it says.
        target: PathBuf,
    },
    /// It could not be read.
    Unread {
        /// What the system answered.
        said: String,
    },
}

impl GroupDamage {
    /// Whether something is there that update-alternatives stumbles over.
    pub fn is_in_the_way(&self) -> bool {
        !matches!(self.flaw, GroupFlaw::Missing | GroupFlaw::DeadLink { .. })
    }
}

impl GroupFlaw {
    /// How much of what was found is shown, in characters.
    const SHOWN: usize = 40;

    /// It begins with this.
    pub fn status(word: &str) -> Self {
        Self::Status { word: word.chars().take(Self::SHOWN).collect() }
    }

    /// An entry that begins so.
    pub fn line(text: &str) -> Self {
        Self::Line { text: text.chars().take(Self::SHOWN).collect() }
    }

    /// To be said after its place.
    fn words(&self) -> String {
        match self {
            Self::Missing => "does not exist".into(),
            Self::Empty => "is empty".into(),
            Self::CutOff => "ends too early".into(),
            Self::Status { word } => {
                format!("begins with {} instead of `auto` or `manual`", quoted(word))
            }
            Self::Line { text } => format!("has an invalid entry, {}", quoted(text)),
            Self::OtherLink { link } => format!("is for the link {}", path(link)),
            Self::NoFile => "is not a file".into(),
            Self::NoLink => "is not a link".into(),
            Self::DeadLink { target } => format!("points to {}, which is gone", path(target)),
            Self::Unread { said } => format!("cannot be read: {said}"),
        }
    }
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
            Self::Damaged(_) => Id::SelectionDamaged,
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
            Self::Damaged(_) => format!("the alternatives group `{GROUP}` is damaged"),
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
            Self::Damaged(GroupDamage { place, flaw }) => {
                format!("{} {}", path(place), flaw.words())
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
            Self::Dangling { .. } | Self::Damaged(_) => Remedy::run(typed.labready("repair")),
            Self::Failed { .. } => Remedy::run(format!("update-alternatives --display {GROUP}")),
        }
    }
}
