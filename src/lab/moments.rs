//! The moments of one attempt, the spawn, the lines and the exit, and the gaps between them. Pure.
//!
//! A moment that is known exactly (the spawn, a stamp, the exit) is *sure*; the arrival of a line
//! without a stamp is not, because it may reach us late. Each moment is an interval, so that a gap
//! has a narrowest and a widest reading.

use super::marks::{Found, Seen};
use super::observation::Observation;
use super::series::{self, InterpreterTime};
use super::verdict::{Evidence, Point};
use crate::course::{Due, Timeline};

/// The share of a wait that must be missing to prove that it did not go by.
pub(super) const PROOF: f64 = 0.9;
/// The share of a wait, and the least time in milliseconds, that a script may work between two
/// lines: printing takes far less.
const WORK: f64 = 0.1;
const WORK_MS: f64 = 100.0;

/// A moment of a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// Which.
    pub point: Point,
    /// When it is due.
    pub due: Due,
    /// Not before this, in milliseconds.
    pub earliest: f64,
    /// Not after this.
    pub latest: f64,
    /// Whether it is known exactly.
    pub is_sure: bool,
}

/// One attempt whose lines are all there.
pub(super) struct TimedRun<'a> {
    /// The run.
    pub observation: &'a Observation,
    /// The shortest wait of the timeline, a unit at the most, in milliseconds.
    pub wait: f64,
    /// The spawn, the marks in the order of the timeline, the exit.
    pub moments: Vec<Moment>,
    /// The marks.
    pub seen: Vec<&'a Seen>,
    unit: f64,
    interpreter: InterpreterTime,
}

impl<'a> TimedRun<'a> {
    /// `None` when a mark is missing.
    pub fn new(
        timeline: &'a Timeline,
        observation: &'a Observation,
        found: &'a Found,
    ) -> Option<Self> {
        let seen: Vec<&Seen> = found.marks.iter().map(Option::as_ref).collect::<Option<_>>()?;
        let unit = timeline.unit.as_secs_f64() * 1e3;
        let spawn = Moment {
            point: Point::Spawn,
            due: Due { at: 0.0, after: None },
            earliest: 0.0,
            latest: 0.0,
            is_sure: true,
        };
        let marks = seen.iter().zip(&timeline.marks).enumerate().map(|(index, (seen, mark))| {
            let (earliest, latest) = seen.between();
            let is_sure = seen.fine_stamp().is_some();
            Moment { point: Point::Line(index + 1), due: mark.due, earliest, latest, is_sure }
        });
        let (earliest, latest) = (observation.alive_ms, observation.ended_ms);
        let exit =
            Moment { point: Point::Exit, due: timeline.ends, earliest, latest, is_sure: true };
        let moments = std::iter::once(spawn).chain(marks).chain([exit]).collect();
        let interpreter = series::interpreter(observation, found);
        let wait = smallest_wait(timeline) * unit;
        Some(Self { observation, unit, wait, moments, seen, interpreter })
    }

    /// The gaps from one moment to the next, the spawn first, in milliseconds.
    pub fn gaps_ms(&self) -> Vec<f64> {
        self.in_order(|_| true).windows(2).map(|pair| pair[1].latest - pair[0].latest).collect()
    }

    /// Everything about the gap between two moments, at its widest.
    pub fn evidence(&self, from: &Moment, to: &Moment) -> Evidence {
        let due_ms = self.due(from, to);
        let is_first = from.point == Point::Spawn;
        let is_last = to.point == Point::Exit;
        // Before the script was read nothing of it can have been late, whatever held Python up.
        let [unread_ms, read_ms] =
            self.observation.read_ms.filter(|_| is_first).unwrap_or_default();
        let stall = series::stall(self.observation, from.earliest.max(unread_ms), to.latest);
        let explained = if is_first || is_last {
            let imports_ms = if is_first { self.observation.imports_ms } else { 0.0 };
            stall.explains_ms() + stall.on_cpu_ms.unwrap_or(0.0) + read_ms + imports_ms
        } else if series::worked_ms(self.observation, from.earliest, to.latest)
            > WORK_MS.max(WORK * self.wait)
        {
            stall.explains_ms() - stall.waited_ms()
        } else {
            stall.explains_ms()
        };
        let InterpreterTime { startup_ms, shutdown_ms } = self.interpreter;
        let startup_ms = if is_first { startup_ms } else { 0.0 };
        let interpreter_ms = startup_ms + if is_last { shutdown_ms } else { 0.0 };
        Evidence {
            attempt: 0,
            from: from.point,
            to: to.point,
            gap_ms: to.latest - from.earliest,
            interpreter_ms,
            due_ms,
            bound_ms: due_ms + PROOF * self.wait,
            unexplained_ms: self.narrowest(from, to) - due_ms - explained,
            stall,
        }
    }

    /// The gap at its narrowest.
    pub fn narrowest(&self, from: &Moment, to: &Moment) -> f64 {
        to.earliest - from.latest
    }

    /// The gap that is due.
    pub fn due(&self, from: &Moment, to: &Moment) -> f64 {
        (to.due.at - from.due.at) * self.unit
    }

    /// The moments in the order in which they came, the exit last.
    pub fn in_order(&self, wanted: impl Fn(&Moment) -> bool) -> Vec<&Moment> {
        let mut order: Vec<&Moment> = self.moments.iter().filter(|moment| wanted(moment)).collect();
        let last = |moment: &Moment| moment.point == Point::Exit;
        order.sort_by(|one, other| {
            let by_due = || one.due.at.total_cmp(&other.due.at);
            last(one).cmp(&last(other)).then(one.latest.total_cmp(&other.latest)).then_with(by_due)
        });
        order
    }
}

/// The shortest wait of a timeline in units, 1 at the most.
fn smallest_wait(timeline: &Timeline) -> f64 {
    let began = |due: &Due| {
        due.after
            .and_then(|line| timeline.marks.get(line.checked_sub(1)?))
            .map_or(0.0, |mark| mark.due.at)
    };
    let dues = timeline.marks.iter().map(|mark| mark.due).chain([timeline.ends]);
    dues.map(|due| due.at - began(&due)).filter(|wait| *wait > 0.0).fold(1.0, f64::min)
}
