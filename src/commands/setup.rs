//! `labready setup`: makes the machine ready, then the labs have the last word.

use super::bundle::take;
use super::converge::{Converged, converge, take_turn};
use super::look::look;
use super::round::Round;
use super::{Task, first_boot, verify};
use crate::apply::Journal;
use crate::cli::SetupArgs;
use crate::error::Result;
use crate::outcome::Outcome;

pub(super) fn run(task: &Task<'_>, options: &SetupArgs) -> Result<Outcome> {
    let _turn = take_turn(task)?;
    let journal = Journal::open(task.host, &task.host.account()?)?;
    first_boot::wait(task)?;
    if let Some(folder) = &options.bundle {
        take(task, folder)?;
    }
    let converged = converge(task, Some(&journal), |applied| {
        // Sizes are for the question, which is asked once.
        look(task, !task.request.agreed && applied.is_empty(), applied)
    })?;
    match converged {
        Converged::Declined => Ok(Outcome::declined()),
        Converged::Done { .. } if options.no_verify => {
            Ok(Outcome::ready("Everything is installed; the labs were not run."))
        }
        Converged::Done { round, .. } => prove(task, &round),
    }
}

/// Everything is in place: the labs have the last word.
fn prove(task: &Task<'_>, round: &Round) -> Result<Outcome> {
    let setting = verify::setting(task, &round.facts, round.plan.python.as_ref())?;
    verify::labs(task, &setting, "This workstation is ready.")
}
