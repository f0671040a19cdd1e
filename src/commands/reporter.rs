//! Where events go: the report, the screen, the log, and at the end every format that was asked
//! for.

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::cli::{Cli, Color, Format, ReportFile};
use crate::error::{Error, Exit, Result};
use crate::event::Event;
use crate::host::{Clock, Destination, Host};
use crate::outcome::Outcome;
use crate::problem::Invocation;
use crate::report::console::{Console, Verbosity, columns};
use crate::report::paint::Paint;
use crate::report::{self, Password, Report, json, nagios};
use crate::request;
use crate::room::Room;

/// The listeners of one run.
pub(super) struct Reporter {
    clock: Clock,
    format: Format,
    paint: Paint,
    /// Whether the evidence of passed labs is shown.
    is_verbose: bool,
    /// What was typed, for the hints of problems.
    typed: Invocation,
    /// Reports to write at the end.
    files: Vec<(Format, Destination)>,
    listeners: Mutex<Listeners>,
}

struct Listeners {
    report: Report,
    /// The fold of many machines' reports, which is then shown in the report's place.
    room: Option<Room>,
    console: Console,
    /// Files that take each event as a line: `--log`, and `--report ndjson=…`.
    logs: Vec<Log>,
    /// What ended a log before the run.
    lost: Option<Error>,
}

/// A file that takes each event as a line.
struct Log {
    path: PathBuf,
    file: Box<dyn Write + Send>,
}

/// Some commands print a text of their own instead.
fn prints_report(report: &Report) -> bool {
    !["course", "explain"].contains(&report.command())
}

/// A run that could not even open its outputs.
pub(super) fn without_report(host: &Host, error: &Error) -> Exit {
    let paint = paint(host, Color::Auto, host.streams().stderr);
    Console::new(paint, Verbosity::Normal, false).show_error(&error.into());
    error.exit()
}

/// How text looks on a stream of this host.
fn paint(host: &Host, color: Color, is_terminal: bool) -> Paint {
    let columns = if is_terminal { columns() } else { None };
    Paint::new(|name| host.variable(name), color, is_terminal, columns)
}

/// Opens every place that takes events as they happen.
fn open_logs(host: &Host, event_files: &[ReportFile], log: Option<&Path>) -> Result<Vec<Log>> {
    let reports = event_files.iter().map(|report| (report.path.as_path(), true));
    let places = reports.chain(log.map(|log| (log, false)));
    let open = |(path, is_new): (&Path, bool)| {
        let file = Box::new(host.line_destination(path, is_new)?);
        Ok(Log { path: path.to_owned(), file })
    };
    places.map(open).collect()
}

