//! The timing rules: one attempt's gaps held against its timeline. Pure; `judge` asks here once the
//! lines themselves are right.
//!
//! A sleep can be long, never short. A moment that is known exactly (the spawn, a stamp, the exit)
//! is *sure*; the arrival of a line without a stamp is not, because it may reach us late. Each
//! moment is an interval, so that a gap has a narrowest and a widest reading: only the widest can
//! be too early, only the widest proves that no further wait went by, and only the narrowest
//! convicts.
//!
//! The bound is design 7's `(k + 0.9)·u`, told more generally: a wait shorter than the unit, where
//! a course has one, takes the unit's place in the 0.9, or else two half-unit sleeps one after the
//! other would pass for side by side.
//!
//! Four refinements, each of which a loaded machine asked for:
//! * Gaps from the spawn and to the exit hold the interpreter's own start and end, which load
//!   stretches without limit. The part in which the *bare* interpreter was awake (no event loop, no
//!   second thread, no child: nothing of the script's can be waiting) is measured and taken off: it
//!   neither makes a script late nor hides that its sleep was too short. To prove that a script
//!   ended in time, what a single thread was awake after the last of its sleeps may be taken off
//!   instead.
//! * Such a gap must also show that the sleep was really there: less than half a wait of it may be
//!   accounted for by what the machine did. Otherwise a `sleep(0.1)` could hide behind a slow
//!   start.
//! * A lab sleeps. Where a script works between two lines instead, for a tenth of a wait, its
//!   waiting for a processor is its own doing.
//! * Neighbouring moments must be *proven*. Gaps across several moments add up everybody's small
//!   delays, so that they only count when what they have too much is unexplained.

use super::marks::{Found, Seen};
use super::observation::Observation;
use super::reason::Reason;
use super::series;
use super::verdict::{Evidence, Point};
use crate::course::{Due, Timeline};

/// The one tolerance, in milliseconds.
pub(super) const EPSILON_MS: f64 = 20.0;
/// The share of a wait that must be missing to prove that it did not go by.
const PROOF: f64 = 0.9;
/// The share of a wait that must stay unexplained to convict.
const CONVICTION: f64 = 0.5;

/// The share of a wait, and the least time in milliseconds, that a script may work between two
/// lines: printing takes far less.
const WORK: f64 = 0.1;
const WORK_MS: f64 = 100.0;

/// What one attempt's gaps say.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Timing {
    /// Everything is proven; the closest call among the gaps.
    Proven(Option<Evidence>),
    /// Impossible for a right program on any machine.
    Wrong(Reason, Evidence),
    /// Not proven: the gaps that stand in the way.
    Suspicious(Vec<Suspicion>),
}

/// A gap that proves nothing.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Suspicion {
    /// What the script would be guilty of.
    pub reason: Reason,
    /// The gap.
    pub evidence: Evidence,
    /// Whether what the machine did is too little to explain it.
    pub is_unexplained: bool,
    /// How far apart the unexplained parts of several attempts may lie and still be the same, in
    /// milliseconds.
    pub spread_ms: f64,
}

/// A moment of a run.
#[derive(Clone, Copy, Debug)]
struct Moment {
    point: Point,
    due: Due,
    earliest: f64,
    latest: f64,
    is_sure: bool,
}

