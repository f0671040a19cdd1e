//! Root's files in a student's folder, given to the student. The folder is the student's, who may
//! put anything anywhere meanwhile: so each file is held open, looked at, and changed, by its own
//! descriptor. What is mounted there, and what of root's not everybody may read, is left.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process;

use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, OpenHow, ResolveFlag, openat, openat2};
use nix::sys::stat::Mode;
use nix::unistd::{Gid, Uid, fchownat};

use super::PinnedFolder;
use crate::error::{Error, Result};
use crate::problem::RootsFile;

/// Deeper than any virtual environment.
const DEEPEST: usize = 100;
const HOLD: OFlag = OFlag::O_PATH.union(OFlag::O_NOFOLLOW).union(OFlag::O_CLOEXEC);

/// A walk through a folder.
struct Walk {
    /// Whom root's files are given to; nobody, when they are only looked at.
    owner: Option<(Uid, Gid)>,
    device: u64,
    left: Vec<(PathBuf, RootsFile)>,
}

/// A folder that the walk is in.
struct Level {
    folder: File,
    path: PathBuf,
    names: Vec<OsString>,
}

impl PinnedFolder {
    /// Gives what of it is root's to another account. What is left, and why.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn give_to(&self, uid: u32, gid: u32) -> Result<Vec<(PathBuf, RootsFile)>> {
        self.walk(Some((Uid::from_raw(uid), Gid::from_raw(gid))))
    }

    /// What of it is root's, and why it would be left.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn of_root(&self) -> Result<Vec<(PathBuf, RootsFile)>> {
        self.walk(None)
    }

    fn walk(&self, owner: Option<(Uid, Gid)>) -> Result<Vec<(PathBuf, RootsFile)>> {
        let failed = |source| Error::Io { action: "look into", path: self.path(), source };
        let folder = self.file().try_clone().map_err(failed)?;
        let device = folder.metadata().map_err(failed)?.dev();
        let mut walk = Walk { owner, device, left: Vec::new() };
        let mut levels = Vec::new();
        levels.extend(walk.look_at(folder, PathBuf::new()).map_err(failed)?);
        while let Some(level) = levels.last_mut() {
            let Some(name) = level.names.pop() else {
                levels.pop();
                continue;
            };
            let path = level.path.join(&name);
            let next = match hold(&level.folder, &name, walk.device) {
                Ok(_) if levels.len() > DEEPEST => {
                    walk.left.push((path, RootsFile::TooDeep));
                    continue;
                }
                Ok(file) => walk.look_at(file, path),
                Err(Errno::EXDEV) => {
                    walk.left.push((path, RootsFile::Mounted));
                    continue;
                }
                // It is gone meanwhile.
                Err(Errno::ENOENT) => continue,
                Err(errno) => Err(errno.into()),
            };
            levels.extend(next.map_err(failed)?);
        }
        Ok(walk.left)
    }
}

impl Walk {
    /// Takes one file; when it is a folder that is walked through, with the names in it.
    fn look_at(&mut self, file: File, path: PathBuf) -> io::Result<Option<Level>> {
        let metadata = file.metadata()?;
        let kind = metadata.file_type();
        let mode = metadata.mode();
        if metadata.uid() == 0 {
            let why = match kind {
                kind if kind.is_dir() && mode & 0o005 != 0o005 => Some(RootsFile::Private),
                kind if kind.is_dir() => None,
                _ if metadata.nlink() > 1 => Some(RootsFile::OtherName),
                kind if kind.is_symlink() => None,
                kind if !kind.is_file() => Some(RootsFile::Special),
                _ if mode & 0o6000 != 0 => Some(RootsFile::SetUid),
                _ if mode & 0o004 == 0 => Some(RootsFile::Private),
                _ => None,
            };
            match (why, self.owner) {
                (Some(why), _) => {
                    self.left.push((path, why));
                    return Ok(None);
                }
                (None, Some((uid, gid))) => {
                    fchownat(&file, "", Some(uid), Some(gid), AtFlags::AT_EMPTY_PATH)?;
                }
                (None, None) => self.left.push((path.clone(), RootsFile::Unchanged)),
            }
        } else if self.owner.is_some_and(|(uid, _)| uid.as_raw() != metadata.uid()) {
            return Ok(None);
        }
        if !kind.is_dir() {
            return Ok(None);
        }
        let names = names(&file)?;
        Ok(Some(Level { folder: file, path, names }))
    }
}

/// Opens a name in a folder to look at it. EXDEV where something is mounted.
fn hold(folder: &File, name: &OsStr, device: u64) -> nix::Result<File> {
    let resolve = ResolveFlag::RESOLVE_NO_XDEV | ResolveFlag::RESOLVE_NO_SYMLINKS;
    match openat2(folder, name, OpenHow::new().flags(HOLD).resolve(resolve)) {
        // A kernel, or a sandbox, that does not know the call.
        Err(Errno::ENOSYS | Errno::EPERM) => {
            let file = File::from(openat(folder, name, HOLD, Mode::empty())?);
            let is_here = file.metadata().is_ok_and(|metadata| metadata.dev() == device);
            if is_here { Ok(file) } else { Err(Errno::EXDEV) }
        }
        held => held.map(File::from),
    }
}

/// The names in a folder that is held open; none where it may not be read.
fn names(folder: &File) -> io::Result<Vec<OsString>> {
    let path = format!("/proc/{}/fd/{}", process::id(), folder.as_raw_fd());
    match fs::read_dir(Path::new(&path)) {
        Ok(entries) => entries.map(|entry| entry.map(|entry| entry.file_name())).collect(),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}
