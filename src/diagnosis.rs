//! What is wrong with a machine: facts → problems. Pure.

use std::path::Path;

use crate::error::Error;
use crate::facts::Facts;
use crate::facts::cloud_init::CloudInit;
use crate::facts::disk::{CACHE, USR};
use crate::facts::venv::State;
use crate::plan::{self, Action, Plan, Step};
use crate::problem::{
    AptProblem, ChangeProblem, DiskProblem, Id, MachineProblem, PackageProblem, PlatformProblem,
    Problem, SelectionProblem, Severity, VenvProblem,
};
use crate::request::{Request, SelectionRequest};

/// Less free space than this is little, in bytes: a course's packages take some hundred megabytes.
const LITTLE: u64 = 500 << 20;

/// Everything that is wrong, or worth knowing, whatever the course wants.
pub fn diagnose(facts: &Facts) -> Vec<Problem> {
    let one_each = [
        facts.system_python.problem(),
        interrupted(facts),
        end_of_life(facts),
        contradiction(facts),
        drive(facts),
        disk(facts),
        venv_of_another(facts),
        broken_venv(facts),
        in_use(facts),
        (facts.cloud_init == CloudInit::Running).then(|| MachineProblem::CloudInitRunning.into()),
    ];
    let mut problems: Vec<Problem> = one_each.into_iter().flatten().collect();
    if facts.packages_are_at_rest() {
        problems.extend(half_installed(facts));
    }
    problems.extend(read_only(facts));
    problems.extend(damaged(facts));
    problems.extend(selection(facts));
    problems
}

/// Everything that is wrong for whoever has asked for this, and what setup would do about it: where
/// no error is among them, setup has nothing to do.
pub fn of_request(request: &Request, facts: &Facts, planned: &Result<Plan, Error>) -> Vec<Problem> {
    let mut problems = wanted(request, facts, planned.as_ref().is_ok_and(Plan::is_empty));
    // What stops setup is not only a warning.
    let stops = setup(request, planned, facts);
    problems.retain(|known| stops.as_ref().is_none_or(|stops| stops.title() != known.title()));
    problems.extend(stops);
    problems
}

/// What keeps the machine from being ready, and no step of the plan fixes: setup stops because of
/// it, before it changes anything.
pub fn unfixed(request: &Request, facts: &Facts, plan: &Plan) -> Vec<Problem> {
    let left = |problem: &Problem| {
        let is_of_disk = matches!(problem.id(), Id::DiskFull | Id::FileSystemReadOnly);
        problem.severity == Severity::Error && !is_of_disk && !is_fixed_by(plan, problem)
    };
    wanted(request, facts, plan.is_empty()).into_iter().filter(left).collect()
}

/// The problems, each with its weight for this request: what only keeps others from being installed
/// is no error where nothing has to be installed.
fn wanted(request: &Request, facts: &Facts, is_complete: bool) -> Vec<Problem> {
    let is_no_error = |id: Id| match id {
        Id::DiskFull | Id::FileSystemReadOnly => is_complete,
        Id::LinkDangling | Id::SelectionDamaged => request.selection == SelectionRequest::None,
        _ => false,
    };
    let weighed = |problem: Problem| {
        if is_no_error(problem.id()) { problem.as_warning() } else { problem }
    };
    diagnose(facts).into_iter().map(weighed).collect()
}

/// Whether a step of the plan fixes a problem. A plan that is open still says nothing of what comes
/// after it: the next one will.
fn is_fixed_by(plan: &Plan, problem: &Problem) -> bool {
    let comes_later = !plan.open.is_empty() && problem.id() != Id::SystemPythonSwitched;
    comes_later || plan.steps.iter().any(|step| fixes(&step.action, problem.id()))
}

/// Whether such a step fixes such a problem.
fn fixes(action: &Action, id: Id) -> bool {
    match id {
        Id::SystemPythonSwitched => matches!(action, Action::RestoreSystemPython { .. }),
        Id::PythonDamaged => matches!(action, Action::ReinstallPackages { .. }),
        Id::DpkgInterrupted => matches!(action, Action::ConfigurePackages),
        Id::VenvBroken => matches!(action, Action::MakeVenv { .. }),
        Id::VenvOfAnother => matches!(action, Action::GiveBackVenv { .. }),
        Id::LinkDangling => matches!(action, Action::UnregisterAlternative { .. }),
        Id::SelectionDamaged => {
            matches!(
                action,
                Action::SetGroupAside { .. }
                    | Action::RegisterAlternative { .. }
                    | Action::SelectAlternative { .. }
            )
        }
        _ => false,
    }
}

/// What setup would do, or why it would stop, where [`diagnose`] does not say so already.
pub fn setup(request: &Request, planned: &Result<Plan, Error>, facts: &Facts) -> Option<Problem> {
    match planned {
        Ok(plan) => pending(plan, &wanted(request, facts, plan.is_empty())),
        Err(Error::Problem(why)) => match why.id() {
            Id::SystemPythonSwitched | Id::FileSystemReadOnly => None,
            Id::VenvOfAnother if venv_of_another(facts).is_some() => None,
            Id::PythonDamaged if facts.system_python.is_gone() => None,
            Id::LinkForeign | Id::PythonDamaged => Some((**why).clone()),
            _ => Some(ChangeProblem::Stops { why: why.clone() }.into()),
        },
        Err(error) => {
            let why = MachineProblem::FileRefused { said: error.to_string() };
            Some(ChangeProblem::Stops { why: Box::new(why.into()) }.into())
        }
    }
}

