//! The timing rules: one attempt's gaps held against its timeline. Pure; `judge` asks here once the
//! lines themselves are right, `moments` tells the gaps.
//!
//! A sleep can be long, never short. Only the widest reading of a gap can be too early, only the
//! widest proves that no further wait went by, and only the narrowest convicts.
//!
//! **Between k and k+1 waits** the answer is the same on every idle machine, and never turns back
//! as a sleep grows: less than k + 0.9 waits, of one gap and of any row of gaps, proves that no
//! further wait went by, and passes; k + 0.9 or more does not. So `sleep(1.5)` for a lone
//! `sleep(1)` passes, two of them in a row do not, and `sleep(1.9)` does not. Where the machine
//! explains next to nothing of what is too much, that is a fail.
//!
//! The bound is design 7's `(k + 0.9)·u`, told more generally: a wait shorter than the unit, where
//! a course has one, takes the unit's place in the 0.9, or else two half-unit sleeps one after the
//! other would pass for side by side.
//!
//! Refinements, each of which a loaded machine asked for:
//! * Gaps from the spawn and to the exit hold the interpreter's own start and end, which load
//!   stretches without limit. The part that was certainly its own is measured and taken off
//!   (`series`): it neither makes a script late nor hides that its sleep was too short.
//! * Such a gap must also show that the sleep was really there: less than half a wait of it may be
//!   accounted for by what the machine did. Otherwise a `sleep(0.1)` could hide behind a slow
//!   start.
//! * A gap that is long enough by its own clock is never too early at once, whatever is taken off
//!   it; nor is one behind a line that came late while its own line is in time from the start. Both
//!   are suspicions, which every attempt has to repeat.
//! * A lab sleeps. Where a script works between two lines instead, for a tenth of a wait, its
//!   waiting for a processor is its own doing.
//! * Neighbouring moments must be *proven*. Gaps across several moments add up everybody's small
//!   delays, so that they only count when what they have too much is unexplained.
//! * Where nothing is told of the script's threads, nothing but an impossible gap convicts.

use super::moments::{Moment, PROOF, TimedRun};
use super::reason::Reason;
use super::series;
use super::verdict::{Evidence, Point};

/// The one tolerance, in milliseconds.
pub(super) const EPSILON_MS: f64 = 20.0;
/// The share of a wait that must stay unexplained to convict.
const CONVICTION: f64 = 0.5;
/// The share of a wait that the machine explains at the most where it explains next to nothing.
const CLEAR: f64 = 0.25;

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
    /// Whether the machine did next to nothing.
    pub is_clear: bool,
    /// How far apart the unexplained parts of several attempts may lie and still be the same, in
    /// milliseconds.
    pub spread_ms: f64,
}

