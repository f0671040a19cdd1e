//! Waiting until apt and dpkg are free. apt's own option waits for two of the four locks only; all
//! four are looked at, none is ever deleted, or freed by ending its holder. They are taken for one
//! thing only: what no program of apt's or dpkg's does for us, and what none may disturb.

use std::path::Path;
use std::time::Duration;

use crate::apt::locks::{self, LOCKS};
use crate::error::Result;
use crate::event::Sink;
use crate::host::{Clock, FileLock, Host};
use crate::plan::Step;
use crate::problem::AptProblem;
use crate::waiting::{Poll, Waiting};

/// How soon is looked again when another program was faster.
const POLL_INTERVAL: Duration = Duration::from_millis(250);

/// Waits for all four, and reports which program it waits for.
///
/// # Errors
/// [`AptProblem::InUse`] after the deadline, [`crate::error::Error::Interrupted`].
pub(super) fn wait(host: &Host, step: &Step, deadline: Duration, emit: Sink<'_>) -> Result<()> {
    Waiting { host, id: &step.id, patience: deadline, emit }.until(
        || {
            let holder = locks::gather(host);
            Ok(holder.map_or(Poll::Over(()), |holder| Poll::Busy(holder.to_string())))
        },
        |holder, seconds| AptProblem::InUse { holder, waited_seconds: Some(seconds) }.into(),
    )
}

/// Waits for all four and keeps dpkg's two from everybody else. A student's commands run under sudo
/// one by one, and nothing of theirs can hold a lock of root's meanwhile: then waiting must do.
///
/// # Errors
/// As [`wait`].
pub(super) fn hold(
    host: &Host,
    step: &Step,
    deadline: Duration,
    emit: Sink<'_>,
) -> Result<Vec<FileLock>> {
    let clock = Clock::start();
    loop {
        wait(host, step, deadline.saturating_sub(clock.elapsed()), emit)?;
        if step.command.elevation.is_some() {
            return Ok(Vec::new());
        }
        let held: Option<Vec<FileLock>> = LOCKS[..2]
            .iter()
            .map(|lock| host.hold_lock(Path::new(lock)).transpose())
            .collect::<Option<Result<_>>>()
            .transpose()?;
        match held {
            Some(held) => return Ok(held),
            None => host.pause(POLL_INTERVAL),
        }
    }
}
