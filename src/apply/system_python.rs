//! /usr/bin/python3 put back, in an order that a kill at any moment leaves to be mended by the next
//! repair.
//!
//! `update-alternatives --remove-all` takes the group's link away, whatever it leads to. So the
//! right link is made beside it first and renamed into its place right afterwards; between these
//! two Ctrl-C is not heeded.

use std::path::Path;
use std::time::Duration;

use super::apt_step::AptStep;
use super::failure::{failed, stopped};
use super::locks;
use crate::apt::dpkg;
use crate::error::Result;
use crate::facts::system_python;
use crate::host::{Command, Finished, last_line};
use crate::plan::{Step, by_hand};
use crate::problem::{Id, ProblemRecord};

const LIMIT: Duration = Duration::from_secs(60);

impl AptStep<'_> {
    /// Lets /usr/bin/python3 lead to the system's own again.
    pub fn restore_system_python(&self, default: &str) -> Result<()> {
        let _dpkg_waits = locks::hold(self.host, self.step, self.options.patience, self.emit)?;
        let before = system_python::gather(self.host);
        if before.default.as_deref() != Some(default) || !before.can_be_restored() {
            return Err(failed(
                self.step,
                "something changed after the plan was made",
                "look at it with `labready doctor`",
            ));
        }
        self.put_link_back()?;
        let after = system_python::gather(self.host);
        if after.is_switched() {
            let finding = ProblemRecord::error(
                Id::SystemPythonSwitched,
                "`/usr/bin/python3` is still not the system's own",
                after.link().map(|link| link.evidence()).unwrap_or_default(),
            );
            return Err(stopped(
                self.step,
                finding,
                "look at the link with `ls -l /usr/bin/python3`",
            ));
        }
        let went = before.slaves.iter().filter(|link| !self.host.lstat(link).exists());
        for link in went {
            let title = format!("`{}` went with the alternatives group", link.display());
            let finding = ProblemRecord::warning(
                Id::PackageHalfInstalled,
                title,
                "the group managed it, too, in the place of a package's own",
            );
            self.report(
                finding.mended_by_root("apt-get install --reinstall python3 python3-minimal"),
            );
        }
        self.check_system_python()
    }

    fn put_link_back(&self) -> Result<()> {
        let commands: Vec<Command> = by_hand(self.step)
            .into_iter()
            .map(|command| command.elevated(self.step.command.elevation.clone()))
            .collect();
        let Some((prepare, rest)) = commands.split_first() else { return Ok(()) };
        refused(self.step, self.host.run(prepare, LIMIT)?)?;
        // All of them in any case: the last one is what puts the link there, whatever became of the
        // group.
        let ended: Vec<_> =
            rest.iter().map(|command| self.host.run_through(command, LIMIT)).collect();
        ended.into_iter().try_for_each(|finished| refused(self.step, finished?))
    }

    /// What is left to complain of is not the link's fault.
    fn check_system_python(&self) -> Result<()> {
        let mut checks = Vec::new();
        if self.host.lstat(Path::new("/usr/bin/py3versions")).exists() {
            checks.push((Command::new("/usr/bin/py3versions").args(["-d"]), "python3-minimal"));
        }
        if dpkg::gather(self.host, |name| name == "python3-apt")?.has("python3-apt") {
            checks.push((
                Command::new(crate::problem::SYSTEM_PYTHON).args(["-I", "-c", "import apt_pkg"]),
                "python3-apt",
            ));
        }
        for (check, package) in checks {
            let finished = self.host.run_through(&check, LIMIT)?;
            if !finished.is_success() {
                let title = format!(
                    "`/usr/bin/python3` is the system's own again, and `{check}` still fails"
                );
                let finding = ProblemRecord::warning(
                    Id::PackageHalfInstalled,
                    title,
                    last_line(&finished.stderr),
                );
                self.report(
                    finding.mended_by_root(format!("apt-get install --reinstall {package}")),
                );
            }
        }
        Ok(())
    }
}

fn refused(step: &Step, finished: Finished) -> Result<()> {
    if finished.is_success() {
        return Ok(());
    }
    Err(failed(step, last_line(&finished.stderr), "look whether /usr/bin can be written"))
}
