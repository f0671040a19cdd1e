//! A lab's verdict with the evidence that an instructor can believe or dispute: data only.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::reason::Reason;
use crate::course::Timeline;

/// What is said of a lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LabResult {
    /// The lab's name.
    pub name: String,
    /// The script that was run: a file name, or the path of a student's own copy.
    pub script: String,
    /// The verdict.
    pub status: Verdict,
    /// What decided.
    pub reason: Reason,
    /// What happened, in one or two sentences, with the numbers that decided.
    pub summary: String,
    /// Why that is so: what the numbers prove, how many attempts agree, what the machine explains.
    pub detail: Option<String>,
    /// What to do, when it is not a pass and that is known.
    pub fix: Option<String>,
    /// The line of the script that is to be changed, where that is known; 1 is the first.
    pub line: Option<usize>,
    /// What Python itself said at the end.
    pub exception: Option<Exception>,
    /// The two moments that decided, when a gap did.
    pub evidence: Option<Evidence>,
    /// What should have been seen: the picture is drawn against it.
    pub timeline: Timeline,
    /// Every attempt, the first one first.
    pub attempts: Vec<Attempt>,
}

impl LabResult {
    /// What happened, and why that is the verdict.
    pub fn statement(&self) -> String {
        let detail = self.detail.as_ref().map(|detail| format!(" {detail}")).unwrap_or_default();
        format!("{}{detail}", self.summary)
    }
}

/// The exception that ended a script, in Python's own words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Exception {
    /// As Python wrote it: `NameError: name 'x' is not defined`.
    pub text: String,
    /// The line of the script where it happened; null when no line of the script is to blame.
    pub line: Option<usize>,
    /// The function that the line is in.
    pub function: Option<String>,
    /// What the line says, without its indentation.
    pub source: Option<String>,
    /// The first character in it that is marked; 1 is the first.
    pub column: Option<usize>,
    /// How many characters are marked.
    pub width: usize,
}

impl Exception {
    /// `NameError`
    pub fn kind(&self) -> &str {
        let name = self.text.split_once(':').map_or(self.text.as_str(), |(name, _)| name);
        name.rsplit('.').next().unwrap_or(name)
    }

    /// `name 'x' is not defined`
    pub fn message(&self) -> &str {
        self.text.split_once(": ").map_or("", |(_, message)| message)
    }
}

/// A moment that gaps are measured between. Written as `spawn`, `line 2`, `exit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub enum Point {
    /// The script was started.
    Spawn,
    /// A line of the timeline; 1 is the first.
    Line(usize),
    /// A line came, as opposed to when it was stamped.
    Arrival(usize),
    /// The script's process ended.
    Exit,
}

/// The pair of moments that decided, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Evidence {
    /// In which attempt; 1 is the first.
    pub attempt: usize,
    /// From.
    pub from: Point,
    /// To.
    pub to: Point,
    /// The gap that was seen, in milliseconds.
    pub gap_ms: f64,
    /// The part of it in which the interpreter started up or shut down, as far as that is certain,
    /// in milliseconds.
    pub interpreter_ms: f64,
    /// The gap that is due, in milliseconds.
    pub due_ms: f64,
    /// What the gap, without the interpreter's part, was held against: no more than this proves
    /// that no further wait went by; for `too-early` no less, in milliseconds.
    pub bound_ms: f64,
    /// The part of the gap that is neither due nor explained by what the machine did, in
    /// milliseconds.
    pub unexplained_ms: f64,
    /// What the machine did in this very gap.
    pub stall: Stall,
}

/// One run of a lab's script.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Attempt {
    /// The lines that were seen, in the order of the timeline; those that it does not know come
    /// last.
    pub marks: Vec<SeenMark>,
    /// The gaps between one mark and the next, from the spawn to the exit, in milliseconds.
    pub gaps_ms: Vec<f64>,
    /// From the spawn to the exit, in milliseconds.
    pub makespan_ms: f64,
    /// The part of it in which the interpreter started up, as far as that is certain, in
    /// milliseconds.
    pub startup_ms: f64,
    /// The same of its shutting down, behind the last line.
    pub shutdown_ms: f64,
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
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SeenMark {
    /// The line as it was printed.
    pub line: String,
    /// Which line of the timeline it is; 1 is the first. `None` for one that the timeline does not
    /// know.
    pub of: Option<usize>,
    /// The stamp in it, in milliseconds after the spawn; `None` also when it is too coarse to
    /// measure with.
    pub stamp_ms: Option<f64>,
    /// When it arrived, in milliseconds after the spawn.
    pub arrival_ms: f64,
}

