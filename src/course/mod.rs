//! The course: what is wanted. One TOML file beside its scripts; `scripts/` holds the embedded one.
//!
//! `format` is the file as it is written (`format.md` describes it for authors), `load` finds and
//! reads it, `timeline` is what a lab prints and when, `draft` writes a file for a script whose
//! timeline was guessed, `notes` is what an author should know.

mod draft;
mod format;
mod load;
mod notes;
mod timeline;

use serde::{Deserialize, Serialize};

pub use draft::Draft;
pub use format::unit;
pub use timeline::{Due, Mark, Timeline};

use crate::version::Requirement;

/// What a workstation must have, and how its labs must behave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Course {
    /// Its name, for people.
    pub name: String,
    /// SHA-256 of the course file and every script, in hex: two machines with the same digest were
    /// held to the same course.
    pub digest: String,
    /// Which interpreters fit.
    pub python: Requirement,
    /// Why that range, as the author says it; shown when an interpreter is refused.
    pub because: Option<String>,
    /// What apt is to install.
    pub packages: Packages,
    /// The virtual environment.
    pub venv: VenvWish,
    /// The labs, in the order of the file.
    pub labs: Vec<Lab>,
}

/// Package names; `{python}` stands for the chosen interpreter's package, for example `python3.13`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Packages {
    /// What the interpreter and its virtual environments need.
    pub python: Vec<String>,
    /// What the course needs besides; installed while the virtual environment is being made.
    pub build: Vec<String>,
}

/// The virtual environment that is wanted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VenvWish {
    /// Its folder, relative to the current one.
    pub folder: String,
    /// Names of the pip packages in it, besides pip.
    pub packages: Vec<String>,
}

/// A script and its timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lab {
    /// The script's file name without its ending.
    pub name: String,
    /// The script's file name.
    pub script: String,
    /// The script itself.
    #[serde(skip)]
    pub source: String,
    /// What a student learns from it.
    pub teaches: String,
    /// What it prints, and when.
    pub timeline: Timeline,
}

impl Packages {
    /// The names for a chosen interpreter.
    pub fn named(names: &[String], python: &str) -> Vec<String> {
        names.iter().map(|name| name.replace("{python}", python)).collect()
    }
}