/// One attempt whose lines are all there.
pub(super) struct TimedRun<'a> {
    observation: &'a Observation,
    unit: f64,
    wait: f64,
    /// The spawn, the marks in the order of the timeline, the exit.
    moments: Vec<Moment>,
    seen: Vec<&'a Seen>,
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
            let (earliest, latest, is_sure) = match seen.fine_stamp() {
                Some(stamp) => (stamp.at_ms, stamp.at_ms + stamp.coarse_ms, true),
                None => (seen.empty_ms, seen.arrival_ms, false),
            };
            Moment { point: Point::Line(index + 1), due: mark.due, earliest, latest, is_sure }
        });
        let (earliest, latest) = (observation.alive_ms, observation.ended_ms);
        let exit =
            Moment { point: Point::Exit, due: timeline.ends, earliest, latest, is_sure: true };
        let moments = std::iter::once(spawn).chain(marks).chain([exit]).collect();
        Some(Self { observation, unit, wait: smallest_wait(timeline) * unit, moments, seen })
    }

    /// Holds every gap against its rule.
    pub fn judge(&self) -> Timing {
        if let Some(evidence) = self.too_early() {
            return Timing::Wrong(Reason::TooEarly, evidence);
        }
        let (mut suspicions, closest) = self.neighbours();
        suspicions.extend(self.far_apart());
        suspicions.extend(self.early_arrivals());
        suspicions.extend(self.held_back());
        if suspicions.is_empty() { Timing::Proven(closest) } else { Timing::Suspicious(suspicions) }
    }

    /// The gaps from one moment to the next, the spawn first, in milliseconds.
    pub fn gaps_ms(&self) -> Vec<f64> {
        self.in_order(|_| true).windows(2).map(|pair| pair[1].latest - pair[0].latest).collect()
    }

    /// The first gap that is shorter than its sleeps: along an `after` that begins at a sure
    /// moment, or from the spawn.
    fn too_early(&self) -> Option<Evidence> {
        let gaps = self.moments[1..].iter().flat_map(|to| {
            let before =
                to.due.after.and_then(|line| self.moments.get(line)).filter(|from| from.is_sure);
            before.into_iter().chain([&self.moments[0]]).map(move |from| self.evidence(from, to))
        });
        let mut early =
            gaps.filter(|gap| gap.gap_ms - gap.interpreter_ms < gap.due_ms - EPSILON_MS);
        early.next().map(|gap| Evidence { bound_ms: gap.due_ms - EPSILON_MS, ..gap })
    }

    /// Every moment and the next, among all moments and among the sure ones. Also the closest call,
    /// if all is well.
    fn neighbours(&self) -> (Vec<Suspicion>, Option<Evidence>) {
        let mut suspicions: Vec<Suspicion> = Vec::new();
        let mut closest: Option<(_, Evidence)> = None;
        for order in [self.in_order(|_| true), self.in_order(|moment| moment.is_sure)] {
            for pair in order.windows(2) {
                let mut gap = self.evidence(pair[0], pair[1]);
                if pair[1].point == Point::Exit {
                    gap.interpreter_ms = gap
                        .interpreter_ms
                        .max(series::farewell_ms(self.observation, pair[0].latest));
                }
                if gap.gap_ms - gap.interpreter_ms >= gap.bound_ms
                    || !self.shows_its_sleep(pair[0], pair[1], &gap)
                {
                    suspicions.push(self.too_late(pair[0], pair[1]));
                } else {
                    let telling = tells(
                        &gap,
                        pair[1].due.after.is_some_and(|line| pair[0].point == Point::Line(line)),
                    );
                    if closest.as_ref().is_none_or(|(least, _)| telling > *least) {
                        closest = Some((telling, gap));
                    }
                }
            }
        }
        suspicions.dedup();
        (suspicions, closest.map(|(_, gap)| gap))
    }

    /// Gaps across several moments, as far as what they have too much is unexplained.
    fn far_apart(&self) -> Vec<Suspicion> {
        let order = self.in_order(|_| true);
        let mut suspicions = Vec::new();
        for (index, from) in order.iter().enumerate() {
            for to in order.iter().skip(index + 2) {
                // Looking up what the machine did is dear; most gaps need no excuse.
                if self.narrowest(from, to) - self.due(from, to) >= CONVICTION * self.wait {
                    suspicions.extend(
                        Some(self.too_late(from, to)).filter(|suspicion| suspicion.is_unexplained),
                    );
                }
            }
        }
        suspicions
    }

    /// Lines without a stamp: what follows one along an `after` came too soon behind it, unless it
    /// reached us late.
    fn early_arrivals(&self) -> Vec<Suspicion> {
        let unsure =
            self.moments[1..].iter().filter_map(|to| Some((self.moments.get(to.due.after?)?, to)));
        let gaps = unsure
            .filter(|(from, _)| !from.is_sure)
            .map(|(from, to)| (from, self.evidence(from, to)));
        let early = gaps.filter(|(_, gap)| gap.gap_ms < gap.due_ms - EPSILON_MS);
        early
            .map(|(from, gap)| {
                let missing = gap.due_ms - gap.gap_ms;
                let late = series::stall(self.observation, from.earliest - self.wait, from.latest)
                    .ticker_late_ms;
                let evidence = Evidence {
                    bound_ms: gap.due_ms - EPSILON_MS,
                    unexplained_ms: missing - late,
                    ..gap
                };
                self.suspicion(Reason::TooEarly, missing - late > EPSILON_MS, evidence)
            })
            .collect()
    }

    /// Lines that came a wait or more after their stamp.
    fn held_back(&self) -> Vec<Suspicion> {
        let stamped = self
            .seen
            .iter()
            .enumerate()
            .filter_map(|(index, seen)| Some((index + 1, seen, seen.stamp?)));
        let late = stamped.filter(|(_, seen, stamp)| {
            seen.arrival_ms - stamp.at_ms - stamp.coarse_ms >= PROOF * self.wait
        });
        late.map(|(number, seen, stamp)| {
            let stamped = stamp.at_ms + stamp.coarse_ms;
            let stall = series::stall(self.observation, stamped, seen.arrival_ms);
            let unexplained_ms = seen.empty_ms - stamped - stall.explains_ms();
            let evidence = Evidence {
                attempt: 0,
                from: Point::Line(number),
                to: Point::Arrival(number),
                gap_ms: seen.arrival_ms - stamped,
                interpreter_ms: 0.0,
                due_ms: 0.0,
                bound_ms: PROOF * self.wait,
                unexplained_ms,
                stall,
            };
            self.suspicion(Reason::HeldBack, unexplained_ms >= CONVICTION * self.wait, evidence)
        })
        .collect()
    }

    fn too_late(&self, from: &Moment, to: &Moment) -> Suspicion {
        let evidence = self.evidence(from, to);
        let is_unexplained = evidence.unexplained_ms >= CONVICTION * self.wait;
        self.suspicion(Reason::TooLate, is_unexplained, evidence)
    }

    fn suspicion(&self, reason: Reason, is_unexplained: bool, evidence: Evidence) -> Suspicion {
        Suspicion { reason, evidence, is_unexplained, spread_ms: CONVICTION * self.wait }
    }

    /// A gap that holds the interpreter's own work shows its sleep when what the machine did leaves
    /// most of it. Others need not.
    fn shows_its_sleep(&self, from: &Moment, to: &Moment, gap: &Evidence) -> bool {
        if gap.due_ms <= 0.0 || (from.point != Point::Spawn && to.point != Point::Exit) {
            return true;
        }
        let left =
            self.narrowest(from, to) - gap.stall.explains_ms() - gap.stall.on_cpu_ms.unwrap_or(0.0);
        let quiet = series::quiet_ms(self.observation, from.latest, to.earliest);
        left.max(quiet) >= gap.due_ms - CONVICTION * self.wait
    }

    /// Everything about the gap between two moments, at its widest.
    fn evidence(&self, from: &Moment, to: &Moment) -> Evidence {
        let due_ms = self.due(from, to);
        let holds_interpreter = from.point == Point::Spawn || to.point == Point::Exit;
        let stall = series::stall(self.observation, from.earliest, to.latest);
        let (interpreter_ms, explained) = if holds_interpreter {
            let bare = series::interpreter_ms(self.observation, from.latest, to.latest);
            (bare, stall.explains_ms() + stall.on_cpu_ms.unwrap_or(0.0))
        } else if series::worked_ms(self.observation, from.earliest, to.latest)
            > WORK_MS.max(WORK * self.wait)
        {
            (0.0, stall.explains_ms() - stall.waited_ms())
        } else {
            (0.0, stall.explains_ms())
        };
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

    fn narrowest(&self, from: &Moment, to: &Moment) -> f64 {
        to.earliest - from.latest
    }

    fn due(&self, from: &Moment, to: &Moment) -> f64 {
        (to.due.at - from.due.at) * self.unit
    }

    /// The moments in the order in which they came, the exit last.
    fn in_order(&self, wanted: impl Fn(&Moment) -> bool) -> Vec<&Moment> {
        let mut order: Vec<&Moment> = self.moments.iter().filter(|moment| wanted(moment)).collect();
        let last = |moment: &Moment| moment.point == Point::Exit;
        order.sort_by(|one, other| {
            let by_due = || one.due.at.total_cmp(&other.due.at);
            last(one).cmp(&last(other)).then(one.latest.total_cmp(&other.latest)).then_with(by_due)
        });
        order
    }
}

/// Which proof is shown: two lines that are due together say the most, then two that are not; the
/// closest call among those.
fn tells(gap: &Evidence, is_along: bool) -> (bool, bool, i64) {
    let are_lines = gap.from != Point::Spawn && gap.to != Point::Exit;
    let reach = (gap.gap_ms - gap.interpreter_ms - gap.due_ms) / (gap.bound_ms - gap.due_ms);
    let is_together = gap.due_ms.abs() < 1.0;
    (are_lines && is_together && !is_along, are_lines && !is_together, (reach * 1e6) as i64)
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
