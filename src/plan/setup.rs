//! What setup has to do: pure. The order of the steps says what depends on what.
//!
//! A step of the machine (apt, alternatives) waits for the machine's steps above it; a step of the
//! student (the virtual environment) for everything above it. So `install-build` stands last: it
//! runs while the environment is made.

use super::archive;
use super::choice::Choice;
use super::choose::{Chosen, Remaining, choose};
use super::feasible::feasible;
use super::ids::with_distinct_ids;
use super::missing::{Missing, every_package};
use super::repair::{self, restore_step};
use super::steps::{configure_step, install_step, refresh_step};
use super::words::{quoted_list, short};
use super::{Action, Candidate, Plan, Step, clean, selection, venv};
use crate::apt::PackageSource;
use crate::error::Result;
use crate::facts::Facts;
use crate::problem::{MachineProblem, Obstacle, PackageProblem};
use crate::request::{Request, SelectionRequest};

/// What came of planning.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// The plan.
    Plan(Box<Plan>),
    /// apt must be asked first, for these packages: something is missing, and `facts.apt` is
    /// `None`.
    AskApt(Vec<String>),
}

/// Makes the plan.
///
/// # Errors
/// [`MachineProblem::Unsupported`] without apt, [`crate::problem::PythonProblem`], a place that is
/// taken: nothing can be planned, and nothing was touched.
pub fn make(request: &Request, facts: &Facts) -> Result<Decision> {
    let course = &request.course;
    if facts.distro.base.is_none() {
        return Err(MachineProblem::Unsupported { system: facts.distro.name.clone() }.into());
    }
    if facts.apt.is_none() && request.python.newest {
        return Ok(Decision::AskApt(every_package(course, None)));
    }
    let (chosen, candidates) = choose(&request.python, facts, remaining(request, facts))?;
    match chosen {
        Chosen::Taken(choice) => plan_for(request, facts, choice, candidates),
        Chosen::Open if facts.apt.is_none() => Ok(Decision::AskApt(every_package(course, None))),
        Chosen::Open => {
            let refresh = refresh_step(&why_refresh(request, facts));
            open_plan(request, facts, candidates, refresh)
        }
        Chosen::Archive(codename) => {
            let wanted = &request.python.requirement;
            let add = archive::add_step(&request.archive, facts, codename, wanted);
            open_plan(request, facts, candidates, add)
        }
    }
}

/// What can still be asked. Before apt was asked, that it knows more.
fn remaining(request: &Request, facts: &Facts) -> Remaining {
    match request.install.source {
        _ if facts.apt.is_none() => Remaining::FreshIndex,
        PackageSource::LocalOnly => Remaining::Nothing(Obstacle::Offline),
        PackageSource::Bundle(_) => Remaining::Nothing(Obstacle::Bundle),
        PackageSource::Network if facts.apt_index.is_fresh => Remaining::Archive,
        PackageSource::Network => Remaining::FreshIndex,
    }
}

/// The plan with an interpreter that is installed, or that apt offers.
fn plan_for(
    request: &Request,
    facts: &Facts,
    choice: Choice,
    candidates: Vec<Candidate>,
) -> Result<Decision> {
    let (course, options) = (&request.course, &request.install);
    let missing = Missing::of(course, facts, &choice);
    if facts.apt.is_none() && !missing.is_empty() {
        return Ok(Decision::AskApt(every_package(course, Some(&choice))));
    }
    // First: the scripts of packages say /usr/bin/python3.
    let mut steps: Vec<Step> = restore_step(&facts.system_python).into_iter().collect();
    steps.extend(package_steps(request, facts, &missing)?);
    steps.extend(reinstall_default(request, facts));
    steps.extend(archive::pin_step(facts, &choice).filter(|_| !missing.is_empty()));
    let title = format!("Install Python {}", short(&choice));
    steps.extend(install_step("install-python", &title, &missing.python, options));
    steps.extend(venv::steps(request, facts, &choice)?);
    steps.extend(selection::steps(facts, request, &choice)?);
    let title = "Install the build tools";
    steps.extend(install_step("install-build", title, &missing.build, options));
    steps.extend(clean::steps(facts, request, &steps));
    let steps = feasible(facts, with_distinct_ids(steps))?;
    let plan = Plan { python: Some(choice), candidates, steps, ..Plan::default() };
    Ok(Decision::Plan(Box::new(plan)))
}

