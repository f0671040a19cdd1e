//! The labs: run under a pty, observed, judged.
//!
//! `run` runs one script and observes it, `stall` and `machine` sample what holds it up,
//! `imports` how long
//! Python itself takes, `observation` is the result as data. `judge` is pure: it holds observations against a timeline,
//! with `marks`, `pattern` and `places` for the lines, `tracebacks` for what stands on standard error,
//! `moments` and `timing` for the gaps, `series` for what the samples say about a gap and `weigh` for
//! several attempts. `traceback` reads what Python says at the end. `explain` puts it into words, `conclude` puts all of it together,
//! `verdict` is what a report gets, `reason` its ids and their pages. `infer` goes the other way, from observations to a timeline,
//! with `align` for the lines, `reading` and `units` for the times and `perturbation` for what waits for what.

mod align;
mod conclude;
mod explain;
mod imports;
mod infer;
mod judge;
mod machine;
mod marks;
mod moments;
mod observation;
mod pattern;
mod perturbation;
mod places;
mod reading;
mod reason;
mod run;
mod script;
mod series;
mod setting;
mod stall;
mod timing;
mod traceback;
mod tracebacks;
mod units;
mod verdict;
mod verify;
mod weigh;

pub use conclude::conclude;
pub use infer::{Guess, infer};
pub use observation::{Chunk, End, MachineSample, Observation, Output, ThreadSample};
pub use reason::Reason;
pub use run::Pause;
pub use script::{Copy, Script, ScriptOwner, ScriptSource, Subject};
pub use setting::Setting;
pub use verdict::{Attempt, Evidence, Exception, LabResult, Point, SeenMark, Stall, Verdict};
pub use verify::{observe, verify};
