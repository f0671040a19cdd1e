//! apt-get and dpkg: a fixed environment, live progress from the status pipe, success judged by the
//! state afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::journal::{Journal, Record};
use super::status::{self, Status};
use super::{STEP_LIMIT, cause, last_words, locks};
use crate::diagnosis;
use crate::error::Result;
use crate::event::{Event, Sink};
use crate::facts::packages;
use crate::finding::Finding;
use crate::host::{Clock, Command, Finished, Host, Stream};
use crate::plan::Step;

/// What the system says of a full disk (strerror of ENOSPC, in the C locale).
pub(super) const NO_SPACE: &str = "No space left on device";
/// What apt (in English) and dpkg say when another program took a lock just before them; a hint
/// that only leads to waiting again.
const LOST_THE_RACE: [&str; 2] = ["Could not get lock", "lock was locked by another process"];
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
    /// Finishes what an interrupted dpkg began. A package that cannot be finished is only ours to
    /// complain about when it is one of ours: the installing step will see.
    pub fn configure_packages(&self) -> Result<()> {
        let finished = self.run(&self.step.command)?;
        let state = packages::gather(self.host, |_| false)?;
        if state.interrupted {
            return Err(cause::of_interrupted_dpkg(self, &finished));
        }
        for (name, state) in state.half_done {
            let detail =
                format!("`dpkg --configure -a` could not finish it: {}", evidence(&finished));
            self.tell_finding(Finding { detail, ..diagnosis::broken_package(&name, &state) });
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

    /// Runs a command once apt is free. Another program may be faster by a moment: then it is
    /// waited for, and the command run again.
    pub fn run(&self, command: &Command) -> Result<Finished> {
        self.run_and_hear(command, &mut Heard::default())
    }

    /// The same, for whoever wants to know what was said on the way.
    pub fn run_and_hear(&self, command: &Command, heard: &mut Heard) -> Result<Finished> {
        let clock = Clock::start();
        loop {
            let patience = self.patience.saturating_sub(clock.elapsed());
            locks::wait(self.host, self.step, patience, self.emit)?;
            let finished = self.stream(command, heard)?;
            let lost_the_race = LOST_THE_RACE.iter().any(|sign| finished.stderr.contains(sign));
            if finished.is_success() || !lost_the_race || patience.is_zero() {
                return Ok(finished);
            }
            self.host.pause(Duration::from_millis(500));
        }
    }

    /// Runs a command at once, and tells how far it is.
    pub fn stream(&self, command: &Command, heard: &mut Heard) -> Result<Finished> {
        let command = command.clone().envs(environment(self.host));
        let mut shown = (-1, String::new());
        let mut announced = Announced::default();
        let mut written = Ok(());
        let finished = self.host.stream(
            &command,
            STEP_LIMIT,
            status_arguments(&command),
            &mut |stream, line| {
                if let Some(packages) = announced.hear(stream, line) {
                    heard.announced.extend(packages.iter().cloned());
                    if let Some(journal) = self.journal {
                        written = journal.write(self.host, &Record::Packages { packages });
                    }
                }
                let Some((percent, text)) = heard.line(stream, line) else { return };
                // A hundred packages make a thousand lines; a whole percent is news enough.
                let whole = percent.map_or(shown.0, |percent| percent as i32);
                if (percent.is_some() && whole == shown.0) || text.is_empty() || text == shown.1 {
                    return;
                }
                shown = (whole, text.clone());
                self.tell(percent, text);
            },
        )?;
        written.map(|()| finished)
    }

    pub fn tell(&self, percent: Option<f32>, text: String) {
        (self.emit)(Event::StepProgress { id: self.step.id.clone(), percent, text });
    }

    pub fn tell_finding(&self, finding: Finding) {
        (self.emit)(Event::found(finding));
    }
}

/// What was said on the way, besides how far it is.
#[derive(Default)]
pub(super) struct Heard {
    /// Packages that dpkg failed over, and its words.
    pub failed: Vec<(String, String)>,
    /// Configuration files that somebody changed, and of which a package brings another version.
    pub conffiles: BTreeSet<String>,
    /// Packages that were not installed before.
    pub announced: BTreeSet<String>,
}

impl Heard {
    /// Takes a line in; what is to be shown of it, with how far it is in percent.
    fn line(&mut self, stream: Stream, line: &str) -> Option<(Option<f32>, String)> {
        if stream != Stream::Status {
            // Under sudo there is no status pipe, and dpkg's own words must do.
            let file =
                line.strip_prefix("Configuration file '").and_then(|rest| rest.split('\'').next());
            self.conffiles.extend(file.map(str::to_owned));
            return Some((None, line.trim().to_owned()));
        }
        match status::parse(line)? {
            Status::Progress(percent, text) => return Some((Some(percent), text)),
            Status::Failed { package, message } => self.failed.push((package, message)),
            Status::Conffile(file) => drop(self.conffiles.insert(file)),
        }
        None
    }
}

/// apt's announcement of what it is about to install, which stands between a header and the next
/// line at the left edge.
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
                packages.extend(
                    names
                        .split_whitespace()
                        .map(|name| name.split(':').next().unwrap_or(name).to_owned()),
                );
                None
            }
            (packages, _) => packages.take(),
        }
    }
}

/// The line that says most: the first error, else the first warning, else the last words.
pub(super) fn evidence(finished: &Finished) -> String {
    let first = |start: &str| {
        finished
            .stderr
            .lines()
            .find(|line| line.starts_with(start))
            .map(|line| line[start.len()..].to_owned())
    };
    let no_space = finished
        .stderr
        .lines()
        .find(|line| line.contains(NO_SPACE))
        .map(|line| line.trim().to_owned());
    // "Sub-process returned an error" says only that something was said above it; dpkg says what on
    // the line below its complaint.
    let mut lines = finished.stderr.lines().skip_while(|line| !line.starts_with("dpkg: error"));
    let from_dpkg =
        lines.next().map(|line| format!("{line} {}", lines.next().unwrap_or_default().trim()));
    no_space
        .or(from_dpkg)
        .or_else(|| first("E: "))
        .or_else(|| first("W: "))
        .unwrap_or_else(|| last_words(&finished.stderr))
}

/// dpkg alone has no such option for people's eyes; apt-get writes its progress where it is told.
fn status_arguments(command: &Command) -> Option<fn(i32) -> Vec<String>> {
    (command.name() == "apt-get")
        .then_some(|descriptor| vec!["-o".to_owned(), format!("APT::Status-Fd={descriptor}")])
}

/// No questions, no restarts of services, and the proxy that the user has. A proxy's password stays
/// in the environment: arguments are seen by everybody.
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
