//! The live talk on stderr, and colours. The interface to console and indicatif is confined to this
//! file.
//!
//! Colour: `--color`, then NO_COLOR, CLICOLOR_FORCE, CLICOLOR=0, TERM=dumb, then whether it is a
//! terminal. An empty variable counts as unset.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use console::{Style, Term};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::cli::Color;
use crate::event::{ErrorPart, Event, StepStatus};
use crate::finding::Severity;
use crate::lab::Verdict;

use super::words::{duration, harmless, severity};
use super::{Report, human};

/// Width where nothing tells it.
const WIDTH: usize = 80;

/// How text looks on one of the streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paint {
    coloured: bool,
    unicode: bool,
    width: usize,
}

impl Paint {
    /// For a stream that is a terminal or is not, by what the environment's variables say.
    pub fn new<'a>(
        variable: impl Fn(&str) -> Option<&'a str>,
        color: Color,
        is_terminal: bool,
    ) -> Self {
        let terminal = variable("TERM").unwrap_or(if is_terminal { "dumb" } else { "" });
        let coloured = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if variable("NO_COLOR").is_some() => false,
            Color::Auto if variable("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
            Color::Auto => is_terminal && variable("CLICOLOR") != Some("0") && terminal != "dumb",
        };
        let locale =
            ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(&variable).unwrap_or_default();
        let is_utf8 = locale.to_uppercase().replace('-', "").ends_with("UTF8");
        let columns = variable("COLUMNS").and_then(|columns| columns.parse().ok());
        let measured = || {
            is_terminal
                .then(|| Term::stderr().size_checked())
                .flatten()
                .map(|(_, columns)| usize::from(columns))
        };
        let width = columns.or_else(measured).unwrap_or(WIDTH).clamp(40, 120);
        Self { coloured, unicode: is_utf8 && !matches!(terminal, "dumb" | "linux"), width }
    }

    /// Without colour, in ASCII or Unicode, at a width: for files and tests.
    pub fn uncoloured(unicode: bool, width: usize) -> Self {
        Self { coloured: false, unicode, width }
    }

    /// How many columns there are.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Whether other signs than ASCII may be drawn.
    pub fn is_unicode(&self) -> bool {
        self.unicode
    }

    /// A good answer.
    pub fn good(&self, text: &str) -> String {
        self.styled(text, &Style::new().green().bold())
    }

    /// A bad answer.
    pub fn bad(&self, text: &str) -> String {
        self.styled(text, &Style::new().red().bold())
    }

    /// Neither good nor bad.
    pub fn unsure(&self, text: &str) -> String {
        self.styled(text, &Style::new().yellow().bold())
    }

    /// What the eye should find.
    pub fn bold(&self, text: &str) -> String {
        self.styled(text, &Style::new().bold())
    }

    /// What the eye may pass over.
    pub fn dim(&self, text: &str) -> String {
        self.styled(text, &Style::new().dim())
    }

    /// A verdict: a sign and a word, never the colour alone.
    pub fn verdict(&self, verdict: Verdict) -> String {
        let (sign, ascii, word) = match verdict {
            Verdict::Pass => ("✓", "[ok]", "pass"),
            Verdict::Fail => ("✗", "[!!]", "FAIL"),
            Verdict::Inconclusive => ("?", "[??]", "inconclusive"),
            Verdict::Error => ("✗", "[!!]", "ERROR"),
        };
        let text = format!("{} {word}", if self.unicode { sign } else { ascii });
        match verdict {
            Verdict::Pass => self.good(&text),
            Verdict::Fail | Verdict::Error => self.bad(&text),
            Verdict::Inconclusive => self.unsure(&text),
        }
    }

    /// What is wrong, by how much it matters; the words say it, too.
    pub fn severity(&self, text: &str, severity: Severity) -> String {
        match severity {
            Severity::Error => self.bad(text),
            Severity::Warning => self.unsure(text),
            Severity::Note => self.bold(text),
        }
    }

    fn styled(&self, text: &str, style: &Style) -> String {
        style.clone().force_styling(self.coloured).apply_to(text).to_string()
    }
}

/// How much is said on stderr.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verbosity {
    /// Errors only.
    Quiet,
    /// What happens.
    Normal,
    /// And how.
    Verbose,
}

/// The talk while a command runs: bars on a terminal, else one line per finished step.
pub struct Talk {
    paint: Paint,
    verbosity: Verbosity,
    bars: Option<MultiProgress>,
    running: BTreeMap<String, ProgressBar>,
    /// The half minute of a wait that was told last.
    said_waiting: Option<u64>,
    /// Whether a step has failed already.
    has_told_failure: bool,
    /// Several errors are kept apart by an empty line.
    has_told_error: bool,
}

impl Talk {
    /// `redraws`: stderr is a terminal whose lines may be drawn again.
    pub fn new(paint: Paint, verbosity: Verbosity, redraws: bool) -> Self {
        let bars = (redraws && verbosity != Verbosity::Quiet).then(MultiProgress::new);
        Self {
            paint,
            verbosity,
            bars,
            running: BTreeMap::new(),
            said_waiting: None,
            has_told_failure: false,
            has_told_error: false,
        }
    }

