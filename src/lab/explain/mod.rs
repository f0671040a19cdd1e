//! Words for a student: what happened, with the numbers that decided, and what to do. Pure.
//!
//! `ending` explains how a script ended, `lines` what it printed, `gaps` when, `evidence` how sure
//! that is; `mistakes` knows what is behind it, where that is certain.

mod ending;
mod evidence;
mod gaps;
mod lines;
mod mistakes;

use mistakes::Code;

use super::marks::Found;
use super::observation::{End, Observation};
use super::reason::Reason;
use super::script::Script;
use super::traceback::final_exception;
use super::verdict::{Exception, Verdict};
use super::weigh::Judgement;
use crate::course::Timeline;
pub(super) use crate::words::time;

/// What the words are about.
#[derive(Debug)]
pub(super) struct Explainer<'a> {
    /// The script.
    pub script: &'a Script,
    /// What is due.
    pub timeline: &'a Timeline,
    /// What the judge said.
    pub judgement: &'a Judgement,
    /// What it was said of, every attempt.
    pub observations: &'a [Observation],
    /// The script's text, as the rules see it.
    code: Code,
    /// What Python said at the end.
    pub exception: Option<Exception>,
}

/// What happened, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    /// One or two full sentences.
    pub summary: String,
    /// Why that is so: full sentences.
    pub detail: Option<String>,
    /// What to do, without a final period; `None` for a pass, and where nobody can tell.
    pub fix: Option<String>,
    /// The line of the script that is to be changed.
    pub line: Option<usize>,
}

impl Words {
    fn new(summary: impl AsRef<str>, fix: impl AsRef<str>) -> Self {
        Self {
            summary: sentence(summary.as_ref()),
            detail: None,
            fix: Some(fix.as_ref().to_owned()),
            line: None,
        }
    }

    /// The same, about a line.
    fn about(self, line: Option<usize>) -> Self {
        Self { line, ..self }
    }
}

impl<'a> Explainer<'a> {
    /// Explains a judgement of these observations.
    pub fn new(
        script: &'a Script,
        timeline: &'a Timeline,
        judgement: &'a Judgement,
        observations: &'a [Observation],
    ) -> Self {
        let code = Code::new(&script.source);
        let run = judgement.attempt.checked_sub(1).and_then(|index| observations.get(index));
        let mut exception = run
            .filter(|_| judgement.verdict != Some(Verdict::Pass))
            .and_then(|run| final_exception(&run.errors, &script.shown));
        // Python does not show a line that it cannot decode, or that it has no file of.
        if let Some(exception) = exception.as_mut().filter(|found| found.source.is_none()) {
            let line = exception.line.and_then(|line| code.line(line));
            let line = line.map(|line| line.raw.trim()).filter(|line| !line.contains('\0'));
            exception.source = line.map(str::to_owned);
        }
        Self { script, timeline, judgement, observations, code, exception }
    }

    /// The words for the judgement. A file that hides one of Python's own modules is named before
    /// anything else.
    pub fn words(&self) -> Words {
        let words = self.for_reason();
        let Some(first) = self.script.shadows.first() else { return words };
        if self.judgement.reason == Reason::AsDue {
            return words;
        }
        let rename = format!(
            "rename `{first}` beside the script, which hides Python's own module of that name"
        );
        let fix = match &words.fix {
            Some(fix) => format!("{rename}; if that is not it, {fix}"),
            None => rename,
        };
        Words { fix: Some(fix), ..words }
    }

    fn for_reason(&self) -> Words {
        match self.judgement.reason {
            Reason::AsDue => {
                let as_due = std::iter::once(self.as_due()).chain(self.remarks());
                Words {
                    summary: sentence(&as_due.collect::<Vec<_>>().join("; ")),
                    detail: self.proof().as_deref().map(sentence),
                    fix: None,
                    line: None,
                }
            }
            Reason::CouldNotStart => {
                Words::new(format!("{} could not be started", self.name()), "run `labready doctor`")
            }
            Reason::Exception => self.exception(),
            Reason::ExitCode => self.exit_code(),
            Reason::Signal => self.signal(),
            Reason::TimeLimit => self.time_limit(),
            Reason::Flood => self.flood(),
            Reason::MissingLine => self.missing(),
            Reason::DoubledLine => self.doubled(),
            Reason::ExtraText => self.extra_text(),
            Reason::WrongText => self.wrong_text(),
            Reason::OnStderr => self.on_stderr(),
            Reason::OutOfOrder => self.out_of_order(),
            Reason::ImpossibleStamp => self.impossible_stamp(),
            Reason::HeldBack => self.sure(self.held_back()),
            Reason::TooEarly => self.sure(self.too_early()),
            Reason::TooLate => self.sure(self.too_late()),
            Reason::ClockStep => self.clock_step(),
            Reason::Suspended => self.suspended(),
            Reason::OutOfMemory => self.out_of_memory(),
            Reason::Stall => self.stall(),
        }
    }

    /// A fail with what makes it one.
    fn sure(&self, words: Words) -> Words {
        let detail = self.agreement().as_deref().map(sentence);
        self.remarked(Words { detail, ..words })
    }

    /// With what else is worth knowing.
    fn remarked(&self, words: Words) -> Words {
        let remarks = self.remarks();
        let remarks = remarks.iter().map(|remark| sentence(remark));
        let detail: Vec<String> = words.detail.into_iter().chain(remarks).collect();
        let detail = Some(detail.join(" ")).filter(|detail| !detail.is_empty());
        Words { detail, ..words }
    }

    fn name(&self) -> String {
        format!("`{}`", self.script.shown)
    }

    fn found(&self) -> &Found {
        &self.judgement.found
    }

    /// The run that decided.
    fn observation(&self) -> Option<&Observation> {
        self.observations.get(self.judgement.attempt.checked_sub(1)?)
    }

    fn end(&self) -> Option<End> {
        self.observation().map(|observation| observation.end)
    }

    fn errors(&self) -> &str {
        self.observation().map_or("", |observation| observation.errors.as_str())
    }
}

/// With a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let mut sentence: String = letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default();
    if !sentence.ends_with(['.', '?', '!']) {
        sentence.push('.');
    }
    sentence
}

fn lines_of(count: usize) -> String {
    if count == 1 { "1 line".into() } else { format!("{count} lines") }
}

/// A line of the timeline as a student sees it.
pub(super) fn shown(line: &str) -> String {
    line.replace("{stamp}", "<time>").replace("{any}", "…")
}
