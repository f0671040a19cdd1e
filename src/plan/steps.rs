//! What is missing, as steps: pure.
//!
//! Their order says what depends on what. A step of the machine (apt, alternatives) waits for the
//! machine's steps above it; a step of the student (the virtual environment) for everything above
//! it. So `install-build` stands last: it runs while the environment is made.

use std::path::PathBuf;

use super::archive::{self, Archive};
use super::choose::{Chosen, Hope, choose};
use super::commands;
use super::ids::{slug, with_distinct_ids};
use super::repair::feasible;
use super::words::{quoted_list, short};
use super::{Action, Choice, Origin, Plan, Step, Wish, clean, venv};
use crate::apt::alternatives::{self, GROUP, LINK};
use crate::apt::dpkg::DpkgStatus;
use crate::apt::{self, InstallOptions};
use crate::course::{Course, Packages};
use crate::error::Error;
use crate::facts::Facts;
use crate::facts::alternatives::Link;
use crate::facts::interpreters::Home;

/// How far `python3` is selected for the whole machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// /usr/local/bin/python3 leads to the chosen interpreter.
    Local,
    /// The machine's python3 is left alone.
    None,
}

/// What was asked for besides the course.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Which interpreter.
    pub wish: Wish,
    /// Whether to select it.
    pub selection: Selection,
    /// Whether this run has refreshed the package index already: it is not done twice.
    pub refreshed: bool,
    /// Whether something has just changed apt's sources, so that what the index knows is out of
    /// date.
    pub outdated: bool,
    /// The archive for what Ubuntu's own lack: deadsnakes, or a room's mirror of it.
    pub archive: Archive,
    /// How apt and dpkg are to work.
    pub install_options: InstallOptions,
    /// Whether apt's cache and index are emptied at the end.
    pub clean: bool,
}

impl Settings {
    /// What can still be hoped for. Before apt was asked, that it knows more.
    fn hope(&self, facts: &Facts) -> Hope {
        match self.install_options.limit() {
            _ if facts.apt.is_none() => Hope::FreshIndex,
            Some(hint) => Hope::None(hint),
            None if self.refreshed => Hope::Archive,
            None => Hope::FreshIndex,
        }
    }
}

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
/// [`Error::Unsupported`] without apt, [`Error::NoPython`], [`Error::InTheWay`]: nothing can be
/// planned, and nothing was touched.
pub fn make(course: &Course, facts: &Facts, settings: &Settings) -> Result<Decision, Error> {
    supported(facts)?;
    if facts.apt.is_none() && settings.wish.newest {
        return Ok(Decision::AskApt(every_package(course, None)));
    }
    let (chosen, candidates) = choose(&settings.wish, facts, settings.hope(facts))?;
    let choice = match chosen {
        Chosen::Taken(choice) => choice,
        Chosen::Open if facts.apt.is_none() => {
            return Ok(Decision::AskApt(every_package(course, None)));
        }
        Chosen::Open => {
            return open_plan(
                course,
                facts,
                settings,
                candidates,
                refresh_step(&why_refresh(facts, settings)),
            );
        }
        Chosen::Archive(codename) => {
            let add =
                archive::add_step(&settings.archive, facts, codename, &settings.wish.requirement);
            return open_plan(course, facts, settings, candidates, add);
        }
    };
    let missing = Missing::of(course, facts, &choice);
    if facts.apt.is_none() && !missing.is_empty() {
        return Ok(Decision::AskApt(every_package(course, Some(&choice))));
    }
    let mut steps = package_steps(facts, settings, &missing)?;
    steps.extend(archive::pin_step(facts, &choice).filter(|_| !missing.is_empty()));
    let title = format!("Install Python {}", short(&choice));
    steps.extend(install_step(
        "install-python",
        &title,
        &missing.python,
        &settings.install_options,
    ));
    steps.extend(venv::steps(course, facts, settings, &choice)?);
    if settings.selection == Selection::Local && is_fit_for_everybody(&choice) {
        steps.extend(selection_steps(facts, settings, &choice)?);
    }
    steps.extend(install_step(
        "install-build",
        "Install the build tools",
        &missing.build,
        &settings.install_options,
    ));
    steps.extend(clean::steps(facts, settings, &steps));
    let steps = feasible(facts, with_distinct_ids(steps))?;
    Ok(Decision::Plan(Box::new(Plan {
        python: Some(choice),
        candidates,
        steps,
        open: Vec::new(),
        sizes: None,
    })))
}