/// What the machine did while a script ran. `None` = not measurable here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Stall {
    /// Time that the script's threads waited for a processor, in milliseconds.
    pub run_queue_ms: Option<f64>,
    /// Time that they ran on one, in milliseconds: the script's own doing.
    pub on_cpu_ms: Option<f64>,
    /// Time that they waited for a disk or for memory, in milliseconds.
    pub blocked_ms: Option<f64>,
    /// Time that the script was stopped by a signal, in milliseconds.
    pub stopped_ms: f64,
    /// Time that the control group was throttled, in milliseconds.
    pub throttled_ms: Option<f64>,
    /// Time that the hypervisor gave to others, in milliseconds.
    pub steal_ms: Option<f64>,
    /// Time that somebody on this machine waited for a processor, a disk, memory, in milliseconds.
    pub pressure_cpu_ms: Option<f64>,
    /// See above.
    pub pressure_io_ms: Option<f64>,
    /// See above.
    pub pressure_memory_ms: Option<f64>,
    /// How late our own ticker was, summed up, in milliseconds.
    pub ticker_late_ms: f64,
    /// The part of it that no waiting for a processor explains: everything stood still, in
    /// milliseconds.
    pub paused_ms: f64,
    /// By how much the wall clock was stepped, in milliseconds.
    pub clock_step_ms: f64,
    /// How long the machine was suspended, in milliseconds.
    pub suspended_ms: f64,
}

/// 9 s of waiting against 0.5 s of lateness were seen, with 64 hogs on two processors.
const TICKER_ADVANTAGE: f64 = 20.0;
/// Throttling that the run queue does not show, in milliseconds: up to three periods were seen in a
/// run.
const UNTOLD_THROTTLING_MS: f64 = 300.0;

impl Stall {
    /// How much of a gap this explains at the most, in milliseconds: kinds that can follow one
    /// another are summed up, kinds that are two views of the same are not.
    pub fn explains_ms(&self) -> f64 {
        let held_up = self.steal_ms.unwrap_or(0.0)
            + self.stopped_ms
            + self.blocked_ms.unwrap_or(0.0)
            + self.paused_ms;
        self.waited_ms() + held_up
    }

    /// Whether the machine tells what the script's threads do: without that, nothing convicts one
    /// that is late.
    pub fn is_told(&self) -> bool {
        self.run_queue_ms.is_some()
    }

    /// How long the script waited for a processor, or for its control group's next share of one.
    /// The run queue tells both, but for a few throttled periods. Where it is not told, the
    /// throttling and the machine's pressure stand in for it, or our own lateness, many times over:
    /// a ticker, which hardly works, gets its processor that much sooner than an interpreter that
    /// starts up.
    pub fn waited_ms(&self) -> f64 {
        let throttled = self.throttled_ms.unwrap_or(0.0);
        match self.run_queue_ms {
            Some(queued) => queued + throttled.min(UNTOLD_THROTTLING_MS),
            None => self
                .pressure_cpu_ms
                .unwrap_or(self.ticker_late_ms * TICKER_ADVANTAGE)
                .max(throttled),
        }
    }

    /// The largest of its parts, in words and milliseconds.
    pub fn largest(&self) -> (&'static str, f64) {
        let parts = [
            (
                "it waited for a processor",
                self.run_queue_ms.or(self.pressure_cpu_ms).unwrap_or(self.ticker_late_ms),
            ),
            // The group's other members are throttled too, and longer.
            (
                "its control group was throttled",
                self.throttled_ms.filter(|_| self.run_queue_ms.is_none()).unwrap_or(0.0),
            ),
            ("the hypervisor ran other machines", self.steal_ms.unwrap_or(0.0)),
            ("it was stopped by a signal", self.stopped_ms),
            ("it waited for a disk or for memory", self.blocked_ms.unwrap_or(0.0)),
            ("the whole machine stood still", self.paused_ms),
        ];
        parts.into_iter().fold(("it waited for a processor", 0.0), |most, part| {
            if part.1 > most.1 { part } else { most }
        })
    }

    /// What cannot be measured on this machine, in words.
    pub fn lacks(&self) -> Vec<&'static str> {
        let parts = [
            ("run-queue delay (schedstat)", self.run_queue_ms),
            ("waits for disks (thread states)", self.blocked_ms),
            ("throttling (cpu.stat)", self.throttled_ms),
            ("steal (/proc/stat)", self.steal_ms),
            ("pressure (/proc/pressure)", self.pressure_cpu_ms),
        ];
        parts.into_iter().filter(|(_, value)| value.is_none()).map(|(name, _)| name).collect()
    }
}

impl fmt::Display for Point {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spawn => formatter.write_str("spawn"),
            Self::Line(number) => write!(formatter, "line {number}"),
            Self::Arrival(number) => write!(formatter, "arrival {number}"),
            Self::Exit => formatter.write_str("exit"),
        }
    }
}

impl From<Point> for String {
    fn from(point: Point) -> Self {
        point.to_string()
    }
}

impl TryFrom<String> for Point {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let number =
            |prefix: &str| text.strip_prefix(prefix).and_then(|number| number.parse().ok());
        match text.as_str() {
            "spawn" => Ok(Self::Spawn),
            "exit" => Ok(Self::Exit),
            _ => number("line ")
                .map(Self::Line)
                .or_else(|| number("arrival ").map(Self::Arrival))
                .ok_or_else(|| format!("`{text}` is not a moment")),
        }
    }
}