/// The steps that fix nothing of what is said to be wrong already.
fn pending(plan: &Plan, told: &[Problem]) -> Option<Problem> {
    let is_told = |step: &&Step| {
        let errors = told.iter().filter(|problem| problem.severity == Severity::Error);
        errors.into_iter().any(|problem| fixes(&step.action, problem.id()))
    };
    let steps = plan.steps.iter().filter(|step| !is_told(step)).map(|step| step.title.clone());
    let steps: Vec<String> = steps.chain(plan.open.iter().cloned()).collect();
    (!steps.is_empty()).then(|| ChangeProblem::Pending { steps }.into())
}

/// Packages that dpkg left half-installed.
fn half_installed(facts: &Facts) -> impl Iterator<Item = Problem> {
    facts.packages.half_done.iter().map(|(package, state)| {
        let (package, state) = (package.clone(), state.clone());
        PackageProblem::HalfInstalled { package, state, said: String::new() }.into()
    })
}

fn interrupted(facts: &Facts) -> Option<Problem> {
    let is_left = facts.packages.interrupted && facts.packages_are_at_rest();
    is_left.then(|| AptProblem::Interrupted { said: None }.into())
}

fn end_of_life(facts: &Facts) -> Option<Problem> {
    let base = facts.distro.base.as_ref().filter(|base| base.end_of_life)?;
    let codename = base.codename.clone().unwrap_or_default();
    Some(MachineProblem::EndOfLife { system: facts.distro.name.clone(), codename }.into())
}

fn contradiction(facts: &Facts) -> Option<Problem> {
    let distro = &facts.distro;
    let numbered = distro.contradiction.clone()?;
    let (version, codename) = (distro.version.clone(), distro.codename.clone());
    Some(PlatformProblem::ReleaseContradictory { version, numbered, codename }.into())
}

/// A virtual environment that is, or will be, on a drive whose files are not Linux's own.
pub fn drive(facts: &Facts) -> Option<Problem> {
    let (drive, folder) = (facts.disk.venv_drive.clone()?, facts.venv.folder.clone());
    Some(PlatformProblem::VenvOnSharedDrive { folder, drive }.into())
}

/// The fullest disk that something will be written to.
fn disk(facts: &Facts) -> Option<Problem> {
    let disk = &facts.disk;
    let places = [
        (USR.into(), disk.usr_bytes),
        (CACHE.into(), disk.var_bytes),
        (facts.venv.folder.clone(), disk.venv_bytes),
    ];
    let known = places.into_iter().filter_map(|(folder, free)| Some((folder, free?)));
    let (folder, free) = known.min_by_key(|(_, free)| *free)?;
    let holds_cache = facts.apt_files.cache && disk.shares_cache(&folder);
    let problem =
        DiskProblem::Full { folder, free_bytes: Some(free), holds_cache, said: String::new() };
    (free < LITTLE).then(|| problem.into())
}

fn read_only(facts: &Facts) -> impl Iterator<Item = Problem> {
    facts
        .disk
        .read_only
        .iter()
        .map(|mount| MachineProblem::ReadOnly { mount: mount.clone(), said: String::new() }.into())
}

fn venv_of_another(facts: &Facts) -> Option<Problem> {
    let venv = &facts.venv;
    let owner = facts.rights.owner();
    if !matches!(venv.state, State::Good | State::Broken(_)) {
        return None;
    }
    let (part, uid) = match (venv.owner_uid?, &venv.roots_part) {
        (uid, Some(part)) if uid == owner.uid => (Some(part.clone()), 0),
        (uid, None) if uid == owner.uid => return None,
        (uid, _) => (None, uid),
    };
    let steps = plan::repair(facts, false).steps;
    let problem = VenvProblem::OfAnother {
        folder: venv.folder.clone(),
        part,
        uid,
        owner: owner.name.clone(),
        is_fixable: steps.iter().any(|step| matches!(step.action, Action::GiveBackVenv { .. })),
        by_hand: plan::give_back_by_hand(facts),
    };
    Some(problem.into())
}

fn broken_venv(facts: &Facts) -> Option<Problem> {
    let State::Broken(flaw) = &facts.venv.state else { return None };
    let folder = facts.venv.folder.clone();
    Some(VenvProblem::Broken { folder, flaw: flaw.clone() }.into())
}

/// A group whose link is somebody else's selects nothing: what it lists is nobody's trouble.
fn selection(facts: &Facts) -> impl Iterator<Item = Problem> {
    let group = &facts.selection;
    let damaged = group.damage.iter().cloned().map(SelectionProblem::Damaged);
    let dangling = facts.dangling();
    let dangling = dangling.map(|path| SelectionProblem::Dangling { interpreter: path.to_owned() });
    damaged.chain(dangling).map(Problem::from)
}

/// A link that leads nowhere is told as such; and of an interpreter that nobody may need, setup knows
/// more.
fn damaged(facts: &Facts) -> impl Iterator<Item = Problem> {
    let default = facts.damaged_default().map(|default| default.path.as_path());
    let is_told = move |path: &Path| facts.system_python.is_gone() && Some(path) == default;
    let damaged = facts.damaged.iter().filter(move |damaged| !is_told(&damaged.path));
    damaged.map(move |damaged| {
        let problem = damaged.problem();
        if Some(damaged.path.as_path()) == default { problem } else { problem.as_warning() }
    })
}

fn in_use(facts: &Facts) -> Option<Problem> {
    let holder = facts.in_use.clone()?;
    Some(AptProblem::InUse { holder, waited_seconds: None }.into())
}
