//! `labready repair`: fixes what labready itself can, then says what is left to others.

use super::Task;
use super::converge::{Converged, converge, take_turn};
use super::round::Round;
use crate::apply::Journal;
use crate::diagnosis;
use crate::error::Result;
use crate::event::Event;
use crate::facts::Facts;
use crate::outcome::Outcome;
use crate::plan::{self, Action, Step};
use crate::problem::{Id, Severity};

pub(super) fn run(task: &Task<'_>) -> Result<Outcome> {
    let _turn = take_turn(task)?;
    let journal = Journal::open(task.host, &task.host.account()?)?;
    let mut configured = false;
    let converged = converge(task, Some(&journal), |applied| {
        configured |= configures(applied);
        let facts = task.facts()?;
        let plan = plan::repair(&facts, configured);
        task.output.emit(Event::Looked { facts: Box::new(facts.clone()) });
        task.output.emit(Event::Planned { plan: Box::new(plan.clone()) });
        Ok(Round { facts, plan })
    })?;
    Ok(match converged {
        Converged::Declined { .. } => Outcome::declined(false),
        Converged::Done { round, changed } => conclude(task, &round.facts, changed),
    })
}

/// Whether dpkg was asked to finish what it began: what is half-done still is nothing that it can
/// finish.
pub(super) fn configures(applied: &[Step]) -> bool {
    applied.iter().any(|step| step.action == Action::ConfigurePackages)
}

/// Says what labready cannot fix by itself.
fn conclude(task: &Task<'_>, facts: &Facts, changed: bool) -> Outcome {
    let found =
        diagnosis::diagnose(facts).into_iter().filter(|problem| problem.severity != Severity::Note);
    // An environment is made again by setup, which knows what belongs into it.
    let (rebuilt, left): (Vec<_>, Vec<_>) =
        found.partition(|problem| problem.id() == Id::VenvBroken);
    let is_broken = left.iter().any(|problem| problem.severity == Severity::Error)
        || !facts.packages.half_unpacked.is_empty();
    for problem in left {
        task.output.emit(Event::problem(problem));
    }
    if is_broken {
        return Outcome::not_ready("Some problems remain that labready cannot fix itself.");
    }
    let setup = task.request.typed.labready("setup");
    Outcome::ready(match (changed, rebuilt.is_empty()) {
        (true, true) => "Everything is fixed.".to_owned(),
        (true, false) => {
            format!(
                "Everything is fixed except the virtual environment. Run `{setup}` to rebuild it."
            )
        }
        (false, true) => "Nothing to fix.".to_owned(),
        (false, false) => {
            format!("Only the virtual environment is broken. Run `{setup}` to rebuild it.")
        }
    })
}
