//! The first boot of a machine that cloud-init prepares: setup waits until it finishes, as for a
//! lock. cloud-init writes apt's sources, so an index from before is older than they are.

use super::Task;
use super::look::decide;
use crate::error::Result;
use crate::facts::cloud_init::{self, CloudInit};
use crate::problem::{MachineProblem, Problem};
use crate::waiting::{Poll, Waiting};

/// Waits where something has to be installed.
///
/// # Errors
/// [`MachineProblem::CloudInitRunning`] after the deadline, [`crate::error::Error::Interrupted`].
pub(super) fn wait(task: &Task<'_>) -> Result<()> {
    if cloud_init::gather(task.host) != CloudInit::Running {
        return Ok(());
    }
    let (_, planned) = decide(task, &[])?;
    if planned.is_ok_and(|plan| !plan.steps.iter().any(|step| step.needs_root)) {
        return Ok(());
    }
    let emit = |event| task.output.emit(event);
    let patience = task.request.patience;
    Waiting { host: task.host, id: "cloud-init", patience, emit: &emit }.until(
        || {
            Ok(match cloud_init::gather(task.host) {
                CloudInit::Running => Poll::Busy("cloud-init".into()),
                CloudInit::Quiet | CloudInit::StartedUs => Poll::Over(()),
            })
        },
        |_, _| Problem::new(MachineProblem::CloudInitRunning).as_error(),
    )
}
