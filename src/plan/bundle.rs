//! What is fetched for machines without a network, as steps: what a machine of this release needs
//! that has nothing at all. Pure.
//!
//! The machines of a room need not have what this one has, so everything is fetched that the
//! packages need, far and near.

use std::path::{Path, PathBuf};

use super::choice::Choice;
use super::choose::{Chosen, Remaining, choose};
use super::missing::every_package;
use super::words::quoted_list;
use super::{Action, Plan, Step, commands};
use crate::apt::dpkg::DpkgStatus;
use crate::apt::{self, AptConfig};
use crate::course::Course;
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::facts::interpreters::Home;
use crate::facts::pip::normalized;
use crate::facts::venv::State;
use crate::problem::{Obstacle, PackageProblem, PythonProblem};
use crate::request::Request;
use crate::version::PythonVersion;
use crate::words::count;

/// The step that fetches an index of its own, newer than any that is here and signed.
pub fn fetch_index(work: &Path) -> Plan {
    Plan {
        steps: vec![step(
            "fetch-index",
            "Download apt's package index",
            Action::FetchIndex { folder: work.into() },
            apt::commands::fetch_index(&AptConfig::of_bare_machine(work)),
        )],
        ..Plan::default()
    }
}

/// The Python and the packages that a bare machine needs, of what apt offers.
///
/// # Errors
/// [`PythonProblem::NotOffered`], [`PackageProblem::NotOffered`].
pub fn needs(request: &Request, facts: &Facts) -> Result<(Choice, Vec<String>)> {
    let bare = Facts { interpreters: Vec::new(), packages: DpkgStatus::default(), ..facts.clone() };
    let nothing_else = Remaining::Nothing(Obstacle::MakingBundle);
    let (Chosen::Taken(choice), _) = choose(&request.python, &bare, nothing_else)? else {
        return Err(Error::Bug { message: "nothing was chosen, and nothing else remains".into() });
    };
    let packages = every_package(&request.course, Some(&choice));
    let is_offered =
        |name: &&String| facts.apt.as_ref().is_some_and(|apt| apt.offers.contains_key(*name));
    let unknown: Vec<String> = packages.iter().filter(|name| !is_offered(name)).cloned().collect();
    if unknown.is_empty() {
        return Ok((choice, packages));
    }
    Err(PackageProblem::NotOffered { packages: unknown, system: facts.distro.name.clone() }.into())
}

/// The steps that fetch: wheels by a pip of the chosen Python, and `dependencies`, the packages with all
/// that they need.
///
/// # Errors
/// [`PythonProblem::NotInstalledForBundle`] when no pip of that Python is here.
pub fn fetch(
    course: &Course,
    facts: &Facts,
    choice: &Choice,
    dependencies: &[String],
    work: &Path,
) -> Result<Plan> {
    let mut steps = wheel_steps(course, facts, choice, work)?;
    let debs = step(
        "fetch-packages",
        &format!("Download {}", count(dependencies.len(), "package")),
        Action::FetchPackages { folder: work.join("debs") },
        apt::commands::fetch_packages(
            &AptConfig::of_bare_machine(work),
            dependencies,
            &work.join("debs"),
        ),
    );
    steps.push(debs);
    Ok(Plan { python: Some(choice.clone()), steps, ..Plan::default() })
}

fn wheel_steps(course: &Course, facts: &Facts, choice: &Choice, work: &Path) -> Result<Vec<Step>> {
    let names = &course.venv.packages;
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let account = facts.rights.student.clone();
    let folder = work.join("wheels");
    let fetch = |venv: &Path| {
        let packages = names.iter().map(|name| normalized(name)).collect();
        let command = commands::fetch_wheels(venv, names, &folder, account.clone());
        step(
            "fetch-wheels",
            &format!("Download {} for pip", quoted_list(names)),
            Action::FetchWheels { folder: folder.clone(), packages },
            command,
        )
    };
    let series = |version: &PythonVersion| {
        (version.major, version.minor) == (choice.version.major, choice.version.minor)
    };
    if has_usable_pip(facts) && facts.venv.version.as_ref().is_some_and(series) {
        return Ok(vec![fetch(&facts.venv.folder)]);
    }
    let interpreter = facts.interpreters.iter().find(|found| {
        found.origin == Home::Apt && found.ensurepip && found.version.as_ref().is_some_and(series)
    });
    let Some(interpreter) = interpreter else {
        let series = format!("{}.{}", choice.version.major, choice.version.minor);
        return Err(PythonProblem::NotInstalledForBundle { series }.into());
    };
    let own: PathBuf = work.join("own/venv");
    let action = Action::MakeVenv {
        folder: own.clone(),
        interpreter: interpreter.real.clone(),
        version: interpreter.version.clone().unwrap_or_else(|| choice.version.clone()),
        replace: false,
    };
    let make = step(
        "make-venv",
        "Create a virtual environment for downloading",
        action,
        commands::make_venv(&interpreter.real, &own, account.clone()),
    );
    Ok(vec![make, fetch(&own)])
}

/// Whether the virtual environment that is there can download for its owner.
fn has_usable_pip(facts: &Facts) -> bool {
    let venv = &facts.venv;
    venv.state == State::Good
        && venv.owner_uid == Some(facts.rights.owner().uid)
        && venv.packages.contains("pip")
}

fn step(id: &str, title: &str, action: Action, command: crate::host::Command) -> Step {
    let why = "machines that use the bundle have no network".to_owned();
    Step { id: id.into(), title: title.into(), why, action, command, needs_root: false }
}
