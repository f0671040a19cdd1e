//! Copies of files that are known by their digest, in folders that nobody else can write.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use super::{Digest, Host, Kind, LockAttempt, Reach, RunLock};
use crate::error::{Error, Result};
use crate::problem::MachineProblem;

/// How the names of our temporary folders begin.
const TEMPORARY: &str = "labready-";
/// Stands in a folder that is ours to remove: a name can be anybody's.
const MARK: &str = ".labready-scratch";
/// A folder that is in use is locked by then.
const SETTLED: Duration = Duration::from_secs(60);

/// A temporary folder that is locked while it is in use.
#[derive(Debug)]
pub struct RoomyFolder {
    folder: TempDir,
    // Held, so that no other run takes it for one that was left behind.
    _lock: Option<RunLock>,
}

impl RoomyFolder {
    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// What a file was when it was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// SHA-256 of what was copied, in hex.
    pub sha256: String,
    /// How many bytes.
    pub size: u64,
}

impl Host {
    /// Copies a regular file to a new one, and tells what was copied. A link, or anything else in
    /// its place, is refused; so is what is longer than the limit, in bytes.
    ///
    /// # Errors
    /// [`Error::Io`], [`MachineProblem::FileTooLarge`], [`Error::Interrupted`]; whatever is there of the copy
    /// then is no copy.
    pub fn copy_hashed(&self, from: &Path, to: &Path, limit: u64) -> Result<Copied> {
        let failed =
            |path: &Path, source| Error::Io { action: "copy", path: path.to_owned(), source };
        let flags = nix::libc::O_NOFOLLOW | nix::libc::O_NONBLOCK;
        let opened = OpenOptions::new().read(true).custom_flags(flags).open(self.inside(from));
        let mut source = opened.map_err(|error| failed(from, error))?;
        if !source.metadata().is_ok_and(|metadata| metadata.is_file()) {
            return Err(failed(
                from,
                io::Error::new(ErrorKind::InvalidInput, "it is not a regular file"),
            ));
        }
        let created =
            OpenOptions::new().write(true).create_new(true).mode(0o644).open(self.inside(to));
        let mut target = created.map_err(|error| failed(to, error))?;
        let (mut digest, mut size, mut block) = (Digest::default(), 0, vec![0; 256 << 10]);
        loop {
            self.check_interrupted()?;
            let count = source.read(&mut block).map_err(|error| failed(from, error))?;
            if count == 0 {
                break;
            }
            size += count as u64;
            if size > limit {
                return Err(MachineProblem::FileTooLarge {
                    file: from.to_owned(),
                    limit_bytes: limit,
                }
                .into());
            }
            digest.update(&block[..count]);
            target.write_all(&block[..count]).map_err(|error| failed(to, error))?;
        }
        // Whatever the umask: apt reads it as an account of its own. A stick without permissions
        // has none to set.
        let _ = target.set_permissions(Permissions::from_mode(0o644));
        Ok(Copied { sha256: digest.hex(), size })
    }

