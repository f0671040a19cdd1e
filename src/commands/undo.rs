//! `labready undo`: takes back what setup did, from the journal. It shows its own plan first, and
//! says what it leaves and why.
//!
//! It is for one virtual environment, as setup is. What all of them share goes with the last.

use std::collections::BTreeSet;
use std::path::Path;

use super::Task;
use super::converge::{Converged, converge, take_turn};
use super::repair::configures;
use super::round::Round;
use super::runner::{self, Remover};
use crate::apply::{Contents, Journal, Record};
use crate::apt::{dpkg, kept, removable};
use crate::error::Result;
use crate::event::Event;
use crate::facts::alternatives;
use crate::facts::venv::{self, State};
use crate::outcome::Outcome;
use crate::plan::{self, ARCHIVE_FILES, MadeVenv, MadeVenvNow, Plan, Remains, Trail};
use crate::problem::{ChangeProblem, ForeignFolder, JournalProblem, Leftover};

pub(super) fn run(task: &Task<'_>) -> Result<Outcome> {
    let _turn = take_turn(task)?;
    let journal = Journal::open(task.host, &task.host.account()?)?;
    let contents = journal.read(task.host)?;
    if !contents.not_understood.is_empty() {
        let (journal, lines) = (journal.path().to_owned(), contents.not_understood.clone());
        task.output.emit(Event::problem(JournalProblem::NotUnderstood { journal, lines }));
    }
    let trail = &contents.changes;
    let mut configured = false;
    let mut left = Vec::new();
    let mut still_there = Trail::default();
    let converged = converge(task, Some(&journal), |applied| {
        configured |= configures(applied);
        let remains = remains(task, trail, configured)?;
        let (plan, stays) = plan::undo(trail, &remains);
        let facts = task.facts()?;
        task.output.emit(Event::Looked { facts: Box::new(facts.clone()) });
        let plan = Plan { steps: plan::feasible(&facts, plan.steps)?, ..plan };
        task.output.emit(Event::Planned { plan: Box::new(plan.clone()) });
        say_once(task, &mut left, stays);
        still_there = remains.of(trail);
        Ok(Round { facts, plan })
    })?;
    match converged {
        Converged::Declined { .. } => Ok(Outcome::declined(false)),
        Converged::Done { changed, .. } => {
            settle(task, &journal, &contents, still_there)?;
            Ok(outcome(changed, !left.is_empty(), !contents.not_understood.is_empty()))
        }
    }
}

/// What stays, and why: once.
fn say_once(task: &Task<'_>, said: &mut Vec<Leftover>, stays: Vec<Leftover>) {
    for what in stays {
        if !said.contains(&what) {
            task.output.emit(Event::problem(ChangeProblem::Left(what.clone())));
            said.push(what);
        }
    }
}

/// Leaves in the journal what is left of it, and removes it when that is nothing.
fn settle(task: &Task<'_>, journal: &Journal, contents: &Contents, left: Trail) -> Result<()> {
    if left.is_empty() && contents.not_understood.is_empty() {
        return journal.close(task.host, &contents.folders);
    }
    if left == contents.changes {
        return Ok(());
    }
    journal.write(task.host, &Record::Left { changes: left })
}

fn outcome(changed: bool, something_stays: bool, something_is_unknown: bool) -> Outcome {
    match (changed, something_stays) {
        (true, _) if something_is_unknown => Outcome::not_ready(
            "Everything in the journal that labready understands is undone; the rest is not.",
        ),
        (false, _) if something_is_unknown => Outcome::not_ready(
            "Nothing was undone: labready does not understand the rest of its journal.",
        ),
        (true, true) => Outcome::ready("Everything that setup did is undone, except what stays."),
        (true, false) => Outcome::ready("Everything that setup did is undone."),
        (false, true) => Outcome::ready("Nothing was undone: what is left stays."),
        (false, false) => Outcome::ready("Nothing to undo."),
    }
}

/// What is left of the changes on the machine.
fn remains(task: &Task<'_>, trail: &Trail, configured: bool) -> Result<Remains> {
    let host = task.host;
    let known = dpkg::gather(host, |name| trail.packages.contains(name))?;
    let is_ours = |name: &&String| trail.packages.contains(*name);
    let ours = known.installed.keys().chain(known.half_done.keys().filter(is_ours)).cloned();
    let ours: BTreeSet<String> = ours.collect();
    let kept = kept::gather(host, &ours, &trail.named)?;
    let stays = |name: &&String| kept.essential.contains(*name) || kept.wanted.contains(*name);
    let may_go = ours.iter().filter(|name| !stays(name)).cloned().collect();
    let files = ARCHIVE_FILES.iter().filter(|file| host.lstat(Path::new(file)).exists());
    Ok(Remains {
        packages: removable::gather(host, &may_go)?,
        kept,
        dpkg: known,
        configured,
        selection: alternatives::gather(host),
        archive_files: files.map(|file| (*file).to_owned()).collect(),
        venvs: trail.venvs.iter().map(|made| look(task, made)).collect::<Result<_>>()?,
    })
}

/// A virtual environment that setup made, as its owner sees it.
fn look(task: &Task<'_>, made: &MadeVenv) -> Result<MadeVenvNow> {
    let remover = runner::of_removal(task, &made.folder, made.account.as_ref())?;
    let account = remover.account();
    let host = task.host.as_seen_by(account.as_ref());
    let asked = &task.request.venv;
    let is_same =
        || host.real_path(&made.folder).is_some_and(|real| Some(real) == host.real_path(asked));
    let mut venv = venv::gather_whole(&host, &made.folder);
    if remover == Remover::Nobody && venv.state != State::Missing {
        venv.state = State::Foreign(ForeignFolder::Shared);
    }
    Ok(MadeVenvNow { venv, account, is_asked: made.folder == *asked || is_same() })
}
