//! What decided a verdict, by the name that reports and `labready explain` use.

use serde::{Deserialize, Serialize};

use crate::explained::explained;

explained! {
    /// What decided, for machines; a stable id.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
    #[cfg_attr(test, derive(schemars::JsonSchema))]
    pub enum Reason in "explain/pages" {
        /// Every line was printed, and every gap was as it is due.
        AsDue = "as-due",
        /// The script could not be started.
        CouldNotStart = "could-not-start",
        /// An exception ended it, or was reported on standard error.
        Exception = "exception",
        /// It ended with an exit code that is not 0.
        ExitCode = "exit-code",
        /// A signal ended it.
        Signal = "signal",
        /// It did not end within its time limit.
        TimeLimit = "time-limit",
        /// It printed without end.
        Flood = "flood",
        /// A line was not printed.
        MissingLine = "missing-line",
        /// A line was printed more often than it is due.
        DoubledLine = "doubled-line",
        /// Something was printed that is no line of the timeline.
        ExtraText = "extra-text",
        /// A line was printed with other words.
        WrongText = "wrong-text",
        /// A line went to standard error.
        OnStderr = "on-stderr",
        /// A line was printed before the one that it waits for.
        OutOfOrder = "out-of-order",
        /// A stamp is from before the spawn, or from after its line had come.
        ImpossibleStamp = "impossible-stamp",
        /// A gap is shorter than its sleep: impossible for a right program on any machine.
        TooEarly = "too-early",
        /// A gap is longer by a wait, again and again, and nothing that the machine did explains it.
        TooLate = "too-late",
        /// A line was stamped and then held back, again and again.
        HeldBack = "held-back",
        /// The wall clock was stepped during every attempt.
        ClockStep = "clock-step",
        /// The machine was suspended during every attempt.
        Suspended = "suspended",
        /// The kernel killed it during every attempt because memory was short.
        OutOfMemory = "out-of-memory",
        /// The machine was too busy to tell.
        Stall = "stall",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_has_the_same_parts() {
        for reason in Reason::ALL {
            let heads: Vec<&str> =
                reason.page().lines().filter(|line| line.starts_with('#')).collect();
            let name = format!("# {}", reason.name());
            let parts = ["## How labready knows", "## What to do", "## If you leave it"];
            assert_eq!(heads, [[name.as_str()].as_slice(), &parts].concat());
        }
    }
}
