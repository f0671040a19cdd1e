//! Finishing what an interrupted dpkg began, and emptying apt's cache and index.

use super::apt_step::AptStep;
use super::cause;
use crate::apt::dpkg;
use crate::apt::output::evidence;
use crate::error::Result;
use crate::problem::{AptProblem, PackageProblem};

impl AptStep<'_> {
    /// Finishes what an interrupted dpkg began. A package that cannot be finished
    /// matters only when the course needs it: the installing step will see.
    pub fn configure_packages(&self) -> Result<()> {
        let finished = self.run(&self.step.command)?;
        let state = dpkg::gather(self.host, |_| false)?;
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
