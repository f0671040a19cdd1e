//! Taking back: each removal looked at again just before, and judged by what is gone afterwards,
//! and by what is not.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::apt_step::AptStep;
use super::failure::failed;
use crate::apt::{dpkg, output::evidence};
use crate::error::Result;
use crate::facts::alternatives;
use crate::facts::venv::{self, State};
use crate::host::{Host, Kind, last_line};
use crate::plan::Step;
use crate::problem::{Id, ProblemRecord};

const LIMIT: Duration = Duration::from_secs(300);

/// Removes a virtual environment that is still nothing else.
pub(super) fn remove_venv(host: &Host, step: &Step, folder: &Path) -> Result<()> {
    let before = venv::gather(host, folder);
    if matches!(before.state, State::Foreign(_)) || !before.strangers.is_empty() {
        return Err(failed(
            step,
            "something came there after the plan was made",
            "look at the folder",
        ));
    }
    let finished = host.run(&step.command, LIMIT)?;
    if host.lstat(folder).kind == Kind::Missing {
        return Ok(());
    }
    Err(failed(step, last_line(&finished.stderr), "look at who owns what is in it"))
}

/// Takes an interpreter out of the group.
pub(super) fn unregister(host: &Host, step: &Step, path: &Path) -> Result<()> {
    let finished = host.run(&step.command, LIMIT)?;
    if !alternatives::gather(host).alternatives.iter().any(|alternative| alternative.path == path) {
        return Ok(());
    }
    Err(failed(
        step,
        last_line(&finished.stderr),
        "look at the group with `update-alternatives --display labready-python3`",
    ))
}

/// Removes files.
pub(super) fn remove_files(host: &Host, step: &Step, files: &[String]) -> Result<()> {
    let finished = host.run(&step.command, LIMIT)?;
    if files.iter().all(|file| !host.lstat(&PathBuf::from(file)).exists()) {
        return Ok(());
    }
    Err(failed(step, last_line(&finished.stderr), "look whether /etc/apt can be written"))
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
        let finished = self.run(&self.step.command)?;
        let after = installed()?;
        let still: Vec<&String> = ours.iter().filter(|name| after.contains(*name)).collect();
        if !still.is_empty() {
            let reason = format!(
                "{} of them are still there ({}): {}",
                still.len(),
                finished.ending(),
                evidence(&finished)
            );
            return Err(failed(
                self.step,
                reason,
                &format!("run `{}` by hand to see more", self.step.command),
            ));
        }
        let lost: Vec<&str> = before
            .difference(&after)
            .filter(|name| !ours.contains(name))
            .map(String::as_str)
            .collect();
        if !lost.is_empty() {
            let title = format!("{} went with them", lost.join(", "));
            self.report(ProblemRecord::warning(
                Id::PackagesLost,
                title,
                "apt removed more than it was asked to",
            ));
        }
        Ok(())
    }
}
