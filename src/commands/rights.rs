//! How the steps that need root get it: by being root, or by sudo, which is asked once and before
//! anything is changed.

use super::Task;
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::host::{Elevation, quoted_line};
use crate::plan::{self, Plan};

/// What there is of them.
pub(super) enum Rights {
    /// No step needs more than there is.
    Enough,
    /// sudo gives them, and has been asked.
    Given(Elevation),
    /// sudo will ask for the password, on the terminal.
    ToBeAsked(Elevation),
}

impl Rights {
    /// Which rights there are, before anybody is asked anything.
    ///
    /// # Errors
    /// [`Error::NeedsRoot`] with the commands for whoever has them.
    pub fn look(task: &Task<'_>, facts: &Facts, plan: &Plan) -> Result<Self> {
        let needs_root = plan.steps.iter().any(|step| step.needs_root);
        if !needs_root || facts.rights.account.is_root() {
            return Ok(Self::Enough);
        }
        let elevation = task.host.elevation().ok_or_else(|| refused(task, facts, plan))?;
        if task.host.is_permitted(&elevation)? {
            return Ok(Self::Given(elevation));
        }
        if task.host.streams().stdin {
            Ok(Self::ToBeAsked(elevation))
        } else {
            Err(refused(task, facts, plan))
        }
    }

    /// Gets them, asking for the password where sudo wants it.
    pub fn obtain(self, task: &Task<'_>, facts: &Facts, plan: &Plan) -> Result<Option<Elevation>> {
        match self {
            Self::Enough => Ok(None),
            Self::Given(elevation) => Ok(Some(elevation)),
            Self::ToBeAsked(elevation) => {
                task.output.clear_screen();
                if task.host.ask_for_rights(&elevation)? {
                    Ok(Some(elevation))
                } else {
                    Err(refused(task, facts, plan))
                }
            }
        }
    }
}

fn refused(task: &Task<'_>, facts: &Facts, plan: &Plan) -> Error {
    let root_steps: Vec<_> = plan.steps.iter().filter(|step| step.needs_root).collect();
    let by_hand = root_steps.iter().flat_map(|step| plan::by_hand(step));
    let mut commands: Vec<String> =
        by_hand.map(|command| format!("  {}", quoted_line(&command.argv()))).collect();
    if !plan.open.is_empty() {
        commands.push("  (and what `labready plan` shows once that is done)".into());
    }
    Error::NeedsRoot {
        count: root_steps.len(),
        user: facts.rights.account.name.clone(),
        command: task.output.command(),
        commands: commands.join("\n"),
    }
}
