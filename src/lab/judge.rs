//! The judge: a timeline and the observations of one lab, one an attempt, become a verdict with its
//! evidence. Pure.
//!
//! In this order, the first that is broken decides; all but the last are settled by one attempt:
//! 1. **The end.** An exit code that is not 0, a signal, an exception told on standard error (also
//!    one in a thread or in a task that nobody awaited, after which Python exits with 0), more
//!    output than any lab has. A kill while the kernel killed for want of memory voids the attempt.
//! 2. **The lines.** Every line of the timeline once, and nothing else: none missing, doubled, in
//!    other words or on standard error. Blank lines, colours, carriage returns, and anything else
//!    on standard error (warnings) do not count. What was printed is searched as a whole, because
//!    threads tear each other's lines.
//! 3. **A hang.** Not ended at the time limit: fail, unless the machine held it up for half that
//!    time and it had less than five seconds of processor. Lines that are missing then are reported
//!    as the hang that they come from.
//! 4. **The order.** A line comes behind the one that it waits for.
//! 5. **The clocks.** A step of the wall clock or a suspend voids the attempt.
//! 6. **The stamps.** Taken between the spawn and the moment when the line had come, give or take
//!    20 ms.
//! 7. **The gaps**, as `timing` says. Too early fails at once, proven passes at once; the rest is
//!    tried again, and `weigh` decides.
//!
//! **Output in one lump** counts by its stamps, as long as a line comes less than 0.9 of a wait
//! after its stamp. Lines that come later were held back: that is tried again, and fails when
//! nothing explains it, because lines that are printed at their time come at their time (standard
//! output is a terminal), and because stamps alone would be easily faked.

use super::marks::{self, Found};
use super::moments::TimedRun;
use super::observation::{End, Observation};
use super::reason::Reason;
use super::series::{self, InterpreterTime};
use super::timing::{EPSILON_MS, Suspicion, Timing};
use super::tracebacks::{self, TRACEBACK};
use super::verdict::{Attempt, Evidence, Point, SeenMark, Verdict};
use super::weigh::{Judgement, Open, weigh};
use crate::course::Timeline;

/// Clock readings that differ by less than this are no step, in milliseconds.
const STEP_MS: f64 = 5.0;
/// A lab sleeps: one that had this much of a processor was not starved, in milliseconds.
const WORK_MS: f64 = 5000.0;
/// What is kept of standard error in a report, in characters.
const STDERR_LENGTH: usize = 2000;
/// What the kernel ends a process with when memory is short.
const SIGKILL: i32 = 9;

/// What is due of a script.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'a> {
    /// Its lines and when they come.
    pub timeline: &'a Timeline,
    /// The script that is judged, by its path or file name.
    pub script: &'a str,
    /// What the course's own script says.
    pub source: &'a str,
}

/// What one attempt says.
enum AttemptJudgement {
    Right(Option<Evidence>),
    Wrong(Reason, Option<Evidence>),
    Open(Open),
}

/// Judges a lab by its attempts so far, of which there may be so many.
pub(super) fn judge(
    expected: Expected<'_>,
    observations: &[Observation],
    attempts: usize,
) -> Judgement {
    let mut open = Vec::new();
    let mut last = Found::default();
    for (index, observation) in observations.iter().enumerate() {
        let found =
            marks::find(expected.timeline, &observation.output, observation.spawned_unix_us);
        let settled = |verdict, reason, evidence: Option<Evidence>, found| Judgement {
            verdict: Some(verdict),
            reason,
            evidence: evidence.map(|evidence| Evidence { attempt: index + 1, ..evidence }),
            found,
            attempt: index + 1,
            agreeing: 1,
        };
        match outcome(expected, observation, &found) {
            AttemptJudgement::Right(evidence) => {
                return settled(Verdict::Pass, Reason::AsDue, evidence, found);
            }
            AttemptJudgement::Wrong(reason, evidence) => {
                return settled(Verdict::Fail, reason, evidence, found);
            }
            AttemptJudgement::Open(attempt) => open.push(attempt),
        }
        last = found;
    }
    weigh(&open, last, attempts)
}

/// The rules, in their order.
fn outcome(expected: Expected<'_>, observation: &Observation, found: &Found) -> AttemptJudgement {
    let timeline = expected.timeline;
    let void = |reason| AttemptJudgement::Open(Open::Void(reason));
    if was_killed_for_memory(observation) {
        return void(Reason::OutOfMemory);
    }
    if let Some(reason) = wrong_end(expected, observation) {
        return AttemptJudgement::Wrong(reason, None);
    }
    if observation.end == End::TimeLimit {
        return hang(timeline, observation, found);
    }
    if let Some(reason) =
        wrong_lines(timeline, observation, found).or_else(|| out_of_order(timeline, found))
    {
        return AttemptJudgement::Wrong(reason, None);
    }
    let whole = series::stall(observation, 0.0, observation.ended_ms);
    if whole.suspended_ms > STEP_MS {
        return void(Reason::Suspended);
    }
    if observation.machine.iter().any(|sample| sample.clock_step_ms.abs() > STEP_MS) {
        return void(Reason::ClockStep);
    }
    if found.marks.iter().flatten().any(is_impossible) {
        return AttemptJudgement::Wrong(Reason::ImpossibleStamp, None);
    }
    match TimedRun::new(timeline, observation, found).map(|run| run.judge()) {
        Some(Timing::Proven(evidence)) => AttemptJudgement::Right(evidence),
        Some(Timing::Wrong(reason, evidence)) => AttemptJudgement::Wrong(reason, Some(evidence)),
        Some(Timing::Suspicious(suspicions)) => {
            AttemptJudgement::Open(Open::Suspicious(suspicions))
        }
        None => AttemptJudgement::Wrong(Reason::MissingLine, None),
    }
}

