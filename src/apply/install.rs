//! Installing packages: judged by what dpkg has of OURS afterwards (apt-get's 0 can be a failure,
//! its 100 somebody else's fault), and what was asked and broken on the way told as what it is.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::apt::{Apt, Heard, evidence};
use super::refresh::PAST_CACHES;
use super::{cause, stopped};
use crate::diagnosis;
use crate::error::Result;
use crate::facts::packages;
use crate::finding::{Finding, Id};
use crate::host::{Finished, quoted_line};
use crate::plan;

impl Apt<'_> {
    /// Installs packages.
    pub fn install_packages(&self, wanted: &[String]) -> Result<()> {
        let before = packages::gather(self.host, |_| false)?.half_done;
        let mut heard = Heard::default();
        let mut finished = self.run_and_hear(&self.step.command, &mut heard)?;
        let mut missing = self.missing_of(wanted)?;
        if !missing.is_empty() && is_out_of_date(&finished) && !plan::is_offline(&self.step.command)
        {
            self.tell(None, "apt's index is out of date: refreshing it".into());
            self.run(
                &plan::refresh_index()
                    .args(PAST_CACHES)
                    .elevated(self.step.command.elevation.clone()),
            )?;
            finished =
                self.run_and_hear(&self.step.command.clone().args(PAST_CACHES), &mut heard)?;
            missing = self.missing_of(wanted)?;
        }
        self.tell_conffiles(&heard);
        if missing.is_empty() {
            self.tell_origin(wanted)?;
            return self.tell_strangers(&before);
        }
        if is_out_of_date(&finished) {
            let title = "apt's index names packages that the server has no more, or has others of, even after a refresh";
            let hint = "the server is being brought up to date: try again in an hour, or name another mirror";
            return Err(stopped(
                self.step,
                Finding::error(Id::IndexOutOfDate, title, evidence(&finished)),
                hint,
            ));
        }
        Err(cause::of_failed_installation(self, wanted, &missing, &finished, &heard))
    }

    /// The wanted packages that dpkg does not have.
    fn missing_of(&self, wanted: &[String]) -> Result<Vec<String>> {
        let state = packages::gather(self.host, |name| wanted.iter().any(|wanted| wanted == name))?;
        Ok(wanted.iter().filter(|name| !state.has(name)).cloned().collect())
    }

    /// Changed configuration files are never overwritten: dpkg leaves the package's own beside
    /// them.
    fn tell_conffiles(&self, heard: &Heard) {
        for file in &heard.conffiles {
            let brought = format!("{file}.dpkg-dist");
            if self.host.lstat(&PathBuf::from(&brought)).exists() {
                let title = format!("`{file}` was changed on this machine and is kept as it is");
                let detail = format!(
                    "its package brings another version, which lies beside it as `{brought}`"
                );
                let compare = quoted_line(&["diff".into(), file.clone(), brought]);
                self.tell_finding(
                    Finding::note(Id::ConffileKept, title, detail).mended_by(compare),
                );
            }
        }
    }

    /// Ours are there. What else is half-done since is somebody else's.
    fn tell_strangers(&self, before: &BTreeMap<String, String>) -> Result<()> {
        let after = packages::gather(self.host, |_| false)?.half_done;
        for (name, state) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
            self.tell_finding(diagnosis::broken_package(name, state));
        }
        Ok(())
    }
}

/// An archive that the index names and the server has no longer, or has replaced.
fn is_out_of_date(finished: &Finished) -> bool {
    finished.stderr.lines().any(|line| {
        line.starts_with("E: Failed to fetch")
            && ["404", "Hash Sum mismatch", "unexpected size"]
                .iter()
                .any(|sign| line.contains(sign))
    })
}
