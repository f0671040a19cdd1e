//! Finishing what an interrupted dpkg began, and emptying apt's cache and index.

use super::apt_step::{AptOutput, AptStep};
use super::cause;
use crate::apt::commands::{fix_broken, refresh_index, reinstall_packages};
use crate::apt::dpkg::{self, DpkgStatus};
use crate::apt::output::evidence;
use crate::apt::{InstallOptions, PackageSource};
use crate::error::Result;
use crate::host::{Command, Finished};
use crate::problem::{AptProblem, PackageProblem};

impl AptStep<'_> {
    /// Finishes what an interrupted dpkg began. A package that was unpacked alone gets what it
    /// needs, one that was being unpacked is
    /// unpacked again; one that cannot be finished matters only when the course needs it: the installing
    /// step will see.
    pub fn configure_packages(&self) -> Result<()> {
        let mut finished = self.run_through(&self.step.command)?;
        let mut state = dpkg::gather(self.host, |_| false)?;
        let options = InstallOptions { image: false, source: self.options.source.clone() };
        if !state.interrupted && !state.half_done.is_empty() {
            finished = self.install_also(&fix_broken(&options))?;
            state = dpkg::gather(self.host, |_| false)?;
        }
        if !state.interrupted && !state.half_unpacked.is_empty() {
            (finished, state) = self.reinstall_half_unpacked(finished, state, &options)?;
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

    /// dpkg can do nothing for what it was unpacking when it was killed, and apt's --fix-broken says
    /// 0 to it. Without an index apt says 0, too, and does nothing: so one is fetched then.
    fn reinstall_half_unpacked(
        &self,
        mut finished: Finished,
        mut state: DpkgStatus,
        options: &InstallOptions,
    ) -> Result<(Finished, DpkgStatus)> {
        for is_second in [false, true] {
            if is_second && self.options.source == PackageSource::Network {
                self.run(&refresh_index().elevated(self.step.command.elevation.clone()))?;
            }
            let packages: Vec<String> = state.half_unpacked.iter().cloned().collect();
            finished = self.install_also(&reinstall_packages(&packages, options))?;
            state = dpkg::gather(self.host, |_| false)?;
            if state.half_unpacked.is_empty() {
                break;
            }
        }
        Ok((finished, state))
    }

    /// Another command of this step.
    fn install_also(&self, command: &Command) -> Result<Finished> {
        let elevation = self.step.command.elevation.clone();
        self.install(&command.clone().elevated(elevation), &mut AptOutput::default())
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
