//! apt-get and dpkg: a fixed environment, live progress from the status pipe, success judged by the state of OUR packages afterwards
//! (apt-get's 0 can be a failure, its 100 somebody else's fault).

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use super::journal::{Journal, Record};
use super::{STEP_LIMIT, failed, last_words, locks, stopped};
use crate::error::{Error, Result};
use crate::event::{Event, Sink};
use crate::facts::supply::View;
use crate::facts::{apt, packages};
use crate::finding::{Finding, Id};
use crate::host::{Clock, Command, Finished, Host, Stream};
use crate::plan::{self, Step};

/// Less free space than this is a full disk, in bytes.
const FULL: u64 = 16 << 20;
/// What the system says of a full disk (strerror of ENOSPC, in the C locale).
const NO_SPACE: &str = "No space left on device";
/// What apt (in English) and dpkg say when another program took a lock just before them; a hint that only leads to waiting again.
const LOST_THE_RACE: [&str; 2] = ["Could not get lock", "lock was locked by another process"];
/// How much of the bar the download takes, in percent: on a fast line it is short, on a slow one it is most of the time.
const DOWNLOAD_SHARE: f32 = 40.0;

/// One step of apt or dpkg.
pub(super) struct Apt<'a> {
    pub host: &'a Host,
    pub step: &'a Step,
    /// How long another program that uses apt is waited for.
    pub patience: Duration,
    /// Where what is about to be installed is written down.
    pub journal: Option<&'a Journal>,
    pub emit: Sink<'a>,
}

