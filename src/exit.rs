//! How a run ends, as the number that the shell sees.

use serde::{Serialize, Serializer};

/// How a run ends. The numbers are a promise: they stand in `--help` and in the README, and a test
/// compares the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Ready, or done.
    Ready = 0,
    /// The machine is not ready.
    NotReady = 1,
    /// Wrong usage, or a bad course file.
    Usage = 2,
    /// Inconclusive, or it could not be checked.
    Inconclusive = 3,
    /// Privileges are missing or were refused.
    NeedsRights = 4,
    /// A step failed.
    StepFailed = 5,
    /// A bug in labready.
    Bug = 70,
    /// Interrupted by Ctrl-C or a signal.
    Interrupted = 130,
}

impl Exit {
    /// Every code, in the order in which they are documented.
    pub const ALL: [Self; 8] = [
        Self::Ready,
        Self::NotReady,
        Self::Usage,
        Self::Inconclusive,
        Self::NeedsRights,
        Self::StepFailed,
        Self::Bug,
        Self::Interrupted,
    ];

    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// What the code means, for `--help` and the README.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Ready => "ready, or done",
            Self::NotReady => "not ready",
            Self::Usage => "wrong usage, or a bad course file",
            Self::Inconclusive => "inconclusive, or it could not be checked",
            Self::NeedsRights => "privileges are missing or were refused",
            Self::StepFailed => "a step failed",
            Self::Bug => "a bug in labready",
            Self::Interrupted => "interrupted",
        }
    }
}

impl Serialize for Exit {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.code())
    }
}
