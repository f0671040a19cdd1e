//! `labready setup`: look, plan, ask once, apply, look again until nothing is left, then the labs.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::look::look;
use super::{Task, verify};
use crate::apply::apply;
use crate::cli::Setup;
use crate::error::{Error, Exit, Result};
use crate::event::Event;
use crate::facts::Facts;
use crate::host::{Clock, FolderLock, LockedByAnother, quoted_line};
use crate::plan::{Action, Plan, Settings};
use crate::report::Status;

/// A plan that waits for the index, the plan after it, and the empty one that proves it; one more for a surprise.
const ROUNDS: usize = 4;

pub(super) fn run(task: &Task<'_>, options: &Setup) -> Result<Exit> {
    let mut settings = task.settings(Some(&options.wish))?;
    let _turn = turn(task, Duration::from_secs(options.lock_timeout))?;
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
        apply(task.host, &plan, Duration::from_secs(options.lock_timeout), &|event| task.output.emit(event))?;
    }
    Err(Error::Bug { message: format!("the plan is not empty after it was applied {ROUNDS} times") })
}

/// Waits until no other run of labready works on what this one would change: the machine, when root asks, and the environment's folder.
fn turn(task: &Task<'_>, patience: Duration) -> Result<Vec<FolderLock>> {
    let machine = task.host.account()?.is_root().then(|| PathBuf::from("/var/lib/dpkg"));
    let folders = machine.into_iter().chain(task.venv.parent().map(Path::to_owned));
    let clock = Clock::start();
    let mut turn = Vec::new();
    for folder in folders {
        loop {
            match task.host.lock_folder(&folder) {
                Ok(lock) => break turn.extend(lock),
                Err(LockedByAnother) if clock.elapsed() >= patience => {
                    return Err(Error::InTheWay {
                        message: format!("another run of labready is at work in `{}`", folder.display()),
                        hint: "wait until it is done, or raise `--lock-timeout`".into(),
                    });
                }
                Err(LockedByAnother) => {}
            }
            let seconds = clock.elapsed().as_secs();
            task.output.emit(Event::StepWaits { id: "turn".into(), for_whom: "another run of labready".into(), seconds });
            task.host.go_on()?;
            task.host.pause(Duration::from_millis(250));
        }
    }
    Ok(turn)
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
