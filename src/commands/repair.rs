//! `labready repair`: look, plan what labready itself can mend, ask once, apply, look again; then
//! say what is left to others.

use super::Task;
use super::rights::Rights;
use super::setup::{agree, apply_with, turn};
use crate::apply::Journal;
use crate::cli::RepairArgs;
use crate::diagnosis;
use crate::error::{Error, Result};
use crate::event::Event;
use crate::facts::Facts;
use crate::finding::{Id, Severity};
use crate::outcome::Outcome;
use crate::plan::{self, Action};

/// The plan, and the empty one that proves it; one more for what only the first made visible.
const ROUNDS: usize = 3;

pub(super) fn run(task: &Task<'_>, options: &RepairArgs) -> Result<Outcome> {
    let _turn = turn(task, options.patience())?;
    let journal = Journal::of(task.host, &task.host.account()?);
    let mut agreed = options.yes;
    let mut configured = false;
    for round in 0..ROUNDS {
        let facts = task.facts(plan::DEADSNAKES)?;
        let plan = plan::repair(&facts, configured);
        task.output.emit(Event::Looked { facts: Box::new(facts.clone()) });
        task.output.emit(Event::Planned { plan: Box::new(plan.clone()) });
        if plan.is_empty() {
            return Ok(conclude(task, &facts, round > 0));
        }
        let rights = Rights::look(task, &facts, &plan)?;
        if !agreed && !agree(task)? {
            return Ok(Outcome::declined());
        }
        agreed = true;
        configured |= plan.steps.iter().any(|step| step.action == Action::ConfigurePackages);
        let elevation = rights.obtain(task, &facts, &plan)?;
        apply_with(task, plan, elevation, options.patience(), Some(&journal))?;
        task.host.check_interrupted()?;
    }
    Err(Error::Bug { message: format!("something is left to repair after {ROUNDS} rounds") })
}

/// Tells what labready cannot mend by itself.
fn conclude(task: &Task<'_>, facts: &Facts, mended: bool) -> Outcome {
    let found =
        diagnosis::diagnose(facts).into_iter().filter(|finding| finding.severity != Severity::Note);
    // An environment is made again by setup, which knows what belongs into it.
    let (setups, left): (Vec<_>, Vec<_>) = found.partition(|finding| finding.id == Id::VenvBroken);
    let problems = left.iter().filter(|finding| finding.severity == Severity::Error).count();
    left.into_iter().for_each(|finding| task.output.emit(Event::found(finding)));
    if problems > 0 {
        return Outcome::not_ready("Something is left that labready does not mend by itself.");
    }
    let sentence = match (mended, setups.is_empty()) {
        (true, true) => "What was broken is mended.",
        (true, false) => {
            "What was broken is mended; `labready setup` makes the virtual environment again."
        }
        (false, true) => "Nothing is broken that labready could mend.",
        (false, false) => {
            "Nothing is broken but the virtual environment: `labready setup` makes it again."
        }
    };
    Outcome::ready(sentence)
}