/// A kill that comes with one for want of memory, which the kernel counts, says nothing about the
/// script.
fn was_killed_for_memory(observation: &Observation) -> bool {
    let kills = || observation.machine.iter().map(|sample| sample.oom_kills);
    observation.end == End::Signal(SIGKILL) && kills().any(|kills| kills > 0.0)
}

fn wrong_end(expected: Expected<'_>, observation: &Observation) -> Option<Reason> {
    let errors = &observation.errors;
    let has_exception = if observation.end == End::Exit(0) {
        tracebacks::is_told(errors, expected.script, expected.source)
    } else {
        errors.contains(TRACEBACK)
    };
    let is_unreadable =
        ["SyntaxError:", "IndentationError:", "TabError:"].iter().any(|kind| errors.contains(kind));
    match observation.end {
        End::Flood => Some(Reason::Flood),
        _ if observation.output.total_bytes > observation.output.text.len() as u64 => {
            Some(Reason::Flood)
        }
        End::Signal(_) => Some(Reason::Signal),
        End::Exit(0) if !has_exception => None,
        End::Exit(_) if has_exception || is_unreadable => Some(Reason::Exception),
        End::Exit(_) => Some(Reason::ExitCode),
        End::TimeLimit => None,
    }
}

fn hang(timeline: &Timeline, observation: &Observation, found: &Found) -> AttemptJudgement {
    let due_ms = timeline.due(timeline.ends).as_secs_f64() * 1e3;
    let stall = series::stall(observation, 0.0, observation.ended_ms);
    let is_starved = stall.on_cpu_ms.is_none_or(|worked| worked < WORK_MS);
    let unexplained_ms = observation.ended_ms - due_ms - stall.explains_ms();
    let evidence = Evidence {
        attempt: 0,
        from: Point::Spawn,
        to: Point::Exit,
        gap_ms: observation.ended_ms,
        interpreter_ms: series::interpreter(observation, found).startup_ms,
        due_ms,
        bound_ms: observation.ended_ms,
        unexplained_ms,
        stall,
    };
    if is_starved && stall.explains_ms() >= (observation.ended_ms - due_ms) / 2.0 {
        return AttemptJudgement::Open(Open::Suspicious(vec![Suspicion {
            reason: Reason::TimeLimit,
            evidence,
            is_unexplained: false,
            is_clear: false,
            spread_ms: 0.0,
        }]));
    }
    AttemptJudgement::Wrong(Reason::TimeLimit, Some(evidence))
}

fn wrong_lines(timeline: &Timeline, observation: &Observation, found: &Found) -> Option<Reason> {
    let missing: Vec<usize> =
        (0..found.marks.len()).filter(|index| found.marks[*index].is_none()).collect();
    if !missing.is_empty() {
        let on_stderr = marks::in_text(timeline, &observation.errors);
        return Some(
            match (missing.iter().all(|index| on_stderr[*index]), found.extra.is_empty()) {
                (true, _) => Reason::OnStderr,
                (_, false) => Reason::WrongText,
                (_, true) => Reason::MissingLine,
            },
        );
    }
    if !found.doubled.is_empty() {
        return Some(Reason::DoubledLine);
    }
    (!found.extra.is_empty()).then_some(Reason::ExtraText)
}

fn out_of_order(timeline: &Timeline, found: &Found) -> Option<Reason> {
    let position =
        |line: usize| found.marks.get(line).and_then(Option::as_ref).map(|seen| seen.position);
    let waits = timeline
        .marks
        .iter()
        .enumerate()
        .filter_map(|(index, mark)| Some((index, mark.due.after?)));
    let mut wrong =
        waits.filter(|(index, after)| position(*index) < after.checked_sub(1).and_then(position));
    wrong.next().map(|_| Reason::OutOfOrder)
}

fn is_impossible(seen: &marks::Seen) -> bool {
    let stamp = seen.stamp;
    stamp.is_some_and(|stamp| {
        stamp.at_ms + stamp.coarse_ms < -EPSILON_MS || stamp.at_ms > seen.arrival_ms + EPSILON_MS
    })
}

/// What a report shows of one run.
pub(super) fn attempt(timeline: &Timeline, observation: &Observation) -> Attempt {
    let found = marks::find(timeline, &observation.output, observation.spawned_unix_us);
    let seen = |of: Option<usize>, seen: &marks::Seen| SeenMark {
        line: seen.text.clone(),
        of,
        stamp_ms: seen.fine_stamp().map(|stamp| stamp.at_ms),
        arrival_ms: seen.arrival_ms,
    };
    let fitting = found
        .marks
        .iter()
        .enumerate()
        .filter_map(|(index, mark)| Some(seen(Some(index + 1), mark.as_ref()?)));
    let marks = fitting.chain(found.doubled.iter().map(|doubled| seen(None, doubled))).collect();
    let InterpreterTime { startup_ms, shutdown_ms } = series::interpreter(observation, &found);
    Attempt {
        marks,
        gaps_ms: TimedRun::new(timeline, observation, &found)
            .map(|run| run.gaps_ms())
            .unwrap_or_default(),
        makespan_ms: observation.ended_ms,
        startup_ms,
        shutdown_ms,
        exit_code: if let End::Exit(code) = observation.end { Some(code) } else { None },
        signal: if let End::Signal(signal) = observation.end { Some(signal) } else { None },
        stderr: end_of(&observation.errors),
        stall: series::stall(observation, 0.0, observation.ended_ms),
    }
}

/// The last lines, where the reason stands.
fn end_of(errors: &str) -> String {
    let surplus = errors.chars().count().saturating_sub(STDERR_LENGTH);
    errors.chars().skip(surplus).collect()
}
