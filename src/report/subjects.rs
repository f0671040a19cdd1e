//! What a health check looked at, a line a subject: what is fine as well as what is not, so that
//! "ready" has evidence. Pure: from facts, the plan and the problems.

use serde::Serialize;

use super::words::bytes;
use crate::facts::Facts;
use crate::facts::alternatives::Link;
use crate::facts::machine::Environment;
use crate::facts::venv::State;
use crate::plan::{Action, Choice, Plan, Step, quoted_list};
use crate::problem::{Id, ProblemRecord, Severity};

/// What a health check looks at, in the order in which it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// The operating system.
    System,
    /// apt and dpkg.
    Apt,
    /// The interpreter that the course uses.
    Python,
    /// The command `python3`.
    Python3Command,
    /// The virtual environment.
    Venv,
    /// The packages that the course needs, of apt and of pip.
    CoursePackages,
    /// The free space.
    Disk,
    /// The network.
    Network,
    /// What setup would do, as a whole.
    Setup,
}

/// How things stand with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Nothing is wrong.
    Good,
    /// May hurt later.
    Warning,
    /// Keeps the machine from being ready.
    Error,
    /// It was not looked at.
    NotChecked,
}

/// A subject of a health check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HealthSubject {
    /// What was looked at.
    pub id: Topic,
    /// How things stand.
    pub status: Health,
    /// What was found, the same on machines in the same state.
    pub summary: String,
    /// What differs from machine to machine: paths, sizes; or empty.
    pub detail: String,
    /// The problems that belong here, by their names.
    pub problems: Vec<Id>,
}

impl Topic {
    const ALL: [Self; 9] = [
        Self::System,
        Self::Apt,
        Self::Python,
        Self::Python3Command,
        Self::Venv,
        Self::CoursePackages,
        Self::Disk,
        Self::Network,
        Self::Setup,
    ];

    /// For people.
    pub fn title(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Apt => "apt",
            Self::Python => "Python",
            Self::Python3Command => "python3 command",
            Self::Venv => "Virtual environment",
            Self::CoursePackages => "Course packages",
            Self::Disk => "Disk space",
            Self::Network => "Network",
            Self::Setup => "Setup",
        }
    }

    /// Where a problem belongs.
    pub fn of_problem(id: Id) -> Self {
        match id {
            Id::SystemPythonSwitched
            | Id::ReleaseEndOfLife
            | Id::CloudInitRunning
            | Id::FileSystemReadOnly => Self::System,
            Id::DpkgInterrupted | Id::PackageHalfInstalled | Id::AptInUse => Self::Apt,
            Id::PythonDamaged => Self::Python,
            Id::LinkForeign | Id::LinkDangling | Id::SelectionDamaged => Self::Python3Command,
            Id::VenvBroken | Id::VenvOfAnother => Self::Venv,
            Id::DiskFull => Self::Disk,
            _ => Self::Setup,
        }
    }

    /// What a step is about.
    fn of_step(step: &Step) -> Self {
        match &step.action {
            Action::RestoreSystemPython { .. } => Self::System,
            Action::ConfigurePackages | Action::RefreshIndex => Self::Apt,
            Action::AddArchive { .. }
            | Action::PinArchive { .. }
            | Action::ReinstallPackages { .. } => Self::Python,
            Action::InstallPackages { .. } if step.id == "install-python" => Self::Python,
            Action::InstallPackages { .. } | Action::InstallIntoVenv { .. } => Self::CoursePackages,
            Action::RegisterAlternative { .. }
            | Action::SelectAlternative { .. }
            | Action::UnregisterAlternative { .. }
            | Action::SetGroupAside { .. }
            | Action::RemoveGroup { .. } => Self::Python3Command,
            Action::MakeVenv { .. } | Action::AddPip { .. } | Action::GiveBackVenv { .. } => {
                Self::Venv
            }
            _ => Self::Setup,
        }
    }
}

/// Everything that was looked at.
pub(super) fn of(
    facts: &Facts,
    plan: Option<&Plan>,
    problems: &[ProblemRecord],
) -> Vec<HealthSubject> {
    Topic::ALL.into_iter().filter_map(|topic| subject(topic, facts, plan, problems)).collect()
}

