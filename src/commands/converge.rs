//! The loop of setup, repair and undo: look, plan, get the rights, agree once, apply, and look
//! again until nothing is left. They differ by their planner, their journal and their last
//! sentence.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::Task;
use super::rights::Permission;
use super::round::Round;
use crate::apply::{ApplyOptions, Journal, apply, unblock_services, with_services_blocked};
use crate::error::Result;
use crate::host::{Clock, Elevation, LockAttempt, RunLock, RunningProcess};
use crate::plan::{Plan, Step};
use crate::problem::{ChangeProblem, MachineProblem, OtherRun, RightsProblem, UsageProblem};
use crate::waiting::{Poll, Waiting};

/// A plan that waits for the index, one that waits for deadsnakes, the full one, and the empty one
/// that proves it; one more for a surprise.
const ROUNDS: usize = 5;
/// sudo forgets after five minutes on some systems.
const RENEWAL: Duration = Duration::from_secs(60);

/// How the loop ended.
pub(super) enum Converged {
    /// Nothing is left to do; `changed` says whether anything was.
    Done { round: Box<Round>, changed: bool },
    /// The question was answered with no; `refreshed` says whether apt's index was, before it.
    Declined { refreshed: bool },
}

/// Repeats what the planner finds until it finds nothing. The planner is given the steps that were
/// applied before.
pub(super) fn converge(
    task: &Task<'_>,
    journal: Option<&Journal>,
    mut planner: impl FnMut(&[Step]) -> Result<Round>,
) -> Result<Converged> {
    let mut agreed = task.request.agreed;
    let mut applied: Vec<Step> = Vec::new();
    for number in 0..ROUNDS {
        let round = planner(&applied)?;
        if round.plan.is_empty() {
            return Ok(Converged::Done { round: Box::new(round), changed: number > 0 });
        }
        expect_news(&applied, &round.plan)?;
        let permission = Permission::find(task, &round)?;
        // Nobody agrees to what is not known yet.
        let refresh = round.plan.refresh();
        if agreed {
            announce(task, &permission, refresh.is_some());
        } else if !present(task, &permission, refresh.is_some())? {
            return Ok(Converged::Declined { refreshed: number > 0 });
        }
        agreed |= refresh.is_none();
        let elevation = permission.obtain(task, &round)?;
        let plan = refresh.unwrap_or(round.plan);
        applied.clone_from(&plan.steps);
        apply_round(task, plan, elevation, journal.filter(|_| agreed))?;
        task.host.check_interrupted()?;
    }
    Err(without_effect(&applied))
}

/// A plan that is needed again right after it was applied would be needed for ever.
fn expect_news(applied: &[Step], plan: &Plan) -> Result<()> {
    let is_same = !applied.is_empty()
        && applied.len() == plan.steps.len()
        && applied.iter().zip(&plan.steps).all(|(old, new)| old.action == new.action);
    if is_same { Err(without_effect(applied)) } else { Ok(()) }
}

fn without_effect(steps: &[Step]) -> crate::error::Error {
    ChangeProblem::WithoutEffect { steps: steps.iter().map(|step| step.title.clone()).collect() }
        .into()
}

/// Waits until no other run of labready works on what this one would change: the machine, when root
/// asks, and the environment's folder. Then what an image build that was cut off has left is put
/// back.
pub(super) fn take_turn(task: &Task<'_>) -> Result<Vec<RunLock>> {
    let me = task.host.account()?;
    let student = task.request.student.as_ref();
    let people: Vec<u32> = student.map(|student| student.uid).into_iter().chain([me.uid]).collect();
    let host = task.host.as_seen_by(student);
    let emit = |event| task.output.emit(event);
    let waiting =
        Waiting { host: task.host, id: "turn", patience: task.request.patience, emit: &emit };
    let mut locks = Vec::new();
    if me.is_root() {
        locks.extend(wait_for(task, &waiting, || task.host.lock_machine())?);
    }
    if let Some(folder) = task.request.venv.parent() {
        locks.extend(wait_for(task, &waiting, || Ok(host.lock_for(folder, &people)))?);
    }
    if me.is_root() {
        unblock_services(task.host)?;
    }
    Ok(locks)
}

