//! Children of scripts that outlive them: a script that forks twice leaves a process that is
//! nobody's. While scripts run, such processes become ours, and end with the scripts.
//!
//! Only for as long as scripts run: what a package's installation starts is the system's.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use nix::sys::prctl::set_child_subreaper;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;

use super::Host;
use super::children::{are_all_over, is_noted};
use super::launch::spawn_turn;

/// How often what is left is looked for: each round may find the children of those that it killed.
const ROUNDS: usize = 200;
const PAUSE: Duration = Duration::from_millis(2);

/// The machine whose orphans are ours now.
static ADOPTING: Mutex<Option<Host>> = Mutex::new(None);

/// Orphans become ours for as long as this lives; then they are killed.
#[derive(Debug)]
pub struct Orphans(Host);

impl Host {
    /// Takes in what scripts leave behind.
    pub fn adopt_orphans(&self) -> Orphans {
        // A kernel without it leaves them to process 1, as before.
        let _ = set_child_subreaper(true);
        *adopting() = Some(self.clone());
        Orphans(self.clone())
    }

    /// Children of ours that we did not start.
    fn orphans(&self) -> Vec<Pid> {
        let tasks = self.list_readable(Path::new("/proc/self/task"));
        let of_task = |task: std::ffi::OsString| {
            let file = Path::new("/proc/self/task").join(task).join("children");
            self.read_at_most(&file, 1 << 20).ok().flatten().unwrap_or_default()
        };
        let children = tasks.into_iter().map(of_task).collect::<Vec<_>>().join(" ");
        let pids = children.split_whitespace().filter_map(|pid| pid.parse().ok());
        pids.filter(|pid| !is_noted(*pid)).map(Pid::from_raw).collect()
    }

    /// Kills those that there are. Whether there were any.
    fn kill_orphans(&self) -> bool {
        let orphans = self.orphans();
        for orphan in &orphans {
            let _ = kill(*orphan, Signal::SIGKILL);
            let _ = waitid(Id::Pid(*orphan), WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG);
        }
        !orphans.is_empty()
    }
}

/// Kills what scripts have left behind, when we end at once: our children were killed, and no other
/// starts any more.
pub(super) fn end_with_us() {
    let Some(host) = adopting().take() else { return };
    for _ in 0..ROUNDS {
        // What a child leaves behind becomes ours when it is over.
        let is_last = are_all_over();
        if !host.kill_orphans() && is_last {
            break;
        }
        thread::sleep(PAUSE);
    }
}

fn adopting() -> MutexGuard<'static, Option<Host>> {
    ADOPTING.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Orphans {
    fn drop(&mut self) {
        for _ in 0..ROUNDS {
            // A child is ours and not noted between its start and its note.
            let nobody_starts = spawn_turn();
            let were_any = self.0.kill_orphans();
            drop(nobody_starts);
            if !were_any {
                break;
            }
            thread::sleep(PAUSE);
        }
        adopting().take();
        let _ = set_child_subreaper(false);
    }
}
