//! The alternatives group. update-alternatives says 0 when it left a link alone, locks nothing, and
//! replaces or removes a link whosever it is: so the link is looked at before it is started, and the
//! group afterwards.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::apt::alternatives::LINK;
use crate::error::Result;
use crate::facts::alternatives::{self, AlternativesGroup, Link};
use crate::host::{Finished, Host, last_line};
use crate::plan::Step;
use crate::problem::{Change, MachineProblem, SelectionProblem};

const LIMIT: Duration = Duration::from_secs(60);

/// Registers an interpreter, sets it, or takes it out of the group.
pub(super) fn change(host: &Host, step: &Step, wanted: Change, interpreter: &Path) -> Result<()> {
    if alternatives::gather(host).is_foreign() {
        return Err(changed_since_plan());
    }
    let finished = host.run_through(&step.command, LIMIT)?;
    if is_done(&alternatives::gather(host), wanted, interpreter) {
        return Ok(());
    }
    let said = said(&finished);
    Err(SelectionProblem::Failed { wanted, interpreter: interpreter.to_owned(), said }.into())
}

fn is_done(group: &AlternativesGroup, wanted: Change, interpreter: &Path) -> bool {
    match wanted {
        Change::Register => group.lists(interpreter),
        Change::Select => group.selects(interpreter),
        Change::Unregister => !group.lists(interpreter) && !group.is_lost(),
    }
}

/// Moves a part of the group away that update-alternatives cannot use.
pub(super) fn set_aside(host: &Host, step: &Step, damaged: &Path) -> Result<()> {
    let finished = host.run_through(&step.command, LIMIT)?;
    if host.lstat(damaged).exists() {
        return Err(MachineProblem::FileRefused { said: said(&finished) }.into());
    }
    Ok(())
}

/// Removes the group without update-alternatives. Our link goes with it, and only ours.
pub(super) fn remove_group(host: &Host, step: &Step, files: &[PathBuf]) -> Result<()> {
    let takes_the_link = files.iter().any(|file| file == Path::new(LINK));
    if takes_the_link && alternatives::gather(host).link != Link::Ours {
        return Err(changed_since_plan());
    }
    let finished = host.run_through(&step.command, LIMIT)?;
    if files.iter().any(|file| host.lstat(file).exists()) {
        return Err(MachineProblem::FileRefused { said: said(&finished) }.into());
    }
    Ok(())
}

fn changed_since_plan() -> crate::error::Error {
    MachineProblem::ChangedSincePlan { place: LINK.into() }.into()
}

fn said(finished: &Finished) -> String {
    format!("{} ({})", last_line(&finished.stderr), finished.ending())
}
