//! What is shown on stderr while a command runs. The interface to console and indicatif is confined
//! to this file.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

use console::{Term, user_attended_stderr};
use indicatif::{
    MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle, TermLike,
};

use crate::event::{ErrorPart, Event, StepStatus};
use crate::facts::venv::Venv;
use crate::problem::Id;

use super::paint::Paint;
use super::plan::Password;
use super::progress::{Count, DELAYS_END, end_line, short_title, so_far, start_line, waiting};
use super::words::{found_venv, harmless, more};
use super::{Report, plan, said};

/// How wide the terminal of stderr is, in columns.
pub fn columns() -> Option<usize> {
    Term::stderr().size_checked().map(|(_, columns)| usize::from(columns))
}

/// How much is shown on stderr.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verbosity {
    /// Errors only.
    Quiet,
    /// What happens.
    Normal,
    /// And how.
    Verbose,
}

/// Progress, problems and errors: bars on a terminal, else a line when a step begins. A line when it
/// ends in any case.
pub struct Console {
    paint: Paint,
    verbosity: Verbosity,
    bars: Option<MultiProgress>,
    running: BTreeMap<String, ProgressBar>,
    /// Below them: how many steps are done, and the time so far.
    total: Option<ProgressBar>,
    count: Count,
    /// The half minute of a wait that was shown last.
    shown_waiting: Option<u64>,
    /// Whether it was said which virtual environment is meant.
    has_shown_venv: bool,
    /// Whether a step has failed already.
    has_shown_failure: bool,
    /// Several errors are kept apart by an empty line.
    has_shown_error: bool,
    /// Those that `labready explain` has pages for.
    shown_errors: Vec<Id>,
}

impl Console {
    /// `redraws`: stderr is a terminal whose lines may be drawn again.
    pub fn new(paint: Paint, verbosity: Verbosity, redraws: bool) -> Self {
        let bars = (redraws && verbosity != Verbosity::Quiet).then(|| {
            let screen = Box::new(Screen(Term::buffered_stderr()));
            MultiProgress::with_draw_target(ProgressDrawTarget::term_like_with_hz(screen, 20))
        });
        Self {
            paint,
            verbosity,
            bars,
            running: BTreeMap::new(),
            total: None,
            count: Count::default(),
            shown_waiting: None,
            has_shown_venv: false,
            has_shown_failure: false,
            has_shown_error: false,
            shown_errors: Vec::new(),
        }
    }

    /// Shows an event. `report` holds it already.
    pub fn show(&mut self, event: &Event, report: &Report) {
        match event {
            Event::Planned { plan } => self.count = Count { done: 0, total: plan.steps.len() },
            Event::StepStarted { id, title } => self.start_step(id, title),
            Event::StepProgress { id, percent, text } => self.progress(id, *percent, text),
            Event::StepWaits { id, waits_for, seconds } => self.wait(id, waits_for, *seconds),
            Event::StepDelaysEnd { .. } => self.delay_end(),
            Event::StepFinished { step, status, duration_ms, reason } => {
                self.finish(&step.id);
                // Why the first one failed is the error that follows; of another that was under way
                // nothing else says why.
                let is_first = *status == StepStatus::Failed
                    && !std::mem::replace(&mut self.has_shown_failure, true);
                let reason = reason.as_deref().filter(|_| !is_first);
                self.count.done += usize::from(*status == StepStatus::Done);
                let ending = (*status, *duration_ms);
                self.print(&end_line(&step.title, ending, reason, self.count, &self.paint));
                self.show_count();
            }
            Event::LabStarted { script, attempt, .. } => {
                self.start(script, &lab_title(script, *attempt))
            }
            Event::LabFinished { lab } => self.finish(&lab.script),
            // A health check's problems are its answer, and stand in the report.
            Event::Problem { .. } if report.command == "doctor" => {}
            Event::Problem { problem } => {
                self.print(&said::problem(&(&**problem).into(), &self.paint));
            }
            Event::Failed { error, .. } => self.show_error(error),
            // A health check says so among the rest.
            Event::Looked { facts } if report.command != "doctor" => self.show_venv(&facts.venv),
            Event::Started { .. }
            | Event::Looked { .. }
            | Event::LabsPlanned { .. }
            | Event::Watching { .. }
            | Event::Finished { .. } => {}
        }
    }

