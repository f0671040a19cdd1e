//! Words for a student: what a verdict looks like, with the numbers that decided, and what to look at. Pure.

use super::complaints;
use super::judge::Judgement;
use super::observation::{End, Observation};
use super::script::Script;
use super::verdict::{Evidence, Point, Reason};
use crate::course::{Mark, Timeline};

/// SIGTTIN and SIGTTOU: the terminal's own, for a program in the background.
const TERMINAL_SIGNALS: [i32; 2] = [21, 22];

/// What the words are about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case<'a> {
    /// The script.
    pub script: &'a Script,
    /// What is due.
    pub timeline: &'a Timeline,
    /// What the judge said.
    pub judgement: &'a Judgement,
    /// What it was said of, every attempt.
    pub observations: &'a [Observation],
}

/// What it looks like, and what to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    /// One or two sentences.
    pub summary: String,
    /// What to do; `None` for a pass.
    pub fix: Option<String>,
}

impl Words {
    fn new(summary: String, fix: impl Into<String>) -> Self {
        Self { summary, fix: Some(fix.into()) }
    }
}

impl Case<'_> {
    /// The words for the judgement.
    pub fn words(&self) -> Words {
        let words = self.for_reason();
        match (self.script.shadows.as_slice(), words.fix) {
            ([first, ..], Some(fix)) => {
                let shadow =
                    format!("`{first}` beside the script hides Python's own module of that name: rename it. Otherwise: {fix}");
                Words { fix: Some(shadow), ..words }
            }
            (_, fix) => Words { fix, ..words },
        }
    }

    fn for_reason(&self) -> Words {
        let found = &self.judgement.found;
        match self.judgement.reason {
            Reason::AsDue => Words { summary: self.as_due(), fix: None },
            Reason::CouldNotStart => Words::new(format!("{} could not be started", self.name()), "run `labready doctor`"),
            Reason::Exception => self.exception(),
            Reason::ExitCode => self.exit_code(),
            Reason::Signal => self.signal(),
            Reason::TimeLimit => self.time_limit(),
            Reason::Flood => Words::new(
                format!("{} printed far more than its {} and was stopped", self.name(), lines(self.timeline.marks.len())),
                "look for a loop that prints without end",
            ),
            Reason::MissingLine => self.missing(),
            Reason::WrongText => self.wrong_text(),
            Reason::DoubledLine => {
                let line = found.doubled.first().map(|seen| seen.text.as_str()).unwrap_or_default();
                let summary = format!("{} printed a line more often than it is due: `{line}`", self.name());
                Words::new(summary, "is something called once too often, or awaited twice?")
            }
            Reason::ExtraText => {
                let extra = found.extra.first().map(String::as_str).unwrap_or_default();
                let summary = format!("{} printed something that the lab does not: `{extra}`", self.name());
                Words::new(summary, "remove the `print` that it comes from")
            }
            Reason::OnStderr => Words::new(
                format!("{} printed its lines on standard error", self.name()),
                "print them without `file=sys.stderr`, and without `logging`",
            ),
            Reason::OutOfOrder => Words::new(
                format!("{} printed its lines in another order than the lab does", self.name()),
                format!("the order is {}", self.order()),
            ),
            Reason::ImpossibleStamp => Words::new(
                format!("{} printed a time at which it was not running: the stamps are not from this run", self.name()),
                "print `datetime.now()` as it is, at the moment of printing",
            ),
            Reason::HeldBack => self.held_back(),
            Reason::TooEarly => self.too_early(),
            Reason::TooLate => self.too_late(),
            Reason::ClockStep => Words::new(
                format!("the clock of this machine was set while {} ran, in every attempt", self.name()),
                "wait until the time is synchronised, then run it again",
            ),
            Reason::Suspended => Words::new(
                format!("this machine was suspended while {} ran, in every attempt", self.name()),
                "keep it awake and run it again",
            ),
            Reason::Stall => self.stall(),
        }
    }

    fn name(&self) -> String {
        format!("`{}`", self.script.shown)
    }

    fn observation(&self) -> Option<&Observation> {
        self.observations.get(self.judgement.attempt.checked_sub(1)?)
    }

    fn errors(&self) -> &str {
        self.observation().map_or("", |observation| observation.errors.as_str())
    }

    fn as_due(&self) -> String {
        let attempts = match self.judgement.attempt {
            0 | 1 => String::new(),
            attempt => format!(" at attempt {attempt}"),
        };
        match &self.judgement.evidence {
            Some(gap) => format!(
                "every line came at its time{attempts}: {} it took {}, {} is due, and anything below {} proves it",
                between(gap),
                time(gap.gap_ms - gap.interpreter_ms),
                time(gap.due_ms),
                time(gap.bound_ms)
            ),
            None => format!("every line came at its time{attempts}"),
        }
    }

    fn exception(&self) -> Words {
        let errors = self.errors();
        let place = complaints::line_of(errors, &self.script.shown).map_or(String::new(), |line| format!(" in line {line}"));
        let what = complaints::exception(errors).unwrap_or("an exception");
        let known = complaints::known(errors);
        let means = known.map_or(String::new(), |(means, _)| format!(": {means}"));
        let end = if self.observation().is_some_and(|run| run.end == End::Exit(0)) { "reported" } else { "ended with" };
        let fix = known.map_or("read the last line of the message, and the line of the script that it names", |(_, fix)| fix);
        Words::new(format!("{} {end} `{}`{place}{means}", self.name(), shortened(what)), fix)
    }

    fn exit_code(&self) -> Words {
        let code = match self.observation().map(|run| run.end) {
            Some(End::Exit(code)) => code,
            _ => 1,
        };
        let is_complete = self.judgement.found.marks.iter().all(Option::is_some);
        let printed = if is_complete { "printed its lines and then " } else { "" };
        match complaints::known(self.errors()) {
            Some((means, fix)) => Words::new(format!("{} {printed}ended with exit code {code}: {means}", self.name()), fix),
            None => Words::new(
                format!("{} {printed}ended with exit code {code}; 0 is right", self.name()),
                "look for `sys.exit` or `exit` with a number, and at what it printed on standard error",
            ),
        }
    }

    fn signal(&self) -> Words {
        let signal = match self.observation().map(|run| run.end) {
            Some(End::Signal(signal)) => signal,
            _ => 0,
        };
        let (what, fix) = match signal {
            9 => ("was killed (signal 9)", "did the machine run out of memory? `sudo dmesg | tail` tells"),
            11 => ("crashed Python itself (signal 11)", "try another interpreter; this one, or a module of it, is broken"),
            _ => ("was ended by a signal", "does the script send itself a signal, or did somebody else?"),
        };
        let number = if matches!(signal, 9 | 11) { String::new() } else { format!(" ({signal})") };
        Words::new(format!("{} {what}{number}", self.name()), fix)
    }

    fn time_limit(&self) -> Words {
        let observation = self.observation();
        let seconds = observation.map_or(0.0, |run| run.ended_ms);
        let due = time(self.timeline.due(self.timeline.ends).as_secs_f64() * 1e3);
        let total = self.timeline.marks.len();
        let seen = self.judgement.found.marks.iter().filter(|mark| mark.is_some()).count();
        let where_at = match seen {
            0 => "it printed nothing".to_owned(),
            _ if seen == total => "it printed everything, and then did not end".to_owned(),
            _ => format!("it printed {seen} of its {}", lines(total)),
        };
        let summary =
            format!("{} was stopped after {}; it is due to end after {due}. Until then {where_at}", self.name(), time(seconds));
        if observation.and_then(|run| run.stopped_by).is_some_and(|signal| TERMINAL_SIGNALS.contains(&signal)) {
            return Words::new(summary, "it wants to read from the terminal; a lab has nobody to ask");
        }
        let fix = match seen {
            _ if seen == total => "does something still run: `run_forever`, a thread, a loop without an end?",
            _ => "what does it wait for: an endless loop, a task that never ends, a lock?",
        };
        Words::new(summary, fix)
    }

    fn missing(&self) -> Words {
        let found = &self.judgement.found;
        let is_silent = found.marks.iter().all(Option::is_none);
        let first = self.timeline.marks.iter().zip(&found.marks).position(|(_, seen)| seen.is_none()).unwrap_or(0);
        let line = self.timeline.marks.get(first).map_or("", |mark| mark.line.as_str());
        let what = match is_silent {
            true => "printed nothing".to_owned(),
            false => format!("did not print line {}, `{}`", first + 1, shown(line)),
        };
        match complaints::never_awaited(self.errors()) {
            Some(coroutine) => Words::new(
                format!("{} {what}: the coroutine `{coroutine}()` was made and never awaited", self.name()),
                format!("write `await` before `{coroutine}()`, or make it a task and await that"),
            ),
            None => Words::new(format!("{} {what}", self.name()), self.missing_fix(is_silent)),
        }
    }

    fn missing_fix(&self, is_silent: bool) -> &'static str {
        let makes_tasks = self.script.source.contains("create_task") || self.script.source.contains("ensure_future");
        match is_silent {
            true if self.script.source.trim().is_empty() => "the file is empty: was it saved?",
            true if !self.script.source.contains("asyncio.run") && !self.script.source.contains("run_until") => {
                "is `main()` ever run, for example with `asyncio.run(main())`?"
            }
            _ if makes_tasks => "is every task awaited before the script ends?",
            _ => "is it called as often as the lab says, and awaited to its end?",
        }
    }

    fn wrong_text(&self) -> Words {
        let found = &self.judgement.found;
        let missing = self.timeline.marks.iter().zip(&found.marks).find(|(_, seen)| seen.is_none());
        let due = missing.map_or("", |(mark, _)| mark.line.as_str());
        let extra = found.extra.first().map(String::as_str).unwrap_or_default();
        let summary = format!("{} printed `{extra}` where `{}` is due", self.name(), shown(due));
        Words::new(summary, "compare the `print` with the lab sheet letter by letter")
    }

    fn order(&self) -> String {
        let lines: Vec<String> = self.timeline.marks.iter().map(|Mark { line, .. }| format!("`{}`", shown(line))).collect();
        lines.join(", ")
    }

    fn held_back(&self) -> Words {
        let late = self.judgement.evidence.as_ref().map_or(0.0, |gap| gap.gap_ms);
        Words::new(
            format!("{} stamped a line and printed it only {} later", self.name(), time(late)),
            "print each line at its time: do not collect them, and leave `flush` and `sys.stdout` as they are",
        )
    }

    fn too_early(&self) -> Words {
        let Some(gap) = &self.judgement.evidence else { return Words::new(format!("{} was too early", self.name()), "") };
        let took = time(gap.gap_ms - gap.interpreter_ms);
        let due = time(gap.due_ms);
        match (gap.from, gap.to) {
            (Point::Spawn, Point::Exit) => Words::new(
                format!("{} ended after {took}; its sleeps alone take {due}", self.name()),
                "is every sleep awaited, and as long as the lab says?",
            ),
            (Point::Spawn, to) => Words::new(
                format!("{} printed {to} after {took}; it is due after {due}", self.name()),
                "is it printed before the sleep, is the sleep too short, or is an `await` missing before it?",
            ),
            (_, Point::Exit) => Words::new(
                format!("{} ended {took} after its last line; {due} is due", self.name()),
                "is the last sleep missing, or begun too early?",
            ),
            (from, to) => Words::new(
                format!(
                    "{} printed {to} {took} after {from}; {due} is due. The two waits ran side by side, or one is missing",
                    self.name()
                ),
                "here the second wait begins only when the first is over: are they one after the other?",
            ),
        }
    }

    fn too_late(&self) -> Words {
        let Some(gap) = &self.judgement.evidence else { return Words::new(format!("{} was too late", self.name()), "") };
        let (took, due) = (time(gap.gap_ms - gap.interpreter_ms), time(gap.due_ms));
        match (gap.from, gap.to) {
            (Point::Line(from), Point::Line(to)) if gap.due_ms.abs() < 1.0 => Words::new(
                format!(
                    "{}: line {from} and line {to} are due together and came {took} apart. The waits ran one after the other",
                    self.name()
                ),
                self.serial_fix(),
            ),
            (_, Point::Exit) => Words::new(
                format!("{} went on for {took} {}; {due} is due", self.name(), after(gap.from)),
                "does something still sleep or run, or do the waits run one after the other?",
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

    /// What the script's own words suggest.
    fn serial_fix(&self) -> &'static str {
        let has = |word: &str| self.script.source.contains(word);
        if has("run_in_executor") || has("Executor(") || has("to_thread") {
            "was every call handed to the executor before the first was awaited, and has the pool more than one worker?"
        } else if has("time.sleep") && has("async def") {
            "`time.sleep` holds up the whole event loop: write `await asyncio.sleep(…)`"
        } else if has("create_task") || has("gather") || has("TaskGroup") {
            "were all tasks made before the first `await`?"
        } else {
            "awaiting one coroutine after the other takes the sum of their times: make tasks of them first, then await those"
        }
    }

    fn stall(&self) -> Words {
        let attempts = match self.observations.len() {
            1 => "in one attempt".to_owned(),
            count => format!("in {count} attempts"),
        };
        let summary = match &self.judgement.evidence {
            Some(gap) => {
                let (what, how_long) = gap.stall.largest();
                let lacks = match gap.stall.lacks().as_slice() {
                    [] => String::new(),
                    lacks => format!("; this machine does not tell {}", lacks.join(", ")),
                };
                format!(
                    "this machine was too busy to tell {attempts}: {} {} took {}, where {} is due, and {} of it went by {what}{lacks}",
                    self.name(),
                    between(gap),
                    time(gap.gap_ms),
                    time(gap.due_ms),
                    time(how_long.min(gap.gap_ms)),
                )
            }
            None => format!("this machine was too busy to tell {attempts}"),
        };
        Words::new(summary, "run `labready verify` again when less is going on")
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

fn after(point: Point) -> String {
    match point {
        Point::Spawn => "after the start".into(),
        point => format!("after {point}"),
    }
}

fn lines(count: usize) -> String {
    if count == 1 { "1 line".into() } else { format!("{count} lines") }
}

/// A line of the timeline as a student sees it.
pub(super) fn shown(line: &str) -> String {
    line.replace("{stamp}", "<time>").replace("{any}", "…")
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(160).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// `0.2 ms`, `35 ms`, `1.02 s`
pub(super) fn time(milliseconds: f64) -> String {
    match milliseconds {
        ms if ms.abs() < 0.05 => "0 ms".into(),
        ms if ms.abs() < 10.0 => format!("{ms:.1} ms"),
        ms if ms.abs() < 995.0 => format!("{ms:.0} ms"),
        ms => format!("{:.2} s", ms / 1e3),
    }
}