impl Reporter {
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
        let (event_files, files): (Vec<_>, Vec<_>) =
            common.report.iter().cloned().partition(|report| report.format == Format::Ndjson);
        let logs = open_logs(host, &event_files, common.log.as_deref())?;
        let files =
            files.into_iter().map(|report| Ok((report.format, host.destination(&report.path)?)));
        let files = files.collect::<Result<Vec<_>>>()?;
        let redraws = streams.stderr
            && format != Format::Plain
            && host.variable("TERM").is_some_and(|term| term != "dumb");
        let console = Console::new(paint(host, common.color, streams.stderr), verbosity, redraws);
        let report = Report::new(cli.command.name(), clock.started_at_rfc3339());
        Ok(Self {
            clock,
            format,
            paint: paint(host, common.color, streams.stdout),
            is_verbose: common.verbose,
            typed: request::invocation(host, cli),
            files,
            listeners: Mutex::new(Listeners { report, room: None, console, logs, lost: None }),
        })
    }

    /// Passes an event to every listener.
    pub fn emit(&self, event: Event) {
        let event = match event {
            Event::Problem { problem } => {
                Event::Problem { problem: Box::new(problem.typed_as(&self.typed)) }
            }
            event => event,
        };
        let mut listeners = self.listeners();
        let Listeners { report, console, logs, lost, .. } = &mut *listeners;
        report.note(&event);
        console.show(&event, report);
        if let Ok(line) = json::event_line(&event) {
            // A full disk must not keep a machine from becoming ready: what was lost is said at the
            // end.
            logs.retain_mut(|log| match log.file.write_all(line.as_bytes()) {
                Ok(()) => true,
                // Whoever listened has heard enough.
                Err(source) if source.kind() == ErrorKind::BrokenPipe => false,
                Err(source) => {
                    let path = log.path.clone();
                    lost.get_or_insert(Error::Io { action: "write", path, source });
                    false
                }
            });
            if self.format == Format::Ndjson && prints_report(report) {
                let _ = self.print(&line);
            }
        }
    }

    /// From now on a room is what is shown.
    pub fn set_room(&self, room: Room) {
        self.listeners().room = Some(room);
    }

    /// The number that the shell sees.
    pub fn code(&self, exit: Exit) -> u8 {
        let listeners = self.listeners();
        match (self.format, &listeners.room) {
            (Format::Nagios, Some(room)) => nagios::code_of_room(room),
            (Format::Nagios, None) => nagios::code_of_machine(&listeners.report),
            _ => exit.code(),
        }
    }

    /// The clock of this run.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// How text looks on stdout.
    pub fn paint(&self) -> &Paint {
        &self.paint
    }

    /// The command's name.
    pub fn command(&self) -> String {
        self.listeners().report.command().to_owned()
    }

    /// Makes room for a question.
    pub fn clear_screen(&self) {
        self.listeners().console.clear();
    }

    /// Shows the plan that will be applied.
    pub fn show_plan(&self, password: Password) {
        let listeners = self.listeners();
        let command = listeners.report.command();
        let shows_it = if command == "setup" { "plan" } else { command };
        let more = self.typed.labready_with(shows_it, &["-v"]);
        listeners.console.show_plan(&listeners.report, password, &more);
    }

    /// Says that apt's index is refreshed before there is a plan to agree to.
    pub fn show_refresh(&self, password: Password, is_agreed: bool) {
        self.listeners().console.show_refresh(password, is_agreed);
    }

    /// The command, or a round of it, ended like this.
    pub fn finish(&self, outcome: Outcome) {
        self.emit(Event::Finished { outcome, duration_ms: self.clock.elapsed_ms() });
    }

    /// Writes the report as it is now, on stdout and into its files.
    pub fn write_report(&self) -> Result<()> {
        let mut listeners = self.listeners();
        listeners.console.clear();
        self.write_out(&listeners)
    }

    /// Writes data to stdout. A closed pipe is a success: whoever listened has heard enough.
    pub fn print(&self, text: &str) -> Result<()> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Err(source) if source.kind() != ErrorKind::BrokenPipe => {
                Err(Error::Io { action: "write", path: "/dev/stdout".into(), source })
            }
            _ => Ok(()),
        }
    }

    /// Ends the run: notes how it ended, writes the report, and gives the exit code.
    pub fn close(&self, result: Result<Outcome>) -> Exit {
        let exit = match result {
            Ok(outcome) => {
                let exit = outcome.exit;
                self.finish(outcome);
                exit
            }
            Err(error) => {
                let error = error.typed_as(&self.typed);
                let duration_ms = self.clock.elapsed_ms();
                self.emit(Event::failed_as_typed(&error, &self.typed, duration_ms));
                error.exit()
            }
        };
        let lost = self.listeners().lost.take();
        if let Some(lost) = lost {
            self.listeners().console.show_error(&(&lost).into());
        }
        self.listeners().console.show_more();
        match self.write_report() {
            Ok(()) => exit,
            Err(error) => {
                self.listeners().console.show_error(&(&error).into());
                if exit == Exit::Ready { error.exit() } else { exit }
            }
        }
    }

    fn write_out(&self, listeners: &Listeners) -> Result<()> {
        if prints_report(&listeners.report) && self.format != Format::Ndjson {
            self.print(&self.rendered(listeners, self.format, &self.paint)?)?;
        }
        for (format, destination) in &self.files {
            // Colours belong to a terminal, not into a file.
            let paint = Paint::uncoloured(true, self.paint.width());
            destination.write(&self.rendered(listeners, *format, &paint)?)?;
        }
        Ok(())
    }

    fn rendered(&self, of: &Listeners, format: Format, paint: &Paint) -> Result<String> {
        match &of.room {
            Some(room) => report::of_room(room, format, paint, self.is_verbose),
            None => report::of_machine(&of.report, format, paint, self.is_verbose),
        }
    }

    fn listeners(&self) -> MutexGuard<'_, Listeners> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