/// One step that makes more Pythons known; what follows depends on which.
fn open_plan(
    request: &Request,
    facts: &Facts,
    candidates: Vec<Candidate>,
    first: Step,
) -> Result<Decision> {
    if request.selection == SelectionRequest::Local {
        selection::refuse_foreign(facts)?;
    }
    venv::flaw(request, facts, None)?;
    let from_archive =
        archive::codename(facts).filter(|_| first.action == Action::RefreshIndex).map(|codename| {
            format!(
                "add the deadsnakes archive for {codename}, if apt still has no Python that fits"
            )
        });
    let tools = if request.course.packages.build.is_empty() { "" } else { ", and the build tools" };
    let install = format!(
        "install the newest Python in `{}` that apt has{tools}",
        request.python.requirement
    );
    let make = format!("create the virtual environment `{}`", facts.venv.folder.display());
    let open = from_archive.into_iter().chain([install, make]).collect();
    let fixes =
        restore_step(&facts.system_python).into_iter().chain(reinstall_default(request, facts));
    let steps = feasible(facts, with_distinct_ids(fixes.chain([first]).collect()))?;
    Ok(Decision::Plan(Box::new(Plan { candidates, steps, open, ..Plan::default() })))
}

/// Nothing can be installed without it; and where nothing may be fetched, it cannot be either.
fn reinstall_default(request: &Request, facts: &Facts) -> Option<Step> {
    let is_online = request.install.source == PackageSource::Network;
    repair::reinstall_default(facts).filter(|_| is_online)
}

fn why_refresh(request: &Request, facts: &Facts) -> String {
    let wanted = &request.python.requirement;
    if facts.apt.as_ref().is_some_and(|apt| apt.indexed) {
        format!("no Python in `{wanted}` is installed, and apt's package index lists none")
    } else {
        format!("no Python in `{wanted}` is installed, and apt has no package index yet")
    }
}

/// What must happen before apt can install: finish an interrupted dpkg, get an index that knows the
/// packages.
fn package_steps(request: &Request, facts: &Facts, missing: &Missing) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    // What others left unconfigured is theirs; what is half-unpacked may be a part of anything.
    let is_broken = facts.packages.interrupted || !facts.packages.half_unpacked.is_empty();
    let must_configure = !missing.is_empty() || (is_broken && facts.packages_are_at_rest());
    if facts.packages.need_configuring() && must_configure {
        steps.push(configure_step(&facts.packages, &request.install));
    }
    if missing.is_empty() {
        return Ok(steps);
    }
    let is_offered =
        |name: &str| facts.apt.as_ref().is_some_and(|apt| apt.offers.contains_key(name));
    let unknown: Vec<String> = missing.all().filter(|name| !is_offered(name)).cloned().collect();
    let is_online = request.install.source == PackageSource::Network;
    if unknown.is_empty() {
        let is_outdated = is_online && facts.apt_index.is_older_than_sources();
        let why = "apt's sources have changed since its last update";
        steps.extend(is_outdated.then(|| refresh_step(why)));
        return Ok(steps);
    }
    if !is_online {
        return Err(PackageProblem::NotHere { packages: unknown }.into());
    }
    if facts.apt_index.is_fresh {
        let system = facts.distro.name.clone();
        let not_offered = || PackageProblem::NotOffered { packages: unknown, system }.into();
        return Err(facts
            .disk
            .apt_problem(facts.apt_files.cache)
            .unwrap_or_else(not_offered)
            .into());
    }
    steps.push(refresh_step(&if facts.apt.as_ref().is_some_and(|apt| apt.indexed) {
        format!("apt's package index does not list {}", quoted_list(&unknown))
    } else {
        "apt has no package index yet".into()
    }));
    Ok(steps)
}
