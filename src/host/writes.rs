//! Files, changed: whole writes, appended lines, new folders; nothing is written through a link.

use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::Path;

use super::files::is_missing;
use super::{Account, Host};
use crate::error::{Error, Result};

impl Host {
    /// Makes a folder that others may read, and gives it to its owner, when there is one.
    ///
    /// # Errors
    /// [`Error::Io`], also when it is there already.
    pub fn make_folder(&self, path: &Path, owner: Option<&Account>) -> Result<()> {
        let _rights = self.borrow_rights();
        let failed =
            |source| Error::Io { action: "create the folder", path: path.to_owned(), source };
        let inside = self.inside(path);
        DirBuilder::new().mode(0o755).create(&inside).map_err(failed)?;
        let Some(owner) = owner else { return Ok(()) };
        chown(&inside, Some(owner.uid), Some(owner.gid)).map_err(failed)
    }

    /// Creates a file that is not there yet, and only that: a link in its place is refused.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write_new(&self, path: &Path, text: &str) -> Result<()> {
        let _rights = self.borrow_rights();
        let failed = |source| Error::Io { action: "create", path: path.to_owned(), source };
        let created =
            OpenOptions::new().write(true).create_new(true).mode(0o644).open(self.inside(path));
        created.and_then(|mut file| file.write_all(text.as_bytes())).map_err(failed)
    }

    /// Replaces a file as a whole: readers see the old one or the new one.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write_whole(&self, path: &Path, text: &str) -> Result<()> {
        self.replace(path, text, None)
    }

    /// The same with exactly these permissions, whatever the umask: for what other accounts must be
    /// able to read or run.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write_whole_as(&self, path: &Path, text: &str, mode: u32) -> Result<()> {
        self.replace(path, text, Some(mode))
    }

    fn replace(&self, path: &Path, text: &str, mode: Option<u32>) -> Result<()> {
        let _rights = self.borrow_rights();
        let failed =
            |source: io::Error| Error::Io { action: "write", path: path.to_owned(), source };
        let inside = self.inside(path);
        let parent = inside.parent().unwrap_or(Path::new("/"));
        let readable = Permissions::from_mode(0o644);
        fs::metadata(parent).map_err(failed)?;
        let file =
            tempfile::Builder::new().prefix(".labready-").permissions(readable).tempfile_in(parent);
        let mut file = file.map_err(|error| failed(without_name(&error)))?;
        let exactly = |mode| file.as_file().set_permissions(Permissions::from_mode(mode));
        mode.map_or(Ok(()), exactly).map_err(failed)?;
        file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
        file.persist(&inside).map_err(|error| failed(error.error))?;
        Ok(())
    }

    /// Whether a file can be written there later: its folder is there, and it is no folder itself.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot.
    pub fn can_hold(&self, path: &Path) -> Result<()> {
        let _rights = self.borrow_rights();
        let failed = |source| Error::Io { action: "write", path: path.to_owned(), source };
        let inside = self.inside(path);
        if inside.is_dir() {
            return Err(failed(ErrorKind::IsADirectory.into()));
        }
        let parent = inside.parent().unwrap_or(Path::new("/"));
        fs::metadata(parent).map_err(failed)?;
        let tried = tempfile::Builder::new().prefix(".labready-").tempfile_in(parent);
        tried.map(drop).map_err(|error| failed(without_name(&error)))
    }

    /// Moves a file within its file system; what was in the new place is gone at the same moment.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        let _rights = self.borrow_rights();
        let failed = |source| Error::Io { action: "move", path: from.to_owned(), source };
        fs::rename(self.inside(from), self.inside(to)).map_err(failed)
    }

    /// Removes a file of our own, and its folder when that is empty then. A file that is not there
    /// is removed already.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn remove_file(&self, path: &Path) -> Result<()> {
        let _rights = self.borrow_rights();
        let inside = self.inside(path);
        match fs::remove_file(&inside) {
            Err(source) if !is_missing(&source) => {
                return Err(Error::Io { action: "remove", path: path.to_owned(), source });
            }
            _ => {}
        }
        // Others may have put something there.
        let _ = inside.parent().map(fs::remove_dir);
        Ok(())
    }
}

/// The system's own answer, without the random name of the temporary file that it was given for.
fn without_name(error: &io::Error) -> io::Error {
    error.kind().into()
}