fn supported(facts: &Facts) -> Result<(), Error> {
    if facts.distro.base.is_some() {
        return Ok(());
    }
    Err(Error::Unsupported {
        system: facts.distro.name.clone(),
        reason: "labready installs with apt, from the archives of Debian and Ubuntu".into(),
        hint: "by hand: install a Python in the course's range with its venv module, make a virtual environment with it, \
               then `labready verify --python PATH` proves the labs"
            .into(),
    })
}

/// One step that makes more Pythons known; what follows depends on which.
fn open_plan(
    course: &Course,
    facts: &Facts,
    settings: &Settings,
    candidates: Vec<super::Candidate>,
    first: Step,
) -> Result<Decision, Error> {
    if settings.selection == Selection::Local {
        refuse_foreign(facts)?;
    }
    venv::flaw(facts, settings, None)?;
    let packages = [course.packages.python.as_slice(), &course.packages.build]
        .concat()
        .join(", ")
        .replace("{python}", "pythonX.Y");
    let from_archive = archive::codename(facts).filter(|_| first.action == Action::RefreshIndex).map(|codename| {
        format!("if apt still offers none, add the deadsnakes archive for {codename} ({}) with its key", settings.archive.address)
    });
    let install = format!(
        "install the newest Python in `{}` that apt then offers ({packages})",
        settings.wish.requirement
    );
    let make = format!("make the virtual environment `{}` with it", facts.venv.folder.display());
    let open = from_archive.into_iter().chain([install, make]).collect();
    let steps = feasible(facts, vec![first])?;
    Ok(Decision::Plan(Box::new(Plan { python: None, candidates, steps, open, sizes: None })))
}

fn why_refresh(facts: &Facts, settings: &Settings) -> String {
    let wanted = &settings.wish.requirement;
    if facts.apt.as_ref().is_some_and(|apt| apt.indexed) {
        format!("no Python in `{wanted}` is installed, and apt's index knows none")
    } else {
        format!("no Python in `{wanted}` is installed, and apt has no index to look in")
    }
}

/// The packages that dpkg does not have.
struct Missing {
    python: Vec<String>,
    build: Vec<String>,
}

impl Missing {
    fn of(course: &Course, facts: &Facts, choice: &Choice) -> Self {
        let missing = |names: &[String]| {
            let mut names = wanted(names, choice);
            names.retain(|name| !facts.packages.has(name));
            names
        };
        Self { python: missing(&course.packages.python), build: missing(&course.packages.build) }
    }

    fn is_empty(&self) -> bool {
        self.python.is_empty() && self.build.is_empty()
    }

    fn all(&self) -> impl Iterator<Item = &String> {
        self.python.iter().chain(&self.build)
    }
}

/// The package names for a choice. An interpreter named by its path has no packages of its own.
fn wanted(names: &[String], choice: &Choice) -> Vec<String> {
    let names: Vec<String> = names
        .iter()
        .filter(|name| choice.origin != Origin::Named || !name.contains("{python}"))
        .cloned()
        .collect();
    Packages::named(&names, &choice.series())
}

pub(super) fn every_package(course: &Course, choice: Option<&Choice>) -> Vec<String> {
    let names = [course.packages.python.as_slice(), &course.packages.build].concat();
    match choice {
        Some(choice) => wanted(&names, choice),
        None => names.into_iter().filter(|name| !name.contains("{python}")).collect(),
    }
}

/// What must happen before apt can install: finish an interrupted dpkg, get an index that knows the
/// packages.
fn package_steps(
    facts: &Facts,
    settings: &Settings,
    missing: &Missing,
) -> Result<Vec<Step>, Error> {
    let mut steps = Vec::new();
    if missing.is_empty() {
        return Ok(steps);
    }
    if facts.packages.need_configuring() {
        steps.push(configure_step(&facts.packages, &settings.install_options));
    }
    let offered = |name: &str| facts.apt.as_ref().is_some_and(|apt| apt.offers.contains_key(name));
    let unknown: Vec<String> =
        missing.all().filter(|name| !offered(name)).map(|name| format!("`{name}`")).collect();
    if unknown.is_empty() {
        let why = "cloud-init has just set up apt's sources";
        steps.extend((settings.outdated && !settings.refreshed).then(|| refresh_step(why)));
        return Ok(steps);
    }
    let unknown = unknown.join(", ");
    if let Some(hint) = settings.install_options.limit() {
        return Err(Error::NotHere {
            message: format!("{unknown} cannot be had without a network"),
            hint: hint.into(),
        });
    }
    if settings.refreshed {
        return Err(Error::NoPackage { packages: unknown, system: facts.distro.name.clone() });
    }
    let indexed = facts.apt.as_ref().is_some_and(|apt| apt.indexed);
    steps.push(refresh_step(&if indexed {
        format!("apt's index does not know {unknown}")
    } else {
        "apt has no package index".into()
    }));
    Ok(steps)
}

