//! The first boot of a machine that cloud-init prepares: setup waits until that is done, as for a
//! lock, and then for a fresh index.

use std::time::Duration;

use super::Task;
use super::look::decide;
use crate::error::{Error, Result};
use crate::event::Event;
use crate::facts::cloud_init::{self, CloudInit};
use crate::host::Clock;
use crate::plan::Settings;
use crate::problem::{ProblemRecord, Severity};

/// How often it is looked at.
const GLANCE: Duration = Duration::from_millis(250);

/// Waits where something has to be installed. What apt knew before is out of date then.
///
/// # Errors
/// [`Error::Broken`] after the deadline, [`Error::Interrupted`].
pub(super) fn wait(task: &Task<'_>, settings: &mut Settings, deadline: Duration) -> Result<()> {
    if cloud_init::gather(task.host) != CloudInit::Running {
        return Ok(());
    }
    let (_, planned) = decide(task, settings)?;
    if planned.is_ok_and(|plan| !plan.steps.iter().any(|step| step.needs_root)) {
        return Ok(());
    }
    let clock = Clock::start();
    while let Some(finding) = cloud_init::gather(task.host).finding() {
        let seconds = clock.elapsed().as_secs();
        if clock.elapsed() >= deadline {
            let finding = Box::new(ProblemRecord { severity: Severity::Error, ..finding });
            return Err(Error::Broken { finding });
        }
        task.output.emit(Event::StepWaits {
            id: "cloud-init".into(),
            waits_for: "cloud-init".into(),
            seconds,
        });
        task.host.check_interrupted()?;
        task.host.pause(GLANCE);
    }
    settings.outdated = true;
    Ok(())
}
