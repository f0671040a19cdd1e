//! The virtual environment: made at its final place under a mark that says "unfinished", taken away
//! again when it fails, judged by looking.
//!
//! Its scripts hold its absolute path, so it cannot be made elsewhere and moved. Every change is a
//! command run as the owner: root does not reach into a folder that a student can write.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::apt_step::STEP_LIMIT;
use super::venv_folder::VenvFolder;
use crate::apt::PackageSource;
use crate::error::Result;
use crate::facts::pip;
use crate::facts::venv::{self, State};
use crate::host::{Command, Finished, Host, last_line};
use crate::plan::{self, Step, python_of};
use crate::problem::{MachineProblem, PipFailure, VenvProblem};
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
        .run(&with_pip_settings(host, step), STEP_LIMIT)
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
/// the student's, who could put anything in its place.
pub(super) fn give_back(host: &Host, step: &Step, folder: &Path, uid: u32, gid: u32) -> Result<()> {
    let pinned = host.pin_folder(folder)?;
    if ![0, uid].contains(&pinned.uid)
        || pinned.parent_uid != uid
        || !venv::strangers(host, &pinned.path())?.is_empty()
    {
        return Err(MachineProblem::ChangedSincePlan { place: folder.to_owned() }.into());
    }
    let here = plan::give_back(Path::new("."), uid, gid)
        .in_folder(&pinned.path())
        .elevated(step.command.elevation.clone());
    let finished = host.run(&here, FILE_LIMIT)?;
    let after = venv::gather(host, folder);
    if finished.is_success() && after.owner_uid == Some(uid) && after.roots_part.is_none() {
        return Ok(());
    }
    let said = last_line(&finished.stderr);
    Err(VenvProblem::NotGivenBack { folder: folder.to_owned(), said }.into())
}

/// Puts pip in.
pub(super) fn add_pip(host: &Host, step: &Step, folder: &Path) -> Result<()> {
    let finished = host.run(&with_pip_settings(host, step), STEP_LIMIT)?;
    expect_packages(host, folder, &["pip".into()], pip_failure(&finished))
}

/// Installs packages with its own pip.
pub(super) fn install(
    host: &Host,
    step: &Step,
    folder: &Path,
    packages: &[String],
    source: &PackageSource,
) -> Result<()> {
    let finished = host.run(&with_pip_settings(host, step), STEP_LIMIT)?;
    let why = match source {
        PackageSource::Network => pip_failure(&finished),
        PackageSource::LocalOnly | PackageSource::Bundle(_) => {
            PipFailure::Offline { said: pip_error(&finished) }
        }
    };
    expect_packages(&host.as_seen_by(step.command.account.as_ref()), folder, packages, why)
}

/// Fetches packages for another machine's pip.
pub(super) fn fetch(host: &Host, step: &Step, folder: &Path, packages: &[String]) -> Result<()> {
    let finished = host.run(&with_pip_settings(host, step), STEP_LIMIT)?;
    let names = host.list(folder)?;
    let fetched: Vec<String> =
        names.iter().filter_map(|name| pip::of_wheel(name.to_str()?)).collect();
    if finished.is_success() && packages.iter().all(|name| fetched.contains(name)) {
        return Ok(());
    }
    let packages = packages.to_vec();
    Err(VenvProblem::PipNotFetched { packages, why: pip_failure(&finished) }.into())
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

fn expect_packages(host: &Host, folder: &Path, packages: &[String], why: PipFailure) -> Result<()> {
    let present = venv::gather(host, folder).packages;
    let is_missing = |name: &&String| !present.contains(&pip::normalized(name));
    let packages: Vec<String> = packages.iter().filter(is_missing).cloned().collect();
    if packages.is_empty() {
        return Ok(());
    }
    Err(VenvProblem::PipNotInstalled { packages, why }.into())
}

fn pip_failure(finished: &Finished) -> PipFailure {
    PipFailure::Said { ending: finished.ending(), said: pip_error(finished) }
}

/// pip's first error.
fn pip_error(finished: &Finished) -> String {
    let first = finished.stderr.lines().find_map(|line| line.strip_prefix("ERROR: "));
    first.map_or_else(|| last_line(&finished.stderr), str::to_owned)
}

/// The step's command with pip's settings, the proxy and the certificates that the user has.
fn with_pip_settings(host: &Host, step: &Step) -> Command {
    // These send packages elsewhere than into the environment, and break it.
    let misleading = [
        "PIP_TARGET",
        "PIP_PREFIX",
        "PIP_ROOT",
        "PIP_USER",
        "PIP_REQUIRE_VIRTUALENV",
        "PIP_PYTHON",
    ];
    let certificates = ["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"];
    let folders = ["XDG_CONFIG_HOME", "XDG_CONFIG_DIRS"];
    let is_wanted = |name: &str| {
        (name.starts_with("PIP_") && !misleading.contains(&name))
            || certificates.contains(&name)
            || folders.contains(&name)
    };
    let mut settings = host.variables(is_wanted);
    // In a chroot they may name certificates of the system around it, and pip trusts nobody then.
    let is_there =
        |value: &str| !value.starts_with('/') || host.real_path(Path::new(value)).is_some();
    settings.retain(|name, value| {
        !(name == "PIP_CERT" || certificates.contains(&name.as_str())) || is_there(value)
    });
    step.command.clone().envs(settings).envs(host.proxies())
}