    /// Tells of an event. `report` holds it already.
    pub fn tell(&mut self, event: &Event, report: &Report) {
        match event {
            Event::Planned { plan }
                if ["setup", "repair", "undo"].contains(&report.command.as_str())
                    && !plan.is_empty() =>
            {
                self.say(
                    human::plan(report, &self.paint, self.verbosity == Verbosity::Verbose)
                        .trim_end(),
                );
            }
            Event::StepStarted { id, title } => self.start(id, title),
            Event::StepProgress { id, percent, text } => self.progress(id, *percent, text),
            Event::StepWaits { id, for_whom, seconds } => self.wait(id, for_whom, *seconds),
            Event::StepFinished { step, status, duration_ms, reason } => {
                self.finish(&step.id);
                // Why the first one failed is the error that follows; of another that was under way
                // nothing else would tell.
                let is_first = *status == StepStatus::Failed
                    && !std::mem::replace(&mut self.has_told_failure, true);
                let reason = reason.as_deref().filter(|_| !is_first);
                self.say(&self.step_line(&step.title, *status, *duration_ms, reason));
            }
            Event::LabStarted { script, attempt, .. } => {
                self.start(script, &lab_title(script, *attempt))
            }
            Event::LabFinished { lab } => self.finish(&lab.script),
            // A health check's findings are its answer, and stand in the report.
            Event::Finding { .. } if report.command == "doctor" => {}
            Event::Finding { finding } => {
                let word = self.paint.unsure(severity(finding.severity));
                self.say(&format!("{word}: {}", harmless(&finding.to_string())));
                if let Some(fix) = &finding.fix {
                    self.say(&format!(
                        "  to mend it: {}",
                        self.paint.dim(&harmless(&fix.to_string()))
                    ));
                }
            }
            Event::Failed { error, .. } => self.tell_error(error),
            Event::Started { .. }
            | Event::Looked { .. }
            | Event::Planned { .. }
            | Event::Finished { .. } => {}
        }
    }

    /// Says why the command could not be carried out, and what to do.
    pub fn tell_error(&mut self, error: &ErrorPart) {
        self.clear();
        if std::mem::replace(&mut self.has_told_error, true) {
            self.write("");
        }
        self.write(&format!("{}: {}", self.paint.bad("error"), harmless(&error.message)));
        if let Some(hint) = &error.hint {
            self.write(&format!("\n{}: {}", self.paint.bold("hint"), harmless(hint)));
        }
    }

    /// Takes the bars away, so that a question or the report can be read.
    pub fn clear(&mut self) {
        for (_, bar) in std::mem::take(&mut self.running) {
            bar.finish_and_clear();
        }
    }

    fn step_line(
        &self,
        title: &str,
        status: StepStatus,
        duration_ms: u64,
        reason: Option<&str>,
    ) -> String {
        let title = harmless(title);
        match status {
            StepStatus::Done => {
                format!("{} {title} ({})", self.paint.good("done:"), duration(duration_ms))
            }
            StepStatus::Failed => {
                let reason =
                    reason.map(|reason| format!(": {}", harmless(reason))).unwrap_or_default();
                format!("{} {title} ({}){reason}", self.paint.bad("failed:"), duration(duration_ms))
            }
            StepStatus::NotTried => format!("{} {title}", self.paint.unsure("not tried:")),
            StepStatus::Planned => format!("planned: {title}"),
        }
    }

    fn start(&mut self, id: &str, title: &str) {
        let Some(bars) = &self.bars else { return };
        let old = self.running.remove(id);
        old.iter().for_each(ProgressBar::finish_and_clear);
        let bar = bars.add(ProgressBar::new(100));
        let template = if self.paint.unicode {
            "{spinner} {prefix} {elapsed} {wide_msg}"
        } else {
            "- {prefix} {elapsed} {wide_msg}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_prefix(harmless(title));
        bar.enable_steady_tick(Duration::from_millis(100));
        self.running.insert(id.to_owned(), bar);
    }

    fn progress(&self, id: &str, percent: Option<f32>, text: &str) {
        let text = harmless(text);
        if let Some(bar) = self.running.get(id) {
            // Lines without a percentage come between those with one: the last one still holds.
            if let Some(percent) = percent {
                bar.set_position(percent as u64);
            }
            let percent =
                if bar.position() > 0 { format!("{:3} % ", bar.position()) } else { String::new() };
            bar.set_message(format!("{percent}{text}"));
        }
        if self.verbosity == Verbosity::Verbose {
            self.say(&self.paint.dim(&format!("  {text}")));
        }
    }

    /// Said at once, and again every half minute: whoever reads a log wants to know what takes so
    /// long.
    fn wait(&mut self, id: &str, for_whom: &str, seconds: u64) {
        let text = format!("waiting for {}, {seconds} s so far", harmless(for_whom));
        match self.running.get(id) {
            Some(bar) => bar.set_message(text),
            None if self.said_waiting != Some(seconds / 30) => {
                self.said_waiting = Some(seconds / 30);
                self.say(&text);
            }
            None => {}
        }
    }

    fn finish(&mut self, id: &str) {
        if let Some(bar) = self.running.remove(id) {
            bar.finish_and_clear();
        }
    }

    fn say(&self, text: &str) {
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

fn lab_title(name: &str, attempt: usize) -> String {
    if attempt == 1 {
        format!("Running {name}")
    } else {
        format!("Running {name} again, attempt {attempt}")
    }
}
