//! What a script printed: too little, too much, something else, somewhere else.

use super::{Explainer, Words, complaints, shown};

impl Explainer<'_> {
    pub(super) fn missing(&self) -> Words {
        let is_silent = self.found().marks.iter().all(Option::is_none);
        let what = match self.first_missing() {
            Some((line, text)) if !is_silent => format!("did not print line {line}, `{text}`"),
            _ => "printed nothing".to_owned(),
        };
        match complaints::never_awaited(self.errors()) {
            Some(coroutine) => Words::new(
                format!("{} {what}: the coroutine `{coroutine}()` was never awaited", self.name()),
                format!(
                    "write `await` before `{coroutine}()`, or create a task for it and await that"
                ),
            ),
            None => Words::new(format!("{} {what}", self.name()), self.missing_fix(is_silent)),
        }
    }

    /// What the script's own words suggest.
    fn missing_fix(&self, is_silent: bool) -> &'static str {
        let has = |word: &str| self.script.source.contains(word);
        if self.script.source.trim().is_empty() {
            "save the file in your editor: it is empty"
        } else if is_silent
            && has("async def main")
            && !has("asyncio.run")
            && !has("run_until_complete")
        {
            "end the script with `asyncio.run(main())`: `main()` is never run"
        } else if has("create_task") || has("ensure_future") {
            "check that every task is awaited before the script ends"
        } else {
            "check that it is called as often as the lab says, and awaited"
        }
    }

    pub(super) fn wrong_text(&self) -> Words {
        let (line, due) = self.first_missing().unwrap_or((1, String::new()));
        let extra = self.found().extra.first().map(String::as_str).unwrap_or_default();
        Words::new(
            format!("{} printed `{extra}` instead of line {line}, `{due}`", self.name()),
            "compare the `print` with the lab sheet, letter by letter",
        )
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
        Words::new(
            format!("{} printed `{extra}`, which the lab does not", self.name()),
            "remove the `print` that prints it",
        )
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
