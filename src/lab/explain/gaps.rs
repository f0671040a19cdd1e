//! When a script printed and ended: too early, too late, as due, or nobody can tell.

use super::{Explainer, Words, time};
use crate::lab::verdict::{Evidence, Point};

/// The share of a wait that two lines are apart at the most when their waits ran side by side.
const SIDE_BY_SIDE: f64 = 0.1;

impl Explainer<'_> {
    pub(super) fn as_due(&self) -> String {
        let attempt = match self.judgement.attempt {
            0 | 1 => String::new(),
            attempt => format!("at attempt {attempt} "),
        };
        let Some(gap) = &self.judgement.evidence else {
            return format!("{attempt}every line came at its time");
        };
        let (took, bound) = (time(gap.gap_ms - gap.interpreter_ms), time(gap.bound_ms));
        match (gap.from, gap.to) {
            (Point::Line(from), Point::Line(to)) if gap.due_ms.abs() < 1.0 => format!(
                "{attempt}every line came at its time: lines {from} and {to} are due together and came {took} apart, \
                 and less than {bound} proves that nothing waited in between"
            ),
            _ => format!(
                "{attempt}every line came at its time: {} it took {took}, {} is due, and less than {bound} proves that \
                 nothing else waited in between",
                between(gap),
                time(gap.due_ms)
            ),
        }
    }

    pub(super) fn too_early(&self) -> Words {
        let Some(gap) = &self.judgement.evidence else {
            return Words::new(format!("{} was too early", self.name()), "");
        };
        let (took, due) = (time(gap.gap_ms - gap.interpreter_ms), time(gap.due_ms));
        match (gap.from, gap.to) {
            (Point::Spawn, Point::Exit) => Words::new(
                format!("{} ended after {took}; its sleeps alone take {due}", self.name()),
                "is every sleep awaited, and as long as the lab says?",
            ),
            (Point::Spawn, to) => Words::new(
                format!("{} printed {to} after {took}; it is due after {due}", self.name()),
                "is it printed before the sleep, is the sleep too short, or is an `await` missing before it?",
            ),
            (from, Point::Exit) => Words::new(
                format!("{} ended {took} after {from}; {due} is due", self.name()),
                "is the last sleep missing, or did it begin before that line?",
            ),
            (from, to) if gap.gap_ms < SIDE_BY_SIDE * gap.due_ms => Words::new(
                format!(
                    "{} printed {to} {took} after {from}; {due} is due. The two waits ran side by side",
                    self.name()
                ),
                "here the second wait begins only when the first is over: is each awaited before the next is made?",
            ),
            (from, to) => Words::new(
                format!("{} printed {to} {took} after {from}; {due} is due", self.name()),
                "is the sleep between them too short, or did it begin before the first of them?",
            ),
        }
    }

    pub(super) fn too_late(&self) -> Words {
        let Some(gap) = &self.judgement.evidence else {
            return Words::new(format!("{} was too late", self.name()), "");
        };
        let (took, due) = (time(gap.gap_ms - gap.interpreter_ms), time(gap.due_ms));
        match (gap.from, gap.to) {
            (Point::Line(from), Point::Line(to)) if gap.due_ms.abs() < 1.0 => Words::new(
                format!(
                    "{} printed line {to} {took} after line {from}; they are due together. {} ran one after the other",
                    self.name(),
                    self.waiters(from)
                ),
                self.serial_fix(),
            ),
            (Point::Spawn, Point::Exit) => Words::new(
                format!("{} ended after {took}; it is due to end after {due}", self.name()),
                "is a sleep longer than the lab says, or do waits run one after the other that should share their time?",
            ),
            (from, Point::Exit) => Words::new(
                format!("{} went on for {took} after {from}; {due} is due", self.name()),
                "does something still sleep or run that prints nothing?",
            ),
            (Point::Spawn, to) => Words::new(
                format!("{} printed {to} after {took}; it is due after {due}", self.name()),
                "is a sleep longer than the lab says, or is there one more of them?",
            ),
            (from, to) => Words::new(
                format!("{} printed {to} {took} after {from}; {due} is due", self.name()),
                "is a sleep longer than the lab says, or do waits run one after the other that should share their time?",
            ),
        }
    }

    /// Who waited: the function that prints the line, where the script shows it.
    fn waiters(&self, line: usize) -> String {
        let words = self
            .timeline
            .marks
            .get(line - 1)
            .and_then(|mark| mark.line.split(['{', ':']).next())
            .unwrap_or_default();
        let (mut function, mut found) = (None, None);
        for text in self.script.source.lines().map(str::trim_start) {
            let definition = text.strip_prefix("async ").unwrap_or(text).strip_prefix("def ");
            function = definition.and_then(|rest| rest.split('(').next()).or(function);
            if text.contains("print") && !words.trim().is_empty() && text.contains(words.trim()) {
                found = found.or(function);
            }
        }
        found.map_or_else(|| "The two waits".into(), |name| format!("The two `{name}()`"))
    }

    /// What the script's own words suggest.
    fn serial_fix(&self) -> &'static str {
        let has = |word: &str| self.script.source.contains(word);
        if has("Lock(") || has("Semaphore(") {
            "does a lock let only one of them wait at a time?"
        } else if has("run_in_executor") || has("Executor(") || has("to_thread") {
            "was every call handed over before the first was awaited, and has the pool more than one worker?"
        } else if has("time.sleep") && has("async def") {
            "`time.sleep` holds up the whole event loop: write `await asyncio.sleep(…)`"
        } else if has("create_task") || has("gather") || has("TaskGroup") {
            "were all tasks made before the first `await`?"
        } else {
            "awaiting one coroutine after the other takes the sum of their times: make tasks of them first, then await those"
        }
    }

    pub(super) fn held_back(&self) -> Words {
        let late = self.judgement.evidence.as_ref().map_or(0.0, |gap| gap.gap_ms);
        Words::new(
            format!(
                "{} took the time for a line and printed it only {} later",
                self.name(),
                time(late)
            ),
            "print each line at its time: do not collect them, and leave `sys.stdout` as it is",
        )
    }

    pub(super) fn clock_step(&self) -> Words {
        Words::new(
            format!(
                "the clock of this machine was set while {} ran, in every attempt",
                self.name()
            ),
            "wait until the machine's time is synchronised, then run it again",
        )
    }

    pub(super) fn suspended(&self) -> Words {
        Words::new(
            format!("this machine was suspended while {} ran, in every attempt", self.name()),
            "keep it awake and run it again",
        )
    }

    pub(super) fn stall(&self) -> Words {
        let attempts = match self.observations.len() {
            0 | 1 => "in one attempt".to_owned(),
            count => format!("in {count} attempts"),
        };
        let fix = "run it again when less is going on on this machine";
        let unjudged = format!("{} could not be judged {attempts}", self.name());
        let Some(gap) = &self.judgement.evidence else { return Words::new(unjudged, fix) };
        let (what, how_long) = gap.stall.largest();
        let lacks = match gap.stall.lacks().as_slice() {
            [] => String::new(),
            lacks => format!(". This machine does not tell {}", lacks.join(", ")),
        };
        let (took, due, held) =
            (time(gap.gap_ms), time(gap.due_ms), time(how_long.min(gap.gap_ms)));
        let between = between(gap);
        Words::new(
            format!(
                "{unjudged}: {between} it took {took}, where {due} is due, and for {held} of that {what}{lacks}"
            ),
            fix,
        )
    }
}

fn between(gap: &Evidence) -> String {
    match (gap.from, gap.to) {
        (Point::Spawn, Point::Exit) => "from the start to the end".into(),
        (Point::Spawn, to) => format!("from the start to {to}"),
        (from, Point::Exit) => format!("from {from} to the end"),
        (from, to) => format!("from {from} to {to}"),
    }
}
