//! A step's failure as an error.

use crate::error::Error;
use crate::plan::Step;
use crate::problem::{Id, ProblemRecord};

/// A step's failure that no finding of its own explains: what is wrong, and how to go on.
pub(super) fn failed(step: &Step, reason: impl Into<String>, hint: &str) -> Error {
    stopped(step, ProblemRecord::error(Id::FileRefused, reason, ""), hint)
}

/// A step's failure: what was found to be the cause, and how to go on.
pub(super) fn stopped(step: &Step, finding: ProblemRecord, hint: &str) -> Error {
    Error::Step {
        title: lowercased(&step.title),
        finding: Box::new(finding),
        hint: hint.to_owned(),
    }
}

fn lowercased(title: &str) -> String {
    let mut characters = title.chars();
    characters
        .next()
        .map(|first| first.to_lowercase().chain(characters).collect())
        .unwrap_or_default()
}
