//! The children that must not outlive us, for the moment when we end at once.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::thread;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;

use super::launch::spawn_turn;

static RUNNING: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// A child that ends with us, for as long as this lives.
#[derive(Debug)]
pub(super) struct EndsWithUs(i32);

impl EndsWithUs {
    /// Notes it, by the id of its process, which is also its group's.
    pub fn note(pid: i32) -> Self {
        RUNNING.lock().unwrap_or_else(PoisonError::into_inner).insert(pid);
        Self(pid)
    }
}

impl Drop for EndsWithUs {
    fn drop(&mut self) {
        // Nobody looks after it any more.
        if thread::panicking() {
            signal_group(Pid::from_raw(self.0), Signal::SIGKILL);
        }
        RUNNING.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

/// Whether this child was started by us and is still looked after.
pub(super) fn is_noted(pid: i32) -> bool {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner).contains(&pid)
}

/// Whether none of them runs any more.
pub(super) fn are_all_over() -> bool {
    let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    let is_over =
        |pid: &i32| waitid(Id::Pid(Pid::from_raw(*pid)), flags) != Ok(WaitStatus::StillAlive);
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner).iter().all(is_over)
}

/// Kills all of them, and lets no other start for as long as `and_then` takes.
pub(super) fn kill_all(and_then: impl FnOnce()) {
    let _nobody_starts = spawn_turn();
    for pid in RUNNING.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        signal_group(Pid::from_raw(*pid), Signal::SIGKILL);
    }
    and_then();
}

/// Signals a child's group. A child that was started a moment ago has none yet.
pub(super) fn signal_group(group: Pid, signal: Signal) {
    if killpg(group, signal) == Err(Errno::ESRCH) {
        // It may be gone already.
        let _ = kill(group, signal);
    }
}
