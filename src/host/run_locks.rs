//! Our own locks, so that two runs of labready wait for each other, and who holds them.
//!
//! The machine's is a file that only root can open: nobody else can keep root waiting. A folder can
//! be locked by whoever can open it, so only root and its own people are waited for.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process;
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use nix::libc;
use nix::unistd::{SysconfVar, sysconf};

use super::files::is_missing;
use super::locks::open_folder;
use super::{Host, Kind};
use crate::error::{Error, Result};

/// Root's lock on the machine.
const MACHINE: &str = "/run/labready.lock";

/// How often, and how far apart, is looked who has taken it.
const LOOKS: usize = 25;
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// What came of asking for a lock.
#[derive(Debug)]
pub enum LockAttempt {
    /// It is ours; or there is nothing that could be locked.
    Taken(Option<RunLock>),
    /// Another run has it; which, where that can be told.
    Busy(Option<RunningProcess>),
}

/// A lock that is held for as long as this lives; the kernel lets go of it when we die.
#[derive(Debug)]
pub struct RunLock {
    /// The file to remove, where it was made for the lock alone.
    file: Option<PathBuf>,
    _lock: Flock<File>,
}

/// A process that holds a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunningProcess {
    /// Its number.
    pub pid: i32,
    /// Whose it is.
    pub uid: u32,
    /// How long it has been running, in seconds, where the kernel says so.
    pub seconds: Option<u64>,
}

impl Host {
    /// Locks the machine, which only root can.
    ///
    /// # Errors
    /// [`Error::Io`] when the lock file cannot be opened.
    pub fn lock_machine(&self) -> Result<LockAttempt> {
        let path = Path::new(MACHINE);
        let inside = self.inside(path);
        let failed = |source| Error::Io { action: "open", path: path.to_owned(), source };
        loop {
            let opened = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o600)
                .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
                .open(&inside);
            let file = match opened {
                Ok(file) => file,
                // An image that is being built may have no /run, and no second run either. Who works
                // in a sandbox that cannot write there changes nothing on this machine.
                Err(error)
                    if is_missing(&error) || error.kind() == ErrorKind::ReadOnlyFilesystem =>
                {
                    return Ok(LockAttempt::Taken(None));
                }
                Err(error) => return Err(failed(error)),
            };
            let ours = file.metadata().map_err(failed)?.ino();
            let lock = match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
                Ok(lock) => lock,
                Err((_, Errno::EWOULDBLOCK)) => {
                    return Ok(LockAttempt::Busy(self.noted_soon(path)));
                }
                Err((_, errno)) => return Err(failed(errno.into())),
            };
            // The run before us may have removed the file that we opened.
            if fs::symlink_metadata(&inside).is_ok_and(|now| now.ino() == ours) {
                // Only for whoever waits: without it, nobody is named.
                let _ = lock.set_len(0).and_then(|()| write!(&*lock, "{}", process::id()));
                return Ok(LockAttempt::Taken(Some(RunLock { file: Some(inside), _lock: lock })));
            }
        }
    }

    /// Locks a folder, unless another run of these accounts or of root has it; root waits for nobody
    /// who is not known. A folder that cannot be opened has nothing in it to fight over.
    pub fn lock_for(&self, folder: &Path, accounts: &[u32]) -> LockAttempt {
        let opened = {
            let _rights = self.borrow_rights();
            open_folder(&self.inside(folder))
        };
        let Ok(opened) = opened else { return LockAttempt::Taken(None) };
        match Flock::lock(opened, FlockArg::LockExclusiveNonblock) {
            Ok(lock) => LockAttempt::Taken(Some(RunLock { file: None, _lock: lock })),
            Err((_, Errno::EWOULDBLOCK)) => match self.flock_holder(folder) {
                Some(holder) if holder.uid != 0 && !accounts.contains(&holder.uid) => {
                    LockAttempt::Taken(None)
                }
                // On btrfs and on NFS the kernel names nobody: that may be anybody, and root's runs
                // have the machine's lock already.
                None if self.users.effective() == 0 => LockAttempt::Taken(None),
                holder => LockAttempt::Busy(holder),
            },
            // Some network file systems have no such locks.
            Err(_) => LockAttempt::Taken(None),
        }
    }

    /// Who says so in the lock's file; whoever has only just taken it may not have done so yet.
    fn noted_soon(&self, path: &Path) -> Option<RunningProcess> {
        for _ in 0..LOOKS {
            if let Some(holder) = self.noted(path) {
                return Some(holder);
            }
            self.pause(BETWEEN_LOOKS);
        }
        self.noted(path)
    }

    /// Who says in the lock's file that it holds it.
    fn noted(&self, path: &Path) -> Option<RunningProcess> {
        let pid = self.read_at_most(path, 64).ok().flatten()?.trim().parse().ok()?;
        self.running(pid)
    }

    /// Who holds such a lock; `None` where it lives in another container.
    fn flock_holder(&self, path: &Path) -> Option<RunningProcess> {
        self.running(self.listed_by_the_kernel(path, &["FLOCK"]).filter(|pid| *pid > 0)?)
    }

    fn running(&self, pid: i32) -> Option<RunningProcess> {
        let folder = PathBuf::from(format!("/proc/{pid}"));
        let entry = self.lstat(&folder);
        (entry.kind == Kind::Folder).then(|| RunningProcess {
            pid,
            uid: entry.uid,
            seconds: self.age(&folder),
        })
    }

    /// How long a process has been running, in seconds.
    fn age(&self, process: &Path) -> Option<u64> {
        let read = |path: &Path| self.read_at_most(path, 4096).ok().flatten();
        let uptime: f64 = read(Path::new("/proc/uptime"))?.split(' ').next()?.parse().ok()?;
        let stat = read(&process.join("stat"))?;
        // `42 (the name) S …`: the start is the 20th word after the name, in ticks since the boot.
        let started: f64 = stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()?;
        let ticks = sysconf(SysconfVar::CLK_TCK).ok().flatten()? as f64;
        Some((uptime - started / ticks).max(0.0) as u64)
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        // While it is still locked, so that nobody can have taken it over.
        if let Some(file) = &self.file {
            let _ = fs::remove_file(file);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn root_does_not_wait_for_a_holder_of_a_folder_that_nobody_names() {
        let root = tempfile::tempdir().unwrap();
        let locked = File::open(root.path()).unwrap();
        let _held = Flock::lock(locked, FlockArg::LockExclusiveNonblock).unwrap();
        // No /proc/locks in this folder: the kernel says nothing.
        let host = |uid| Host::in_folder(root.path(), BTreeMap::new()).run_by(uid);
        let attempt = |uid| host(uid).lock_for(Path::new("/"), &[uid]);
        assert!(matches!(attempt(0), LockAttempt::Taken(None)));
        assert!(matches!(attempt(1000), LockAttempt::Busy(None)));
    }
}
