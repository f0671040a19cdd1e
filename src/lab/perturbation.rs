//! What waits for what. Pure.
//!
//! Times alone cannot tell a wait that begins when a line is printed from a longer one that began
//! at the start. So the script is run once more and held (stopped by a signal) a little beyond the
//! moment when a line is due. What waits for that line is as late then as the line itself; what
//! waits beside it is not, and comes sooner behind it than its wait, because a sleep goes on while
//! the script is held. Each line is held for less long than the one before it, so that its own
//! lateness hides nothing.
//!
//! `after` is only drafted where that was seen. A missing `after` lets some wrong scripts pass that
//! it would catch; a false one would fail right scripts on a busy machine.

use std::time::Duration;

use super::infer::{Guess, holds, ran_well};
use super::observation::Observation;
use super::reading::{Reading, read};
use super::run::Pause;
use super::script::Script;
use crate::course::Timeline;

/// How long before a line is due the script is held, as a share of the shortest time between two
/// lines.
const BEFORE: f64 = 0.2;
/// For how long beyond it at the most: as a share of that time, and in milliseconds.
const BEYOND: f64 = 0.45;
const BEYOND_MS: f64 = 1000.0;
/// Two readings of a clock that differ by less than this are the same, in milliseconds.
const SAME_MS: f64 = 0.01;
/// How much sooner a line would have to come beside another than behind it for the difference to be
/// seen: as a share of what one line is held for less than the one before it, and in milliseconds;
/// the end is not told as exactly as a line.
const SEEN: f64 = 0.5;
const SEEN_MS: f64 = 10.0;
const SEEN_AT_END_MS: f64 = 40.0;

impl Guess {
    /// When to hold the script for a further run. None where no line can wait for another.
    pub fn pauses(&self) -> Vec<Pause> {
        let held = held(&self.timeline);
        let waits_on = |line: usize| self.timeline.ends.at > due(&self.timeline, line);
        if !held.iter().any(|(line, _)| waits_on(*line)) {
            return Vec::new();
        }
        let unit_ms = self.timeline.unit.as_secs_f64() * 1e3;
        let before = BEFORE * shortest(&self.timeline) * unit_ms;
        let moment = |ms: f64| Duration::from_secs_f64((self.startup_ms + ms).max(0.0) / 1e3);
        let pause = |(line, beyond_ms): (usize, f64)| {
            let due_ms = due(&self.timeline, line) * unit_ms;
            Pause { from: moment(due_ms - before), until: moment(due_ms + beyond_ms) }
        };
        held.into_iter().map(pause).collect()
    }

    /// The guess with what the run that was held shows: which lines wait for which.
    #[must_use]
    pub fn settled(
        self,
        script: &Script,
        observations: &[Observation],
        held: &Observation,
    ) -> Self {
        let readings = read(script, &self.timeline, observations);
        let run = ran_well(script, held)
            .and_then(|()| read(script, &self.timeline, std::slice::from_ref(held)));
        let (Ok(readings), Ok(run)) = (readings, run) else { return self };
        let Some(run) = run.first() else { return self };
        let perturbed = PerturbedRun { timeline: &self.timeline, readings: &readings, run };
        let afters: Vec<Option<usize>> =
            (0..=self.timeline.marks.len()).map(|index| perturbed.after(index)).collect();
        let mut timeline = self.timeline.clone();
        for (mark, after) in timeline.marks.iter_mut().zip(&afters) {
            mark.due.after = *after;
        }
        timeline.ends.after = afters.last().copied().flatten();
        let all: Vec<Observation> = observations.iter().chain([held]).cloned().collect();
        if holds(script, &timeline, &all).is_ok() { Self { timeline, ..self } } else { self }
    }
}

/// The runs as they were, and the one that was held.
struct PerturbedRun<'a> {
    timeline: &'a Timeline,
    readings: &'a [Reading<'a>],
    run: &'a Reading<'a>,
}

