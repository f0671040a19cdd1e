//! Fetching for a bundle: into folders of our own, so nobody has to be waited for.

use std::path::Path;

use super::apt_step::{AptOutput, AptStep};
use crate::apt::{AptConfig, index, output::evidence};
use crate::error::Result;
use crate::problem::{AptProblem, PackageProblem};

impl AptStep<'_> {
    /// Fetches the index that the bundle is made from.
    pub fn fetch_index(&self, folder: &Path) -> Result<()> {
        let finished = self.stream(&self.step.command, &mut AptOutput::default())?;
        if index::is_present(self.host, &AptConfig::of_bare_machine(folder)) {
            return Ok(());
        }
        Err(AptProblem::IndexMissing { said: evidence(&finished) }.into())
    }

    /// Fetches the packages. Which of them are there, and whether they are what the index says, is
    /// looked at when the bundle is made of them.
    pub fn fetch_packages(&self) -> Result<()> {
        let finished = self.stream(&self.step.command, &mut AptOutput::default())?;
        if finished.is_success() {
            return Ok(());
        }
        Err(PackageProblem::NotFetched { said: evidence(&finished) }.into())
    }
}
