//! Finishing what an interrupted dpkg began, and emptying apt's cache and index.

use super::apt_step::AptStep;
use super::cause;
use crate::apt::dpkg;
use crate::apt::output::evidence;
use crate::error::Result;

impl AptStep<'_> {
    /// Finishes what an interrupted dpkg began. A package that cannot be finished is only ours to
    /// complain about when it is one of ours: the installing step will see.
    pub fn configure_packages(&self) -> Result<()> {
        let finished = self.run(&self.step.command)?;
        let state = dpkg::gather(self.host, |_| false)?;
        if state.interrupted {
            return Err(cause::of_interrupted_dpkg(self, &finished));
        }
        for (name, state) in state.half_done {
            let detail =
                format!("`dpkg --configure -a` could not finish it: {}", evidence(&finished));
            let problem = crate::problem::Problem::new(crate::problem::AptProblem::HalfInstalled {
                package: name,
                state,
                said: detail,
            });
            self.report((&problem).into());
        }
        Ok(())
    }

    /// Empties apt's cache, or its index.
    pub fn empty(&self) -> Result<()> {
        let finished = self.run(&self.step.command)?;
        if finished.is_success() {
            return Ok(());
        }
        Err(cause::of_failed_run(self, &finished, "something is left in it"))
    }
}
