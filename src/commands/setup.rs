//! `labready setup`: look, plan, ask once, apply, look again until nothing is left, then the labs.

use super::look::look;
use super::{Task, verify};
use crate::apply::apply;
use crate::cli::Setup;
use crate::error::{Error, Exit, Result};
use crate::facts::Facts;
use crate::host::quoted_line;
use crate::plan::{Action, Plan, Settings};
use crate::report::Status;

/// A plan that waits for the index, the plan after it, and the empty one that proves it; one more for a surprise.
const ROUNDS: usize = 4;

pub(super) fn run(task: &Task<'_>, options: &Setup) -> Result<Exit> {
    let mut settings = task.settings(Some(&options.wish))?;
    let mut agreed = options.yes;
    for _ in 0..ROUNDS {
        let (facts, plan) = look(task, &settings, !agreed)?;
        if plan.is_empty() {
            return prove(task, &settings, &facts, &plan, options);
        }
        permitted(&facts, &plan)?;
        if !agreed && !agree(task)? {
            task.finish(Status::NotReady, "Nothing was changed.");
            return Ok(Exit::Ready);
        }
        agreed = true;
        settings.refreshed |= plan.steps.iter().any(|step| step.action == Action::RefreshIndex);
        apply(task.host, &plan, &|event| task.output.emit(event))?;
    }
    Err(Error::Bug { message: format!("the plan is not empty after it was applied {ROUNDS} times") })
}

/// Everything is in place: the labs have the last word.
fn prove(task: &Task<'_>, settings: &Settings, facts: &Facts, plan: &Plan, options: &Setup) -> Result<Exit> {
    if options.no_verify {
        task.finish(Status::Ready, "Everything is in place; the labs were not run.");
        return Ok(Exit::Ready);
    }
    verify::labs(task, &verify::setting(settings, facts, plan.python.as_ref())?, "This workstation is ready.")
}

fn permitted(facts: &Facts, plan: &Plan) -> Result<()> {
    let root_steps: Vec<_> = plan.steps.iter().filter(|step| step.needs_root).collect();
    let account = &facts.rights.account;
    if root_steps.is_empty() || account.is_root() {
        return Ok(());
    }
    let mut commands: Vec<String> = root_steps.iter().map(|step| format!("  {}", quoted_line(&step.command.argv()))).collect();
    if !plan.open.is_empty() {
        commands.push("  (and what `labready plan` shows once that is done)".into());
    }
    Err(Error::NeedsRoot { count: root_steps.len(), user: account.name.clone(), commands: commands.join("\n") })
}

/// Asks once. Without a terminal nobody can answer, and nothing is done.
fn agree(task: &Task<'_>) -> Result<bool> {
    if task.common.quiet {
        return Err(Error::Usage {
            message: "`--quiet` shows no plan that could be agreed to".into(),
            hint: "add `--yes`, or leave `--quiet` out".into(),
        });
    }
    let streams = task.host.streams();
    if !streams.stdin || !streams.stderr {
        return Err(Error::NobodyToAsk);
    }
    task.output.clear_talk();
    task.host.ask("Apply this plan?")
}
