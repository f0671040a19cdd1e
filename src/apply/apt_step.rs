//! apt-get and dpkg: a fixed environment, live progress from the status pipe, success judged by the
//! state afterwards.

use std::collections::BTreeSet;
use std::time::Duration;

use super::journal::Record;
use super::locks;
use super::options::ApplyOptions;
use crate::apt::commands::{download_only, status_lines};
use crate::apt::output::{Announced, lost_the_lock};
use crate::apt::proxy::{SETTINGS_FILE, proxy_settings};
use crate::apt::status_fd::{self, StatusLine};
use crate::error::Result;
use crate::event::{Event, Sink};
use crate::host::{Clock, Command, Finished, Host, Stream};
use crate::plan::Step;
use crate::problem::Problem;

/// A step that takes longer than this has hung. Slow lines download some hundred megabytes within
/// it.
pub(super) const STEP_LIMIT: Duration = Duration::from_secs(3600);

/// One step of apt or dpkg.
pub(super) struct AptStep<'a> {
    pub host: &'a Host,
    pub step: &'a Step,
    pub options: &'a ApplyOptions<'a>,
    pub emit: Sink<'a>,
}

impl AptStep<'_> {
    /// Runs a command once apt is free. Another program may be faster by a moment: then it is
    /// waited for, and the command run again.
    pub fn run(&self, command: &Command) -> Result<Finished> {
        self.run_when_free(command, &mut AptOutput::default(), Self::stream)
    }

    /// The same with a command that makes dpkg work: it is let finish whatever happens to us.
    pub fn run_through(&self, command: &Command) -> Result<Finished> {
        self.run_when_free(command, &mut AptOutput::default(), Self::stream_through)
    }

    /// Installs in two parts, so that Ctrl-C finds one thing or the other: what is fetched can be
    /// given up at any moment, what dpkg has begun cannot. Collects what was said on the way.
    pub fn install(&self, command: &Command, output: &mut AptOutput) -> Result<Finished> {
        let fetched = self.run_when_free(&download_only(command), output, Self::stream)?;
        if !fetched.is_success() {
            return Ok(fetched);
        }
        self.journal_packages(output)?;
        self.run_when_free(command, output, Self::stream_through)
    }

    fn run_when_free(
        &self,
        command: &Command,
        output: &mut AptOutput,
        run: fn(&Self, &Command, &mut AptOutput) -> Result<Finished>,
    ) -> Result<Finished> {
        let clock = Clock::start();
        loop {
            let patience = self.options.patience.saturating_sub(clock.elapsed());
            locks::wait(self.host, self.step, patience, self.emit)?;
            self.host.check_interrupted()?;
            let finished = run(self, command, output)?;
            if !lost_the_lock(&finished) || patience.is_zero() {
                return Ok(finished);
            }
            self.host.pause(Duration::from_millis(500));
        }
    }

    /// Runs a command at once, and reports how far it is.
    pub fn stream(&self, command: &Command, output: &mut AptOutput) -> Result<Finished> {
        self.follow(command, output, |command, on_line| {
            self.host.stream(command, STEP_LIMIT, status_lines(command), on_line)
        })
    }

    /// The same, and lets it finish.
    fn stream_through(&self, command: &Command, output: &mut AptOutput) -> Result<Finished> {
        self.follow(command, output, |command, on_line| {
            let on_delay = &mut || (self.emit)(Event::StepDelaysEnd { id: self.step.id.clone() });
            self.host.stream_through(command, STEP_LIMIT, status_lines(command), on_line, on_delay)
        })
    }

    fn follow(
        &self,
        command: &Command,
        output: &mut AptOutput,
        run: impl FnOnce(&Command, &mut dyn FnMut(Stream, &str)) -> Result<Finished>,
    ) -> Result<Finished> {
        let command = prepared(self.host, command);
        let mut shown = (-1, String::new());
        let mut announced = Announced::default();
        let finished = run(&command, &mut |stream, line| {
            output.announced.extend(announced.read(stream, line).into_iter().flatten());
            let Some((percent, text)) = output.line(stream, line) else { return };
            // A hundred packages make a thousand lines: show whole percents only.
            let whole = percent.map_or(shown.0, |percent| percent as i32);
            if (percent.is_some() && whole == shown.0) || text.is_empty() || text == shown.1 {
                return;
            }
            shown = (whole, text.clone());
            self.progress(percent, text);
        })?;
        Ok(finished)
    }

    /// Writes down what apt is about to install, when that is not yet in the journal.
    fn journal_packages(&self, output: &mut AptOutput) -> Result<()> {
        let packages: Vec<String> =
            output.announced.difference(&output.journaled).cloned().collect();
        output.journaled.extend(packages.iter().cloned());
        match self.options.journal {
            Some(journal) if !packages.is_empty() => {
                journal.write(self.host, &Record::Packages { packages })
            }
            _ => Ok(()),
        }
    }

    pub fn progress(&self, percent: Option<f32>, text: String) {
        (self.emit)(Event::StepProgress { id: self.step.id.clone(), percent, text });
    }

    /// Reports a problem that does not stop the step.
    pub fn report(&self, problem: impl Into<Problem>) {
        (self.emit)(Event::Problem { problem: Box::new(problem.into()) });
    }
}

/// What apt said on the way, besides how far it is.
#[derive(Default)]
pub(super) struct AptOutput {
    /// Packages that dpkg failed over, and its words.
    pub failed: Vec<(String, String)>,
    /// Configuration files that somebody changed, and of which a package brings another version.
    pub conffiles: BTreeSet<String>,
    /// Packages that were not installed before.
    pub announced: BTreeSet<String>,
    /// Those of them that are in the journal.
    journaled: BTreeSet<String>,
}

impl AptOutput {
    /// Takes a line in; what is to be shown of it, with how far it is in percent.
    fn line(&mut self, stream: Stream, line: &str) -> Option<(Option<f32>, String)> {
        if stream != Stream::Status {
            // dpkg's own words name a changed configuration file that it does not ask about.
            let file =
                line.strip_prefix("Configuration file '").and_then(|rest| rest.split('\'').next());
            self.conffiles.extend(file.map(str::to_owned));
            return Some((None, line.trim().to_owned()));
        }
        match status_fd::parse(line)? {
            StatusLine::Progress(percent, text) => return Some((Some(percent), text)),
            StatusLine::Failed { package, message } => self.failed.push((package, message)),
            StatusLine::Conffile(file) => drop(self.conffiles.insert(file)),
        }
        None
    }
}

/// The command with no questions, no restarts of services, and the proxy that the user has. A proxy's
/// password is in no argument: everybody sees those.
fn prepared(host: &Host, command: &Command) -> Command {
    let fixed = [
        ("LC_ALL", "C.UTF-8"),
        ("DEBIAN_FRONTEND", "noninteractive"),
        ("DEBCONF_NONINTERACTIVE_SEEN", "true"),
        ("APT_LISTCHANGES_FRONTEND", "none"),
        ("NEEDRESTART_SUSPEND", "1"),
        ("NEEDRESTART_MODE", "l"),
    ];
    let proxies = host.proxies();
    let settings = command.elevation.as_ref().and_then(|_| proxy_settings(&proxies));
    let command = fixed
        .into_iter()
        .fold(command.clone().envs(proxies), |command, (name, value)| command.env(name, value));
    match settings {
        Some(settings) => command.with_private_file(SETTINGS_FILE, settings),
        None => command,
    }
}
