//! Problems with scripts: those that become labs, and those that prove the judge.

use std::time::Duration;

use super::{Describe, Id, Invocation, Remedy, Severity, TimelineFault};
use crate::exit::Exit;
use crate::words::{and_listed, quoted, time};

/// What can be wrong with a script, besides its verdict.
#[derive(Clone, Debug, PartialEq)]
pub enum LabProblem {
    /// A script did not run to its end, or what it prints is no lab.
    ScriptUnusable {
        /// The script.
        script: String,
        /// Why.
        why: ScriptFlaw,
    },
    /// The runs of a script contradict each other, or the machine was disturbed.
    RunsUnclear {
        /// The script.
        script: String,
        /// Why.
        why: Unclear,
    },
    /// A script of the selftest, and what the judge said of it.
    Selftest {
        /// Which case.
        case: String,
        /// The verdict.
        verdict: SelftestVerdict,
        /// Whether that is right.
        is_right: bool,
        /// The judge's own words.
        summary: String,
    },
}

/// Why a script is no lab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScriptFlaw {
    /// It prints too many lines.
    TooManyLines {
        /// How many it printed.
        lines: usize,
        /// How many a lab has at most.
        limit: usize,
    },
    /// It printed without end.
    Endless,
    /// It did not run to its end: the judge's words and fix.
    Failed {
        /// What happened.
        summary: String,
        /// What to do, where the judge knows.
        fix: Option<String>,
    },
}

/// Why the runs of a script say nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Unclear {
    /// The clock was set, or the machine was suspended.
    ClockSet,
    /// The machine was too busy.
    Busy,
    /// They contradict each other.
    Contradiction(Difference),
    /// Its waits have no common unit.
    NoUnit {
        /// The unit that was asked for.
        wanted: Option<Duration>,
        /// When its lines and its end came, in milliseconds.
        times_ms: Vec<f64>,
    },
}

/// In what the runs of a script contradict each other.
#[derive(Clone, Debug, PartialEq)]
pub enum Difference {
    /// There was no run.
    NoRun,
    /// In how many lines they printed.
    LineCounts {
        /// Of each run.
        lines: Vec<usize>,
    },
    /// In what one of them printed.
    Text {
        /// Which run; 1 is the first.
        run: usize,
        /// What others printed and it did not.
        missing: Option<String>,
        /// What it printed and others did not.
        surplus: Option<String>,
    },
    /// In when a line or the end came.
    Times {
        /// The line's number and what it says; the end where there is none.
        line: Option<(usize, String)>,
        /// When it came in each run, in milliseconds.
        times_ms: Vec<f64>,
    },
    /// What they have in common is not a timeline.
    Timeline(TimelineFault),
    /// One of them fails by what all have in common: the judge's words.
    Judged {
        /// What happened.
        summary: String,
    },
    /// None of them shows its waits clearly.
    NoClearRun,
}

/// The judge's verdict on a selftest's script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelftestVerdict {
    /// It passed.
    Passed,
    /// It failed.
    Failed,
    /// It was inconclusive.
    Inconclusive,
    /// It could not be run.
    NotRun,
}

impl Describe for LabProblem {
    fn id(&self) -> Id {
        match self {
            Self::ScriptUnusable { .. } => Id::ScriptUnusable,
            Self::RunsUnclear { .. } => Id::RunsUnclear,
            Self::Selftest { .. } => Id::Selftest,
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::Selftest { is_right: true, .. } => Severity::Note,
            _ => Severity::Error,
        }
    }

