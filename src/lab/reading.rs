//! A run of a script, read with a timeline in mind: which line came when. Pure.

use super::explain::shown;
use super::marks::{self, Seen};
use super::observation::Observation;
use super::script::Script;
use super::series::{self, InterpreterTime};
use crate::course::Timeline;
use crate::error::{Error, Result};
use crate::problem::{Difference, LabProblem, Unclear};

/// One run, read with a timeline in mind.
pub(super) struct Reading<'a> {
    observation: &'a Observation,
    seen: Vec<Seen>,
    /// How long the interpreter took to start up, in milliseconds.
    pub startup_ms: f64,
    shutdown_ms: f64,
}

/// Finds the lines in every run.
pub(super) fn read<'a>(
    script: &Script,
    timeline: &Timeline,
    observations: &'a [Observation],
) -> Result<Vec<Reading<'a>>> {
    let read = |(number, observation): (usize, &'a Observation)| {
        Reading::new(timeline, observation)
            .map_err(|text| contradiction(script, text.of_run(number + 1)))
    };
    observations.iter().enumerate().map(read).collect()
}

/// What a run printed otherwise than the timeline says.
struct OtherText {
    missing: Option<String>,
    surplus: Option<String>,
}

impl OtherText {
    fn of_run(self, run: usize) -> Difference {
        Difference::Text { run, missing: self.missing, surplus: self.surplus }
    }
}

impl<'a> Reading<'a> {
    fn new(
        timeline: &Timeline,
        observation: &'a Observation,
    ) -> std::result::Result<Self, OtherText> {
        let found = marks::find(timeline, &observation.output, observation.spawned_unix_us);
        let InterpreterTime { startup_ms, shutdown_ms } = series::interpreter(observation, &found);
        let missing = timeline.marks.iter().zip(&found.marks).find(|(_, seen)| seen.is_none());
        let missing = missing.map(|(mark, _)| shown(&mark.line));
        let surplus =
            found.doubled.first().map(|seen| seen.text.clone()).or(found.extra.first().cloned());
        let seen: Option<Vec<Seen>> = found.marks.into_iter().collect();
        let (Some(seen), None) = (seen, &surplus) else {
            return Err(OtherText { missing, surplus });
        };
        Ok(Self { observation, seen, startup_ms, shutdown_ms })
    }

    /// Where a line stands in what the run printed.
    pub fn position(&self, index: usize) -> usize {
        self.seen[index].position
    }

    /// When a line came, in milliseconds after the interpreter had started up.
    pub fn came_ms(&self, index: usize) -> f64 {
        (moment(&self.seen[index]) - self.startup_ms).max(0.0)
    }

    /// When the script had ended, without the interpreter's own work.
    pub fn ended_ms(&self) -> f64 {
        let last = self.seen.iter().map(moment).fold(0.0, f64::max);
        let ended = self.observation.ended_ms - self.startup_ms - self.shutdown_ms;
        ended.max(last - self.startup_ms)
    }

    /// When a line came or, behind the last, when the script had ended.
    pub fn at_ms(&self, index: usize) -> f64 {
        if index < self.seen.len() { self.came_ms(index) } else { self.ended_ms() }
    }

    /// How much earlier than it was told a line may have come: nothing, where it has a stamp.
    pub fn unsure_ms(&self, index: usize) -> f64 {
        let unsure = self.seen.get(index).filter(|seen| fine_stamp(seen).is_none());
        unsure.map_or(0.0, |seen| seen.arrival_ms - seen.empty_ms)
    }
}

/// When a line was printed: by its stamp, or when it had come.
fn moment(seen: &Seen) -> f64 {
    fine_stamp(seen).unwrap_or(seen.arrival_ms)
}

fn fine_stamp(seen: &Seen) -> Option<f64> {
    seen.stamp.filter(|stamp| stamp.coarse_ms < 1.0).map(|stamp| stamp.at_ms)
}

/// The runs of a script contradict each other.
pub(super) fn contradiction(script: &Script, difference: Difference) -> Error {
    unclear(script, Unclear::Contradiction(difference))
}

/// The runs of a script say nothing.
pub(super) fn unclear(script: &Script, why: Unclear) -> Error {
    LabProblem::RunsUnclear { script: script.shown.clone(), why }.into()
}