impl Apt<'_> {
    /// Finishes what an interrupted dpkg began. A package that cannot be finished is only ours to complain about when it is one of ours: the
    /// installing step will see.
    pub fn configure_packages(&self) -> Result<()> {
        let finished = self.run(&self.step.command)?;
        let state = packages::gather(self.host, |_| false)?;
        if state.interrupted {
            return Err(self.explained(&finished, "dpkg is still interrupted"));
        }
        for (name, state) in state.half_done {
            let detail = format!("`dpkg --configure -a` could not finish it: {}", evidence(&finished));
            self.tell_finding(Finding::warning(Id::PackageBroken, format!("the package `{name}` is {state}"), detail));
        }
        Ok(())
    }

    /// Fetches the package index. A source that fails is a warning; no index at all is a failure.
    pub fn refresh_index(&self) -> Result<()> {
        let finished = self.run(&self.step.command)?;
        if !apt::is_indexed(self.host, &View::default()) {
            let reason = format!("no package index could be fetched: {}", evidence(&finished));
            return Err(failed(self.step, reason, "check the network, and the proxy if there is one"));
        }
        let complaints = finished.stderr.lines().filter(|line| line.starts_with("E: ") || line.starts_with("W: "));
        for complaint in complaints.take(5) {
            self.tell_finding(Finding::warning(Id::SourceFailed, "an apt source could not be refreshed", &complaint[3..]));
        }
        Ok(())
    }

    /// Installs packages.
    pub fn install_packages(&self, wanted: &[String]) -> Result<()> {
        let mut finished = self.run(&self.step.command)?;
        let mut missing = self.missing_of(wanted)?;
        if !missing.is_empty() && is_out_of_date(&finished) && !plan::is_offline(&self.step.command) {
            self.tell(None, "apt's index is out of date: refreshing it".into());
            self.run(&plan::refresh_index().elevated(self.step.command.elevation.clone()))?;
            finished = self.run(&self.step.command)?;
            missing = self.missing_of(wanted)?;
        }
        if missing.is_empty() {
            return Ok(());
        }
        let verb = if missing.len() == 1 { "is" } else { "are" };
        Err(self.explained(&finished, &format!("{} {verb} not installed", missing.join(", "))))
    }

    /// Empties apt's cache, or its index.
    pub fn empty(&self) -> Result<()> {
        let finished = self.run(&self.step.command)?;
        if finished.is_success() {
            return Ok(());
        }
        Err(self.explained(&finished, "something is left in it"))
    }

    /// The wanted packages that dpkg does not have, quoted.
    fn missing_of(&self, wanted: &[String]) -> Result<Vec<String>> {
        let state = packages::gather(self.host, |name| wanted.iter().any(|wanted| wanted == name))?;
        Ok(wanted.iter().filter(|name| !state.has(name)).map(|name| format!("`{name}`")).collect())
    }

    /// Runs a command once apt is free. Another program may be faster by a moment: then it is waited for, and the command run again.
    pub fn run(&self, command: &Command) -> Result<Finished> {
        let clock = Clock::start();
        loop {
            let patience = self.patience.saturating_sub(clock.elapsed());
            locks::wait(self.host, self.step, patience, self.emit)?;
            let finished = self.stream(command)?;
            let lost_the_race = LOST_THE_RACE.iter().any(|sign| finished.stderr.contains(sign));
            if finished.is_success() || !lost_the_race || patience.is_zero() {
                return Ok(finished);
            }
            self.host.pause(Duration::from_millis(500));
        }
    }

    /// Runs a command at once, and tells how far it is.
    pub fn stream(&self, command: &Command) -> Result<Finished> {
        let command = command.clone().envs(environment(self.host));
        let mut shown = (-1, String::new());
        let mut announced = Announced::default();
        let mut written = Ok(());
        let finished = self.host.stream(&command, STEP_LIMIT, status_arguments(&command), &mut |stream, line| {
            if let (Stream::Stdout, Some(packages), Some(journal)) = (stream, announced.hear(stream, line), self.journal) {
                written = journal.write(self.host, &Record::Packages { packages });
            }
            let (percent, text) = match stream {
                Stream::Status => match progress(line) {
                    Some((percent, text)) => (Some(percent), text),
                    None => return,
                },
                Stream::Stdout | Stream::Stderr => (None, line.trim().to_owned()),
            };
            // A hundred packages make a thousand lines; a whole percent is news enough.
            let whole = percent.map_or(shown.0, |percent| percent as i32);
            if (percent.is_some() && whole == shown.0) || text.is_empty() || text == shown.1 {
                return;
            }
            shown = (whole, text.clone());
            self.tell(percent, text);
        })?;
        written.map(|()| finished)
    }

    fn tell(&self, percent: Option<f32>, text: String) {
        (self.emit)(Event::StepProgress { id: self.step.id.clone(), percent, text });
    }

    pub fn tell_finding(&self, finding: Finding) {
        (self.emit)(Event::Finding { finding });
    }

    fn explained(&self, finished: &Finished, what: &str) -> Error {
        let full = ["/usr", "/var/cache/apt", "/var/lib/dpkg"]
            .into_iter()
            .find(|folder| self.host.free_bytes(Path::new(folder)).is_some_and(|free| free < FULL));
        let reason = format!("{what} ({}, {}): {}", self.step.command.name(), finished.ending(), evidence(finished));
        let full = match full {
            Some(folder) => format!("the disk that holds {folder} is full"),
            None if reason.contains(NO_SPACE) => "a disk is full".to_owned(),
            None => return failed(self.step, reason, &format!("run `{}` by hand to see more", self.step.command)),
        };
        let room = "free some space: `df -h` shows where, `apt-get clean` empties apt's cache";
        stopped(self.step, Finding::error(Id::DiskFull, full, reason), room)
    }
}

/// apt's announcement of what it is about to install, which stands between a header and the next line at the left edge.
#[derive(Default)]
struct Announced {
    packages: Option<Vec<String>>,
}

impl Announced {
    /// Hears a line; tells the packages once the announcement is over.
    fn hear(&mut self, stream: Stream, line: &str) -> Option<Vec<String>> {
        if stream != Stream::Stdout {
            return None;
        }
        if line.starts_with("The following NEW packages will be installed:") {
            self.packages = Some(Vec::new());
            return None;
        }
        match (&mut self.packages, line.strip_prefix("  ")) {
            (Some(packages), Some(names)) => {
                packages.extend(names.split_whitespace().map(|name| name.split(':').next().unwrap_or(name).to_owned()));
                None
            }
            (packages, _) => packages.take(),
        }
    }
}

