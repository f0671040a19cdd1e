//! Several attempts of which none decides alone: a fail, inconclusive, or one more. Pure.
//!
//! Only a suspicion that every attempt raises that says anything, that is unexplained in most of
//! them, and by the same amount, convicts. Two attempts are enough where the machine explains next to nothing in either:
//! a third could only repeat them.

use super::marks::Found;
use super::reason::Reason;
use super::timing::Suspicion;
use super::verdict::{Evidence, Point, Verdict};

/// So many attempts that agree settle a lab on a quiet machine.
const ENOUGH: usize = 2;

/// What the judge says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Judgement {
    /// The verdict; `None` when another attempt is needed.
    pub verdict: Option<Verdict>,
    /// What decided, or stands in the way.
    pub reason: Reason,
    /// The gap that decided.
    pub evidence: Option<Evidence>,
    /// What was found in the attempt that decided; the words for a student are made from it.
    pub found: Found,
    /// Which attempt that was; 1 is the first.
    pub attempt: usize,
    /// How many attempts say so.
    pub agreeing: usize,
}

/// An attempt that decides nothing.
#[derive(Debug)]
pub(super) enum Open {
    /// It says nothing at all.
    Void(Reason),
    /// It raises suspicions.
    Suspicious(Vec<Suspicion>),
}

impl Open {
    fn suspicions(&self) -> &[Suspicion] {
        match self {
            Self::Void(_) => &[],
            Self::Suspicious(suspicions) => suspicions,
        }
    }
}

/// A suspicion that the attempts bear out.
struct Conviction {
    reason: Reason,
    evidence: Evidence,
    /// How many attempts show it with nothing to explain it.
    agreeing: usize,
    /// Whether the machine explains next to nothing in any of them.
    is_clear: bool,
}

/// What the attempts so far come to, of which there may be so many. `found` is what the last of
/// them printed.
pub(super) fn weigh(open: &[Open], found: Found, attempts: usize) -> Judgement {
    let is_last = open.len() >= attempts.max(1);
    let told = |verdict: Option<Verdict>, reason, evidence, agreeing| Judgement {
        verdict,
        reason,
        evidence,
        found,
        attempt: open.len(),
        agreeing,
    };
    let telling: Vec<(usize, &[Suspicion])> = open
        .iter()
        .map(Open::suspicions)
        .enumerate()
        .filter(|(_, suspicions)| !suspicions.is_empty())
        .collect();
    let first = telling.first().filter(|_| telling.len() >= ENOUGH.min(attempts));
    let convicted = first
        .into_iter()
        .flat_map(|(_, suspicions)| *suspicions)
        .filter_map(|suspicion| consistent(suspicion, &telling));
    if let Some(Conviction { reason, evidence, agreeing, is_clear }) =
        convicted.max_by(|one, other| weight(&one.evidence).total_cmp(&weight(&other.evidence)))
    {
        let is_settled = is_last || (is_clear && telling.len() >= ENOUGH);
        return told(is_settled.then_some(Verdict::Fail), reason, Some(evidence), agreeing);
    }
    let inconclusive = is_last.then_some(Verdict::Inconclusive);
    match telling.last() {
        Some((index, latest)) => {
            let largest = latest
                .iter()
                .max_by(|one, other| excess(&one.evidence).total_cmp(&excess(&other.evidence)));
            let evidence = largest
                .map(|suspicion| Evidence { attempt: index + 1, ..suspicion.evidence.clone() });
            told(inconclusive, Reason::Stall, evidence, 0)
        }
        None => {
            let void = open.iter().rev().find_map(|open| match open {
                Open::Void(reason) => Some(*reason),
                Open::Suspicious(_) => None,
            });
            told(inconclusive, void.unwrap_or(Reason::Stall), None, 0)
        }
    }
}

/// The same suspicion in every attempt that tells, unexplained in most of them, and by the same amount: the
/// last of the unexplained ones.
fn consistent(suspicion: &Suspicion, telling: &[(usize, &[Suspicion])]) -> Option<Conviction> {
    let same = |other: &&Suspicion| {
        (other.reason, other.evidence.from, other.evidence.to)
            == (suspicion.reason, suspicion.evidence.from, suspicion.evidence.to)
    };
    let all: Vec<(usize, &Suspicion)> = telling
        .iter()
        .map(|(index, suspicions)| Some((*index, suspicions.iter().find(same)?)))
        .collect::<Option<_>>()?;
    let is_clear = all.iter().all(|(_, suspicion)| suspicion.is_clear);
    let unexplained: Vec<(usize, &Suspicion)> =
        all.into_iter().filter(|(_, suspicion)| suspicion.is_unexplained).collect();
    let amounts = || unexplained.iter().map(|(_, suspicion)| suspicion.evidence.unexplained_ms);
    let spread = amounts().fold(f64::MIN, f64::max) - amounts().fold(f64::MAX, f64::min);
    let (index, last) = unexplained.last()?;
    let is_convicted = unexplained.len() * 2 > telling.len() && spread <= suspicion.spread_ms;
    is_convicted.then(|| Conviction {
        reason: last.reason,
        evidence: Evidence { attempt: index + 1, ..last.evidence.clone() },
        agreeing: unexplained.len(),
        is_clear,
    })
}

/// Which of several convictions is told: one between two lines says more than one from the start,
/// and that more than one to the end, which every late line makes late too.
fn weight(evidence: &Evidence) -> f64 {
    let tells = match (evidence.from, evidence.to) {
        (_, Point::Exit) => 0.0,
        (Point::Spawn, _) => 1.0,
        _ => 2.0,
    };
    evidence.unexplained_ms + tells * 1e9
}

fn excess(evidence: &Evidence) -> f64 {
    evidence.gap_ms - evidence.interpreter_ms - evidence.due_ms
}
