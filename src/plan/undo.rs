//! What was changed, as steps that take it back: pure. What is not ours any more, or is needed by
//! others since, is left, and said to be.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::ids::{slug, with_distinct_ids};
use super::steps::configure_step;
use super::{Action, MadeVenv, Plan, Step, Trail, commands, selection};
use crate::apt::dpkg::DpkgStatus;
use crate::apt::kept::Kept;
use crate::apt::removable::Removable;
use crate::apt::{self, InstallOptions};
use crate::facts::alternatives::AlternativesGroup;
use crate::facts::sources::{KEYRING, PREFERENCES, SOURCES};
use crate::facts::venv::{State, Venv};
use crate::host::Account;
use crate::problem::{ForeignFolder, Leftover};
use crate::words::count;

/// What is left of it.
#[derive(Clone, Debug)]
pub struct Remains {
    /// dpkg's state.
    pub dpkg: DpkgStatus,
    /// Whether this run has asked dpkg to finish what it began already.
    pub configured: bool,
    /// The packages that can go, and those that others need.
    pub packages: Removable,
    /// Those that are never removed.
    pub kept: Kept,
    /// The alternatives group.
    pub selection: AlternativesGroup,
    /// Which of the archive's files are there.
    pub archive_files: Vec<String>,
    /// The virtual environments.
    pub venvs: Vec<MadeVenvNow>,
}

/// A virtual environment that setup made, as it is now.
#[derive(Clone, Debug)]
pub struct MadeVenvNow {
    /// What is there.
    pub venv: Venv,
    /// For whom, when root made it for a student.
    pub account: Option<Account>,
    /// Whether it is the one that this undo is for.
    pub is_asked: bool,
}

/// The plan, and what it leaves with the reason.
pub fn undo(trail: &Trail, remains: &Remains) -> (Plan, Vec<Leftover>) {
    // A setup that was killed leaves dpkg in the middle of something: only once that is done can
    // apt say what may go.
    if remains.dpkg.need_configuring() && !trail.packages.is_empty() && !remains.configured {
        let open = vec![
            "remove what setup installed and created, unless something else needs it".to_owned(),
        ];
        return (
            Plan {
                steps: vec![configure_step(&remains.dpkg, &InstallOptions::default())],
                open,
                ..Plan::default()
            },
            Vec::new(),
        );
    }
    let mut steps = Vec::new();
    let mut left = Vec::new();
    for made in remains.venvs.iter().filter(|made| made.is_asked) {
        match venv_step(&made.venv, made.account.clone()) {
            Ok(step) => steps.extend(step),
            Err(why) => left.push(why),
        }
    }
    let others = remains.others();
    let (shared, stays) = shared_steps(trail, remains);
    if others.is_empty() {
        steps.extend(shared);
        left.extend(stays);
    } else {
        left.push(Leftover::Environments { folders: others, keeps: !shared.is_empty() });
    }
    (Plan { steps: with_distinct_ids(steps), ..Plan::default() }, left)
}

impl Remains {
    /// The virtual environments that this undo is not for, and that are still there.
    fn others(&self) -> Vec<PathBuf> {
        let is_there =
            |made: &&MadeVenvNow| made.venv.state != State::Empty && may_be_there(&made.venv.state);
        let others = self.venvs.iter().filter(|made| !made.is_asked).filter(is_there);
        others.map(|made| made.venv.folder.clone()).collect()
    }

    /// Which of these changes are still there.
    pub fn of(&self, trail: &Trail) -> Trail {
        let is_there =
            |name: &&String| self.dpkg.has(name) || self.dpkg.half_done.contains_key(*name);
        let is_registered = |path: &&PathBuf| self.selection.lists(path);
        let venvs = self.venvs.iter().filter(|made| may_be_there(&made.venv.state));
        Trail {
            packages: trail.packages.iter().filter(is_there).cloned().collect(),
            named: trail.named.iter().filter(is_there).cloned().collect(),
            alternatives: trail.alternatives.iter().filter(is_registered).cloned().collect(),
            archive: trail.archive && !self.archive_files.is_empty(),
            venvs: venvs
                .map(|made| MadeVenv {
                    folder: made.venv.folder.clone(),
                    account: made.account.clone(),
                })
                .collect(),
        }
    }
}

/// What could not be looked at, or was not, may still be there.
fn may_be_there(state: &State) -> bool {
    match state {
        State::Missing => false,
        State::Foreign(what) => {
            matches!(what, ForeignFolder::Unreadable | ForeignFolder::Shared)
        }
        State::Empty | State::Good | State::Broken(_) => true,
    }
}

/// Takes back what all environments of the machine share, and what of that stays.
fn shared_steps(trail: &Trail, remains: &Remains) -> (Vec<Step>, Vec<Leftover>) {
    let (mut steps, stays) = selection::take_back(&remains.selection, &trail.alternatives);
    if !remains.packages.removable.is_empty() {
        steps.push(packages_step(&remains.packages.removable));
    }
    if trail.archive && !remains.archive_files.is_empty() {
        steps.push(archive_step(&remains.archive_files));
    }
    (steps, stays.into_iter().chain(left_packages(remains)).collect())
}

/// All at once: there may be fifty.
fn left_packages(remains: &Remains) -> Vec<Leftover> {
    let list = |packages: &BTreeSet<String>| packages.iter().cloned().collect::<Vec<_>>();
    let mut left = Vec::new();
    if !remains.packages.needed.is_empty() {
        left.push(Leftover::Packages { packages: list(&remains.packages.needed) });
    }
    if !remains.kept.essential.is_empty() {
        left.push(Leftover::Essential { packages: list(&remains.kept.essential) });
    }
    if !remains.kept.wanted.is_empty() {
        left.push(Leftover::Wanted { packages: list(&remains.kept.wanted) });
    }
    left
}

fn venv_step(venv: &Venv, account: Option<Account>) -> Result<Option<Step>, Leftover> {
    let folder = venv.folder.clone();
    let shown = folder.display();
    match (&venv.state, venv.strangers.first()) {
        (State::Missing, _) => Ok(None),
        (State::Foreign(what), _) => Err(Leftover::Replaced { folder, what: what.clone() }),
        (_, Some(stranger)) => Err(Leftover::HoldsFiles { folder, file: stranger.clone() }),
        _ => Ok(Some(Step {
            id: slug(&format!("remove-venv-{shown}")),
            title: format!("Remove the virtual environment `{shown}`"),
            why: "setup created it".into(),
            command: commands::remove_tree(&folder, account),
            action: Action::RemoveVenv { folder },
            needs_root: false,
        })),
    }
}

fn packages_step(packages: &BTreeSet<String>) -> Step {
    let packages: Vec<String> = packages.iter().cloned().collect();
    Step {
        id: "remove-packages".into(),
        title: format!("Remove {} that setup installed", count(packages.len(), "package")),
        why: "nothing else needs them".into(),
        command: apt::commands::remove_packages(&packages),
        action: Action::RemovePackages { packages },
        needs_root: true,
    }
}

fn archive_step(files: &[String]) -> Step {
    Step {
        id: "remove-archive".into(),
        title: "Remove the deadsnakes archive from apt's sources".into(),
        why: "setup added it".into(),
        command: commands::remove_files(files),
        action: Action::RemoveArchive { files: files.to_vec() },
        needs_root: true,
    }
}

/// The files that make the archive known.
pub const ARCHIVE_FILES: [&str; 3] = [SOURCES, PREFERENCES, KEYRING];