/// An archive that the index names and the server has no longer, or has replaced.
fn is_out_of_date(finished: &Finished) -> bool {
    finished.stderr.lines().any(|line| {
        line.starts_with("E: Failed to fetch")
            && ["404", "Hash Sum mismatch", "unexpected size"].iter().any(|sign| line.contains(sign))
    })
}

/// The line that says most: the first error, else the first warning, else the last words.
pub(super) fn evidence(finished: &Finished) -> String {
    let first =
        |start: &str| finished.stderr.lines().find(|line| line.starts_with(start)).map(|line| line[start.len()..].to_owned());
    let no_space = finished.stderr.lines().find(|line| line.contains(NO_SPACE)).map(|line| line.trim().to_owned());
    // "Sub-process returned an error" says only that something was said above it; dpkg says what on the line below its complaint.
    let mut lines = finished.stderr.lines().skip_while(|line| !line.starts_with("dpkg: error"));
    let from_dpkg = lines.next().map(|line| format!("{line} {}", lines.next().unwrap_or_default().trim()));
    no_space.or(from_dpkg).or_else(|| first("E: ")).or_else(|| first("W: ")).unwrap_or_else(|| last_words(&finished.stderr))
}

/// dpkg alone has no such option for people's eyes; apt-get writes its progress where it is told.
fn status_arguments(command: &Command) -> Option<fn(i32) -> Vec<String>> {
    (command.name() == "apt-get").then_some(|descriptor| vec!["-o".to_owned(), format!("APT::Status-Fd={descriptor}")])
}

/// `dlstatus:1:12.5000:Retrieving file 1 of 93`, `pmstatus:mount:0.2681:Unpacking mount (amd64)` (apt's doc/progress-reporting). The text may
/// hold colons.
fn progress(line: &str) -> Option<(f32, String)> {
    let mut fields = line.splitn(4, ':');
    let (kind, _, percent, text) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let percent: f32 = percent.parse().ok()?;
    let percent = match kind {
        "dlstatus" => percent * DOWNLOAD_SHARE / 100.0,
        "pmstatus" => DOWNLOAD_SHARE + percent * (100.0 - DOWNLOAD_SHARE) / 100.0,
        _ => return None,
    };
    Some((percent.clamp(0.0, 100.0), text.trim().to_owned()))
}

/// No questions, no restarts of services, and the proxy that the user has. A proxy's password stays in the environment: arguments are
/// seen by everybody.
fn environment(host: &Host) -> BTreeMap<String, String> {
    let fixed = [
        ("LC_ALL", "C.UTF-8"),
        ("DEBIAN_FRONTEND", "noninteractive"),
        ("DEBCONF_NONINTERACTIVE_SEEN", "true"),
        ("APT_LISTCHANGES_FRONTEND", "none"),
        ("NEEDRESTART_SUSPEND", "1"),
        ("NEEDRESTART_MODE", "l"),
    ];
    let mut environment = host.proxies();
    environment.extend(fixed.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
    environment
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn download_and_installation_share_one_bar() {
        let lines = [
            "dlstatus:1:50.0000:Retrieving file 47 of 93",
            "pmstatus:mount:0.0000:Unpacking mount (amd64)",
            "pmstatus:libc6:100.0000:Installed libc6: done",
            "pmerror:lr-bad:60.0000:post-installation script failed",
            "nonsense",
        ];
        insta::assert_debug_snapshot!(lines.map(progress), @r#"
        [
            Some(
                (
                    20.0,
                    "Retrieving file 47 of 93",
                ),
            ),
            Some(
                (
                    40.0,
                    "Unpacking mount (amd64)",
                ),
            ),
            Some(
                (
                    100.0,
                    "Installed libc6: done",
                ),
            ),
            None,
            None,
        ]
        "#);
    }
}
