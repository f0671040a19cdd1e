//! When a script printed and ended: too early, too late, on time, or unclear.

use super::mistakes::{CodeLine, unawaited};
use super::{Explainer, Words, time};
use crate::lab::verdict::{Evidence, Point};

/// The share of a wait that two lines are apart at the most when their waits ran side by side.
const SIDE_BY_SIDE: f64 = 0.1;

impl Explainer<'_> {
    /// What the lab shows, in one sentence with the number that proves it.
    pub(super) fn as_due(&self) -> String {
        let attempt = match self.judgement.attempt {
            0 | 1 => String::new(),
            attempt => format!(", on attempt {attempt}"),
        };
        let Some(gap) = &self.judgement.evidence else {
            return format!("every line came on time{attempt}");
        };
        let took = took(gap);
        let shown = match (gap.from, gap.to) {
            (Point::Line(from), Point::Line(to)) if is_together(gap) => {
                if self.is_sleep_of_both(from, to) {
                    format!("the two sleeps overlapped: {took} apart")
                } else {
                    format!("lines {from} and {to} came together: {took} apart")
                }
            }
            (Point::Line(from), Point::Line(to)) if self.is_sleep_of_both(from, to) => {
                format!("the two sleeps ran in sequence: {took} apart")
            }
            (from, Point::Exit) => format!("it ended {took} after {}, on time", named(from)),
            (from, to) => format!("{to} came {took} after {}, on time", named(from)),
        };
        format!("{shown}{attempt}")
    }

    /// Why that is a proof; `None` where no single gap decided.
    pub(super) fn proof(&self) -> Option<String> {
        let gap = self.judgement.evidence.as_ref()?;
        let (due, bound) = (time(gap.due_ms), time(gap.bound_ms));
        Some(match (gap.from, gap.to) {
            (Point::Line(from), Point::Line(to)) if is_together(gap) => format!(
                "lines {from} and {to} are due together; less than {bound} between them proves that nothing waited in between"
            ),
            _ => format!(
                "{due} is due {}; less than {bound} proves that nothing else waited in between",
                between(gap)
            ),
        })
    }

    /// Whether two lines are printed by one function, each behind a wait of its own.
    fn is_sleep_of_both(&self, from: usize, to: usize) -> bool {
        let mark = |line: usize| self.timeline.marks.get(line - 1);
        let has_waited = |line| mark(line).is_some_and(|mark| mark.due.at > 0.0);
        let text = |line| mark(line).map(|mark| mark.line.as_str());
        self.script.source.contains("sleep(")
            && has_waited(from)
            && has_waited(to)
            && text(from) == text(to)
    }

    pub(super) fn too_early(&self) -> Words {
        let words = self.early();
        match unawaited(&self.code) {
            Some(slip) => {
                let summary = words.summary.trim_end_matches('.');
                Words::new(format!("{summary}: line {} {}", slip.line, slip.means), slip.fix)
                    .about(Some(slip.line))
            }
            None => words,
        }
    }

    fn early(&self) -> Words {
        let Some(gap) = &self.judgement.evidence else {
            return Words::new(format!("{} was too early", self.name()), "");
        };
        let (took, due) = (took(gap), time(gap.due_ms));
        match (gap.from, gap.to) {
            (Point::Spawn, Point::Exit) => Words::new(
                format!("{} ended after {took}, but its sleeps alone take {due}", self.name()),
                "check that every sleep is awaited and as long as the lab says",
            ),
            (Point::Spawn, to) => Words::new(
                format!("{} printed {to} after {took} instead of {due}", self.name()),
                "check that the sleep comes before the `print`, is awaited and is long enough",
            ),
            (from, Point::Exit) => Words::new(
                format!("{} ended {took} after {from} instead of {due}", self.name()),
                "check that the last sleep is there and begins after that line",
            ),
            (from, to) if gap.gap_ms < SIDE_BY_SIDE * gap.due_ms => Words::new(
                format!(
                    "{} took {took} from {from} to {to} instead of {due}: the two waits overlapped",
                    self.name()
                ),
                "await the first wait before you start the second",
            ),
            (from, to) => Words::new(
                format!("{} took {took} from {from} to {to} instead of {due}", self.name()),
                "check that the sleep between them is long enough and begins after the first of them",
            ),
        }
    }

    pub(super) fn too_late(&self) -> Words {
        let Some(gap) = &self.judgement.evidence else {
            return Words::new(format!("{} was too late", self.name()), "");
        };
        let (took, due) = (took(gap), time(gap.due_ms));
        match (gap.from, gap.to) {
            (Point::Line(from), Point::Line(to)) if is_together(gap) => Words::new(
                format!(
                    "lines {from} and {to} of {} came {took} apart instead of together: {} ran one after the other",
                    self.name(),
                    self.waiters(from, to)
                ),
                self.serial_fix(),
            )
            .about(self.blocking_line().map(|line| line.number)),
            (Point::Spawn, Point::Exit) => Words::new(
                format!("{} ended after {took} instead of {due}", self.name()),
                "check that no sleep is longer than the lab says, and that waits that should overlap do",
            ),
            (from, Point::Exit) => Words::new(
                format!("{} ended {took} after {from} instead of {due}", self.name()),
                "check for something that still sleeps or runs without printing",
            ),
            // Lines that changed places.
            (from, to) if gap.due_ms < 0.0 => Words::new(
                format!(
                    "{} printed {to} {took} after {from} instead of {} before it",
                    self.name(),
                    time(-gap.due_ms)
                ),
                "check that each wait begins where it does in the lab, and is as long",
            ),
            (Point::Spawn, to) => Words::new(
                format!("{} printed {to} after {took} instead of {due}", self.name()),
                "check that no sleep is longer than the lab says, and that there is not one too many",
            ),
            (from, to) => Words::new(
                format!("{} took {took} from {from} to {to} instead of {due}", self.name()),
                "check that no sleep is longer than the lab says, and that waits that should overlap do",
            ),
        }
    }

    /// Who waited: the function that printed both lines, where the script shows that it is one and
    /// is called twice.
    fn waiters(&self, from: usize, to: usize) -> String {
        let printers = self.printer(from).zip(self.printer(to));
        let function = printers.filter(|(from, to)| from == to).map(|(function, _)| function);
        // Its definition is not a call.
        let is_called_twice =
            |function: &&str| uses(&self.script.source, function) == 3 && from != to;
        match function.filter(is_called_twice) {
            Some(function) => format!("the two calls of `{function}()`"),
            None => "the two waits".into(),
        }
    }

    /// The function that prints a line, by what it says before its first number or placeholder.
    fn printer(&self, line: usize) -> Option<&str> {
        let mark = self.timeline.marks.get(line.checked_sub(1)?)?;
        let words = mark.line.split(['{', ':']).next().unwrap_or_default().trim();
        let (mut function, mut found) = (None, None);
        for text in self.script.source.lines().map(str::trim_start) {
            let definition = text.strip_prefix("async ").unwrap_or(text).strip_prefix("def ");
            function = definition.and_then(|rest| rest.split('(').next()).or(function);
            if text.contains("print") && !words.is_empty() && text.contains(words) {
                found = found.or(function);
            }
        }
        found
    }

    /// The first line in which a coroutine blocks the whole loop.
    fn blocking_line(&self) -> Option<&CodeLine> {
        let mut blocking = self.code.lines.iter().filter(|line| line.code.contains("time.sleep("));
        blocking.find(|line| self.code.around(line.number).is_some_and(|(.., is_async)| is_async))
    }

    /// What the script's own words suggest.
    fn serial_fix(&self) -> String {
        if let Some(line) = self.blocking_line() {
            return format!(
                "`time.sleep` in line {} blocks the whole event loop: write `await asyncio.sleep(…)` instead",
                line.number
            );
        }
        self.serial_hint().to_owned()
    }

    fn serial_hint(&self) -> &'static str {
        let has = |word: &str| self.script.source.contains(word);
        if has("Lock(") || has("Semaphore(") {
            "check for a lock that lets only one of them wait at a time"
        } else if has("run_in_executor") || has("Executor(") || has("to_thread") {
            "submit every call before you await the first, to a pool with more than one worker"
        } else if has("create_task") || has("gather") || has("TaskGroup") {
            "create all tasks before the first `await`"
        } else {
            "create a task for each coroutine first, then await the tasks"
        }
    }

    pub(super) fn held_back(&self) -> Words {
        let late = self.judgement.evidence.as_ref().map_or(0.0, |gap| gap.gap_ms);
        Words::new(
            format!(
                "{} printed a line only {} after its timestamp was taken",
                self.name(),
                time(late)
            ),
            "print each line right away: do not collect lines, and leave `sys.stdout` as it is",
        )
    }

    pub(super) fn clock_step(&self) -> Words {
        Words::new(
            format!("the system clock was changed while {} ran, on every attempt", self.name()),
            "wait until the clock is synchronized, then run it again",
        )
    }

    pub(super) fn suspended(&self) -> Words {
        Words::new(
            format!("the machine was suspended while {} ran, on every attempt", self.name()),
            "keep the machine awake and run it again",
        )
    }

    pub(super) fn out_of_memory(&self) -> Words {
        Words::new(
            format!(
                "{} was killed on every attempt because the machine, or its control group, ran out of memory",
                self.name()
            ),
            "close other programs, then run it again",
        )
    }

    pub(super) fn stall(&self) -> Words {
        let attempts = match self.observations.len() {
            0 | 1 => "in one attempt".to_owned(),
            count => format!("in {count} attempts"),
        };
        let fix = "run it again when the machine is less busy";
        let unjudged = format!("{} could not be judged {attempts}", self.name());
        let Some(gap) = &self.judgement.evidence else { return Words::new(unjudged, fix) };
        let took = took(gap);
        let instead = if gap.due_ms < 0.0 {
            format!("{} the other way round", time(-gap.due_ms))
        } else {
            time(gap.due_ms)
        };
        let (between, (obstacle, is_python)) = (between(gap), self.obstacle(gap));
        let fix = if is_python {
            "check whether Python, or your home, lies on a slow disk or network; `labready verify --python PATH` tries another Python"
        } else {
            fix
        };
        let summary =
            format!("{unjudged}: it took {took} {between} instead of {instead}, {obstacle}");
        self.remarked(Words::new(summary, fix))
    }
}

/// How often a name stands in a script, as a word of its own.
fn uses(source: &str, name: &str) -> usize {
    let is_part = |letter: Option<char>| letter.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let stands_alone = |(at, _): &(usize, &str)| {
        !is_part(source[..*at].chars().next_back())
            && !is_part(source[at + name.len()..].chars().next())
    };
    source.match_indices(name).filter(stands_alone).count()
}

/// Whether both lines are due at the same time.
fn is_together(gap: &Evidence) -> bool {
    gap.due_ms.abs() < 1.0
}

/// How long a gap took, without the part that is the interpreter's own. Lines that are due together
/// may come in any order.
fn took(gap: &Evidence) -> String {
    let took = gap.gap_ms - gap.interpreter_ms;
    time(if is_together(gap) { took.abs() } else { took.max(0.0) })
}

fn named(point: Point) -> String {
    match point {
        Point::Spawn => "the start".into(),
        point => point.to_string(),
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
