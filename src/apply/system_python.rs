//! /usr/bin/python3 put back, in an order that lets the next repair fix what a kill at any moment
//! leaves.
//!
//! `update-alternatives --remove-all` takes the group's link away, whatever it leads to. So the
//! right link is made beside it first and renamed into its place right afterwards; between these
//! two Ctrl-C is not heeded.

use std::path::Path;
use std::time::Duration;

use super::apt_step::AptStep;
use super::locks;
use crate::apt::dpkg;
use crate::error::Result;
use crate::facts::system_python::{self, SystemPython};
use crate::host::{Command, Finished, last_line};
use crate::plan::by_hand;
use crate::problem::{MachineProblem, PackageProblem, PythonLink, SYSTEM_PYTHON};

const LIMIT: Duration = Duration::from_secs(60);

impl AptStep<'_> {
    /// Lets /usr/bin/python3 lead to the system's own again.
    pub fn restore_system_python(&self, default: &str) -> Result<()> {
        let _dpkg_waits = locks::hold(self.host, self.step, self.options.patience, self.emit)?;
        let before = system_python::gather(self.host);
        if before.default.as_deref() != Some(default) || !before.can_be_restored() {
            return Err(MachineProblem::ChangedSincePlan { place: SYSTEM_PYTHON.into() }.into());
        }
        self.put_link_back()?;
        let after = system_python::gather(self.host);
        if after.is_switched() {
            return Err(still_switched(after, default).into());
        }
        for file in before.slaves.into_iter().filter(|link| !self.host.lstat(link).exists()) {
            let packages = ["python3", "python3-minimal"].map(str::to_owned).to_vec();
            self.report(PackageProblem::FilesLost { file, packages });
        }
        self.check_system_python()
    }

    fn put_link_back(&self) -> Result<()> {
        let commands: Vec<Command> = by_hand(self.step)
            .into_iter()
            .map(|command| command.elevated(self.step.command.elevation.clone()))
            .collect();
        let Some((prepare, rest)) = commands.split_first() else { return Ok(()) };
        expect_success(&self.host.run(prepare, LIMIT)?)?;
        // All of them in any case: the last one is what puts the link there, whatever became of the
        // group.
        let ended: Vec<_> =
            rest.iter().map(|command| self.host.run_through(command, LIMIT)).collect();
        ended.into_iter().try_for_each(|finished| expect_success(&finished?))
    }

    /// Another problem of a package that the link brought to light is only a warning.
    fn check_system_python(&self) -> Result<()> {
        let mut checks = Vec::new();
        if self.host.lstat(Path::new("/usr/bin/py3versions")).exists() {
            checks.push((Command::new("/usr/bin/py3versions").args(["-d"]), "python3-minimal"));
        }
        if dpkg::gather(self.host, |name| name == "python3-apt")?.has("python3-apt") {
            checks.push((
                Command::new(SYSTEM_PYTHON).args(["-I", "-c", "import apt_pkg"]),
                "python3-apt",
            ));
        }
        for (check, package) in checks {
            let finished = self.host.run_through(&check, LIMIT)?;
            if !finished.is_success() {
                self.report(PackageProblem::CheckFails {
                    command: check.to_string(),
                    package: package.to_owned(),
                    said: last_line(&finished.stderr),
                });
            }
        }
        Ok(())
    }
}

fn still_switched(after: SystemPython, default: &str) -> MachineProblem {
    MachineProblem::SystemPython(PythonLink {
        default: default.to_owned(),
        place: after.place,
        group: after.group,
        is_fixable: false,
        was_repaired: true,
    })
}

fn expect_success(finished: &Finished) -> Result<()> {
    if finished.is_success() {
        return Ok(());
    }
    Err(MachineProblem::FileRefused { said: last_line(&finished.stderr) }.into())
}
