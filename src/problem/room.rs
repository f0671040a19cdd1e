//! Problems of what was typed after `labready room`.

use std::path::PathBuf;

use super::{Describe, Id, Invocation, Remedy};
use crate::exit::Exit;
use crate::words::{path, quoted};

/// What keeps the reports of a room from being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoomProblem {
    /// Nothing is at the path.
    NothingThere {
        /// What was typed.
        path: PathBuf,
    },
    /// `--expect` names no machines.
    Names {
        /// What is wrong with it.
        fault: NodesetFault,
    },
    /// A format that says something of one machine alone.
    FormatOfOneMachine {
        /// The format.
        format: String,
    },
    /// `--watch` with standard input.
    WatchStandardInput,
}

/// What is wrong with a list of machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodesetFault {
    /// It has no name.
    Empty,
    /// A bracket is missing.
    Brackets {
        /// The word.
        word: String,
    },
    /// What stands between brackets are no numbers.
    Range {
        /// The word.
        word: String,
    },
    /// A set operator, a group or a wildcard.
    Operator {
        /// The word.
        word: String,
    },
    /// More names than anybody means.
    TooMany {
        /// How many there may be.
        limit: usize,
    },
}

impl NodesetFault {
    fn words(&self) -> String {
        match self {
            Self::Empty => "it names no machine".into(),
            Self::Brackets { word } => format!("{} lacks a bracket", quoted(word)),
            Self::Range { word } => format!("{} has no range of numbers in brackets", quoted(word)),
            Self::Operator { word } => {
                format!("{} has an operator, a group or a wildcard", quoted(word))
            }
            Self::TooMany { limit } => format!("it names more than {limit} machines"),
        }
    }
}

impl Describe for RoomProblem {
    fn id(&self) -> Id {
        Id::Usage
    }

    fn title(&self) -> String {
        match self {
            Self::NothingThere { path: typed } => format!("{} does not exist", path(typed)),
            Self::Names { fault } => format!("`--expect`: {}", fault.words()),
            Self::FormatOfOneMachine { format } => {
                format!("the format `{format}` is for the report of one machine")
            }
            Self::WatchStandardInput => "`--watch` cannot watch standard input".into(),
        }
    }

    fn evidence(&self) -> String {
        String::new()
    }

    fn remedy(&self, _typed: &Invocation) -> Option<Remedy> {
        Remedy::advice(match self {
            Self::NothingThere { .. } => "check the path of the reports",
            Self::Names { .. } => {
                "separate names by commas, and write ranges in brackets: `pc-[01-30],door`"
            }
            Self::FormatOfOneMachine { .. } => "use `json`, `csv` or `markdown`",
            Self::WatchStandardInput => "name the folder that the reports arrive in",
        })
    }

    fn exit(&self) -> Exit {
        Exit::Usage
    }
}
