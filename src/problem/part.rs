//! A problem in words, as reports and events have it.

use serde::Serialize;

use super::{Fix, Id, Problem, Remedy, Severity};

/// A problem in words: what it is, what was seen, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ProblemPart {
    /// Which kind: `labready explain` has a page for it.
    pub id: Id,
    /// How much it matters.
    pub severity: Severity,
    /// What, in one sentence without its period.
    pub title: String,
    /// The evidence: what exactly was seen, or empty.
    pub detail: String,
    /// The command that fixes it, where one does.
    pub fix: Option<Fix>,
    /// What to do, where no single command fixes it.
    pub advice: Option<String>,
}

impl From<&Problem> for ProblemPart {
    fn from(problem: &Problem) -> Self {
        let (fix, advice) = match problem.remedy() {
            Some(Remedy::Fix(fix)) => (Some(fix), None),
            Some(Remedy::Advice(advice)) => (None, Some(advice)),
            None => (None, None),
        };
        Self {
            id: problem.id(),
            severity: problem.severity,
            title: problem.title(),
            detail: problem.evidence(),
            fix,
            advice,
        }
    }
}

impl From<Problem> for ProblemPart {
    fn from(problem: Problem) -> Self {
        (&problem).into()
    }
}

impl ProblemPart {
    /// Title and evidence on one line.
    pub fn sentence(&self) -> String {
        match self.detail.as_str() {
            "" => self.title.clone(),
            detail => format!("{}: {detail}", self.title),
        }
    }
}
