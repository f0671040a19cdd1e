//! What the samples of a run say about one gap in it. Pure.
//!
//! A counter is read now and then, so that a gap's share of it lies between two figures. What may
//! excuse a script is told too large rather than too small ([`stall`]), what may convict or acquit
//! it is told too small rather than too large ([`interpreter`], [`worked_ms`], [`quiet_ms`]).
//!
//! The kernel's count of waiting for a processor is only ever an excuse, and no more of it than the
//! gap has room for: since 6.12 (delayed dequeue) sleep is counted as waiting where a processor is
//! scarce. What a thread was *seen* to do, and how often it went to sleep, decides against it.

use super::marks::{Found, Seen};
use super::observation::{MachineSample, Observation, ThreadSample};
use super::verdict::Stall;

/// The interpreter's own part of a run, never too large, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct InterpreterTime {
    /// Before the first line.
    pub startup_ms: f64,
    /// Behind the last one.
    pub shutdown_ms: f64,
}

/// What the machine did in the gap, never too small.
pub(super) fn stall(observation: &Observation, from: f64, to: f64) -> Stall {
    let threads = |value: fn(&ThreadSample) -> Option<f64>| {
        at_most_by_threads(&observation.threads, value, from, to)
    };
    let machine = |value: fn(&MachineSample) -> Option<f64>| {
        at_most_by_machine(&observation.machine, value, from, to)
    };
    Stall {
        run_queue_ms: run_queue_ms(observation, from, to),
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

/// How long the script waited for a processor at the most: by the kernel's count, and never longer
/// than the gap but for the time in which all of it was asleep. Where the kernel does not count,
/// the rest of the gap. `None` where nothing is told of the script's threads.
fn run_queue_ms(observation: &Observation, from: f64, to: f64) -> Option<f64> {
    let samples = &observation.threads;
    let counted = at_most_by_threads(samples, |sample| sample.run_queue_ms, from, to);
    let seen = samples.last().is_some_and(|sample| sample.blocked_ms.is_some());
    let awake = (to - from - quiet_ms(observation, from, to)).max(0.0);
    match counted {
        Some(counted) => Some(counted.min(awake)),
        None => seen.then(|| (awake - worked_ms(observation, from, to)).max(0.0)),
    }
}

/// The interpreter's own part of a run in which these lines were found; nothing of it where it is
/// not told, or where what is told contradicts itself.
///
/// It starts up until it reads the script, and while the *bare* interpreter is awake behind that:
/// nothing of the script's can be waiting then. It shuts down while it is bare again, or while a
/// script with one thread is awake behind the last of its sleeps: what woke it was the last that it
/// waited for.
pub(super) fn interpreter(observation: &Observation, found: &Found) -> InterpreterTime {
    let end = observation.ended_ms;
    let seen = || found.marks.iter().flatten().chain(&found.doubled).map(Seen::between);
    let first = seen().map(|(earliest, _)| earliest).fold(end, f64::min);
    let last = seen().map(|(_, latest)| latest).fold(0.0, f64::max);
    let bare = |from: f64, to: f64| {
        at_least(&observation.threads, |sample| sample.bare_ms, from, to).min(room_ms(
            observation,
            from,
            to,
        ))
    };
    let unread = observation.read_ms.map_or(0.0, |[unread, _]| unread.min(first));
    let startup_ms = bare(0.0, first).max(unread + bare(unread, first));
    // A script that printed nothing has started up and shut down in one gap.
    let shutdown_ms = if last > 0.0 { bare(last, end) } else { 0.0 };
    let farewell_ms = farewell_ms(observation, last).min(room_ms(observation, last, end));
    let shutdown_ms = shutdown_ms.max(farewell_ms).min(end - first.max(last).min(end));
    InterpreterTime { startup_ms, shutdown_ms }
}

/// How long the script can have been awake in a gap by all other witnesses.
fn room_ms(observation: &Observation, from: f64, to: f64) -> f64 {
    let samples = &observation.threads;
    let told =
        |value: fn(&ThreadSample) -> Option<f64>| at_most_by_threads(samples, value, from, to);
    let counted = told(|sample| sample.on_cpu_ms).zip(told(|sample| sample.run_queue_ms));
    let counted = counted.map_or(f64::INFINITY, |(on_cpu, run_queue)| on_cpu + run_queue);
    counted.min(to - from - quiet_ms(observation, from, to)).max(0.0)
}

/// How long a script with one thread was awake after its last sleep in the gap, which ends with the
/// exit. 0 where it did not sleep or it is not told.
fn farewell_ms(observation: &Observation, from: f64) -> f64 {
    let asleep =
        observation.threads.iter().rev().find(|sample| sample.is_asleep && sample.from_ms >= from);
    let last = observation.threads.last().and_then(|sample| sample.awake_ms);
    let since = asleep.filter(|sample| sample.threads == 1).and_then(|sample| sample.awake_ms);
    last.zip(since).map_or(0.0, |(last, since)| (last - since).max(0.0))
}

/// How long the script's threads ran in the gap. Never too large, 0 where it is not told.
pub(super) fn worked_ms(observation: &Observation, from: f64, to: f64) -> f64 {
    at_least(&observation.threads, |sample| sample.on_cpu_ms, from, to)
}

/// How long every thread of the script was asleep in the gap: seen asleep, and nobody has run or
/// gone to sleep anew since the look before. Never too large, 0 where it is not told.
pub(super) fn quiet_ms(observation: &Observation, from: f64, to: f64) -> f64 {
    let still = |pair: &[ThreadSample]| {
        let told = |sample: &ThreadSample| (sample.on_cpu_ms, sample.switches, sample.threads);
        told(&pair[0]) == told(&pair[1]) && pair[0].is_asleep && pair[1].is_asleep
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
