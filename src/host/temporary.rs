//! The folder that scripts are put into: readable by everybody, and gone afterwards, whatever a
//! script has made in it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use super::{Command, Host};
use crate::error::{Error, Result};

const LIMIT: Duration = Duration::from_secs(60);

/// A folder that is removed when the value is dropped.
#[derive(Debug)]
pub struct TemporaryFolder {
    host: Host,
    folder: Option<TempDir>,
}

impl Host {
    /// Makes one. Others may read it: labs run as the student.
    ///
    /// # Errors
    /// [`Error::Io`] when no folder can be made in TMPDIR or /tmp.
    pub fn temporary_folder(&self) -> Result<TemporaryFolder> {
        // In a chroot, TMPDIR may name a folder of the system around it; and root runs scripts here.
        let is_root = self.users.are_root();
        let named = self
            .variable("TMPDIR")
            .map(PathBuf::from)
            .filter(|folder| self.inside(folder).is_dir())
            .filter(|folder| !is_root || self.is_only_roots(folder));
        let parent = self.inside(&named.unwrap_or_else(|| PathBuf::from("/tmp")));
        let failed = |source| Error::Io {
            action: "create a temporary folder in",
            path: parent.clone(),
            source,
        };
        let folder =
            tempfile::Builder::new().prefix("labready-").tempdir_in(&parent).map_err(failed)?;
        let readable = Permissions::from_mode(0o755);
        fs::set_permissions(folder.path(), readable).map_err(failed)?;
        Ok(TemporaryFolder { host: self.clone(), folder: Some(folder) })
    }
}

impl TemporaryFolder {
    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.as_ref().map_or(Path::new("/"), TempDir::path)
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        let Some(folder) = self.folder.take() else { return };
        let path = folder.path().display().to_string();
        if folder.close().is_ok() {
            return;
        }
        // A folder in it is closed, or nested deeper than there are descriptors. These two follow
        // no link and have no such limit.
        let open = Command::new("/bin/chmod").args(["-R", "u+rwX", "--", &path]);
        let remove = Command::new("/bin/rm").args(["-rf", "--one-file-system", "--", &path]);
        for command in [open, remove] {
            let _ = self.host.run_through(&command, LIMIT);
        }
    }
}
