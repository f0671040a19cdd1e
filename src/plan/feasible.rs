//! Whether steps can be begun at all on this machine. Pure.

use super::{Action, Step};
use crate::error::Result;
use crate::facts::Facts;
use crate::facts::damaged::DamagedInterpreter;
use crate::problem::{MachineProblem, Problem};

/// The steps, unless the machine is in a state in which none of them can be begun: the scripts of
/// Debian's packages are run by /usr/bin/python3, which must be there or be put back by them, and
/// what is mounted read-only takes nothing.
///
/// # Errors
/// [`MachineProblem::SystemPython`], [`crate::problem::PythonProblem::Damaged`], [`MachineProblem::ReadOnly`].
pub fn feasible(facts: &Facts, steps: Vec<Step>) -> Result<Vec<Step>> {
    let changes_the_system =
        |step: &Step| step.needs_root && !matches!(step.action, Action::GiveBackVenv { .. });
    if !steps.iter().any(changes_the_system) {
        return Ok(steps);
    }
    let does = |wanted: &dyn Fn(&Action) -> bool| steps.iter().any(|step| wanted(&step.action));
    let restores = does(&|action| matches!(action, Action::RestoreSystemPython { .. }));
    let reinstalls = does(&|action| matches!(action, Action::ReinstallPackages { .. }));
    let is_gone = facts.system_python.is_gone() && !restores;
    let system = facts.system_python.problem().filter(|_| is_gone);
    let damaged = || {
        let damaged = facts.damaged_default().filter(|damaged| damaged.is_dead() && !reinstalls);
        damaged.map(DamagedInterpreter::problem)
    };
    let read_only = || {
        let mount = facts.disk.read_only.first()?.clone();
        Some(Problem::new(MachineProblem::ReadOnly { mount, said: String::new() }))
    };
    system.or_else(damaged).or_else(read_only).map_or(Ok(steps), |problem| Err(problem.into()))
}
