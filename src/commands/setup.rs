//! `labready setup`: makes the machine ready, then the labs have the last word.

use super::bundle::take;
use super::converge::{Converged, converge, take_turn};
use super::look::look;
use super::next::next;
use super::round::Round;
use super::{Task, first_boot, rights, verify};
use crate::apply::Journal;
use crate::cli::SetupArgs;
use crate::error::Result;
use crate::outcome::Outcome;
use crate::plan;

pub(super) fn run(task: &Task<'_>, options: &SetupArgs) -> Result<Outcome> {
    let _turn = take_turn(task)?;
    let journal = Journal::open(task.host, &task.host.account()?)?;
    first_boot::wait(task)?;
    if let Some(folder) = &options.bundle {
        take(task, folder)?;
    }
    rights::expect_any(task)?;
    let converged = converge(task, Some(&journal), |applied| {
        let round = look(task, applied)?;
        if let Some(lacking) = plan::lacking(&round.plan, &round.facts) {
            return Err(lacking.into());
        }
        Ok(round)
    })?;
    match converged {
        Converged::Declined { refreshed } => Ok(Outcome::declined(refreshed)),
        Converged::Done { round, .. } if options.no_verify => {
            let outcome = Outcome::ready("Everything is installed; the labs were not run.");
            Ok(outcome.with_next(next(task, &round)))
        }
        Converged::Done { round, .. } => prove(task, &round),
    }
}

/// Everything is in place: the labs have the last word.
fn prove(task: &Task<'_>, round: &Round) -> Result<Outcome> {
    let setting = verify::setting(task, &round.facts, round.plan.python.as_ref())?;
    let outcome = verify::labs(task, &setting, "This workstation is ready.")?;
    Ok(outcome.with_next(next(task, round)))
}
