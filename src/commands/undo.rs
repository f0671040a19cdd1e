//! `labready undo`: takes back what setup did, from the journal. It shows its own plan first, and
//! says what it leaves and why.

use std::collections::BTreeSet;
use std::path::Path;

use super::Task;
use super::converge::{Converged, converge, take_turn};
use super::repair::configures;
use super::round::Round;
use crate::apply::{Journal, Record};
use crate::apt::{dpkg, removable};
use crate::error::Result;
use crate::event::Event;
use crate::facts::{alternatives, venv};
use crate::outcome::Outcome;
use crate::plan::{self, ARCHIVE_FILES, Plan, Remains, Trail};
use crate::problem::{ChangeProblem, Problem};

pub(super) fn run(task: &Task<'_>) -> Result<Outcome> {
    let _turn = take_turn(task)?;
    let journal = Journal::of(task.host, &task.host.account()?);
    let trail = trail(&journal.read(task.host)?);
    let mut configured = false;
    let mut said = false;
    let converged = converge(task, None, |applied| {
        configured |= configures(applied);
        let (plan, left) = plan::undo(&trail, &remains(task, &trail, configured)?);
        let facts = task.facts()?;
        task.output.emit(Event::Looked { facts: Box::new(facts.clone()) });
        let plan = Plan { steps: plan::feasible(&facts, plan.steps)?, ..plan };
        task.output.emit(Event::Planned { plan: Box::new(plan.clone()) });
        // What stays, and why: once.
        if !said {
            said = !left.is_empty();
            for what in left {
                let problem = Box::new(Problem::new(ChangeProblem::Left(what)));
                task.output.emit(Event::Problem { problem });
            }
        }
        Ok(Round { facts, plan })
    })?;
    match converged {
        Converged::Declined => Ok(Outcome::declined()),
        Converged::Done { changed, .. } => {
            journal.close(task.host)?;
            Ok(Outcome::ready(if changed {
                "Everything that setup did is undone."
            } else {
                "Nothing to undo."
            }))
        }
    }
}

/// The changes in the journal, finished or not: each is checked before it is undone.
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
fn remains(task: &Task<'_>, trail: &Trail, configured: bool) -> Result<Remains> {
    let host = task.host;
    let known = dpkg::gather(host, |name| trail.packages.contains(name))?;
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
            .map(|(folder, account)| {
                let owners_view = host.as_seen_by(account.as_ref());
                (venv::gather(&owners_view, folder), account.clone())
            })
            .collect(),
    })
}
