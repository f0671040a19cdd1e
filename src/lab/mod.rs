//! The labs: run under a pty, observed, judged.

mod verdict;

pub use verdict::{Attempt, LabResult, SeenMark, Stall, Verdict};
