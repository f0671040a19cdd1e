//! Files, looked at: bounded reads, and what is at a path without following links.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use nix::sys::statvfs::{FsFlags, statvfs};

use super::Host;
use crate::error::{Error, Result};
use crate::problem::MachineProblem;

/// More than any file that is read as a whole; dpkg's status of a full desktop is about 10 MB.
const READ_LIMIT: u64 = 256 << 20;
/// How many links may lie on the way to a file, as in the kernel.
pub(super) const LINK_LIMIT: usize = 40;

/// What is at a path itself (links are not followed).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing.
    Missing,
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, and what it says.
    Link(PathBuf),
    /// A device, a socket, a pipe.
    Other,
    /// It cannot be told: looking was refused, for this reason.
    Unreadable(io::ErrorKind),
}

/// A look at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What is there.
    pub kind: Kind,
    /// Who owns it; 0 where nothing is there.
    pub uid: u32,
    /// Its group; 0 where nothing is there.
    pub gid: u32,
    /// Permission bits.
    pub mode: u32,
    /// Size in bytes.
    pub size: u64,
    /// Last modification, where the file system knows it.
    pub modified: Option<SystemTime>,
}

impl Entry {
    const MISSING: Self =
        Self { kind: Kind::Missing, uid: 0, gid: 0, mode: 0, size: 0, modified: None };

    /// Whether anything is there, or may be.
    pub fn exists(&self) -> bool {
        self.kind != Kind::Missing
    }
}

impl Host {
    /// Looks at a path without following a link at its end.
    pub fn lstat(&self, path: &Path) -> Entry {
        let _rights = self.borrow_rights();
        let inside = self.inside(path);
        let metadata = match fs::symlink_metadata(&inside) {
            Ok(metadata) => metadata,
            Err(error) if is_missing(&error) => return Entry::MISSING,
            Err(error) => return Entry { kind: Kind::Unreadable(error.kind()), ..Entry::MISSING },
        };
        let kind = match metadata.file_type() {
            kind if kind.is_file() => Kind::File,
            kind if kind.is_dir() => Kind::Folder,
            kind if kind.is_symlink() => match fs::read_link(&inside) {
                Ok(target) => Kind::Link(target),
                // It vanished just now; or it is one of the kernel's, of another account's process.
                Err(error) if is_missing(&error) => return Entry::MISSING,
                Err(error) => Kind::Unreadable(error.kind()),
            },
            _ => Kind::Other,
        };
        let modified = metadata.modified().ok();
        Entry {
            kind,
            uid: self.listed_owner(&self.absolute(path)).unwrap_or_else(|| metadata.uid()),
            gid: metadata.gid(),
            mode: metadata.mode() & 0o7777,
            size: metadata.len(),
            modified,
        }
    }

    /// Looks at a path that must not be misjudged.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be told what is there.
    pub fn inspect(&self, path: &Path) -> Result<Entry> {
        let entry = self.lstat(path);
        match entry.kind {
            Kind::Unreadable(kind) => {
                Err(Error::Io { action: "look at", path: path.to_owned(), source: kind.into() })
            }
            _ => Ok(entry),
        }
    }

    /// Reads a text file; `None` when there is none. Bytes that are not UTF-8 become U+FFFD.
    ///
    /// # Errors
    /// [`Error::Io`] when it is there and cannot be read, [`MachineProblem::FileTooLarge`] past 256 MiB.
    pub fn read(&self, path: &Path) -> Result<Option<String>> {
        self.read_at_most(path, READ_LIMIT)
    }

    /// The same with a limit of its own, in bytes.
    ///
    /// # Errors
    /// As [`Host::read`].
    pub fn read_at_most(&self, path: &Path, limit: u64) -> Result<Option<String>> {
        let failed = |source| Error::Io { action: "read", path: path.to_owned(), source };
        let _rights = self.borrow_rights();
        // Non-blocking, so that a named pipe in the place of a file cannot hold us up.
        let opened = OpenOptions::new()
            .read(true)
            .custom_flags(nix::libc::O_NONBLOCK)
            .open(self.inside(path));
        let file = match opened {
            Ok(file) => file,
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let mut bytes = Vec::new();
        file.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() as u64 > limit {
            return Err(
                MachineProblem::FileTooLarge { file: path.to_owned(), limit_bytes: limit }.into()
            );
        }
        Ok(Some(match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        }))
    }

