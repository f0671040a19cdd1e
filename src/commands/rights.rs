//! How the steps that need root get it: by being root, or by sudo, which is asked once and before
//! anything is changed. Who cannot become root is given what root has to run, once.

use std::path::Path;

use super::Task;
use super::round::Round;
use crate::error::{Error, Result};
use crate::host::{Elevation, quoted_line};
use crate::plan;
use crate::problem::RightsProblem;
use crate::report::Password;

/// Where a program of the machine's own is put.
const PROGRAM: &str = "/usr/local/bin/labready";

/// What there is of rights.
pub(super) enum Permission {
    /// No step needs more than there is.
    Enough,
    /// sudo gives them, and has been asked.
    Given(Elevation),
    /// sudo will ask for the password, on the terminal.
    ToBeAsked(Elevation),
}

impl Permission {
    /// Which rights there are, before anybody is asked anything.
    ///
    /// # Errors
    /// [`RightsProblem::Missing`] with what root has to run.
    pub fn find(task: &Task<'_>, round: &Round) -> Result<Self> {
        let needs_root = round.plan.steps.iter().any(|step| step.needs_root);
        if !needs_root || round.facts.rights.account.is_root() {
            return Ok(Self::Enough);
        }
        let elevation = task.host.elevation().ok_or_else(|| refused(task, round))?;
        if task.host.is_permitted(&elevation)? {
            return Ok(Self::Given(elevation));
        }
        if task.host.streams().stdin {
            Ok(Self::ToBeAsked(elevation))
        } else {
            Err(refused(task, round))
        }
    }

    /// sudo, where it has given them.
    pub fn given(&self) -> Option<&Elevation> {
        match self {
            Self::Given(elevation) => Some(elevation),
            Self::Enough | Self::ToBeAsked(_) => None,
        }
    }

    /// Whether sudo asks.
    pub fn password(&self) -> Password {
        match self {
            Self::Enough | Self::Given(_) => Password::NotWanted,
            Self::ToBeAsked(_) => Password::Wanted,
        }
    }

    /// Gets them, asking for the password where sudo wants it.
    pub fn obtain(self, task: &Task<'_>, round: &Round) -> Result<Option<Elevation>> {
        match self {
            Self::Enough => Ok(None),
            Self::Given(elevation) => Ok(Some(elevation)),
            Self::ToBeAsked(elevation) => {
                task.output.clear_screen();
                if task.host.ask_for_rights(&elevation)? {
                    Ok(Some(elevation))
                } else {
                    Err(refused(task, round))
                }
            }
        }
    }
}

fn refused(task: &Task<'_>, round: &Round) -> Error {
    let lines = handover(task, round);
    RightsProblem::Missing {
        steps: round.plan.steps.iter().filter(|step| step.needs_root).count(),
        user: round.facts.rights.account.name.clone(),
        handover: lines.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n"),
    }
    .into()
}

/// Everything that root has to do, once. labready does it best where root can run it: one line.
/// Elsewhere the exact commands, unless they depend on an index that is not there yet.
fn handover(task: &Task<'_>, round: &Round) -> Vec<String> {
    let program = task.host.own_program();
    let safe = program.as_ref().filter(|program| task.host.is_only_roots(program));
    let can_hand_over = task.output.command() != "undo";
    match (safe, &program) {
        (Some(program), _) if can_hand_over => vec![as_root(task, round, program)],
        (_, Some(program)) if can_hand_over && !round.plan.open.is_empty() => {
            let words = ["sudo", "install", "-m", "0755"].map(str::to_owned).to_vec();
            let paths = [program.display().to_string(), PROGRAM.to_owned()].to_vec();
            let install = quoted_line(&[words, paths].concat());
            vec![install, as_root(task, round, Path::new(PROGRAM))]
        }
        _ => {
            let steps = round.plan.steps.iter().filter(|step| step.needs_root);
            let commands = steps.flat_map(plan::by_hand);
            commands.map(|command| format!("sudo {}", quoted_line(&command.argv()))).collect()
        }
    }
}

/// The same command by root, for this student and this environment.
fn as_root(task: &Task<'_>, round: &Round, program: &Path) -> String {
    let owner = &round.facts.rights.owner().name;
    let venv = task.request.venv.display().to_string();
    let more = ["--owner", owner.as_str(), "--venv", venv.as_str()];
    let line = task.request.typed.labready_with(&task.output.command(), &more);
    let on_path = task.host.program("labready").is_some_and(|found| found == program);
    let program = quoted_line(&[program.display().to_string()]);
    let program = if on_path { "labready" } else { program.as_str() };
    format!("sudo {program}{}", line.strip_prefix("labready").unwrap_or_default())
}
