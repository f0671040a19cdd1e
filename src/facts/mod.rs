//! What is true on the host now: read-only, without root, gathered side by side. One concern a file.
//!
//! A missing tool or file is a fact, not an error. `apt` is the only part that starts a slow program; it is asked when the plan needs it.

pub mod alternatives;
pub mod apt;
pub mod disk;
pub mod distro;
pub mod interpreters;
pub mod machine;
pub mod packages;
pub mod venv;

use serde::{Deserialize, Serialize};

use crate::host::Account;

/// Everything that the plan is made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The distribution.
    pub distro: distro::Distro,
    /// The machine and what kind of environment it is.
    pub machine: machine::Machine,
    /// Who asks, and for whom.
    pub rights: Rights,
    /// Every interpreter that was found, the system's first.
    pub interpreters: Vec<interpreters::Interpreter>,
    /// dpkg's view of the packages that matter here.
    pub packages: packages::Packages,
    /// What apt offers; `None` until it was asked.
    #[serde(default)]
    pub apt: Option<apt::Apt>,
    /// The alternatives group and the link it manages.
    pub selection: alternatives::Selection,
    /// The virtual environment.
    pub venv: venv::Venv,
    /// Free space where something will be written.
    pub disk: disk::Disk,
}

/// Who labready runs as, and whom the virtual environment and the labs belong to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rights {
    /// The account that labready runs as.
    pub account: Account,
    /// The student behind sudo, when there is one.
    #[serde(default)]
    pub student: Option<Account>,
}

impl Rights {
    /// Whom the virtual environment and the labs belong to.
    pub fn owner(&self) -> &Account {
        self.student.as_ref().unwrap_or(&self.account)
    }
}
