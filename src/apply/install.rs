//! Installing packages: judged by what dpkg has of OURS afterwards (apt-get's 0 can be a failure,
//! its 100 somebody else's fault), and what was asked and broken on the way reported as what it is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::apt_step::{AptOutput, AptStep};
use super::cause;
use crate::apt::commands::{self, NO_CACHE};
use crate::apt::output::{evidence, is_index_out_of_date};
use crate::apt::{PackageSource, dpkg};
use crate::error::Result;
use crate::facts::{damaged, interpreters};
use crate::problem::{AptProblem, PackageProblem};

impl AptStep<'_> {
    /// Installs packages.
    pub fn install_packages(&self, wanted: &[String]) -> Result<()> {
        let before = dpkg::gather(self.host, |_| false)?.half_done;
        let mut output = AptOutput::default();
        let mut finished = self.install(&self.step.command, &mut output)?;
        let mut missing = self.missing_of(wanted)?;
        if !missing.is_empty()
            && is_index_out_of_date(&finished)
            && self.options.source == PackageSource::Network
        {
            self.progress(None, "apt's index is out of date: refreshing it".into());
            self.run(
                &commands::refresh_index()
                    .args(NO_CACHE)
                    .elevated(self.step.command.elevation.clone()),
            )?;
            finished = self.install(&self.step.command.clone().args(NO_CACHE), &mut output)?;
            missing = self.missing_of(wanted)?;
        }
        self.report_conffiles(&output);
        if missing.is_empty() {
            self.check_origin(wanted)?;
            return self.report_other_packages(&before);
        }
        if is_index_out_of_date(&finished) {
            return Err(AptProblem::IndexOutOfDate { said: evidence(&finished) }.into());
        }
        Err(cause::of_failed_installation(self, wanted, missing, &finished, &output)?.into())
    }

    /// Unpacks packages again; the interpreter that they bring is what is looked at. Without an
    /// index apt says 0 and does nothing, so that one is fetched then.
    pub fn reinstall_packages(&self, packages: &[String], interpreter: &Path) -> Result<()> {
        let mut output = AptOutput::default();
        let mut finished = self.install(&self.step.command, &mut output)?;
        if !self.is_whole(interpreter)? && self.options.source == PackageSource::Network {
            self.progress(None, "apt's index is out of date: refreshing it".into());
            self.run(&commands::refresh_index().elevated(self.step.command.elevation.clone()))?;
            finished = self.install(&self.step.command, &mut output)?;
        }
        if self.is_whole(interpreter)? {
            return Ok(());
        }
        let missing = packages.to_vec();
        Err(cause::of_failed_installation(self, packages, missing, &finished, &output)?.into())
    }

    fn is_whole(&self, interpreter: &Path) -> Result<bool> {
        let packages = dpkg::gather(self.host, |name| name.starts_with("python3."))?;
        let found = interpreters::gather(self.host, &packages, Path::new("/"));
        let damaged = damaged::gather(self.host, &packages, &found);
        Ok(damaged.iter().all(|damaged| damaged.path != interpreter))
    }

    /// The wanted packages that dpkg does not have.
    fn missing_of(&self, wanted: &[String]) -> Result<Vec<String>> {
        let state = dpkg::gather(self.host, |name| wanted.iter().any(|wanted| wanted == name))?;
        Ok(wanted.iter().filter(|name| !state.has(name)).cloned().collect())
    }

    /// Changed configuration files are never overwritten: dpkg leaves the package's own beside
    /// them.
    fn report_conffiles(&self, output: &AptOutput) {
        for file in &output.conffiles {
            let brought = PathBuf::from(format!("{file}.dpkg-dist"));
            if self.host.lstat(&brought).exists() {
                self.report(PackageProblem::ConfigFileKept { file: file.into(), brought });
            }
        }
    }

    /// Ours are there. What else is half-done since is somebody else's.
    fn report_other_packages(&self, before: &BTreeMap<String, String>) -> Result<()> {
        let after = dpkg::gather(self.host, |_| false)?.half_done;
        for (package, state) in after.into_iter().filter(|(name, _)| !before.contains_key(name)) {
            self.report(PackageProblem::HalfInstalled { package, state, said: String::new() });
        }
        Ok(())
    }
}