impl PerturbedRun<'_> {
    /// The line (1 is the first) that this one, or the end, waits for.
    fn after(&self, index: usize) -> Option<usize> {
        let lines = 0..self.timeline.marks.len();
        let at = due(self.timeline, index);
        let before = lines
            .clone()
            .map(|line| due(self.timeline, line))
            .filter(|before| *before < at)
            .fold(0.0, f64::max);
        // What ends with its last line waits for nothing more, nor does a line that is due with
        // others.
        let is_last =
            index == lines.end && lines.clone().any(|line| due(self.timeline, line) >= at);
        if before <= 0.0 || at - before < 1.0 || is_last {
            return None;
        }
        let group: Vec<usize> =
            lines.clone().filter(|line| due(self.timeline, *line) == before).collect();
        let words = |line: usize| self.timeline.marks.get(line).map(|mark| &mark.line);
        let line = if group.iter().all(|line| words(*line) == words(group[0])) {
            // Lines of the same words are told apart by their order alone: the second may wait for
            // the second.
            let rank = (0..index).filter(|line| due(self.timeline, *line) == at).count();
            Some(group[rank.min(group.len() - 1)]).filter(|line| self.waits_for(index, *line))
        } else {
            // What waits for one of several may wait for any of them, unless it comes behind them
            // all; and then the first of them is the one that no busy machine makes too late for
            // it.
            group.iter().all(|line| self.waits_for(index, *line)).then(|| group[0])
        };
        line.map(|line| line + 1)
    }

    fn waits_for(&self, index: usize, line: usize) -> bool {
        let wait_ms = (due(self.timeline, index) - due(self.timeline, line))
            * self.timeline.unit.as_secs_f64()
            * 1e3;
        let gap = |reading: &Reading<'_>| {
            reading.at_ms(index) - reading.at_ms(line) + reading.unsure_ms(line)
        };
        let is_behind = |reading: &Reading<'_>| gap(reading) >= wait_ms - SAME_MS;
        // How late each was made on purpose; only what the line was more is seen in the gap.
        let usual = |line: usize| {
            self.readings.iter().map(|reading| reading.at_ms(line)).fold(f64::INFINITY, f64::min)
        };
        let late = self.run.at_ms(line) - usual(line);
        let held = held(self.timeline);
        let own = held
            .iter()
            .find(|(held, _)| due(self.timeline, *held) == due(self.timeline, index))
            .map_or(0.0, |(_, ms)| *ms);
        let least = if index == self.timeline.marks.len() { SEEN_AT_END_MS } else { SEEN_MS };
        let step = held.last().map_or(0.0, |(_, ms)| *ms);
        let seen = least.max(SEEN * step) + self.run.unsure_ms(line);
        self.readings.iter().all(is_behind) && is_behind(self.run) && late - own >= seen
    }
}

/// When a line, or behind the last of them the end, is due, in units.
fn due(timeline: &Timeline, index: usize) -> f64 {
    timeline.marks.get(index).map_or(timeline.ends.at, |mark| mark.due.at)
}

/// One line of each group that is due together and not at the start, and for how long beyond that
/// it is held, in milliseconds.
fn held(timeline: &Timeline) -> Vec<(usize, f64)> {
    let mut lines: Vec<usize> =
        (0..timeline.marks.len()).filter(|line| due(timeline, *line) > 0.0).collect();
    lines.sort_by(|one, other| due(timeline, *one).total_cmp(&due(timeline, *other)));
    lines.dedup_by(|one, other| due(timeline, *one) == due(timeline, *other));
    let unit_ms = timeline.unit.as_secs_f64() * 1e3;
    let most = (BEYOND * shortest(timeline) * unit_ms).min(BEYOND_MS);
    let count = lines.len();
    lines
        .into_iter()
        .enumerate()
        .map(|(rank, line)| (line, most * (count - rank) as f64 / count as f64))
        .collect()
}

/// The shortest time between two lines that are not due together, the start included, in units.
fn shortest(timeline: &Timeline) -> f64 {
    let mut dues: Vec<f64> =
        timeline.marks.iter().map(|mark| mark.due.at).chain([0.0, timeline.ends.at]).collect();
    dues.sort_by(f64::total_cmp);
    dues.windows(2).map(|pair| pair[1] - pair[0]).filter(|gap| *gap > 0.0).fold(1.0, f64::min)
}
