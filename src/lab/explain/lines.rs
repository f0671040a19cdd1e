//! What a script printed: too little, too much, something else, somewhere else.

use super::mistakes::{
    Slip, unawaited, uncalled_in_text, unformatted, unrun, where_printed, wrong_guard,
};
use super::{Explainer, Words, shown};
use crate::lab::traceback::never_awaited;

impl Explainer<'_> {
    pub(super) fn missing(&self) -> Words {
        let is_silent = self.found().marks.iter().all(Option::is_none);
        let what = match self.first_missing() {
            Some((line, text)) if !is_silent => format!("did not print line {line}, `{text}`"),
            _ => "printed nothing".to_owned(),
        };
        if let Some(slip) = self.slip(is_silent) {
            let summary = format!("{} {what}: line {} {}", self.name(), slip.line, slip.means);
            return Words::new(summary, slip.fix).about(Some(slip.line));
        }
        match never_awaited(self.errors()) {
            Some(coroutine) => Words::new(
                format!("{} {what}: the coroutine `{coroutine}()` was never awaited", self.name()),
                format!(
                    "write `await` before `{coroutine}()`, or create a task for it and await that"
                ),
            ),
            None => Words::new(format!("{} {what}", self.name()), self.missing_fix()),
        }
    }

    /// Why nothing more was printed, as far as the script shows it.
    fn slip(&self, is_silent: bool) -> Option<Slip> {
        let guard = || wrong_guard(&self.code).filter(|_| is_silent);
        let never_run = || unrun(&self.code).filter(|_| is_silent);
        guard().or_else(|| unawaited(&self.code)).or_else(never_run)
    }

    /// What the script's own words suggest.
    fn missing_fix(&self) -> &'static str {
        let has = |word: &str| self.script.source.contains(word);
        if self.script.source.trim().is_empty() {
            "save the file in your editor: it is empty"
        } else if has("create_task") || has("ensure_future") {
            "check that every task is awaited before the script ends"
        } else {
            "check that it is called as often as the lab says, and awaited"
        }
    }

    pub(super) fn wrong_text(&self) -> Words {
        let (line, due) = self.first_missing().unwrap_or((1, String::new()));
        let extra = self.found().extra.first().map(String::as_str).unwrap_or_default();
        let slip = unformatted(&self.code, extra).or_else(|| uncalled_in_text(&self.code, extra));
        if let Some(slip) = slip {
            let summary = format!("line {} of {} {}", slip.line, self.name(), slip.means);
            return Words::new(summary, slip.fix).about(Some(slip.line));
        }
        let (place, number) = self.place(extra);
        let summary = format!("{} printed `{extra}`{place} instead of `{due}`", self.name());
        let summary = if place.is_empty() {
            format!("{} printed `{extra}` instead of line {line}, `{due}`", self.name())
        } else {
            summary
        };
        Words::new(summary, "compare the `print` with the lab sheet, letter by letter")
            .about(number)
    }

    /// Which line of the script prints a text: in words, and its number.
    fn place(&self, printed: &str) -> (String, Option<usize>) {
        let line = where_printed(&self.code, printed);
        (line.map_or(String::new(), |line| format!(" in line {line}")), line)
    }

    pub(super) fn doubled(&self) -> Words {
        let line = self.found().doubled.first().map(|seen| seen.text.as_str()).unwrap_or_default();
        Words::new(
            format!("{} printed `{line}` more often than the lab does", self.name()),
            "check that nothing is called, or made a task, once too often",
        )
    }

    pub(super) fn extra_text(&self) -> Words {
        let extra = self.found().extra.first().map(String::as_str).unwrap_or_default();
        let (place, number) = self.place(extra);
        Words::new(
            format!("{} printed `{extra}`{place}, which the lab does not", self.name()),
            "remove the `print` that prints it",
        )
        .about(number)
    }

    pub(super) fn on_stderr(&self) -> Words {
        Words::new(
            format!(
                "{} printed its lines to standard error instead of standard output",
                self.name()
            ),
            "print without `file=sys.stderr` and without `logging`",
        )
    }

    pub(super) fn out_of_order(&self) -> Words {
        let mut lines: Vec<_> = self.found().marks.iter().zip(&self.timeline.marks).collect();
        let due: Vec<String> =
            lines.iter().map(|(_, mark)| format!("`{}`", shown(&mark.line))).collect();
        lines.sort_by_key(|(seen, _)| seen.as_ref().map(|seen| seen.position));
        let came: Vec<String> =
            lines.iter().map(|(_, mark)| format!("`{}`", shown(&mark.line))).collect();
        Words::new(
            format!("{} printed {} instead of {}", self.name(), came.join(", "), due.join(", ")),
            "check that each wait begins where it does in the lab, after the line before it",
        )
    }

    pub(super) fn impossible_stamp(&self) -> Words {
        Words::new(
            format!("{} printed timestamps that are not from this run", self.name()),
            "print `datetime.now()` itself, at the moment of printing",
        )
    }

    /// The first line that is missing: its number, and what it says.
    fn first_missing(&self) -> Option<(usize, String)> {
        let index = self.found().marks.iter().position(Option::is_none)?;
        Some((index + 1, shown(&self.timeline.marks.get(index)?.line)))
    }
}
