//! What was changed, as steps that take it back: pure. What is not ours any more, or is needed by
//! others since, is left, and said to be.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::ids::{slug, with_distinct_ids};
use super::steps::configure_step;
use super::{Action, Plan, Step, commands, selection};
use crate::apt::dpkg::DpkgStatus;
use crate::apt::removable::Removable;
use crate::apt::{self, InstallOptions};
use crate::facts::alternatives::AlternativesGroup;
use crate::facts::sources::{KEYRING, PREFERENCES, SOURCES};
use crate::facts::venv::{State, Venv};
use crate::host::Account;
use crate::problem::Leftover;
use crate::words::count;

/// What the journal says was changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trail {
    /// Packages that came with us.
    pub packages: BTreeSet<String>,
    /// Interpreters that were registered.
    pub alternatives: BTreeSet<PathBuf>,
    /// Whether the deadsnakes archive was added.
    pub archive: bool,
    /// Virtual environments that were made, and for whom.
    pub venvs: Vec<(PathBuf, Option<Account>)>,
}

impl Trail {
    /// Takes in one change.
    pub fn note(&mut self, action: &Action, account: Option<&Account>) {
        match action {
            Action::RegisterAlternative { path, .. } => {
                self.alternatives.insert(path.clone());
            }
            Action::AddArchive { .. } => self.archive = true,
            Action::MakeVenv { folder, .. }
                if !self.venvs.iter().any(|(known, _)| known == folder) =>
            {
                self.venvs.push((folder.clone(), account.cloned()));
            }
            _ => {}
        }
    }
}

/// What is left of it.
#[derive(Clone, Debug)]
pub struct Remains {
    /// dpkg's state.
    pub dpkg: DpkgStatus,
    /// Whether this run has asked dpkg to finish what it began already.
    pub configured: bool,
    /// The packages that can go, and those that cannot.
    pub packages: Removable,
    /// The alternatives group.
    pub selection: AlternativesGroup,
    /// Which of the archive's files are there.
    pub archive_files: Vec<String>,
    /// The virtual environments, and for whom.
    pub venvs: Vec<(Venv, Option<Account>)>,
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
    for (venv, account) in &remains.venvs {
        match venv_step(venv, account.clone()) {
            Ok(step) => steps.extend(step),
            Err(why) => left.push(why),
        }
    }
    let (taken_back, stays) = selection::take_back(&remains.selection, &trail.alternatives);
    steps.extend(taken_back);
    left.extend(stays);
    if !remains.packages.removable.is_empty() {
        steps.push(packages_step(&remains.packages.removable));
    }
    if trail.archive && !remains.archive_files.is_empty() {
        steps.push(archive_step(&remains.archive_files));
    }
    left.extend(left_packages(&remains.packages.needed));
    (Plan { steps: with_distinct_ids(steps), ..Plan::default() }, left)
}

/// All at once: there may be fifty.
fn left_packages(needed: &BTreeSet<String>) -> Option<Leftover> {
    let packages: Vec<String> = needed.iter().cloned().collect();
    (!packages.is_empty()).then_some(Leftover::Packages { packages })
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
