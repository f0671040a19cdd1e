//! `labready undo`: takes back what setup did, from the journal. It shows its own plan first, and
//! says what it leaves and why.

use std::collections::BTreeSet;
use std::path::Path;

use super::Task;
use super::rights::Rights;
use super::setup::{agree, apply_with};
use crate::apply::{Journal, Record};
use crate::cli::UndoArgs;
use crate::error::{Error, Result};
use crate::event::Event;
use crate::facts::{alternatives, packages, removable, venv};
use crate::finding::{Finding, Id};
use crate::outcome::Outcome;
use crate::plan::{self, ARCHIVE_FILES, Plan, Remains, Trail};

/// dpkg finishing what it began, the removal, and the empty plan that proves it; one more for a
/// surprise.
const ROUNDS: usize = 4;

pub(super) fn run(task: &Task<'_>, options: &UndoArgs) -> Result<Outcome> {
    let _turn = super::setup::turn(task, options.patience())?;
    let journal = Journal::of(task.host, &task.host.account()?);
    let trail = trail(&journal.read(task.host)?);
    let mut agreed = options.yes;
    let mut said = false;
    for round in 0..ROUNDS {
        let (plan, left) = plan::undo(&trail, &look(task, &trail, round > 0)?);
        let facts = task.facts(plan::DEADSNAKES)?;
        task.output.emit(Event::Looked { facts: Box::new(facts.clone()) });
        let plan = Plan { steps: plan::feasible(&facts, plan.steps)?, ..plan };
        task.output.emit(Event::Planned { plan: Box::new(plan.clone()) });
        if !said {
            said = !left.is_empty();
            left.into_iter().for_each(|what| say_left(task, what));
        }
        if plan.is_empty() {
            journal.close(task.host)?;
            return Ok(Outcome::ready(if round == 0 {
                "Nothing is left to take back."
            } else {
                "Everything that setup did is taken back."
            }));
        }
        let rights = Rights::look(task, &facts, &plan)?;
        if !agreed && !agree(task)? {
            return Ok(Outcome::declined());
        }
        agreed = true;
        let elevation = rights.obtain(task, &facts, &plan)?;
        apply_with(task, plan, elevation, options.patience(), None)?;
    }
    Err(Error::Bug { message: format!("something is left to take back after {ROUNDS} rounds") })
}

/// What stays, and why.
fn say_left(task: &Task<'_>, what: String) {
    task.output.emit(Event::found(Finding::note(Id::Left, "this is left", what)));
}

/// The changes that the journal tells of, finished or not: each is looked at before it is taken
/// back.
fn trail(records: &[Record]) -> Trail {
    let mut trail = Trail::default();
    for record in records {
        match record {
            Record::Intent { action, account, .. } => trail.note(action, account.as_ref()),
            Record::Packages { packages } => trail.packages.extend(packages.iter().cloned()),
            Record::Outcome { .. } => {}
        }
    }
    trail
}

/// What is left of them on the machine.
fn look(task: &Task<'_>, trail: &Trail, configured: bool) -> Result<Remains> {
    let host = task.host;
    let known = packages::gather(host, |name| trail.packages.contains(name))?;
    let is_ours = |name: &&String| trail.packages.contains(*name);
    let ours = known.installed.keys().chain(known.half_done.keys().filter(is_ours)).cloned();
    let files = ARCHIVE_FILES.iter().filter(|file| host.lstat(Path::new(file)).exists());
    Ok(Remains {
        packages: removable::gather(host, &ours.collect::<BTreeSet<String>>())?,
        dpkg: known,
        configured,
        selection: alternatives::gather(host),
        archive_files: files.map(|file| (*file).to_owned()).collect(),
        venvs: trail
            .venvs
            .iter()
            .map(|(folder, account)| (venv::gather(host, folder), account.clone()))
            .collect(),
    })
}
