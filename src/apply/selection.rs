//! The alternatives group. update-alternatives says 0 when it left a link alone, and locks nothing:
//! so the links are looked at afterwards.

use std::path::Path;
use std::time::Duration;

use crate::apt::alternatives::LINK;
use crate::error::Result;
use crate::facts::alternatives::{self, Link};
use crate::host::{Finished, Host, last_line};
use crate::plan::Step;
use crate::problem::{Change, MachineProblem, SelectionProblem};

const LIMIT: Duration = Duration::from_secs(60);

/// Registers an interpreter.
pub(super) fn register(host: &Host, step: &Step, path: &Path) -> Result<()> {
    // A link that came after the plan was made is somebody else's, and update-alternatives would
    // replace it without a word.
    if let Link::Foreign(_) = alternatives::gather(host).link {
        return Err(MachineProblem::ChangedSincePlan { place: LINK.into() }.into());
    }
    let finished = host.run(&step.command, LIMIT)?;
    let selection = alternatives::gather(host);
    if selection.alternatives.iter().any(|alternative| alternative.path == path) {
        return Ok(());
    }
    Err(failed(Change::Register, path, &finished).into())
}

/// Sets the chosen one.
pub(super) fn select(host: &Host, step: &Step, path: &Path) -> Result<()> {
    let finished = host.run(&step.command, LIMIT)?;
    let selection = alternatives::gather(host);
    if selection.link == Link::Ours && selection.value.as_deref() == Some(path) {
        return Ok(());
    }
    Err(failed(Change::Select, path, &finished).into())
}

/// Takes an interpreter out of the group.
pub(super) fn unregister(host: &Host, step: &Step, path: &Path) -> Result<()> {
    let finished = host.run(&step.command, LIMIT)?;
    if !alternatives::gather(host).alternatives.iter().any(|alternative| alternative.path == path) {
        return Ok(());
    }
    Err(failed(Change::Unregister, path, &finished).into())
}

fn failed(wanted: Change, interpreter: &Path, finished: &Finished) -> SelectionProblem {
    let said = format!("{} ({})", last_line(&finished.stderr), finished.ending());
    SelectionProblem::Failed { wanted, interpreter: interpreter.to_owned(), said }
}
