//! The virtual environment: made at its final place under a mark that says "unfinished", taken away
//! again when it fails, judged by looking.
//!
//! Its scripts hold its absolute path, so it cannot be made elsewhere and moved. Every change is a
//! command run as the owner: root does not reach into a folder that a student can write.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::apt_step::STEP_LIMIT;
use super::pip;
use super::venv_folder::VenvFolder;
use crate::error::Result;
use crate::facts::mounts;
use crate::facts::venv::{self, State};
use crate::host::{Command, Finished, Host, last_line};
use crate::plan::{self, Step, python_of};
use crate::problem::{MachineProblem, RootsFile, VenvProblem};
use crate::version::PythonVersion;

const FILE_LIMIT: Duration = Duration::from_secs(300);

/// Makes it. The one that it replaces is kept beside it; the path of that is returned.
pub(super) fn make(
    host: &Host,
    step: &Step,
    folder: &Path,
    version: &PythonVersion,
    replace: bool,
) -> Result<Option<PathBuf>> {
    let begun = VenvFolder::begin(host, folder, step.command.account.clone(), replace)?;
    let made = host
        .run(&pip::with_settings(host, step), STEP_LIMIT)
        .and_then(|finished| check(begun.host(), step, folder, version, &finished));
    match made {
        Ok(()) => begun.finish(),
        // The mark remains should even this be interrupted.
        Err(error) => {
            begun.take_back();
            Err(error)
        }
    }
}

/// Gives it to a student. It is held open meanwhile, and looked at while it is: the folder above is
/// the student's, who could put anything in its place. What of it stays root's, and why.
pub(super) fn give_back(
    host: &Host,
    step: &Step,
    folder: &Path,
    uid: u32,
    gid: u32,
) -> Result<Vec<(PathBuf, RootsFile)>> {
    let pinned = host.pin_folder(folder)?;
    if ![0, uid].contains(&pinned.uid)
        || pinned.parent_uid != uid
        || !venv::strangers(host, &pinned.path())?.is_empty()
    {
        return Err(MachineProblem::ChangedSincePlan { place: folder.to_owned() }.into());
    }
    let (left, said) = match &step.command.elevation {
        None => (pinned.give_to(uid, gid)?, String::new()),
        Some(elevation) => {
            let mounted = mounts::mounted_below(host, folder)?;
            let here = plan::give_back(Path::new("."), uid, gid, &mounted)
                .in_folder(&pinned.path())
                .elevated(Some(elevation.clone()));
            let said = last_line(&host.run(&here, FILE_LIMIT)?.stderr);
            (pinned.of_root()?, said)
        }
    };
    let after = venv::gather(host, folder);
    if after.owner_uid == Some(uid) && after.roots_part.is_none() {
        return Ok(left);
    }
    let said = left.first().map_or(said, |(file, why)| why.words(file));
    Err(VenvProblem::NotGivenBack { folder: folder.to_owned(), said }.into())
}

/// Looks at what was made, past the mark that is still there.
fn check(
    host: &Host,
    step: &Step,
    folder: &Path,
    version: &PythonVersion,
    finished: &Finished,
) -> Result<()> {
    let made = venv::gather_marked(host, folder);
    let same_series = made
        .version
        .as_ref()
        .is_some_and(|made| (made.major, made.minor) == (version.major, version.minor));
    if finished.is_success()
        && made.state == State::Good
        && same_series
        && made.packages.contains("pip")
    {
        return Ok(());
    }
    let said = venv_error(host, step, folder, finished);
    if let Some(full) = pip::disk_full(host, step, folder, &said) {
        return Err(full.into());
    }
    let flaw = match made.state {
        State::Broken(flaw) => Some(flaw),
        State::Missing | State::Empty | State::Good | State::Foreign(_) => None,
    };
    Err(VenvProblem::NotMade { folder: folder.to_owned(), flaw, said }.into())
}

/// What venv said. It blames a missing package whatever its ensurepip died of; started again,
/// ensurepip says what it was.
fn venv_error(host: &Host, step: &Step, folder: &Path, finished: &Finished) -> String {
    let said = format!("{}\n{}", finished.stdout, finished.stderr);
    let python = python_of(folder);
    if !said.contains("ensurepip") || !host.lstat(&python).exists() {
        return format!("{} ({})", last_line(&said), finished.ending());
    }
    let again =
        Command::new(python).args(["-Im", "ensurepip"]).as_account(step.command.account.clone());
    match host.run(&again, STEP_LIMIT) {
        Ok(again) if !again.is_success() => {
            format!("ensurepip failed: {}", last_line(&again.stderr))
        }
        Ok(_) => {
            format!("ensurepip failed, but worked on the second try ({})", finished.ending())
        }
        Err(error) => error.to_string(),
    }
}
