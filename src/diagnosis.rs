//! What is wrong with a machine: facts → problems. Pure.

use std::path::Path;

use crate::error::Error;
use crate::facts::Facts;
use crate::facts::cloud_init::CloudInit;
use crate::facts::venv::State;
use crate::plan::{self, Action, Plan};
use crate::problem::{
    AptProblem, ChangeProblem, Id, MachineProblem, PackageProblem, Problem, SelectionProblem,
    VenvProblem,
};

/// Less free space than this is little, in bytes: a course's packages take some hundred megabytes.
const LITTLE: u64 = 500 << 20;

/// Everything that is wrong, or worth knowing, whatever the course wants.
pub fn diagnose(facts: &Facts) -> Vec<Problem> {
    let one_each = [
        facts.system_python.problem(),
        interrupted(facts),
        end_of_life(facts),
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

/// What setup would do, or why it would stop, where [`diagnose`] does not say so already.
pub fn setup(planned: &Result<Plan, Error>, facts: &Facts) -> Option<Problem> {
    match planned {
        Ok(plan) if plan.is_empty() => None,
        Ok(plan) => {
            let titles = plan.steps.iter().map(|step| step.title.clone());
            let steps = titles.chain(plan.open.iter().cloned()).collect();
            Some(ChangeProblem::Pending { steps }.into())
        }
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

/// The fullest disk that something will be written to.
fn disk(facts: &Facts) -> Option<Problem> {
    let disk = &facts.disk;
    let places = [
        ("/usr".into(), disk.usr_bytes),
        ("/var/cache/apt".into(), disk.var_bytes),
        (facts.venv.folder.clone(), disk.venv_bytes),
    ];
    let known = places.into_iter().filter_map(|(folder, free)| Some((folder, free?)));
    let (folder, free) = known.min_by_key(|(_, free)| *free)?;
    let problem = MachineProblem::DiskFull { folder, free_bytes: Some(free), said: String::new() };
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