    fn title(&self) -> String {
        match self {
            Self::ScriptUnusable { script, why } => match why {
                ScriptFlaw::TooManyLines { lines, limit } => {
                    format!(
                        "{} printed {lines} lines, but a lab has at most {limit}",
                        quoted(script)
                    )
                }
                ScriptFlaw::Endless => {
                    format!("{} printed endlessly and was stopped", quoted(script))
                }
                ScriptFlaw::Failed { summary, .. } => summary.trim_end_matches('.').to_owned(),
            },
            Self::RunsUnclear { script, why } => {
                let script = quoted(script);
                match why {
                    Unclear::ClockSet => format!(
                        "{script} could not be timed: the system clock was changed or the machine was suspended"
                    ),
                    Unclear::Busy => {
                        format!("{script} could not be timed: the machine was too busy")
                    }
                    Unclear::Contradiction(difference) => {
                        format!(
                            "the runs of {script} contradict each other: {}",
                            difference.words()
                        )
                    }
                    Unclear::NoUnit { wanted: Some(unit), times_ms } => format!(
                        "the waits of {script} are not whole units, halves, quarters or tenths of {} s: its lines and its end came after {}",
                        unit.as_secs_f64(),
                        times(times_ms)
                    ),
                    Unclear::NoUnit { wanted: None, times_ms } => format!(
                        "the waits of {script} have no common unit: its lines and its end came after {}",
                        times(times_ms)
                    ),
                }
            }
            Self::Selftest { case, verdict, is_right, .. } => {
                let should = if *is_right { "as it should" } else { "which is wrong" };
                format!("{case} {}, {should}", verdict.words())
            }
        }
    }

    fn evidence(&self) -> String {
        match self {
            Self::Selftest { summary, .. } => summary.clone(),
            Self::ScriptUnusable { .. } | Self::RunsUnclear { .. } => String::new(),
        }
    }

    fn remedy(&self, _: &Invocation) -> Option<Remedy> {
        match self {
            Self::ScriptUnusable { why, .. } => Remedy::advice(match why {
                ScriptFlaw::TooManyLines { .. } => {
                    "remove the `print`s that do not show its timing"
                }
                ScriptFlaw::Endless => "check for a loop that prints and never ends",
                ScriptFlaw::Failed { fix: Some(fix), .. } => fix.trim_end_matches('.'),
                ScriptFlaw::Failed { fix: None, .. } => "run it by hand to see what is wrong",
            }),
            Self::RunsUnclear { why, .. } => Remedy::advice(match why {
                Unclear::ClockSet | Unclear::Busy => "run it again when the machine is less busy",
                Unclear::Contradiction(_) => {
                    "check that neither its timing nor its output is random, and run it again when the machine is less busy"
                }
                Unclear::NoUnit { .. } => {
                    "set the length of its shortest sleep, for example `--unit 0.5s`, or run it again when the machine is less busy"
                }
            }),
            Self::Selftest { .. } => None,
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::ScriptUnusable { .. } | Self::Selftest { .. } => Exit::NotReady,
            Self::RunsUnclear { .. } => Exit::Inconclusive,
        }
    }
}

impl Difference {
    fn words(&self) -> String {
        match self {
            Self::NoRun => "there are none".into(),
            Self::LineCounts { lines } => {
                let counts = lines.iter().map(ToString::to_string).collect();
                format!("they printed {} lines", and_listed(counts))
            }
            Self::Text { run, missing: Some(missing), surplus: Some(surplus) } => format!(
                "run {run} printed {} where others printed {}",
                quoted(surplus),
                quoted(missing)
            ),
            Self::Text { run, missing: Some(missing), surplus: None } => {
                format!("run {run} did not print {}, and others did", quoted(missing))
            }
            Self::Text { run, missing: None, surplus } => {
                format!("run {run} also printed {}", quoted(surplus.as_deref().unwrap_or_default()))
            }
            Self::Times { line: Some((number, line)), times_ms } => {
                format!("line {number}, {}, came after {}", quoted(line), times(times_ms))
            }
            Self::Times { line: None, times_ms } => {
                format!("the end came after {}", times(times_ms))
            }
            Self::Timeline(fault) => fault.words(),
            Self::Judged { summary } => summary.trim_end_matches('.').to_owned(),
            Self::NoClearRun => "no run shows its waits clearly".into(),
        }
    }
}

/// `1.00 s, 2.01 s and 1.02 s`.
fn times(milliseconds: &[f64]) -> String {
    and_listed(milliseconds.iter().map(|ms| time(*ms)).collect())
}

impl SelftestVerdict {
    fn words(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Inconclusive => "was inconclusive",
            Self::NotRun => "could not be run",
        }
    }
}
