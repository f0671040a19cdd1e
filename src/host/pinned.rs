//! A folder held open, so that a command works in that very folder, whatever is put in its place
//! meanwhile. For root at work where a student can write.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process;

use nix::fcntl::{OFlag, open, openat};
use nix::sys::stat::Mode;

use super::Host;
use crate::error::{Error, Result};

/// A folder that is held open for as long as this lives.
#[derive(Debug)]
pub struct PinnedFolder {
    folder: File,
    /// Who owns it.
    pub uid: u32,
    /// Who owns the folder that holds it.
    pub parent_uid: u32,
}

impl PinnedFolder {
    /// Its descriptor.
    pub(super) fn file(&self) -> &File {
        &self.folder
    }

    /// The path by which a child reaches it.
    pub fn path(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}/fd/{}", process::id(), self.folder.as_raw_fd()))
    }
}

impl Host {
    /// Opens a folder and keeps it.
    ///
    /// # Errors
    /// [`Error::Io`] when it is no folder, or when a link came into the way since one looked.
    pub fn pin_folder(&self, path: &Path) -> Result<PinnedFolder> {
        let failed = |source: io::Error| Error::Io {
            action: "open the folder",
            path: path.to_owned(),
            source,
        };
        let real = self.real_path(path).ok_or_else(|| failed(io::ErrorKind::NotFound.into()))?;
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let inside = self.inside(Path::new("/"));
        let mut folder =
            File::from(open(&inside, flags, Mode::empty()).map_err(|errno| failed(errno.into()))?);
        let mut parent_uid = 0;
        // No link is followed from here on: the real path has none.
        for name in real.iter().skip(1) {
            parent_uid = folder.metadata().map_err(failed)?.uid();
            folder = File::from(
                openat(&folder, name, flags, Mode::empty())
                    .map_err(|errno| failed(errno.into()))?,
            );
        }
        let uid = folder.metadata().map_err(failed)?.uid();
        Ok(PinnedFolder { folder, uid, parent_uid })
    }
}
