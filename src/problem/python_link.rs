//! /usr/bin/python3, when it is not the system's own.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Invocation, Remedy};
use crate::words::{listed, path};

/// The operating system's python3: a link that python3-minimal brings.
pub const SYSTEM_PYTHON: &str = "/usr/bin/python3";

/// What is wrong with /usr/bin/python3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PythonLink {
    /// The Python that the system was made with: `python3.11`.
    pub default: String,
    /// What is there.
    pub place: Occupant,
    /// The alternatives group that manages the link.
    pub group: Option<String>,
    /// Whether labready can fix it.
    pub is_fixable: bool,
    /// Whether a repair of it was just tried.
    pub was_repaired: bool,
}

/// What is at a place where something else belongs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occupant {
    /// Nothing.
    #[default]
    Nothing,
    /// The right thing.
    Right,
    /// A link: each place on the way.
    Link(Vec<PathBuf>),
    /// A link that leads nowhere: each place on the way.
    DeadLink(Vec<PathBuf>),
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A socket, a pipe or a device.
    Special,
}

impl PythonLink {
    pub(super) fn title(&self) -> String {
        let what = match self.place {
            _ if self.was_repaired => "is still not the system's own Python",
            Occupant::Nothing => "is missing, so no package can be installed or removed",
            Occupant::DeadLink(_) => {
                "points to a missing file, so no package can be installed or removed"
            }
            Occupant::Link(_) if self.leads_right() => {
                "does not point to the system's own Python directly, so it can be switched at any time"
            }
            Occupant::Right => "is managed by update-alternatives, which can switch it at any time",
            Occupant::Link(_) | Occupant::File | Occupant::Folder | Occupant::Special => {
                "was switched, which breaks `apt-get update`, `add-apt-repository` and upgrades"
            }
        };
        format!("`{SYSTEM_PYTHON}` {what}")
    }

    /// Whether it leads to the right one by others.
    fn leads_right(&self) -> bool {
        let Occupant::Link(places) = &self.place else { return false };
        let own = |folder: &str| Path::new(folder).join(&self.default);
        places.last().is_some_and(|last| [own("/usr/bin"), own("/bin")].contains(last))
    }

    /// What was seen.
    pub fn evidence(&self) -> String {
        let default = &self.default;
        let seen = match &self.place {
            Occupant::Nothing => format!("it does not exist, but should be a link to `{default}`"),
            Occupant::Right => format!("it points to `{default}`, as it should"),
            Occupant::Link(places) if self.leads_right() => {
                format!("it points to {}; this system needs `{default}` there", way(places))
            }
            Occupant::Link(places) => {
                format!("it points to {}, but this system needs `{default}`", way(places))
            }
            Occupant::DeadLink(places) if is_circle(places) => {
                format!("it points to itself, but this system needs `{default}`")
            }
            Occupant::DeadLink(places) => format!(
                "it points to {}, which does not exist; this system needs `{default}`",
                way(places)
            ),
            other => format!("it is {}, but should be a link to `{default}`", other.words()),
        };
        match &self.group {
            Some(group) => format!("{seen}; the alternatives group `{group}` manages it"),
            None => seen,
        }
    }

    pub(super) fn remedy(&self, typed: &Invocation) -> Option<Remedy> {
        match self.place {
            _ if self.was_repaired => Remedy::run(format!("ls -l {SYSTEM_PYTHON}")),
            _ if self.is_fixable => Remedy::run(typed.labready("repair")),
            Occupant::File | Occupant::Folder | Occupant::Special => {
                Remedy::as_root(format!("mv -n {SYSTEM_PYTHON} {SYSTEM_PYTHON}.moved-away"))
            }
            _ => Remedy::as_root(format!(
                "apt-get install --reinstall {}-minimal python3-minimal",
                self.default
            )),
        }
    }
}

impl Occupant {
    /// Whether it is something, and no link.
    pub fn is_no_link(&self) -> bool {
        matches!(self, Self::File | Self::Folder | Self::Special)
    }

    /// What it is, in a sentence.
    pub fn words(&self) -> String {
        match self {
            Self::Nothing => "missing".into(),
            Self::Right => "as it should be".into(),
            Self::Link(places) => format!("a link to {}", way(places)),
            Self::DeadLink(places) => format!("a link to {}, which does not exist", way(places)),
            Self::File => "a file".into(),
            Self::Folder => "a folder".into(),
            Self::Special => "neither a file nor a link".into(),
        }
    }
}

/// Whether a link on the way leads back to a place before it.
fn is_circle(places: &[PathBuf]) -> bool {
    places
        .split_last()
        .is_some_and(|(last, before)| last == Path::new(SYSTEM_PYTHON) || before.contains(last))
}

fn way(places: &[PathBuf]) -> String {
    listed(places.iter().map(|place| path(place)), ", then ")
}
