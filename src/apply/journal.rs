//! The journal: what was changed, written before and after each step and fsynced, so that a
//! finished or killed run can be taken back.
//!
//! One JSON object a line. Root writes /var/lib/labready/journal.jsonl; a student, whose single
//! commands run under sudo, writes below the own home. What is read back from it is only ever used
//! to remove what it names, after looking at each.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::event::StepStatus;
use crate::host::{Account, Host};
use crate::plan::{Action, Step};

/// Root's.
const ROOTS: &str = "/var/lib/labready/journal.jsonl";
/// More than any journal, in bytes.
const LIMIT: u64 = 64 << 20;

/// A line of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "record", rename_all = "kebab-case")]
pub enum Record {
    /// A step is about to begin.
    Intent {
        /// Its id.
        id: String,
        /// What it changes.
        action: Action,
        /// Whom the virtual environment belongs to, when root makes it for a student.
        account: Option<Account>,
    },
    /// apt said which packages it is about to install.
    Packages {
        /// Those that were not installed before.
        packages: Vec<String>,
    },
    /// A step ended.
    Outcome {
        /// Its id.
        id: String,
        /// How.
        status: StepStatus,
    },
}

/// An open journal.
#[derive(Clone, Debug)]
pub struct Journal {
    path: PathBuf,
}

impl Journal {
    /// The journal of whoever runs labready.
    pub fn of(host: &Host, account: &Account) -> Self {
        let state = host
            .variable("XDG_STATE_HOME")
            .map_or_else(|| account.home.join(".local/state"), PathBuf::from);
        let path = if account.is_root() {
            PathBuf::from(ROOTS)
        } else {
            state.join("labready/journal.jsonl")
        };
        Self { path }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a record, and returns once it is on the disk.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`]: a change that could not be taken back is not begun.
    pub fn write(&self, host: &Host, record: &Record) -> Result<()> {
        let line = serde_json::to_string(record).unwrap_or_default() + "\n";
        host.append_synced(&self.path, &line)
    }

    /// What it says. A last line that was cut off is passed over.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] when it is there and cannot be read.
    pub fn read(&self, host: &Host) -> Result<Vec<Record>> {
        let text = host.read_at_most(&self.path, LIMIT)?.unwrap_or_default();
        Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
    }

    /// Everything in it is taken back: it is removed.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`].
    pub fn close(&self, host: &Host) -> Result<()> {
        host.remove_file(&self.path)
    }
}

impl Record {
    /// What is about to be done.
    pub(super) fn intent(step: &Step) -> Self {
        Self::Intent {
            id: step.id.clone(),
            action: step.action.clone(),
            account: step.command.account.clone(),
        }
    }
}