    /// Says once which virtual environment is meant, where that is not the current folder's.
    fn show_venv(&mut self, venv: &Venv) {
        if let Some(sentence) = found_venv(venv).filter(|_| !self.has_shown_venv) {
            self.has_shown_venv = true;
            self.print(&self.paint.prose(&harmless(&sentence)));
        }
    }

    /// Shows the plan that will be applied; `more` is the command that shows it whole.
    pub fn show_plan(&self, report: &Report, password: Password, more: &str) {
        let is_verbose = self.verbosity == Verbosity::Verbose;
        let text = plan::text(report, &self.paint, is_verbose, (password, Some(more)));
        self.print(&format!("\n{}\n", text.trim_end()));
    }

    /// Says that apt's index is refreshed first. `is_agreed`: nobody will be asked.
    pub fn show_refresh(&mut self, password: Password, is_agreed: bool) {
        self.count = Count { done: 0, total: 1 };
        self.print(&plan::refresh(&self.paint, password, is_agreed));
    }

    /// Shows why the command could not be carried out, and what to do.
    pub fn show_error(&mut self, error: &ErrorPart) {
        self.clear();
        if std::mem::replace(&mut self.has_shown_error, true) {
            self.write("");
        }
        self.shown_errors.extend(error.problem.as_ref().map(|problem| problem.id));
        self.write(&said::error(error, &self.paint));
    }

    /// Says once, at the end, where to read more about the errors that were shown.
    pub fn show_more(&mut self) {
        if let Some(more) = more(std::mem::take(&mut self.shown_errors)) {
            self.print(&format!("\n{}", self.paint.dim(&self.paint.prose(&more))));
        }
    }

    /// Takes the bars away, so that a question or the report can be read.
    pub fn clear(&mut self) {
        for (_, bar) in std::mem::take(&mut self.running) {
            bar.finish_and_clear();
        }
        self.total.take().iter().for_each(ProgressBar::finish_and_clear);
    }

    fn start_step(&mut self, id: &str, title: &str) {
        if self.bars.is_none() {
            return self.print(&start_line(title, &self.paint));
        }
        self.start(id, title);
        self.show_count();
    }

    fn start(&mut self, id: &str, title: &str) {
        let Some(bars) = &self.bars else { return };
        let old = self.running.remove(id);
        old.iter().for_each(ProgressBar::finish_and_clear);
        let new = ProgressBar::new(100);
        let bar = match &self.total {
            Some(total) => bars.insert_before(total, new),
            None => bars.add(new),
        };
        let sign = if self.paint.is_unicode() { "{spinner}" } else { "-" };
        bar.set_style(style(&format!("{sign} {{prefix}}  {{time}}  {{wide_msg}}")));
        bar.set_prefix(short_title(title, &self.paint));
        bar.enable_steady_tick(Duration::from_millis(100));
        self.running.insert(id.to_owned(), bar);
    }

    /// The last line while steps are under way: how many are done.
    fn show_count(&mut self) {
        let (Some(bars), Some(so_far)) = (&self.bars, self.count.so_far()) else { return };
        if self.count.done == self.count.total {
            self.total.take().iter().for_each(ProgressBar::finish_and_clear);
            return;
        }
        let total = self.total.get_or_insert_with(|| {
            let bar = bars.add(ProgressBar::new_spinner());
            bar.set_style(style("{msg}, {time} so far"));
            bar.enable_steady_tick(Duration::from_millis(500));
            bar
        });
        total.set_message(so_far);
    }

