//! What the samples of a run say about one gap in it. Pure.
//!
//! A counter is read now and then, so that a gap's share of it lies between two figures. What may
//! excuse a script is told too large rather than too small ([`stall`]), what may convict or acquit
//! it is told too small rather than too large ([`interpreter_ms`], [`farewell_ms`], [`worked_ms`],
//! [`quiet_ms`]).

use super::observation::{MachineSample, Observation, ThreadSample};
use super::verdict::Stall;

/// What the machine did in the gap, never too small.
pub(super) fn stall(observation: &Observation, from: f64, to: f64) -> Stall {
    let threads = |value: fn(&ThreadSample) -> Option<f64>| {
        at_most_by_threads(&observation.threads, value, from, to)
    };
    let machine = |value: fn(&MachineSample) -> Option<f64>| {
        at_most_by_machine(&observation.machine, value, from, to)
    };
    Stall {
        run_queue_ms: threads(|sample| sample.run_queue_ms),
        on_cpu_ms: threads(|sample| sample.on_cpu_ms),
        blocked_ms: threads(|sample| sample.blocked_ms),
        stopped_ms: threads(|sample| Some(sample.stopped_ms)).unwrap_or(0.0),
        throttled_ms: machine(|sample| sample.throttled_ms),
        steal_ms: machine(|sample| sample.steal_ms),
        pressure_cpu_ms: machine(|sample| sample.pressure_cpu_ms),
        pressure_io_ms: machine(|sample| sample.pressure_io_ms),
        pressure_memory_ms: machine(|sample| sample.pressure_memory_ms),
        ticker_late_ms: machine(|sample| Some(sample.late_ms)).unwrap_or(0.0),
        paused_ms: machine(|sample| Some(sample.paused_ms)).unwrap_or(0.0),
        clock_step_ms: machine(|sample| Some(sample.clock_step_ms)).unwrap_or(0.0),
        suspended_ms: machine(|sample| Some(sample.suspended_ms)).unwrap_or(0.0),
    }
}

/// How long the bare interpreter was awake in the gap: starting up, shutting down. Never too large,
/// 0 where it is not told.
pub(super) fn interpreter_ms(observation: &Observation, from: f64, to: f64) -> f64 {
    at_least(&observation.threads, |sample| sample.bare_ms, from, to)
}

/// How long a script with one thread was awake after its last sleep in the gap, which ends with the
/// exit. What woke it was the last that it waited for, so that this is its shutting down. Never too
/// large, 0 where it did not sleep or it is not told.
pub(super) fn farewell_ms(observation: &Observation, from: f64) -> f64 {
    let awake = |sample: &ThreadSample| Some(sample.on_cpu_ms? + sample.run_queue_ms?);
    let asleep =
        observation.threads.iter().rev().find(|sample| sample.is_asleep && sample.from_ms >= from);
    let last = observation.threads.last().and_then(awake);
    let since = asleep.filter(|sample| sample.threads == 1).and_then(awake);
    last.zip(since).map_or(0.0, |(last, since)| (last - since).max(0.0))
}

/// How long the script's threads ran in the gap. Never too large, 0 where it is not told.
pub(super) fn worked_ms(observation: &Observation, from: f64, to: f64) -> f64 {
    at_least(&observation.threads, |sample| sample.on_cpu_ms, from, to)
}

/// How long every thread of the script was asleep in the gap: seen asleep at two looks, and no
/// counter moved in between. Never too large, 0 where it is not told.
pub(super) fn quiet_ms(observation: &Observation, from: f64, to: f64) -> f64 {
    let still = |pair: &[ThreadSample]| {
        let same =
            (pair[0].on_cpu_ms, pair[0].run_queue_ms) == (pair[1].on_cpu_ms, pair[1].run_queue_ms);
        same && pair[0].is_asleep && pair[1].is_asleep
    };
    let quiet = observation.threads.windows(2).filter(|pair| still(pair));
    quiet.map(|pair| (pair[1].from_ms.min(to) - pair[0].to_ms.max(from)).max(0.0)).sum()
}

/// Growth between the last look before the gap and the first one after it, held in bounds by the
/// looks within.
fn at_most_by_threads(
    samples: &[ThreadSample],
    value: impl Fn(&ThreadSample) -> Option<f64>,
    from: f64,
    to: f64,
) -> Option<f64> {
    let threads = |sample: &ThreadSample| f64::from(sample.threads.max(1));
    let before =
        samples.iter().rev().find(|sample| sample.to_ms <= from).map_or(Some(0.0), &value)?;
    let after = value(samples.iter().find(|sample| sample.from_ms >= to).or(samples.last())?)?;
    // Between the gap's beginning and the look after it no thread can have waited longer than that
    // took.
    let first = samples.iter().find(|sample| sample.from_ms >= from);
    let first =
        first.and_then(|sample| Some(value(sample)? - threads(sample) * (sample.to_ms - from)));
    // Nor between its end and the look before, if nobody waited already then.
    let last =
        samples.iter().rev().find(|sample| sample.to_ms <= to).filter(|sample| sample.is_asleep);
    let last =
        last.and_then(|sample| Some(value(sample)? + threads(sample) * (to - sample.from_ms)));
    Some(
        (last.map_or(after, |last| last.min(after))
            - first.map_or(before, |first| first.max(before)))
        .max(0.0),
    )
}

fn at_most_by_machine(
    samples: &[MachineSample],
    value: impl Fn(&MachineSample) -> Option<f64>,
    from: f64,
    to: f64,
) -> Option<f64> {
    let last = samples.iter().find(|sample| sample.at_ms >= to).or(samples.last())?;
    let first = samples.iter().rev().find(|sample| sample.at_ms <= from).or(samples.first())?;
    Some(value(last)? - value(first)?)
}

/// Growth between the first look in the gap and the last one.
fn at_least(
    samples: &[ThreadSample],
    value: impl Fn(&ThreadSample) -> Option<f64>,
    from: f64,
    to: f64,
) -> f64 {
    let first = if from <= 0.0 {
        Some(0.0)
    } else {
        samples.iter().find(|sample| sample.from_ms >= from).and_then(&value)
    };
    let last = samples.iter().rev().find(|sample| sample.to_ms <= to).and_then(&value);
    first.zip(last).map_or(0.0, |(first, last)| (last - first).max(0.0))
}
