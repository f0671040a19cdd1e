//! Finishing what an interrupted dpkg began, and emptying apt's cache and index.

use super::apt_step::{AptOutput, AptStep};
use super::cause;
use crate::apt::commands::fix_broken;
use crate::apt::output::evidence;
use crate::apt::{InstallOptions, dpkg};
use crate::error::Result;
use crate::problem::{AptProblem, PackageProblem};

impl AptStep<'_> {
    /// Finishes what an interrupted dpkg began. A package that was unpacked alone gets what it
    /// needs; one that cannot be finished matters only when the course needs it: the installing
    /// step will see.
    pub fn configure_packages(&self) -> Result<()> {
        let mut finished = self.run_through(&self.step.command)?;
        let mut state = dpkg::gather(self.host, |_| false)?;
        if !state.interrupted && !state.half_done.is_empty() {
            let options = InstallOptions { image: false, source: self.options.source.clone() };
            let elevation = self.step.command.elevation.clone();
            let fix = fix_broken(&options).elevated(elevation);
            finished = self.install(&fix, &mut AptOutput::default())?;
            state = dpkg::gather(self.host, |_| false)?;
        }
        if state.interrupted {
            let interrupted = || AptProblem::Interrupted { said: Some(evidence(&finished)) }.into();
            return Err(cause::of_machine(self, &finished).unwrap_or_else(interrupted).into());
        }
        let said = evidence(&finished);
        for (package, state) in state.half_done {
            self.report(PackageProblem::HalfInstalled { package, state, said: said.clone() });
        }
        Ok(())
    }

    /// Empties apt's cache, or its index.
    pub fn empty(&self) -> Result<()> {
        let finished = self.run(&self.step.command)?;
        if finished.is_success() {
            return Ok(());
        }
        Err(cause::of_machine(self, &finished)
            .unwrap_or_else(|| AptProblem::CacheLeft { said: evidence(&finished) }.into())
            .into())
    }
}
