//! What to do about a problem: one command that fixes it, or advice in words.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;

use crate::words::{indented_lines, one_line};

/// What to do about a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// One command.
    Fix(Fix),
    /// What no single command does, as a sentence without its period.
    Advice(String),
}

/// A command that fixes a problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Fix {
    /// The command, as typed in a shell.
    pub command: String,
    /// Whether it needs root.
    pub needs_root: bool,
}

impl Remedy {
    /// A command that needs root.
    pub fn as_root(command: impl Into<String>) -> Option<Self> {
        Some(Self::Fix(Fix { command: command.into(), needs_root: true }))
    }

    /// A command that anybody can run.
    pub fn run(command: impl Into<String>) -> Option<Self> {
        Some(Self::Fix(Fix { command: command.into(), needs_root: false }))
    }

    /// What no single command does.
    pub fn advice(advice: impl Into<String>) -> Option<Self> {
        Some(Self::Advice(advice.into()))
    }
}

impl Remedy {
    /// The same, where nothing foreign starts a line of its own.
    pub(super) fn on_its_lines(self) -> Self {
        match self {
            Self::Fix(fix) => Self::Fix(Fix { command: one_line(&fix.command), ..fix }),
            Self::Advice(advice) => Self::Advice(indented_lines(&advice)),
        }
    }
}

/// As a hint says it.
impl Display for Remedy {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fix(fix) => write!(formatter, "run `{fix}`"),
            Self::Advice(advice) => formatter.write_str(advice),
        }
    }
}

/// As it is typed, with sudo where it needs root.
impl Display for Fix {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let sudo = if self.needs_root && !self.command.starts_with("sudo ") { "sudo " } else { "" };
        write!(formatter, "{sudo}{}", self.command)
    }
}
