//! What must change, as data: (Request, Facts) → Plan. Pure: nothing here reads or runs anything.
//!
//! A planner a command: `setup` (with `choose` for the interpreter, `missing` for packages,
//! `selection` for the link, `venv` for the environment, `archive` for deadsnakes, `clean` for
//! images), `repair`, `undo` and `bundle`. `steps` holds the steps that they share, `feasible` says
//! whether they can be begun, `space` whether there is room for them, `commands` how they are carried out, `ids` and `words` name them.

mod archive;
mod bundle;
mod choice;
mod choose;
mod clean;
mod commands;
mod feasible;
mod ids;
mod missing;
mod repair;
mod selection;
mod setup;
mod space;
mod steps;
mod trail;
mod undo;
mod venv;
mod words;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use archive::source_text;
pub use bundle::{fetch, fetch_index, needs};
pub use choice::{Candidate, Choice, Origin};
pub use choose::installed;
pub use commands::{give_back, python_of};
pub use feasible::feasible;
pub use repair::{by_hand, repair};
pub use setup::{Decision, make};
pub use space::lacking;
pub use trail::{MadeVenv, Trail};
pub use undo::{ARCHIVE_FILES, MadeVenvNow, Remains, undo};
pub use venv::give_back_by_hand;
pub use words::quoted_list;

use crate::apt::offers::Sizes;
use crate::archive::Archive;
use crate::facts::sources::Pin;
use crate::host::Command;
use crate::version::{PythonVersion, Requirement};

/// What must change, in order. Empty = the machine has everything; only the labs can still say no.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Plan {
    /// The interpreter that was chosen; `None` until a fresh package index decides.
    pub python: Option<Choice>,
    /// Every interpreter that was considered, and why it was taken or refused.
    pub candidates: Vec<Candidate>,
    /// The steps, in the order in which they are applied.
    pub steps: Vec<Step>,
    /// What is left open until the package index was refreshed, in words; empty when nothing is.
    pub open: Vec<String>,
    /// What the packages weigh, where apt could say.
    pub sizes: Option<Sizes>,
}

impl Plan {
    /// Whether nothing has to change.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The part that only brings a fresh index, where the plan begins with that: what else there is
    /// to do, and what it weighs, is known afterwards.
    pub fn refresh(&self) -> Option<Self> {
        let first = self.steps.first().filter(|step| step.action == Action::RefreshIndex)?;
        Some(Self { steps: vec![first.clone()], ..Self::default() })
    }
}

/// One change: the unit of progress, of failure, and of taking back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Step {
    /// A slug, once in a plan.
    #[cfg_attr(test, schemars(regex(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")))]
    pub id: String,
    /// What it does, for people.
    pub title: String,
    /// Why it is needed.
    pub why: String,
    /// The change itself.
    pub action: Action,
    /// The exact command.
    pub command: Command,
    /// Whether it needs root.
    pub needs_root: bool,
}

/// The closed set of changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Action {
    /// Finish what an interrupted dpkg left half-done.
    ConfigurePackages,
    /// Fetch apt's package index.
    RefreshIndex,
    /// Add the archive that has the Pythons that Ubuntu lacks.
    AddArchive {
        /// The archive.
        archive: Archive,
        /// The release that it is asked for.
        codename: String,
        /// dpkg's name for the architecture.
        architecture: String,
        /// The Pythons for which it is added; without one of them it is taken back.
        #[serde(default)]
        wanted: Option<Box<Requirement>>,
    },
    /// Narrow what may come from that archive.
    PinArchive {
        /// To this.
        pin: Pin,
    },
    /// Install packages with what they need.
    InstallPackages {
        /// Their names.
        packages: Vec<String>,
    },
    /// Unpack packages again whose interpreter cannot be used.
    ReinstallPackages {
        /// Their names.
        packages: Vec<String>,
        /// The interpreter.
        interpreter: PathBuf,
    },
    /// Fetch an index for a bundle.
    FetchIndex {
        /// The folder that it is kept in, with what apt wants besides.
        folder: PathBuf,
    },
    /// Fetch the packages of a bundle.
    FetchPackages {
        /// Into this folder.
        folder: PathBuf,
    },
    /// Fetch the pip packages of a bundle.
    FetchWheels {
        /// Into this folder.
        folder: PathBuf,
        /// Their normalized names.
        packages: Vec<String>,
    },
    /// Empty apt's cache of packages.
    EmptyCache,
    /// Empty apt's package index.
    EmptyIndex,
    /// Take back the deadsnakes archive.
    RemoveArchive {
        /// Its files.
        files: Vec<String>,
    },
    /// Remove packages that came with us.
    RemovePackages {
        /// Their names.
        packages: Vec<String>,
    },
    /// Take an interpreter out of the alternatives group.
    UnregisterAlternative {
        /// The interpreter.
        path: PathBuf,
    },
    /// Move a part of the alternatives group away that update-alternatives cannot use.
    SetGroupAside {
        /// The part.
        damaged: PathBuf,
    },
    /// Remove the alternatives group without update-alternatives.
    RemoveGroup {
        /// Its files and links.
        files: Vec<PathBuf>,
    },
    /// Remove a virtual environment that we made.
    RemoveVenv {
        /// Its folder.
        folder: PathBuf,
    },
    /// Register an interpreter in the alternatives group.
    RegisterAlternative {
        /// The interpreter.
        path: PathBuf,
        /// Higher is preferred when nothing is set.
        priority: u32,
    },
    /// Make the link lead to the chosen interpreter.
    SelectAlternative {
        /// The interpreter.
        path: PathBuf,
    },
    /// Let /usr/bin/python3 lead to the system's own Python again.
    RestoreSystemPython {
        /// That Python, as in `python3.11`.
        default: String,
        /// The alternatives group that manages the link.
        group: Option<String>,
    },
    /// Give root's virtual environment to the student whose folder it is in.
    GiveBackVenv {
        /// Its folder.
        folder: PathBuf,
        /// The student's user id.
        uid: u32,
        /// The student's group id.
        gid: u32,
    },
    /// Make the virtual environment.
    MakeVenv {
        /// Its folder.
        folder: PathBuf,
        /// Made by this interpreter, named by its versioned real path.
        interpreter: PathBuf,
        /// The interpreter's version.
        version: PythonVersion,
        /// Whether what is in its place may be set aside first.
        replace: bool,
    },
    /// Put pip into a virtual environment that has none.
    AddPip {
        /// The environment's folder.
        folder: PathBuf,
    },
    /// Install pip packages into the virtual environment.
    InstallIntoVenv {
        /// The environment's folder.
        folder: PathBuf,
        /// Their names.
        packages: Vec<String>,
    },
}