    /// A folder for hundreds of megabytes, removed when the value is dropped; nobody else can look
    /// into it yet. What a run of this account left there that was killed is removed first.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn roomy_folder(&self) -> Result<RoomyFolder> {
        let parent = Path::new("/var/tmp");
        self.sweep(parent)?;
        let folder = self.private_folder(parent)?;
        let lock = self.own_lock(&parent.join(folder.path().file_name().unwrap_or_default()))?;
        let mark = folder.path().join(MARK);
        let created = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&mark);
        created.map_err(|source| Error::Io { action: "create", path: mark, source })?;
        Ok(RoomyFolder { folder, _lock: lock })
    }

    /// A lock on a folder of ours; `None` where another run has it, or there are no such locks.
    fn own_lock(&self, folder: &Path) -> Result<Option<RunLock>> {
        Ok(match self.lock_for(folder, &[self.account()?.uid]) {
            LockAttempt::Taken(lock) => lock,
            LockAttempt::Busy(_) => None,
        })
    }

    /// Removes folders of ours, by the mark in them, that nobody works in any more. One that was made
    /// just now may not be locked yet.
    fn sweep(&self, parent: &Path) -> Result<()> {
        let uid = self.account()?.uid;
        let named = self
            .list_readable(parent)
            .into_iter()
            .filter(|name| name.to_string_lossy().starts_with(TEMPORARY));
        for folder in named.map(|name| parent.join(name)) {
            let entry = self.lstat(&folder);
            let is_old = entry
                .modified
                .and_then(|modified| modified.elapsed().ok())
                .is_some_and(|age| age > SETTLED);
            let mark = self.lstat(&folder.join(MARK));
            if entry.kind == Kind::Folder
                && entry.uid == uid
                && entry.mode & 0o022 == 0
                && mark.kind == Kind::File
                && mark.uid == uid
                && is_old
                && self.own_lock(&folder)?.is_some()
            {
                // What cannot be removed is in nobody's way.
                let _ = fs::remove_dir_all(self.inside(&folder));
            }
        }
        Ok(())
    }

    /// A folder below another one, removed when the value is dropped; nobody else can look into it
    /// yet.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn private_folder(&self, parent: &Path) -> Result<TempDir> {
        let failed = |source: io::Error| Error::Io {
            action: "create a temporary folder in",
            path: parent.to_owned(),
            source: source.kind().into(),
        };
        tempfile::Builder::new().prefix(TEMPORARY).tempdir_in(self.inside(parent)).map_err(failed)
    }

    /// When root asks: the first folder on the way to a path, the path itself included, whose
    /// content somebody else than root can replace.
    ///
    /// # Errors
    /// When /etc/passwd is there and cannot be read.
    pub fn first_writable_by_others(&self, path: &Path) -> Result<Option<PathBuf>> {
        if !self.account()?.is_root() {
            return Ok(None);
        }
        Ok(self.control(path, Reach::Itself)?.place().map(Path::to_owned))
    }

    /// Lets everybody look into a folder of ours, whatever the umask was. A stick without
    /// permissions has none to set.
    pub fn open_to_all(&self, folder: &Path) {
        let _ = fs::set_permissions(self.inside(folder), Permissions::from_mode(0o755));
    }

    /// Makes folders that everybody may look into.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn make_open_folders(&self, folders: &[PathBuf]) -> Result<()> {
        folders.iter().try_for_each(|folder| {
            self.make_folder(folder, None)?;
            self.open_to_all(folder);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::ffi::OsString;
    use std::time::{Duration, SystemTime};

    use super::*;

    #[test]
    fn only_old_folders_with_our_mark_that_nobody_works_in_are_swept() {
        let root = tempfile::tempdir().unwrap();
        let host = Host::in_folder(root.path(), BTreeMap::new());
        let parent = root.path().join("var/tmp");
        let make = |name: &str, is_marked: bool, is_old: bool| {
            let folder = parent.join(format!("{TEMPORARY}{name}"));
            fs::create_dir_all(&folder).unwrap();
            fs::set_permissions(&folder, Permissions::from_mode(0o700)).unwrap();
            if is_marked {
                fs::write(folder.join(MARK), "").unwrap();
            }
            let age = if is_old { SETTLED * 2 } else { Duration::ZERO };
            fs::File::open(folder).unwrap().set_modified(SystemTime::now() - age).unwrap();
        };
        make("killed", true, true);
        make("new", true, false);
        make("somebodys", false, true);
        make("at-work", true, true);
        let at_work = format!("/var/tmp/{TEMPORARY}at-work");
        let lock = host.own_lock(Path::new(&at_work)).unwrap();
        assert!(lock.is_some());
        host.sweep(Path::new("/var/tmp")).unwrap();
        let left = ["at-work", "new", "somebodys"].map(|name| format!("{TEMPORARY}{name}"));
        assert_eq!(host.list_readable(Path::new("/var/tmp")), left.map(OsString::from));
    }
}