    /// The names in a folder, sorted; none when it is missing or no folder.
    ///
    /// # Errors
    /// [`Error::Io`] when it is there and cannot be read.
    pub fn list(&self, folder: &Path) -> Result<Vec<OsString>> {
        let failed = |source| Error::Io { action: "list", path: folder.to_owned(), source };
        let _rights = self.borrow_rights();
        let entries = match fs::read_dir(self.inside(folder)) {
            Ok(entries) => entries,
            Err(error) if is_missing(&error) => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let names = entries.map(|entry| entry.map(|entry| entry.file_name()));
        let mut names = names.collect::<io::Result<Vec<_>>>().map_err(failed)?;
        names.sort();
        Ok(names)
    }

    /// The same, where a folder that cannot be read is as good as none.
    pub fn list_readable(&self, folder: &Path) -> Vec<OsString> {
        self.list(folder).unwrap_or_default()
    }

    /// Where a path leads when every link is followed, within this machine; `None` when it leads
    /// nowhere.
    pub fn real_path(&self, path: &Path) -> Option<PathBuf> {
        let mut real = PathBuf::from("/");
        let mut rest: Vec<OsString> = names(&self.absolute(path)).rev().collect();
        let mut links = 0;
        while let Some(name) = rest.pop() {
            if name == ".." {
                real.pop();
                continue;
            }
            let step = real.join(&name);
            match self.lstat(&step).kind {
                Kind::Missing => return None,
                Kind::Link(target) => {
                    links += 1;
                    if links > LINK_LIMIT {
                        return None;
                    }
                    if target.is_absolute() {
                        real = PathBuf::from("/");
                    }
                    rest.extend(names(&target).rev());
                }
                _ => real = step,
            }
        }
        Some(real)
    }

    /// Whether two paths, their links followed, are the same file. What cannot be looked at is
    /// taken for the same.
    pub fn is_same(&self, one: &Path, other: &Path) -> bool {
        let _rights = self.borrow_rights();
        match (fs::metadata(self.inside(one)), fs::metadata(self.inside(other))) {
            (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
            _ => true,
        }
    }

    /// Free bytes for this user on the file system that holds the path, or the nearest folder above
    /// it that exists.
    pub fn free_bytes(&self, path: &Path) -> Option<u64> {
        let _rights = self.borrow_rights();
        let absolute = self.absolute(path);
        absolute.ancestors().find_map(|folder| {
            let numbers = statvfs(&self.inside(folder)).ok()?;
            Some(numbers.blocks_available() as u64 * numbers.fragment_size() as u64)
        })
    }

    /// The number of the file system that holds the path, or the nearest folder above it that exists.
    pub fn file_system(&self, path: &Path) -> Option<u64> {
        let _rights = self.borrow_rights();
        let absolute = self.absolute(path);
        absolute
            .ancestors()
            .find_map(|folder| fs::metadata(self.inside(folder)).ok().map(|found| found.dev()))
    }

    /// Whether the file system that holds the path is mounted read-only.
    pub fn is_read_only(&self, path: &Path) -> bool {
        let _rights = self.borrow_rights();
        statvfs(&self.inside(path))
            .is_ok_and(|numbers| numbers.flags().contains(FsFlags::ST_RDONLY))
    }
}

/// Nothing is there, or what it would lie in is no folder.
pub(super) fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// The names on a path, `..` among them.
pub(super) fn names(path: &Path) -> impl DoubleEndedIterator<Item = OsString> {
    path.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some(OsString::from("..")),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    })
}

/// A path without `.` and `..`, by its letters.
pub(super) fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                normal.pop();
            }
            Component::CurDir => {}
            other => normal.push(other),
        }
    }
    normal
}
