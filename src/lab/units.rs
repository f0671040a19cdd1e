//! Times as multiples of a sleep. Pure.
//!
//! A sleep can be long, never short: of several runs the shortest time is the truest, it lies at
//! its multiple or a little behind it, and a line that once came sooner after another than its wait
//! cannot have waited for it.

/// A sleep is never shorter than it should be, but for how clocks are read, in milliseconds.
const SHORT_MS: f64 = 3.0;
/// What the interpreter's start-up may add to every time, in milliseconds, and as a share of the
/// unit.
const START_MS: f64 = 200.0;
const START_SHARE: f64 = 0.25;
/// How far times may lie apart behind their multiples: in milliseconds, as a share of the time, and
/// as a share of the unit.
const APART_MS: f64 = 50.0;
const APART_OF_TIME: f64 = 0.01;
const APART_OF_UNIT: f64 = 0.15;
/// The last time is the end, which holds the interpreter's own: in milliseconds, and as a share of
/// the unit.
const END_MS: f64 = 200.0;
const END_OF_UNIT: f64 = 0.3;
/// Times below this need no sleep to explain them, in milliseconds.
const AT_ONCE_MS: f64 = 100.0;
/// What the parts of a unit are tried for when the author names the unit.
const PARTS: [f64; 4] = [1.0, 2.0, 4.0, 10.0];

/// A unit, and each time in it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct InUnits {
    /// The unit, in milliseconds.
    pub unit_ms: f64,
    /// The times, in units.
    pub at: Vec<f64>,
}

/// The greatest unit of which all times, the last of them the end, are multiples; one second when
/// nothing waits at all.
pub(super) fn greatest(times_ms: &[f64]) -> Option<InUnits> {
    if times_ms.iter().all(|time| *time < AT_ONCE_MS) {
        return Some(InUnits { unit_ms: 1000.0, at: vec![0.0; times_ms.len()] });
    }
    candidates().into_iter().find_map(|unit_ms| {
        let at = multiples(times_ms, unit_ms)?;
        at.iter().any(|at| *at > 0.0).then_some(InUnits { unit_ms, at })
    })
}

/// The times in a given unit: whole ones, else halves, quarters, tenths.
pub(super) fn of(times_ms: &[f64], unit_ms: f64) -> Option<InUnits> {
    PARTS.iter().find_map(|parts| {
        let at = multiples(times_ms, unit_ms / parts)?;
        Some(InUnits { unit_ms, at: at.iter().map(|at| at / parts).collect() })
    })
}

/// Sleeps that people write, the longest first, in milliseconds.
fn candidates() -> Vec<f64> {
    let seconds = (1..=60).map(|seconds| seconds * 1000);
    let halves = (1..=20).map(|halves| halves * 500);
    let quarters = (1..=8).map(|quarters| quarters * 250);
    let tenths = (1..=20).map(|tenths| tenths * 100);
    let mut all: Vec<u32> =
        seconds.chain(halves).chain(quarters).chain(tenths).chain([150]).collect();
    all.sort_unstable();
    all.dedup();
    all.into_iter().rev().map(f64::from).collect()
}

fn multiples(times_ms: &[f64], step_ms: f64) -> Option<Vec<f64>> {
    let at: Vec<f64> = times_ms.iter().map(|time| (time / step_ms).round()).collect();
    let behind = || times_ms.iter().zip(&at).map(|(time, at)| time - at * step_ms);
    let least = behind().fold(f64::INFINITY, f64::min);
    let end = times_ms.len().saturating_sub(1);
    let is_near = |(index, (behind, time)): (usize, (f64, &f64))| {
        let near = (APART_MS + APART_OF_TIME * time).min(APART_OF_UNIT * step_ms);
        let near = if index == end { near.max(END_MS.min(END_OF_UNIT * step_ms)) } else { near };
        behind - least <= near
    };
    let starts = -SHORT_MS <= least && least <= START_MS.min(START_SHARE * step_ms);
    (starts && behind().zip(times_ms).enumerate().all(is_near)).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(times_ms: &[f64]) -> Option<(f64, Vec<f64>)> {
        greatest(times_ms).map(|found| (found.unit_ms, found.at))
    }

    #[test]
    fn the_unit_is_the_greatest_sleep_that_explains_all_times() {
        assert_eq!(unit(&[1004.0, 2006.0, 3020.0]), Some((1000.0, vec![1.0, 2.0, 3.0])));
        assert_eq!(unit(&[1.0, 2004.0, 4006.0]), Some((2000.0, vec![0.0, 1.0, 2.0])));
        assert_eq!(unit(&[502.0, 1003.0, 2003.0]), Some((500.0, vec![1.0, 2.0, 4.0])));
        assert_eq!(unit(&[252.0, 510.0]), Some((250.0, vec![1.0, 2.0])));
        assert_eq!(unit(&[301.0, 503.0, 503.0]), Some((100.0, vec![3.0, 5.0, 5.0])));
        assert_eq!(unit(&[7003.0]), Some((7000.0, vec![1.0])));
        assert_eq!(unit(&[1060.0, 2060.0]), Some((1000.0, vec![1.0, 2.0])));
        assert_eq!(unit(&[1040.0, 1060.0, 1190.0]), Some((1000.0, vec![1.0, 1.0, 1.0])));
    }

    #[test]
    fn what_comes_at_once_waits_for_nothing() {
        assert_eq!(unit(&[2.0, 30.0]), Some((1000.0, vec![0.0, 0.0])));
    }

    #[test]
    fn times_without_a_common_sleep_have_no_unit() {
        assert_eq!(unit(&[1003.0, 1333.0, 1777.0, 1780.0]), None);
        assert_eq!(unit(&[140.0, 333.0, 340.0]), None);
    }

    #[test]
    fn a_given_unit_may_be_divided() {
        let of = |times: &[f64], unit| of(times, unit).map(|found| found.at);
        assert_eq!(of(&[1003.0, 1504.0], 1000.0), Some(vec![1.0, 1.5]));
        assert_eq!(of(&[1003.0, 2004.0], 500.0), Some(vec![2.0, 4.0]));
        assert_eq!(of(&[1003.0, 1337.0, 1340.0], 1000.0), None);
    }
}
