//! What the author of a course should know, though nothing is wrong with it.

use std::time::Duration;

use super::{Describe, Id, Invocation, Remedy, Severity};
use crate::exit::Exit;
use crate::words::quoted;

/// Something in a course file that is worth a second look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CourseNote {
    /// A lab never waits.
    NoWait {
        /// The lab's script.
        script: String,
    },
    /// A lab's unit is hard to tell from what a busy machine does.
    ShortUnit {
        /// The lab's script.
        script: String,
        /// Its unit.
        unit: Duration,
        /// The shortest unit without this note.
        safe: Duration,
    },
    /// A lab takes long.
    LongLab {
        /// The lab's script.
        script: String,
        /// How long.
        duration: Duration,
    },
    /// A line of a timeline is free text and nothing else.
    AnyLine {
        /// The lab's script.
        script: String,
        /// The line; 1 is the first.
        line: usize,
    },
    /// A lab does not say what it teaches.
    NothingTaught {
        /// The lab's script.
        script: String,
    },
}

impl Describe for CourseNote {
    fn id(&self) -> Id {
        Id::CourseNote
    }

    fn severity(&self) -> Severity {
        Severity::Note
    }

    fn title(&self) -> String {
        match self {
            Self::NoWait { script } => {
                format!("{} never waits, so only its lines are judged", quoted(script))
            }
            Self::ShortUnit { script, unit, .. } => format!(
                "{} has a unit of {} ms, which is too short to judge on a busy machine",
                quoted(script),
                unit.as_millis()
            ),
            Self::LongLab { script, duration } => format!(
                "{} takes {} s, which everybody who runs the labs waits for",
                quoted(script),
                duration.as_secs_f64()
            ),
            Self::AnyLine { script, line } => {
                format!(
                    "line {line} of {} is only `{{any}}`, which matches any text",
                    quoted(script)
                )
            }
            Self::NothingTaught { script } => {
                format!("{} does not say what it teaches", quoted(script))
            }
        }
    }

    fn remedy(&self, _: &Invocation) -> Option<Remedy> {
        match self {
            Self::ShortUnit { safe, .. } => {
                Remedy::advice(format!("use a unit of {} ms or more", safe.as_millis()))
            }
            Self::AnyLine { .. } => Remedy::advice("add the text that is always printed"),
            Self::NothingTaught { .. } => Remedy::advice("add it as `teaches`"),
            Self::NoWait { .. } | Self::LongLab { .. } => None,
        }
    }

    fn exit(&self) -> Exit {
        Exit::Ready
    }
}