fn wait_for(
    task: &Task<'_>,
    waiting: &Waiting<'_>,
    turn: impl Fn() -> Result<LockAttempt>,
) -> Result<Option<RunLock>> {
    let named = |process: RunningProcess| {
        let user = task.host.account_of(process.uid).map(|account| account.name);
        let user = user.unwrap_or_else(|_| process.uid.to_string());
        OtherRun { pid: process.pid, user, seconds: process.seconds }
    };
    let other = RefCell::new(None);
    waiting.until(
        || {
            Ok(match turn()? {
                LockAttempt::Taken(lock) => Poll::Over(lock),
                LockAttempt::Busy(process) => {
                    let mut other = other.borrow_mut();
                    *other = next_run(other.take(), process, named);
                    Poll::Busy(OtherRun::words(other.as_ref()))
                }
            })
        },
        |_, _| MachineProblem::AnotherRun { run: other.borrow().clone() }.into(),
    )
}

/// Who is waited for now: the same run as before, as it was first seen, whatever the time is by now;
/// or the one that was faster than us.
fn next_run(
    before: Option<OtherRun>,
    now: Option<RunningProcess>,
    named: impl Fn(RunningProcess) -> OtherRun,
) -> Option<OtherRun> {
    match (before, now) {
        (Some(before), Some(now)) if before.pid == now.pid => Some(before),
        (before, now) => now.map(named).or(before),
    }
}

/// Applies a plan; its steps for root run under sudo, whose permission is kept from expiring
/// meanwhile.
fn apply_round(
    task: &Task<'_>,
    mut plan: Plan,
    elevation: Option<Elevation>,
    journal: Option<&Journal>,
) -> Result<()> {
    for step in plan.steps.iter_mut().filter(|step| step.needs_root) {
        step.command.elevation.clone_from(&elevation);
    }
    let options = ApplyOptions {
        patience: task.request.patience,
        source: task.request.install.source.clone(),
        journal,
    };
    let emit = |event| task.output.emit(event);
    let applied =
        || with_renewal(task, elevation.as_ref(), || apply(task.host, &plan, &options, &emit));
    if task.request.install.image { with_services_blocked(task.host, applied) } else { applied() }
}

/// Does the work while sudo's permission is renewed every minute.
fn with_renewal<T>(
    task: &Task<'_>,
    elevation: Option<&Elevation>,
    work: impl FnOnce() -> Result<T>,
) -> Result<T> {
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        if let Some(elevation) = elevation {
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
        let _ends_the_renewal = SetAtEnd(&is_done);
        work()
    })
}

/// Says that the work is done, also when it ends by a panic.
struct SetAtEnd<'a>(&'a AtomicBool);

impl Drop for SetAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Shows what will be done; it was agreed to.
fn announce(task: &Task<'_>, permission: &Permission, is_refresh: bool) {
    if is_refresh {
        task.output.show_refresh(permission.password(), true);
    } else {
        task.output.show_plan(permission.password());
    }
}

/// Shows what will be done, and asks whether it is agreed to. A refresh of apt's index is only
/// announced. Without a terminal nobody can answer, and nothing is done, not even that.
fn present(task: &Task<'_>, permission: &Permission, is_refresh: bool) -> Result<bool> {
    if task.is_quiet {
        return Err(UsageProblem::QuietQuestion.into());
    }
    let (streams, password) = (task.host.streams(), permission.password());
    if !streams.stdin || !streams.stderr {
        task.output.show_plan(password);
        return Err(RightsProblem::NobodyToAsk.into());
    }
    if is_refresh {
        task.output.show_refresh(password, false);
        return Ok(true);
    }
    task.output.show_plan(password);
    task.output.clear_screen();
    // However long the plan is thought about, the password was given already.
    with_renewal(task, permission.given(), || task.host.ask("Apply this plan?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_takes_over_from_another_is_the_one_that_is_waited_for() {
        let run = |pid, seconds| RunningProcess { pid, uid: 0, seconds: Some(seconds) };
        let named = |run: RunningProcess| OtherRun {
            pid: run.pid,
            user: run.uid.to_string(),
            seconds: run.seconds,
        };
        let first = next_run(None, Some(run(1, 3)), named);
        let still_first = next_run(first.clone(), Some(run(1, 4)), named);
        assert_eq!(still_first, first);
        let untold = next_run(first.clone(), None, named);
        assert_eq!(untold, first);
        assert_eq!(next_run(first, Some(run(2, 0)), named), Some(named(run(2, 0))));
    }
}
