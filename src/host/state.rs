//! Files that labready keeps for itself and believes later. What another account could have written
//! is neither read nor written to, and the modes are the same whatever the umask is.

use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::libc::{O_NOFOLLOW, O_NONBLOCK};

use super::files::is_missing;
use super::{Control, Host, Kind, Reach};
use crate::error::{Error, Result};
use crate::problem::{JournalProblem, MachineProblem, Openness};

impl Host {
    /// Refuses a state file that another account can change, or could put something in the place of.
    ///
    /// # Errors
    /// [`JournalProblem::Unsafe`]; when /etc/passwd or /etc/group is there and cannot be read.
    pub fn expect_private(&self, file: &Path) -> Result<()> {
        let (why, place) = match self.control(file, Reach::Beside)? {
            Control::Many { at } => (Openness::Others, at),
            Control::One { uid, at } if uid != self.users.effective() => {
                (Openness::Account { uid }, at)
            }
            Control::One { .. } | Control::Root => match self.lstat(file).kind {
                Kind::Missing | Kind::Unreadable(_) | Kind::File => return Ok(()),
                Kind::Link(_) => (Openness::Link, file.to_owned()),
                Kind::Folder | Kind::Other => (Openness::NoFile, file.to_owned()),
            },
        };
        Err(JournalProblem::Unsafe { journal: file.to_owned(), place, why }.into())
    }

    /// Makes the folder of a state file. Returns those that were made, the outermost first.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn make_state_folder(&self, folder: &Path) -> Result<Vec<PathBuf>> {
        let missing: Vec<&Path> =
            folder.ancestors().take_while(|place| !self.lstat(place).exists()).collect();
        let mut made = Vec::new();
        let mode = self.state_modes().0;
        for place in missing.into_iter().rev() {
            let (path, inside) = (place.to_owned(), self.inside(place));
            let failed = |source| Error::Io { action: "create", path, source };
            let created = match DirBuilder::new().mode(mode).create(&inside) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                created => created,
            };
            created
                .and_then(|()| fs::set_permissions(&inside, Permissions::from_mode(mode)))
                .map_err(failed)?;
            made.push(place.to_owned());
        }
        Ok(made)
    }

    /// Reads a state file; `None` when there is none.
    ///
    /// # Errors
    /// [`JournalProblem::Unsafe`], [`Error::Io`], [`MachineProblem::FileTooLarge`].
    pub fn read_state(&self, file: &Path, limit: u64) -> Result<Option<Vec<u8>>> {
        self.expect_private(file)?;
        let failed = |source| Error::Io { action: "read", path: file.to_owned(), source };
        let mut options = OpenOptions::new();
        let opened = match options
            .read(true)
            .custom_flags(O_NOFOLLOW | O_NONBLOCK)
            .open(self.inside(file))
        {
            Err(error) if is_missing(&error) => return Ok(None),
            opened => opened.map_err(failed)?,
        };
        let mut bytes = Vec::new();
        opened.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() as u64 > limit {
            let file = file.to_owned();
            return Err(MachineProblem::FileTooLarge { file, limit_bytes: limit }.into());
        }
        Ok(Some(bytes))
    }

    /// Appends a line to a state file, and returns once it is on the disk. A line that was cut off
    /// before it stays a line of its own.
    ///
    /// # Errors
    /// [`JournalProblem::Unsafe`], [`Error::Io`].
    pub fn append_state(&self, file: &Path, line: &str) -> Result<()> {
        self.expect_private(file)?;
        let failed = |source| Error::Io { action: "write", path: file.to_owned(), source };
        let is_new = !self.lstat(file).exists();
        let mode = self.state_modes().1;
        let mut opened = OpenOptions::new()
            .read(true)
            .append(true)
            // What came into its place since is somebody else's.
            .create_new(is_new)
            .mode(mode)
            .custom_flags(O_NOFOLLOW | O_NONBLOCK)
            .open(self.inside(file))
            .map_err(failed)?;
        if is_new {
            opened.set_permissions(Permissions::from_mode(mode)).map_err(failed)?;
        }
        let mut last = [b'\n'];
        if opened.metadata().map_err(failed)?.len() > 0 {
            opened.seek(SeekFrom::End(-1)).map_err(failed)?;
            opened.read_exact(&mut last).map_err(failed)?;
        }
        let fresh = if last == [b'\n'] { "" } else { "\n" };
        let written = opened.write_all(format!("{fresh}{line}\n").as_bytes());
        written.and_then(|()| opened.sync_all()).map_err(failed)
    }

    /// Removes a state file with its folder, and the folders above it that were made for it, unless
    /// something else is in them.
    ///
    /// # Errors
    /// [`JournalProblem::Unsafe`], [`Error::Io`].
    pub fn remove_state(&self, file: &Path, made: &[PathBuf]) -> Result<()> {
        self.expect_private(file)?;
        self.remove_file(file)?;
        let above =
            file.ancestors().skip(2).take_while(|folder| made.iter().any(|ours| ours == folder));
        for folder in above {
            // Others may have put something there.
            if fs::remove_dir(self.inside(folder)).is_err() {
                break;
            }
        }
        Ok(())
    }

    /// The modes of a state file's folder and of the file. Everybody may read what root did to the
    /// machine, as with dpkg's own records; what is below a home is nobody else's business.
    fn state_modes(&self) -> (u32, u32) {
        if self.users.effective() == 0 { (0o755, 0o644) } else { (0o700, 0o600) }
    }
}
