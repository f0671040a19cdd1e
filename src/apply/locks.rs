//! Waiting until apt and dpkg are free. apt's own option waits for two of the four locks only; all four are looked at, none is ever taken,
//! deleted, or freed by ending its holder.

use std::path::Path;
use std::time::Duration;

use super::stopped;
use crate::error::Result;
use crate::event::{Event, Sink};
use crate::finding::{Finding, Id};
use crate::host::{Clock, Holder, Host};
use crate::plan::Step;

/// Every lock that apt-get or dpkg takes on its way.
const LOCKS: [&str; 4] =
    ["/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/cache/apt/archives/lock", "/var/lib/apt/lists/lock"];
/// How often the locks are looked at.
const GLANCE: Duration = Duration::from_millis(250);

/// The first of the four that somebody holds.
pub(super) fn holder(host: &Host) -> Option<Holder> {
    LOCKS.iter().find_map(|lock| host.lock_holder(Path::new(lock)))
}

/// Waits for all four, and tells whom it waits for.
///
/// # Errors
/// [`crate::error::Error::Step`] after the deadline, [`crate::error::Error::Interrupted`].
pub(super) fn wait(host: &Host, step: &Step, deadline: Duration, emit: Sink<'_>) -> Result<()> {
    let clock = Clock::start();
    while let Some(holder) = holder(host) {
        let waited = clock.elapsed();
        let who = match holder.pid {
            Some(pid) => format!("{}, pid {pid}", holder.name),
            None => holder.name,
        };
        if waited >= deadline {
            let title = format!("apt is in use by another program ({who}), and was for {} s", waited.as_secs());
            let finding = Finding::error(Id::AptInUse, title, "");
            return Err(stopped(step, finding, "wait until that program is done, or raise `--lock-timeout`"));
        }
        emit(Event::StepWaits { id: step.id.clone(), for_whom: who, seconds: waited.as_secs() });
        host.go_on()?;
        host.pause(GLANCE);
    }
    Ok(())
}
