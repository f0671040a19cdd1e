//! The locks of apt and dpkg: who holds one, and holding it. `run_locks` has our own.

use std::fmt::{self, Display, Formatter};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;
use nix::sys::stat::{major, minor};

use super::Host;
use crate::error::{Error, Result};
use crate::words::one_line;

/// The process that holds a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its number; `None` when it lives in another container.
    pub pid: Option<i32>,
    /// Its name, as the kernel knows it.
    pub name: String,
}

impl Display for Holder {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self.pid {
            Some(pid) => write!(formatter, "{}, pid {pid}", one_line(&self.name)),
            None => formatter.write_str(&one_line(&self.name)),
        }
    }
}

/// A lock file that is held for as long as this lives, as apt and dpkg would hold it.
#[derive(Debug)]
pub struct FileLock(#[expect(dead_code, reason = "held, not read")] File);

impl Host {
    /// Who holds a lock file; `None` when nobody does, or it cannot be told.
    pub fn lock_holder(&self, path: &Path) -> Option<Holder> {
        let pid = match self.asked_of_the_file(path) {
            Some(answer) => answer?,
            None => self.listed_by_the_kernel(path, &["POSIX", "OFDLCK"])?,
        };
        let name = self.read_at_most(Path::new(&format!("/proc/{pid}/comm")), 4096).ok().flatten();
        let name = name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        Some(Holder {
            pid: (pid > 0).then_some(pid),
            name: name.unwrap_or_else(|| "another process".into()),
        })
    }

    /// Takes a lock of apt's and dpkg's; `None` when somebody has it. Only root can.
    ///
    /// # Errors
    /// [`Error::Io`] when the lock file cannot be opened.
    pub fn hold_lock(&self, path: &Path) -> Result<Option<FileLock>> {
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o640)
            .open(self.inside(path));
        let file = opened.map_err(|source| Error::Io {
            action: "open the lock",
            path: path.to_owned(),
            source,
        })?;
        // Bound to this descriptor: a lock of the process would be let go of whenever the file is
        // looked at and closed again.
        Ok(fcntl(&file, FcntlArg::F_OFD_SETLK(&whole_file())).is_ok().then_some(FileLock(file)))
    }

    /// Asks by F_GETLK on a read-only descriptor, which takes nothing. `None` when the file cannot
    /// be opened, as apt's cannot by a student.
    fn asked_of_the_file(&self, path: &Path) -> Option<Option<i32>> {
        let file = OpenOptions::new().read(true).open(self.inside(path)).ok()?;
        let mut lock = whole_file();
        fcntl(&file, FcntlArg::F_GETLK(&mut lock)).ok()?;
        let is_held = lock.l_type != libc::F_UNLCK as libc::c_short;
        Some(is_held.then_some(lock.l_pid))
    }

    /// `/proc/locks`: `1: POSIX  ADVISORY  WRITE 2180 08:01:131103 0 EOF`, readable by everybody.
    pub(super) fn listed_by_the_kernel(&self, path: &Path, kinds: &[&str]) -> Option<i32> {
        let metadata = fs::metadata(self.inside(path)).ok()?;
        let file = format!(
            "{:02x}:{:02x}:{}",
            major(metadata.dev()),
            minor(metadata.dev()),
            metadata.ino()
        );
        let locks = self.read_at_most(Path::new("/proc/locks"), 1 << 20).ok().flatten()?;
        locks.lines().find_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                [_, kind, _, _, pid, held, ..] if kinds.contains(kind) && *held == file => {
                    pid.parse().ok()
                }
                _ => None,
            }
        })
    }
}

/// A lock for writing on all of a file, as apt and dpkg take it.
fn whole_file() -> libc::flock {
    libc::flock {
        l_type: libc::F_WRLCK as libc::c_short,
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: 0,
        l_len: 0,
        l_pid: 0,
    }
}

/// Opens a folder to lock it, and nothing else: a pipe in its place would keep us waiting.
pub(super) fn open_folder(folder: &Path) -> io::Result<File> {
    let flags = libc::O_DIRECTORY | libc::O_NONBLOCK;
    OpenOptions::new().read(true).custom_flags(flags).open(folder)
}
