//! From observations to a timeline: what several runs of a script have in common, as a draft for
//! its author. Pure.
//!
//! The lines come from [`super::align`], their times from the judge's own way of finding them, the
//! unit from [`super::units`]. What was guessed is then judged against the very runs that it was
//! guessed from: a draft that its own script does not pass is none. That a line waits for another
//! (`after`) cannot be seen from times: [`super::perturbation`] finds that out.

use std::time::Duration;

use super::align::{self, Matching, PrintedLine};
use super::conclude::conclude;
use super::explain::shown;
use super::judge;
use super::marks;
use super::observation::{End, Observation};
use super::reading::{Reading, contradiction, read, unclear};
use super::reason::Reason;
use super::script::Script;
use super::units::{self, InUnits};
use super::verdict::{LabResult, Verdict};
use crate::course::{Due, Lab, Mark, Timeline};
use crate::error::{Error, Result};
use crate::problem::{Difference, LabProblem, ScriptFlaw, Unclear};

/// A script that prints more lines than this is no lab.
const LINES_LIMIT: usize = 100;
/// Clock readings that differ by more than this are a step, in milliseconds.
const STEP_MS: f64 = 5.0;
/// Where no unit is found, a line whose times differ by more than this is to blame, in
/// milliseconds.
const UNSTEADY_MS: f64 = 200.0;

/// What the runs of a script have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    /// The timeline.
    pub timeline: Timeline,
    /// For each line, when it came in each run, in milliseconds after the start.
    pub came_ms: Vec<Vec<f64>>,
    /// When each run ended.
    pub ended_ms: Vec<f64>,
    /// How long the interpreter took to start up, on average, in milliseconds.
    pub startup_ms: f64,
}

/// Guesses the timeline of a script from runs of it. The author may name the unit.
///
/// # Errors
/// [`LabProblem::ScriptUnusable`] when a run failed, [`LabProblem::RunsUnclear`] when the runs contradict each
/// other.
pub fn infer(
    script: &Script,
    observations: &[Observation],
    unit: Option<Duration>,
) -> Result<Guess> {
    for observation in observations {
        ran_well(script, observation)?;
    }
    let printed: Vec<Vec<PrintedLine>> = observations.iter().map(lines).collect();
    if let Some(lines) = printed.iter().map(Vec::len).find(|lines| *lines > LINES_LIMIT) {
        let why = ScriptFlaw::TooManyLines { lines, limit: LINES_LIMIT };
        return Err(unusable(script, why));
    }
    // The first way of putting the lines together that holds for every run; else what speaks
    // against the first one.
    let mut problem = counts_differ(script, &printed);
    for patterns in ways(&printed) {
        match guess(script, observations, &patterns, unit) {
            Ok(guess) => return Ok(guess),
            Err(error) => problem = problem.or(Some(error)),
        }
    }
    Err(problem.unwrap_or_else(|| contradiction(script, Difference::NoRun)))
}

fn unusable(script: &Script, why: ScriptFlaw) -> Error {
    LabProblem::ScriptUnusable { script: script.shown.clone(), why }.into()
}

/// The end of a run, and the clocks during it.
pub(super) fn ran_well(script: &Script, observation: &Observation) -> Result<()> {
    if observation.end == End::Flood
        || observation.output.total_bytes > observation.output.text.len() as u64
    {
        return Err(unusable(script, ScriptFlaw::Endless));
    }
    if let Some(LabResult {
        reason:
            Reason::Exception
            | Reason::ExitCode
            | Reason::Signal
            | Reason::OutOfMemory
            | Reason::TimeLimit,
        summary,
        fix,
        ..
    }) = conclude(&lab(&empty(), script), script, std::slice::from_ref(observation), 1)
    {
        return Err(unusable(script, ScriptFlaw::Failed { summary, fix }));
    }
    let has_stepped = observation
        .machine
        .iter()
        .any(|sample| sample.clock_step_ms.abs() > STEP_MS || sample.suspended_ms > STEP_MS);
    if has_stepped || observation.end == End::TimeLimit {
        return Err(unclear(script, if has_stepped { Unclear::ClockSet } else { Unclear::Busy }));
    }
    Ok(())
}

/// A timeline of nothing.
fn empty() -> Timeline {
    Timeline { unit: Duration::from_secs(1), marks: Vec::new(), ends: Due { at: 0.0, after: None } }
}

/// The script by its own timeline: what it prints of its own exceptions is as it should be.
fn lab(timeline: &Timeline, script: &Script) -> Lab {
    let name = String::new();
    Lab {
        script: name.clone(),
        source: script.source.clone(),
        teaches: name.clone(),
        name,
        timeline: timeline.clone(),
    }
}

/// Every line that was printed, in pieces.
fn lines(observation: &Observation) -> Vec<PrintedLine> {
    let any = Mark { due: Due { at: 0.0, after: None }, line: "{any}".into() };
    let timeline = Timeline { marks: vec![any], ..empty() };
    let found = marks::find(&timeline, &observation.output, observation.spawned_unix_us);
    let lines = found.marks.into_iter().flatten().chain(found.doubled);
    lines
        .filter(|seen| !seen.text.trim().is_empty())
        .map(|seen| PrintedLine::new(&seen, observation.spawned_unix_us))
        .collect()
}

