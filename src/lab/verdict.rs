//! A lab's verdict with the evidence that an instructor can believe or dispute: data only.

use serde::{Deserialize, Serialize};

use crate::course::Timeline;

/// What is said of a lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The script does what the course says.
    Pass,
    /// It does not.
    Fail,
    /// The machine kept it from showing; trying again may help.
    Inconclusive,
    /// It could not be run at all.
    Error,
}

/// A lab, judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabResult {
    /// The lab's name.
    pub name: String,
    /// The script that was run: a file name, or the path of a student's own copy.
    pub script: String,
    /// The verdict.
    pub status: Verdict,
    /// What it looks like, in one or two sentences, with the numbers that decided.
    pub summary: String,
    /// What to look at or to do, when it is not a pass.
    pub fix: Option<String>,
    /// What should have been seen: the picture is drawn against it.
    pub timeline: Timeline,
    /// Every attempt, the first one first.
    pub attempts: Vec<Attempt>,
}

/// One run of a lab's script.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// The lines that were seen, in the order of the timeline where they fit it.
    pub marks: Vec<SeenMark>,
    /// The gaps between one mark and the next, from the spawn to the exit, in milliseconds.
    pub gaps_ms: Vec<f64>,
    /// From the spawn to the exit, in milliseconds.
    pub makespan_ms: f64,
    /// The exit code; `None` when a signal ended it, or it had to be stopped.
    pub exit_code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// The last lines of its standard error.
    pub stderr: String,
    /// What the machine did meanwhile.
    pub stall: Stall,
}

/// A line that was seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeenMark {
    /// The line as it was printed.
    pub line: String,
    /// The stamp in it, in milliseconds after the spawn.
    pub stamp_ms: Option<f64>,
    /// When it arrived, in milliseconds after the spawn.
    pub arrival_ms: f64,
}

/// What the machine did while a script ran. `None` = this machine does not tell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stall {
    /// Time that the script's threads waited for a processor, in milliseconds.
    pub run_queue_ms: Option<f64>,
    /// Time that the control group was throttled, in milliseconds.
    pub throttled_ms: Option<f64>,
    /// Time that the hypervisor gave to others, in milliseconds.
    pub steal_ms: Option<f64>,
    /// Time that the script was stopped by a signal, in milliseconds.
    pub stopped_ms: Option<f64>,
    /// How late our own ticker was at the most, in milliseconds.
    pub ticker_late_ms: f64,
    /// By how much the wall clock was stepped, in milliseconds.
    pub clock_step_ms: f64,
    /// How long the machine was suspended, in milliseconds.
    pub suspended_ms: f64,
}
