//! What the journal says was changed: what `undo` would take back.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Action;
use crate::host::Account;

/// Changes that were made, or at least begun.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Trail {
    /// Packages that came with us.
    pub packages: BTreeSet<String>,
    /// Those among them that were asked for by their names.
    pub named: BTreeSet<String>,
    /// Interpreters that were registered.
    pub alternatives: BTreeSet<PathBuf>,
    /// Whether the deadsnakes archive was added.
    pub archive: bool,
    /// Virtual environments that were made.
    pub venvs: Vec<MadeVenv>,
}

/// A virtual environment that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct MadeVenv {
    /// Its folder.
    pub folder: PathBuf,
    /// For whom, when root made it for a student.
    pub account: Option<Account>,
}

impl Trail {
    /// Takes in a change that begins.
    pub fn note(&mut self, action: &Action, account: Option<&Account>) {
        match action {
            Action::InstallPackages { packages } => self.named.extend(packages.iter().cloned()),
            Action::RegisterAlternative { path, .. } => {
                self.alternatives.insert(path.clone());
            }
            Action::AddArchive { .. } => self.archive = true,
            Action::MakeVenv { folder, .. }
                if !self.venvs.iter().any(|known| known.folder == *folder) =>
            {
                self.venvs.push(MadeVenv { folder: folder.clone(), account: account.cloned() });
            }
            _ => {}
        }
    }

    /// Takes in that something was undone: who makes it again is somebody else.
    pub fn forget(&mut self, action: &Action) {
        match action {
            Action::RemovePackages { packages } => {
                self.packages.retain(|name| !packages.contains(name));
                self.named.retain(|name| !packages.contains(name));
            }
            Action::UnregisterAlternative { path } => {
                self.alternatives.remove(path);
            }
            Action::RemoveGroup { .. } => self.alternatives.clear(),
            Action::RemoveArchive { .. } => self.archive = false,
            Action::RemoveVenv { folder } => self.venvs.retain(|known| known.folder != *folder),
            _ => {}
        }
    }

    /// Whether nothing is left to undo.
    pub fn is_empty(&self) -> bool {
        self.packages.is_empty()
            && self.alternatives.is_empty()
            && !self.archive
            && self.venvs.is_empty()
    }
}
