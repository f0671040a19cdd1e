//! `labready setup`: look, plan, ask once, apply, look again until nothing is left, then the labs.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::bundle::take;
use super::look::{look, warn};
use super::rights::Rights;
use super::{Task, first_boot, verify};
use crate::apply::{ApplyOptions, Journal, apply, unblock_services, with_services_blocked};
use crate::cli::SetupArgs;
use crate::error::{Error, Result};
use crate::event::Event;
use crate::facts::Facts;
use crate::host::{Clock, Elevation, FolderLock, LockedByAnother};
use crate::outcome::Outcome;
use crate::plan::{Action, Plan, Settings};

/// A plan that waits for the index, one that waits for deadsnakes, the full one, and the empty one
/// that proves it; one more for a surprise.
const ROUNDS: usize = 5;
/// sudo forgets after five minutes on some systems.
const RENEWAL: Duration = Duration::from_secs(60);

pub(super) fn run(task: &Task<'_>, options: &SetupArgs) -> Result<Outcome> {
    let mut settings = task.settings(Some(&options.wish))?;
    settings.install_options.image = options.image;
    settings.clean = options.clean;
    let _turn = turn(task, options.patience())?;
    let journal = Journal::of(task.host, &task.host.account()?);
    first_boot::wait(task, &mut settings, options.patience())?;
    // Kept until the end: apt and pip read from it.
    let room = options.bundle.as_ref().map(|_| task.host.roomy_folder()).transpose()?;
    if let (Some(folder), Some(room)) = (&options.bundle, &room) {
        take(task, &mut settings, folder, room.path())?;
    }
    let apply_options = ApplyOptions {
        patience: options.patience(),
        source: settings.install_options.source.clone(),
        journal: Some(&journal),
    };
    let mut agreed = options.yes || options.image;
    for round in 0..ROUNDS {
        let (facts, plan) = look(task, &settings, !agreed)?;
        if round == 0 {
            warn(task, &facts);
        }
        if plan.is_empty() {
            return prove(task, &settings, &facts, &plan, options);
        }
        let rights = Rights::look(task, &facts, &plan)?;
        if !agreed && !agree(task)? {
            return Ok(Outcome::declined());
        }
        agreed = true;
        let elevation = rights.obtain(task, &facts, &plan)?;
        settings.refreshed |= plan.steps.iter().any(|step| step.action == Action::RefreshIndex);
        let applied = || apply_with(task, plan, elevation, &apply_options);
        if options.image { with_services_blocked(task.host, applied)? } else { applied()? }
    }
    Err(Error::Bug {
        message: format!("the plan is not empty after it was applied {ROUNDS} times"),
    })
}

/// Waits until no other run of labready works on what this one would change: the machine, when root
/// asks, and the environment's folder. Then what an image build that was cut off has left is put
/// right.
pub(super) fn turn(task: &Task<'_>, patience: Duration) -> Result<Vec<FolderLock>> {
    let is_root = task.host.account()?.is_root();
    let machine = is_root.then(|| PathBuf::from("/var/lib/dpkg"));
    let folders = machine.into_iter().chain(task.venv.parent().map(Path::to_owned));
    let clock = Clock::start();
    let mut turn = Vec::new();
    for folder in folders {
        loop {
            match task.host.lock_folder(&folder) {
                Ok(lock) => break turn.extend(lock),
                Err(LockedByAnother) if clock.elapsed() >= patience => {
                    return Err(Error::InTheWay {
                        message: format!(
                            "another run of labready is at work in `{}`",
                            folder.display()
                        ),
                        hint: "wait until it is done, or raise `--lock-timeout`".into(),
                    });
                }
                Err(LockedByAnother) => {}
            }
            let seconds = clock.elapsed().as_secs();
            task.output.emit(Event::StepWaits {
                id: "turn".into(),
                waits_for: "another run of labready".into(),
                seconds,
            });
            task.host.check_interrupted()?;
            task.host.pause(Duration::from_millis(250));
        }
    }
    if is_root {
        unblock_services(task.host)?;
    }
    Ok(turn)
}

/// Everything is in place: the labs have the last word.
fn prove(
    task: &Task<'_>,
    settings: &Settings,
    facts: &Facts,
    plan: &Plan,
    options: &SetupArgs,
) -> Result<Outcome> {
    if options.no_verify {
        return Ok(Outcome::ready("Everything is in place; the labs were not run."));
    }
    verify::labs(
        task,
        &verify::setting(settings, facts, plan.python.as_ref())?,
        "This workstation is ready.",
    )
}

/// Applies the plan; its steps for root run under sudo, whose permission is kept from expiring
/// meanwhile.
pub(super) fn apply_with(
    task: &Task<'_>,
    mut plan: Plan,
    elevation: Option<Elevation>,
    options: &ApplyOptions<'_>,
) -> Result<()> {
    for step in plan.steps.iter_mut().filter(|step| step.needs_root) {
        step.command.elevation.clone_from(&elevation);
    }
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        if let Some(elevation) = &elevation {
            scope.spawn(|| {
                let mut renewed = Clock::start();
                while !is_done.load(Ordering::SeqCst) {
                    task.host.pause(Duration::from_millis(100));
                    if renewed.elapsed() > RENEWAL {
                        task.host.renew(elevation);
                        renewed = Clock::start();
                    }
                }
            });
        }
        let applied = apply(task.host, &plan, options, &|event| task.output.emit(event));
        is_done.store(true, Ordering::SeqCst);
        applied
    })
}

/// Asks once. Without a terminal nobody can answer, and nothing is done.
pub(super) fn agree(task: &Task<'_>) -> Result<bool> {
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
    task.output.clear_screen();
    task.host.ask("Apply this plan?")
}
