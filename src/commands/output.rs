//! Where events go: the report, the talk on stderr, the log, and at the end every format that was
//! asked for.

use std::io::{self, ErrorKind, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::cli::{Cli, Format, ReportFile};
use crate::error::{Error, Exit, Result};
use crate::event::Event;
use crate::host::{Clock, Host};
use crate::lab::LabResult;
use crate::report::console::{Paint, Talk, Verbosity};
use crate::report::{Report, human, json, plain, svg};

/// The listeners of one run.
pub(super) struct Output {
    host: Host,
    clock: Clock,
    format: Format,
    paint: Paint,
    /// Reports to write at the end.
    files: Vec<ReportFile>,
    listeners: Mutex<Listeners>,
}

struct Listeners {
    report: Report,
    talk: Talk,
    /// Files that take each event as a line: `--log`, and `--report ndjson=…`.
    logs: Vec<Box<dyn Write + Send>>,
}

/// A run that could not even open its outputs.
pub(super) fn without_report(host: &Host, error: &Error) -> Exit {
    let paint =
        Paint::new(|name| host.variable(name), crate::cli::Color::Auto, host.streams().stderr);
    Talk::new(paint, Verbosity::Normal, false).tell_error(&error.into());
    error.exit()
}

/// A file of `--report` or `--log` that cannot be written: nothing was done yet, and another one
/// can be named.
#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn unwritable(error: Error) -> Error {
    Error::Usage {
        message: error.to_string(),
        hint: "name a file in a folder that is there and that you can write".into(),
    }
}

impl Output {
    /// Opens everything that will be written, so that a bad path fails before anything is done.
    pub fn open(host: &Host, cli: &Cli) -> Result<Self> {
        let clock = Clock::start();
        let common = &cli.common;
        let streams = host.streams();
        let format = if common.plain { Format::Plain } else { common.format };
        let verbosity = match (common.quiet, common.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        };
        let (line_files, files): (Vec<_>, Vec<_>) =
            common.report.iter().cloned().partition(|report| report.format == Format::Ndjson);
        let mut logs = Vec::new();
        for report in &line_files {
            logs.push(
                host.write_whole(&report.path, "")
                    .and_then(|()| host.append_to(&report.path))
                    .map_err(unwritable)?,
            );
        }
        if let Some(log) = &common.log {
            logs.push(host.append_to(log).map_err(unwritable)?);
        }
        for report in &files {
            host.can_hold(&report.path).map_err(unwritable)?;
        }
        let redraws = streams.stderr
            && format != Format::Plain
            && host.variable("TERM").is_some_and(|term| term != "dumb");
        let talk = Talk::new(
            Paint::new(|name| host.variable(name), common.color, streams.stderr),
            verbosity,
            redraws,
        );
        Ok(Self {
            host: host.clone(),
            clock,
            format,
            paint: Paint::new(|name| host.variable(name), common.color, streams.stdout),
            files,
            listeners: Mutex::new(Listeners {
                report: Report::new(cli.command.name(), clock.started_at_rfc3339()),
                talk,
                logs,
            }),
        })
    }

    /// Tells every listener.
    pub fn emit(&self, event: Event) {
        let mut listeners = self.listeners();
        let Listeners { report, talk, logs } = &mut *listeners;
        report.note(&event);
        talk.tell(&event, report);
        if let Ok(line) = json::line(&event) {
            // A full disk must not keep a machine from becoming ready; the report at the end says
            // what was lost.
            logs.retain_mut(|log| log.write_all(line.as_bytes()).is_ok());
            if self.format == Format::Ndjson {
                let _ = self.print(&line);
            }
        }
    }

    /// The clock of this run.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// The command's name.
    pub fn command(&self) -> String {
        self.listeners().report.command.clone()
    }

    /// Makes room for a question.
    pub fn clear_talk(&self) {
        self.listeners().talk.clear();
    }

    /// Puts the labs, which end in any order, into the order in which they were asked for.
    pub fn order_labs(&self, asked: &[LabResult]) {
        self.listeners().report.order_labs(asked);
    }

    /// Prints the report as it stands, when more is to come.
    pub fn print_report(&self) -> Result<()> {
        let mut listeners = self.listeners();
        listeners.talk.clear();
        self.write_out(&listeners.report)?;
        // It is told; what comes next is told by itself.
        listeners.report.forget_labs();
        Ok(())
    }

    /// Writes data to stdout. A closed pipe is a success: whoever listened has heard enough.
    pub fn print(&self, text: &str) -> Result<()> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Err(source) if source.kind() != ErrorKind::BrokenPipe => Err(Error::Output { source }),
            _ => Ok(()),
        }
    }

    /// Ends the run: says the error, prints the report, writes the files, and gives the exit code.
    pub fn close(&self, outcome: Result<Exit>) -> Exit {
        let exit = outcome.unwrap_or_else(|error| {
            self.emit(Event::Failed {
                error: (&error).into(),
                duration_ms: self.clock.elapsed_ms(),
            });
            error.exit()
        });
        let mut listeners = self.listeners();
        listeners.talk.clear();
        let report = &listeners.report;
        let written = self.write_out(report);
        match written {
            Ok(()) => exit,
            Err(error) => {
                listeners.talk.tell_error(&(&error).into());
                if exit == Exit::Ready { error.exit() } else { exit }
            }
        }
    }

    fn write_out(&self, report: &Report) -> Result<()> {
        if report.command != "course" && self.format != Format::Ndjson {
            self.print(&self.rendered(report, self.format, &self.paint)?)?;
        }
        for file in &self.files {
            // Colours belong to a terminal, not into a file.
            let paint = Paint::uncoloured(true, self.paint.width());
            self.host.write_whole(&file.path, &self.rendered(report, file.format, &paint)?)?;
        }
        Ok(())
    }

    fn rendered(&self, report: &Report, format: Format, paint: &Paint) -> Result<String> {
        match format {
            Format::Human => Ok(human::text(report, paint)),
            Format::Plain => Ok(plain::text(report)),
            Format::Json => json::document(report),
            Format::Ndjson => Ok(String::new()),
            Format::Svg => Ok(svg::document(report)),
        }
    }

    fn listeners(&self) -> MutexGuard<'_, Listeners> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
