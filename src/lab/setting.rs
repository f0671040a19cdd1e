//! How labs are run.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::course::Lab;
use crate::host::Account;

/// How long a lab may take, unless it is told or its own timeline is longer.
const LIMIT: Duration = Duration::from_secs(30);
/// A lab may take so many times its timeline, whatever the limit.
const PATIENCE: u32 = 3;
/// How labs are run.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The interpreter, by its absolute path.
    pub python: PathBuf,
    /// Whom the scripts run as; unchanged when `None`. Only root can say.
    pub account: Option<Account>,
    /// How often a lab is tried until it is settled.
    pub attempts: usize,
    /// How long one attempt may take; three times its timeline when that is longer.
    pub limit: Duration,
}

impl Setting {
    /// The course's own scripts with this interpreter, three attempts of 30 s at the most.
    pub fn new(python: &Path) -> Self {
        Self { python: python.to_owned(), account: None, attempts: 3, limit: LIMIT }
    }

    /// How long one attempt of this lab may take.
    pub(super) fn limit_of(&self, lab: &Lab) -> Duration {
        self.limit.max(lab.timeline.due(lab.timeline.ends) * PATIENCE)
    }
}
