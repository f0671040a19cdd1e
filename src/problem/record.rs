//! A problem as reports have it: everything in words, and the fix as a command.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;

use super::{Fix, Id, Severity};
use super::{Problem, Remedy};

/// Something noticed on the machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ProblemRecord {
    /// Which kind.
    pub id: Id,
    /// How much it matters.
    pub severity: Severity,
    /// What, in one sentence without its period.
    pub title: String,
    /// The evidence: what exactly was seen, or empty.
    pub detail: String,
    /// The command that fixes it, where there is one.
    pub fix: Option<Fix>,
    /// What to do, where no single command does it.
    pub advice: Option<String>,
}

impl ProblemRecord {
    /// Title and evidence on one line.
    pub fn sentence(&self) -> String {
        match self.detail.as_str() {
            "" => self.title.clone(),
            list if list.starts_with("  ") => format!("{}:\n{list}", self.title),
            detail => format!("{}: {detail}", self.title),
        }
    }
}

impl Display for ProblemRecord {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.sentence())
    }
}

impl From<Problem> for ProblemRecord {
    fn from(problem: Problem) -> Self {
        (&problem).into()
    }
}

impl From<&Problem> for ProblemRecord {
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
