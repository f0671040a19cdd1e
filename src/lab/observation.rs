//! What was observed of one run of a script, as data: the judge sees nothing else, and a test can
//! make one up.
//!
//! Every time is in milliseconds after the spawn, by the monotonic clock; counters grow from the
//! spawn on. A counter that is `None` throughout is one that this machine does not tell.

use serde::{Deserialize, Serialize};

/// One run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// The wall clock at the spawn, in microseconds since 1970: what a stamp is set against.
    pub spawned_unix_us: i64,
    /// How the run ended.
    pub end: End,
    /// When the end was seen.
    pub ended_ms: f64,
    /// Between which two moments the interpreter began to read the script; before, it was starting
    /// up. `None` where that cannot be seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_ms: Option<[f64; 2]>,
    /// How long Python's own modules take to be imported on this machine, where that was timed and
    /// neither work nor anything that held it up explains it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub imports_ms: f64,
    /// When the script's process was last seen alive.
    pub alive_ms: f64,
    /// What came on standard output.
    pub output: Output,
    /// The beginning and the end of what came on standard error.
    pub errors: String,
    /// The signal that last stopped it, where one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_by: Option<i32>,
    /// The script's threads, sampled.
    pub threads: Vec<ThreadSample>,
    /// The machine, sampled.
    pub machine: Vec<MachineSample>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// By itself, with this exit code.
    Exit(i32),
    /// By this signal, which was not ours.
    Signal(i32),
    /// It was stopped at its time limit.
    #[default]
    TimeLimit,
    /// It was stopped because it printed without end.
    Flood,
}

/// What came on standard output, up to a limit, and when.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Output {
    /// The beginning of it; what is not UTF-8 is replaced.
    pub text: String,
    /// Everything that came, in bytes.
    pub total_bytes: u64,
    /// What came together.
    pub chunks: Vec<Chunk>,
    /// Whether it was written to a terminal; to a pipe otherwise, unbuffered.
    pub on_terminal: bool,
}

/// Some output that came together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chunk {
    /// Where it ends in the text, in bytes.
    pub end: usize,
    /// When we last saw that nothing was there.
    pub empty_ms: f64,
    /// When it had come.
    pub arrival_ms: f64,
}

/// A look at the script's threads, and those of its children.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ThreadSample {
    /// When the look began.
    pub from_ms: f64,
    /// When it was done.
    pub to_ms: f64,
    /// How many threads there were.
    pub threads: u32,
    /// Time on a processor, summed over the threads.
    pub on_cpu_ms: Option<f64>,
    /// Time that they waited for a processor, summed over the threads, as the kernel tells it: since
    /// 6.12 sleep may be in it, so that it is an upper bound.
    pub run_queue_ms: Option<f64>,
    /// Time that one of them waited for a disk or for memory: a sampled figure, never too small by
    /// more than a sample.
    pub blocked_ms: Option<f64>,
    /// Time that the script was stopped by a signal.
    pub stopped_ms: f64,
    /// Time that the script's main thread was certainly awake: running, or seen awake without
    /// having gone to sleep since. Never too large.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awake_ms: Option<f64>,
    /// The part of it with nothing of the script's under way: no event loop, no second thread, no
    /// child.
    pub bare_ms: Option<f64>,
    /// How often a thread went to sleep, summed over the threads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub switches: Option<u64>,
    /// Whether every thread was asleep.
    pub is_asleep: bool,
}

/// A look at the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MachineSample {
    /// When.
    pub at_ms: f64,
    /// Time that a control group of ours was throttled.
    pub throttled_ms: Option<f64>,
    /// Time that the hypervisor gave to others, on the processor that lost the most.
    pub steal_ms: Option<f64>,
    /// Time that somebody waited for a processor, as pressure stall information tells it.
    pub pressure_cpu_ms: Option<f64>,
    /// Time that somebody waited for a disk.
    pub pressure_io_ms: Option<f64>,
    /// Time that somebody waited for memory.
    pub pressure_memory_ms: Option<f64>,
    /// By how much our own ticker was late, summed up.
    pub late_ms: f64,
    /// The part of it that waiting for a processor does not explain: the whole machine stood still,
    /// or we did.
    pub paused_ms: f64,
    /// The wall clock's steps against the monotonic clock: what it shows too much.
    pub clock_step_ms: f64,
    /// How long the machine was suspended.
    pub suspended_ms: f64,
    /// How many processes were killed because there was no memory left for them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub oom_kills: f64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &f64) -> bool {
    *number == 0.0
}

/// Leaves out what only repeats its neighbours, times aside: between two equal looks nothing
/// happened.
pub(super) fn without_repeats<T: Copy + PartialEq>(
    samples: Vec<T>,
    timeless: impl Fn(&T) -> T,
) -> Vec<T> {
    let same = |one: &T, other: &T| timeless(one) == timeless(other);
    let mut kept: Vec<T> = Vec::with_capacity(samples.len());
    for (index, sample) in samples.iter().enumerate() {
        let repeats_last = kept.last().is_some_and(|last| same(last, sample));
        let repeated_next = samples.get(index + 1).is_some_and(|next| same(next, sample));
        if !(repeats_last && repeated_next) {
            kept.push(*sample);
        }
    }
    kept
}
