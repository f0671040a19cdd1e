//! Taking back: each removal looked at again just before, and judged by what is gone afterwards,
//! and by what is not.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::apt_step::AptStep;
use crate::apt::{dpkg, output::evidence};
use crate::error::Result;
use crate::facts::venv::{self, State};
use crate::host::{Host, Kind, last_line};
use crate::plan::Step;
use crate::problem::{MachineProblem, PackageProblem, VenvProblem};

const LIMIT: Duration = Duration::from_secs(300);

/// Removes a virtual environment that is still nothing else.
pub(super) fn remove_venv(host: &Host, step: &Step, folder: &Path) -> Result<()> {
    let owners_view = host.as_seen_by(step.command.account.as_ref());
    let before = venv::gather_whole(&owners_view, folder);
    if matches!(before.state, State::Foreign(_)) || !before.strangers.is_empty() {
        return Err(MachineProblem::ChangedSincePlan { place: folder.to_owned() }.into());
    }
    let finished = host.run(&step.command, LIMIT)?;
    if owners_view.lstat(folder).kind == Kind::Missing {
        return Ok(());
    }
    let said = last_line(&finished.stderr);
    Err(VenvProblem::NotRemoved { folder: folder.to_owned(), said }.into())
}

/// Removes files.
pub(super) fn remove_files(host: &Host, step: &Step, files: &[String]) -> Result<()> {
    let finished = host.run(&step.command, LIMIT)?;
    if files.iter().all(|file| !host.lstat(&PathBuf::from(file)).exists()) {
        return Ok(());
    }
    Err(MachineProblem::FileRefused { said: last_line(&finished.stderr) }.into())
}

impl AptStep<'_> {
    /// Removes packages, and sees that no other one went with them.
    pub fn remove_packages(&self, ours: &[String]) -> Result<()> {
        // Half-done ones are still there.
        let installed = || -> Result<BTreeSet<String>> {
            let state = dpkg::gather(self.host, |_| true)?;
            Ok(state
                .installed
                .into_keys()
                .chain(state.half_done.into_keys())
                .collect::<BTreeSet<String>>())
        };
        let before = installed()?;
        let finished = self.run_through(&self.step.command)?;
        let after = installed()?;
        let left: Vec<String> = ours.iter().filter(|name| after.contains(*name)).cloned().collect();
        if !left.is_empty() {
            let command = self.step.command.to_string();
            let said = format!("{} ({})", evidence(&finished), finished.ending());
            return Err(PackageProblem::NotRemoved { packages: left, command, said }.into());
        }
        let lost: Vec<String> =
            before.difference(&after).filter(|name| !ours.contains(name)).cloned().collect();
        if !lost.is_empty() {
            self.report(PackageProblem::Lost { packages: lost });
        }
        Ok(())
    }
}