impl TimedRun<'_> {
    /// Holds every gap against its rule.
    pub fn judge(&self) -> Timing {
        let mut suspicions = Vec::new();
        for (from, to) in self.waits() {
            match self.too_early(from, to) {
                Some(early) if early.is_certain => {
                    return Timing::Wrong(Reason::TooEarly, early.suspicion.evidence);
                }
                early => suspicions.extend(early.map(|early| early.suspicion)),
            }
        }
        let (unproven, closest) = self.neighbours();
        suspicions.extend(unproven);
        suspicions.extend(self.far_apart());
        suspicions.extend(self.held_back());
        if suspicions.is_empty() { Timing::Proven(closest) } else { Timing::Suspicious(suspicions) }
    }

    /// The gaps that hold a wait: along an `after`, and from the spawn.
    fn waits(&self) -> impl Iterator<Item = (&Moment, &Moment)> {
        self.moments[1..].iter().flat_map(|to| {
            let before = to.due.after.and_then(|line| self.moments.get(line));
            before.into_iter().chain([&self.moments[0]]).map(move |from| (from, to))
        })
    }

    /// A gap that is shorter than its sleeps.
    fn too_early(&self, from: &Moment, to: &Moment) -> Option<Early> {
        let gap = self.evidence(from, to);
        let bound_ms = gap.due_ms - EPSILON_MS;
        let missing_ms = gap.due_ms - (gap.gap_ms - gap.interpreter_ms);
        if missing_ms <= EPSILON_MS {
            return None;
        }
        let is_from_spawn = from.point == Point::Spawn;
        // A line that came late makes what stands behind it look early, if that does not wait for
        // it after all.
        let is_in_time = || {
            let whole = self.evidence(&self.moments[0], to);
            whole.gap_ms - whole.interpreter_ms >= whole.due_ms - EPSILON_MS
        };
        let is_certain = gap.gap_ms < bound_ms && from.is_sure && (is_from_spawn || !is_in_time());
        let explained_ms = if is_from_spawn {
            0.0
        } else {
            let stall = series::stall(self.observation, from.earliest - self.wait, from.latest);
            stall.explains_ms() + stall.ticker_late_ms
        };
        let unexplained_ms = missing_ms - explained_ms;
        let suspicion = self.suspicion(
            Reason::TooEarly,
            unexplained_ms > EPSILON_MS,
            Evidence { bound_ms, unexplained_ms, ..gap },
        );
        Some(Early { is_certain, suspicion })
    }

    /// Every moment and the next, among all moments and among the sure ones. Also the closest call,
    /// if all is well.
    fn neighbours(&self) -> (Vec<Suspicion>, Option<Evidence>) {
        let mut suspicions: Vec<Suspicion> = Vec::new();
        let mut closest: Option<(_, Evidence)> = None;
        for order in [self.in_order(|_| true), self.in_order(|moment| moment.is_sure)] {
            for pair in order.windows(2) {
                let gap = self.evidence(pair[0], pair[1]);
                if is_unproven(&gap) || !self.shows_its_sleep(pair[0], pair[1], &gap) {
                    suspicions.push(self.too_late(gap));
                } else if gap.due_ms >= 0.0 {
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
                if to.latest - from.earliest - self.due(from, to) >= PROOF * self.wait {
                    let gap = Some(self.evidence(from, to)).filter(is_unproven);
                    let suspicion = gap.map(|gap| self.too_late(gap));
                    suspicions.extend(suspicion.filter(|suspicion| suspicion.is_unexplained));
                }
            }
        }
        suspicions
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

    fn too_late(&self, gap: Evidence) -> Suspicion {
        self.suspicion(Reason::TooLate, gap.unexplained_ms >= CONVICTION * self.wait, gap)
    }

    fn suspicion(&self, reason: Reason, is_unexplained: bool, evidence: Evidence) -> Suspicion {
        let is_unexplained = is_unexplained && evidence.stall.is_told();
        let is_clear = is_unexplained && evidence.stall.explains_ms() <= CLEAR * self.wait;
        Suspicion { reason, evidence, is_unexplained, is_clear, spread_ms: CONVICTION * self.wait }
    }

    /// A gap that holds the interpreter's own work shows its sleep when what the machine did leaves
    /// most of it. Others need not.
    fn shows_its_sleep(&self, from: &Moment, to: &Moment, gap: &Evidence) -> bool {
        if gap.due_ms <= 0.0 || (from.point != Point::Spawn && to.point != Point::Exit) {
            return true;
        }
        let left = gap.unexplained_ms + gap.due_ms;
        let quiet = series::quiet_ms(self.observation, from.latest, to.earliest);
        left.max(quiet) >= gap.due_ms - CONVICTION * self.wait
    }
}

/// A gap that is too short.
struct Early {
    /// Whether that is so by the moments alone.
    is_certain: bool,
    suspicion: Suspicion,
}

/// Whether a further wait may have gone by.
fn is_unproven(gap: &Evidence) -> bool {
    gap.gap_ms - gap.interpreter_ms >= gap.bound_ms
}

/// Which proof is shown: two lines that are due together say the most, then two that are not; the
/// closest call among those.
fn tells(gap: &Evidence, is_along: bool) -> (bool, bool, i64) {
    let are_lines = gap.from != Point::Spawn && gap.to != Point::Exit;
    let reach = (gap.gap_ms - gap.interpreter_ms - gap.due_ms) / (gap.bound_ms - gap.due_ms);
    let is_together = gap.due_ms.abs() < 1.0;
    (are_lines && is_together && !is_along, are_lines && !is_together, (reach * 1e6) as i64)
}