    fn progress(&self, id: &str, percent: Option<f32>, text: &str) {
        let text = harmless(text);
        if let Some(bar) = self.running.get(id) {
            // Lines without a percentage come between those with one: the last one still holds.
            if let Some(percent) = percent {
                bar.set_position(percent as u64);
            }
            let percent = if bar.position() > 0 {
                format!("{:2} %  ", bar.position())
            } else {
                String::new()
            };
            bar.set_message(format!("{percent}{text}"));
        }
        if self.verbosity == Verbosity::Verbose {
            self.print(&self.paint.dim(&format!("  {text}")));
        }
    }

    /// Shown at once, and again every half minute: whoever reads a log wants to know what takes so
    /// long.
    fn wait(&mut self, id: &str, waits_for: &str, seconds: u64) {
        let text = waiting(waits_for, seconds);
        match self.running.get(id) {
            Some(bar) => bar.set_message(text),
            None if self.shown_waiting != Some(seconds / 30) => {
                self.shown_waiting = Some(seconds / 30);
                self.print(&self.paint.prose(&text));
            }
            None => {}
        }
    }

    /// Whoever asked labready to end is told why it does not, also when nothing else is said.
    fn delay_end(&self) {
        let again = if user_attended_stderr() {
            "press Ctrl-C again to leave it to apt"
        } else {
            "a second signal leaves it to apt"
        };
        self.write(&self.paint.prose(&format!("{DELAYS_END}; {again}")));
    }

    fn finish(&mut self, id: &str) {
        if let Some(bar) = self.running.remove(id) {
            bar.finish_and_clear();
        }
    }

    fn print(&self, text: &str) {
        if self.verbosity != Verbosity::Quiet {
            self.write(text);
        }
    }

    fn write(&self, text: &str) {
        // A closed stderr is nobody's loss.
        let write = || writeln!(io::stderr(), "{text}").unwrap_or_default();
        match &self.bars {
            Some(bars) => bars.suspend(write),
            None => write(),
        }
    }
}

/// How a line of a bar looks; `{time}` is how long it has been there.
fn style(template: &str) -> ProgressStyle {
    let time = |state: &ProgressState, text: &mut dyn fmt::Write| {
        // A line that lacks its time is still a line.
        let _ = write!(text, "{}", so_far(state.elapsed().as_secs()));
    };
    let style = ProgressStyle::with_template(template);
    style.unwrap_or_else(|_| ProgressStyle::default_spinner()).with_key("time", time)
}

fn lab_title(name: &str, attempt: usize) -> String {
    if attempt == 1 {
        format!("Running {name}")
    } else {
        format!("Running {name} again, attempt {attempt}")
    }
}

/// The terminal of the bars. One that is gone ends the talk and nothing else, whoever draws: to
/// indicatif, every drawing has worked.
#[derive(Debug)]
struct Screen(Term);

impl TermLike for Screen {
    fn width(&self) -> u16 {
        self.0.size().1
    }

    fn height(&self) -> u16 {
        self.0.size().0
    }

    fn move_cursor_up(&self, lines: usize) -> io::Result<()> {
        self.0.move_cursor_up(lines).or(Ok(()))
    }

    fn move_cursor_down(&self, lines: usize) -> io::Result<()> {
        self.0.move_cursor_down(lines).or(Ok(()))
    }

    fn move_cursor_right(&self, columns: usize) -> io::Result<()> {
        self.0.move_cursor_right(columns).or(Ok(()))
    }

    fn move_cursor_left(&self, columns: usize) -> io::Result<()> {
        self.0.move_cursor_left(columns).or(Ok(()))
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.0.write_line(text).or(Ok(()))
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.0.write_str(text).or(Ok(()))
    }

    fn clear_line(&self) -> io::Result<()> {
        self.0.clear_line().or(Ok(()))
    }

    fn flush(&self) -> io::Result<()> {
        self.0.flush().or(Ok(()))
    }
}
