//! Files and standard input, read bit by bit: what is larger than the memory that it may take.

use std::fs::OpenOptions;
use std::io::{self, BufRead, BufReader};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::Host;

impl Host {
    /// Opens a regular file for reading. Nothing else is waited for.
    ///
    /// # Errors
    /// What the system answers; [`io::ErrorKind::InvalidInput`] for what is no regular file.
    pub fn open_file(&self, path: &Path) -> io::Result<impl BufRead + use<>> {
        let _rights = self.borrow_rights();
        let flags = nix::libc::O_NONBLOCK;
        let file = OpenOptions::new().read(true).custom_flags(flags).open(self.inside(path))?;
        if !file.metadata()?.is_file() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        Ok(BufReader::new(file))
    }

    /// Standard input.
    pub fn standard_input(&self) -> impl BufRead + use<> {
        io::stdin().lock()
    }
}