fn subject(
    topic: Topic,
    facts: &Facts,
    plan: Option<&Plan>,
    problems: &[ProblemRecord],
) -> Option<HealthSubject> {
    let own = problems.iter().filter(|problem| Topic::of_problem(problem.id) == topic);
    let worst = own.clone().map(|problem| problem.severity).max();
    let steps = plan.map_or(&[][..], |plan| &plan.steps);
    // A problem says by itself what is missing.
    let about = |step: &&Step| Topic::of_step(step) == topic && worst != Some(Severity::Error);
    let lacks: Vec<String> = steps.iter().filter(about).filter_map(lack).collect();
    let (found, summary, detail) = looked_at(topic, facts, plan)?;
    let status = match worst {
        Some(Severity::Error) => Health::Error,
        _ if !lacks.is_empty() => Health::Error,
        Some(Severity::Warning) if found != Health::Error => Health::Warning,
        _ => found,
    };
    let summary = if lacks.is_empty() { summary } else { lacks.join("; ") };
    let problems = own.map(|problem| problem.id).collect();
    // The whole of setup is a subject only where there is something to say.
    let is_shown = topic != Topic::Setup || worst.is_some();
    is_shown.then_some(HealthSubject { id: topic, status, summary, detail, problems })
}

/// What is missing, by the step that brings it.
fn lack(step: &Step) -> Option<String> {
    Some(match &step.action {
        Action::InstallPackages { packages } | Action::InstallIntoVenv { packages, .. } => {
            format!("without {}", quoted_list(packages))
        }
        Action::RegisterAlternative { .. } => return None,
        Action::SelectAlternative { .. } => "not the course's Python yet".into(),
        _ => step.why.clone(),
    })
}

/// How things stand where nothing is said to be wrong, and what was seen.
fn looked_at(topic: Topic, facts: &Facts, plan: Option<&Plan>) -> Option<(Health, String, String)> {
    let good = |summary: &str, detail: String| Some((Health::Good, summary.to_owned(), detail));
    let unknown = |summary: &str| Some((Health::NotChecked, summary.to_owned(), String::new()));
    let choice = plan.and_then(|plan| plan.python.as_ref());
    match topic {
        Topic::System => good(&facts.distro.name, machine(facts)),
        Topic::Apt if facts.distro.base.is_none() => unknown("not on this system"),
        Topic::Apt if facts.apt_index.is_present => good("has a package index", String::new()),
        Topic::Apt => good("has no package index, and needs none now", String::new()),
        Topic::Python => match choice {
            Some(choice) => good(&choice.version.to_string(), place(choice)),
            None => Some((Health::Error, "none that suits the course".into(), String::new())),
        },
        Topic::Python3Command => Some(python3_command(facts)),
        Topic::Venv => Some(venv(facts)),
        Topic::CoursePackages if choice.is_some() => good("installed", String::new()),
        Topic::CoursePackages => unknown("not known before the Python is"),
        Topic::Disk => match free(facts) {
            Some(free) => good("enough", format!("{} free", bytes(free))),
            None => unknown("not known"),
        },
        Topic::Network => unknown("setup checks it when it downloads"),
        Topic::Setup if plan.is_some() => good("has to be run", String::new()),
        Topic::Setup => good("would stop", String::new()),
    }
}

fn machine(facts: &Facts) -> String {
    let kind = match facts.machine.environment {
        Environment::Machine => "",
        Environment::Wsl => ", Windows Subsystem for Linux",
        Environment::Crostini => ", Linux on a Chromebook",
        Environment::Container => ", in a container",
        Environment::Chroot => ", in a chroot",
    };
    format!("{}{kind}", facts.machine.architecture)
}

fn place(choice: &Choice) -> String {
    choice.path.display().to_string()
}

fn python3_command(facts: &Facts) -> (Health, String, String) {
    let selection = &facts.selection;
    let selected = selection.value.as_ref().filter(|_| selection.link == Link::Ours);
    let Some(selected) = selected else {
        return (Health::Good, "left as it is".into(), String::new());
    };
    let known = facts.interpreters.iter().find(|found| found.real == *selected);
    let version = known.and_then(|found| found.version.as_ref());
    let summary = version.map_or_else(|| "selected".into(), ToString::to_string);
    (Health::Good, summary, selected.display().to_string())
}

fn venv(facts: &Facts) -> (Health, String, String) {
    let venv = &facts.venv;
    let (health, summary) = match (&venv.state, &venv.version) {
        (State::Good, Some(version)) => (Health::Good, format!("Python {version}")),
        (State::Good, None) => (Health::Good, "works".into()),
        (State::Missing | State::Empty, _) => (Health::Error, "does not exist yet".into()),
        (State::Broken(flaw), _) => (Health::Error, flaw.words()),
        (State::Foreign(what), _) => (Health::Error, what.words()),
    };
    (health, summary, venv.folder.display().to_string())
}

/// What is free on the fullest disk.
fn free(facts: &Facts) -> Option<u64> {
    let disk = &facts.disk;
    [disk.usr_bytes, disk.var_bytes, disk.venv_bytes].into_iter().flatten().min()
}