/// Ways of putting the runs' lines together. Threads tear each other's lines, so that a run may
/// have fewer of them than another: all runs are tried first, then those that agree in their
/// number, the most lines first, then each alone.
fn ways(printed: &[Vec<PrintedLine>]) -> Vec<Vec<String>> {
    let mut counts: Vec<usize> = printed.iter().map(Vec::len).collect();
    counts.sort_unstable_by(|one, other| other.cmp(one));
    counts.dedup();
    let of = |count: usize| {
        printed.iter().filter(move |lines| lines.len() == count).cloned().collect::<Vec<_>>()
    };
    let mut bases: Vec<Vec<Vec<PrintedLine>>> = counts.iter().map(|count| of(*count)).collect();
    bases.sort_by_key(|base| std::cmp::Reverse(base.len()));
    let mut ways: Vec<Vec<String>> = Vec::new();
    for (base, matching) in
        bases.iter().flat_map(|base| [(base, Matching::Text), (base, Matching::Order)])
    {
        let way = align::patterns(base, matching);
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    ways
}

fn guess(
    script: &Script,
    observations: &[Observation],
    patterns: &[String],
    unit: Option<Duration>,
) -> Result<Guess> {
    let due = Due { at: 0.0, after: None };
    let marks = patterns.iter().map(|line| Mark { due, line: line.clone() }).collect();
    let timeline = Timeline { marks, ..empty() };
    let readings = read(script, &timeline, observations)?;
    let in_units = in_units(script, patterns, &readings, unit)?;
    let (unit, dues) = (Duration::from_secs_f64(in_units.unit_ms / 1e3), in_units.at);
    // In the order in which they are due; lines that are due together as the first run printed
    // them.
    let mut order: Vec<usize> = (0..patterns.len()).collect();
    let position = |index: usize| readings.first().map_or(0, |reading| reading.position(index));
    order.sort_by(|one, other| {
        dues[*one].total_cmp(&dues[*other]).then(position(*one).cmp(&position(*other)))
    });
    let mark = |index: &usize| Mark {
        due: Due { at: dues[*index], after: None },
        line: patterns[*index].clone(),
    };
    let ends = Due { at: dues[patterns.len()], after: None };
    let timeline = Timeline { unit, marks: order.iter().map(mark).collect(), ends };
    let readings = read(script, &timeline, observations)?;
    holds(script, &timeline, observations)?;
    Ok(Guess {
        came_ms: (0..patterns.len())
            .map(|index| readings.iter().map(|reading| reading.came_ms(index)).collect())
            .collect(),
        ended_ms: readings.iter().map(Reading::ended_ms).collect(),
        startup_ms: readings.iter().map(|reading| reading.startup_ms).sum::<f64>()
            / readings.len().max(1) as f64,
        timeline,
    })
}

/// The unit, and every line and the end in it. What differs by more than half a unit depends on
/// chance.
fn in_units(
    script: &Script,
    patterns: &[String],
    readings: &[Reading<'_>],
    unit: Option<Duration>,
) -> Result<InUnits> {
    let came = |index: usize| -> Vec<f64> {
        readings.iter().map(|reading| reading.at_ms(index)).collect()
    };
    let least = |times: &[f64]| times.iter().copied().fold(f64::INFINITY, f64::min);
    let times: Vec<Vec<f64>> = (0..=patterns.len()).map(came).collect();
    let shortest: Vec<f64> = times.iter().map(|times| least(times)).collect();
    let found = match unit {
        Some(unit) => units::of(&shortest, unit.as_secs_f64() * 1e3),
        None => units::greatest(&shortest),
    };
    let apart = |times: &[f64]| times.iter().copied().fold(0.0, f64::max) - least(times);
    let limit = found.as_ref().map_or(UNSTEADY_MS, |found| found.unit_ms / 2.0);
    if let Some((index, times)) = times.iter().enumerate().find(|(_, times)| apart(times) > limit) {
        let line = patterns.get(index).map(|line| (index + 1, shown(line)));
        return Err(contradiction(script, Difference::Times { line, times_ms: times.clone() }));
    }
    found.ok_or_else(|| unclear(script, Unclear::NoUnit { wanted: unit, times_ms: shortest }))
}

/// The judge has the last word: every run must pass by what was guessed from it.
pub(super) fn holds(
    script: &Script,
    timeline: &Timeline,
    observations: &[Observation],
) -> Result<()> {
    let impossible = timeline.contradiction().map(Difference::Timeline);
    let single = observations.iter().map(std::slice::from_ref).find_map(|run| {
        let result = conclude(&lab(timeline, script), script, run, observations.len());
        let failed = result.filter(|result| result.status == Verdict::Fail);
        failed.map(|result| Difference::Judged { summary: result.summary })
    });
    let expected = judge::Expected { timeline, script: &script.shown, source: &script.source };
    let passes =
        judge::judge(expected, observations, observations.len()).verdict == Some(Verdict::Pass);
    match impossible.or(single) {
        Some(difference) => Err(contradiction(script, difference)),
        None if passes => Ok(()),
        None => Err(contradiction(script, Difference::NoClearRun)),
    }
}

fn counts_differ(script: &Script, printed: &[Vec<PrintedLine>]) -> Option<Error> {
    let lines: Vec<usize> = printed.iter().map(Vec::len).collect();
    let differ = lines.windows(2).any(|pair| pair[0] != pair[1]);
    differ.then(|| contradiction(script, Difference::LineCounts { lines }))
}