pub(super) fn configure_step(packages: &DpkgStatus, install_options: &InstallOptions) -> Step {
    let names: Vec<String> = packages.half_done.keys().map(|name| format!("`{name}`")).collect();
    let left = if names.is_empty() {
        String::new()
    } else {
        format!(" and left {} half-done", names.join(", "))
    };
    Step {
        id: "configure-packages".into(),
        title: "Finish what dpkg began".into(),
        why: format!("an earlier run of dpkg was interrupted{left}"),
        action: Action::ConfigurePackages,
        command: apt::commands::configure_packages(install_options),
        needs_root: true,
    }
}

fn refresh_step(why: &str) -> Step {
    Step {
        id: "refresh-index".into(),
        title: "Refresh apt's package index".into(),
        why: why.to_owned(),
        action: Action::RefreshIndex,
        command: apt::commands::refresh_index(),
        needs_root: true,
    }
}

fn install_step(
    id: &str,
    title: &str,
    packages: &[String],
    install_options: &InstallOptions,
) -> Option<Step> {
    let verb = if packages.len() == 1 { "is" } else { "are" };
    (!packages.is_empty()).then(|| Step {
        id: id.to_owned(),
        title: title.to_owned(),
        why: format!("{} {verb} not installed", quoted_list(packages)),
        action: Action::InstallPackages { packages: packages.to_vec() },
        command: apt::commands::install_packages(packages, install_options),
        needs_root: true,
    })
}

/// Whether the whole machine, root included, may be led to it: not to one that lies where a student
/// can write.
fn is_fit_for_everybody(choice: &Choice) -> bool {
    choice.origin != Origin::Named
        || ["/usr", "/opt"].iter().any(|folder| choice.path.starts_with(folder))
}

/// One alternative for each installed interpreter in range, and the chosen one set.
fn selection_steps(
    facts: &Facts,
    settings: &Settings,
    choice: &Choice,
) -> Result<Vec<Step>, Error> {
    refuse_foreign(facts)?;
    let selection = &facts.selection;
    let registered =
        |path: &PathBuf| selection.alternatives.iter().any(|alternative| alternative.path == *path);
    let installed =
        facts.interpreters.iter().filter(|found| found.origin == Home::Apt).filter_map(|found| {
            let version = found
                .version
                .as_ref()
                .filter(|version| settings.wish.requirement.matches(version))?;
            Some((found.real.clone(), version.clone()))
        });
    let mut wanted: Vec<_> = installed.collect();
    wanted.push((choice.path.clone(), choice.version.clone()));
    wanted.sort();
    wanted.dedup_by(|one, other| one.0 == other.0);
    let selected = selection.link == Link::Ours
        && selection.value.as_ref() == Some(&choice.path)
        && selection.manual;
    // Without the link the group is registered anew: that is what puts the link back.
    let unlinked = selection.link == Link::Free;
    let mut steps = Vec::new();
    for (path, version) in wanted {
        if !registered(&path) || (unlinked && path == choice.path) {
            steps.push(register_step(path, commands::priority(&version)));
        }
    }
    if !selected {
        steps.push(select_step(choice));
    }
    Ok(steps)
}

fn refuse_foreign(facts: &Facts) -> Result<(), Error> {
    match &facts.selection.link {
        Link::Foreign(what) => Err(Error::InTheWay {
            message: format!(
                "`{LINK}` is {what} that labready did not put there, and is left as it is"
            ),
            hint: "move it away, or leave the machine's python3 alone with `--select none`".into(),
        }),
        Link::Free | Link::Ours => Ok(()),
    }
}

fn register_step(path: PathBuf, priority: u32) -> Step {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Step {
        id: slug(&format!("register-{name}")),
        title: format!("Register {name} in the alternatives group {GROUP}"),
        why: format!("so that `{LINK}` can lead to it; /usr/bin/python3 stays the system's"),
        command: alternatives::register(&path, priority),
        action: Action::RegisterAlternative { path, priority },
        needs_root: true,
    }
}

fn select_step(choice: &Choice) -> Step {
    Step {
        id: "select-python".into(),
        title: format!("Select Python {} as `{LINK}`", short(choice)),
        why: "the course's commands say `python3`".into(),
        command: alternatives::select(&choice.path),
        action: Action::SelectAlternative { path: choice.path.clone() },
        needs_root: true,
    }
}
