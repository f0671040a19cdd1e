//! Where reports and logs are written to. A regular file is replaced as a whole, or appended to;
//! what is a device or a pipe is written into. No link is followed that somebody else could have
//! made, and in another account's folder root writes as that account.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::libc::{O_NOCTTY, O_NOFOLLOW, O_NONBLOCK};

use super::{Control, Host, Kind, Reach};
use crate::error::{Error, Result};
use crate::problem::{OutputFault, OutputProblem};

/// A place for a text that is written as a whole, found before there is the text.
#[derive(Debug)]
pub struct Destination(Place);

#[derive(Debug)]
enum Place {
    /// A device or a pipe.
    Stream { path: PathBuf, stream: File },
    /// A file, and as whom it is written.
    File { path: PathBuf, writer: Host },
}

impl Destination {
    /// Writes the text. A closed pipe is a success: whoever listened has heard enough.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write(&self, text: &str) -> Result<()> {
        match &self.0 {
            Place::File { path, writer } => writer.write_whole(path, text),
            Place::Stream { path, stream } => {
                let mut stream: &File = stream;
                match stream.write_all(text.as_bytes()) {
                    Err(source) if source.kind() != ErrorKind::BrokenPipe => {
                        Err(Error::Io { action: "write", path: path.clone(), source })
                    }
                    _ => Ok(()),
                }
            }
        }
    }
}

impl Host {
    /// A place for a text, once it is known that it can be written there.
    ///
    /// # Errors
    /// [`OutputProblem`].
    pub fn destination(&self, path: &Path) -> Result<Destination> {
        let place = self.place_of(path)?;
        if let Place::File { path, writer } = &place {
            writer.can_hold(path).map_err(refused)?;
        }
        Ok(Destination(place))
    }

    /// A place for lines that are written as they come. A file that is there is appended to, unless
    /// it is to be a new one.
    ///
    /// # Errors
    /// [`OutputProblem`].
    pub fn line_destination(&self, path: &Path, is_new: bool) -> Result<File> {
        match self.place_of(path)? {
            Place::Stream { stream, .. } => Ok(stream),
            Place::File { path, writer } => {
                if is_new {
                    writer.write_whole(&path, "").map_err(refused)?;
                }
                writer.append_to(&path)
            }
        }
    }

    /// What is at the place, and as whom it is written to.
    fn place_of(&self, typed: &Path) -> Result<Place> {
        let refused = |why| OutputProblem::Refused { file: typed.to_owned(), why };
        if let Some(stream) = self.own_stream(typed) {
            let stream = stream.map_err(|source| not_opened(typed, source))?;
            return Ok(Place::Stream { path: typed.to_owned(), stream });
        }
        let entry = self.lstat(typed);
        let is_link = matches!(entry.kind, Kind::Link(_));
        let real = match entry.kind {
            Kind::Link(_) => self.real_path(typed).ok_or_else(|| refused(OutputFault::DeadLink))?,
            _ => self.absolute(typed),
        };
        let control = match self.lstat(&real).kind {
            Kind::Folder => return Err(refused(OutputFault::Folder).into()),
            Kind::File | Kind::Missing | Kind::Unreadable(_) => {
                self.control(typed, Reach::Itself)?
            }
            // Everybody may write into /dev/null; what counts is who can put something in its place.
            Kind::Link(_) | Kind::Other => {
                let above =
                    |path: &Path| self.control(path.parent().unwrap_or(path), Reach::Itself);
                above(&self.absolute(typed))?.and(above(&real)?)
            }
        };
        let own = self.users.effective();
        let writer = match control {
            Control::Root => self.clone(),
            Control::One { uid, .. } if own == 0 => self.as_seen_by(Some(&self.account_of(uid)?)),
            Control::One { uid, .. } if own == uid => self.clone(),
            Control::Many { at } if own == 0 => {
                return Err(refused(OutputFault::Shared { place: at }).into());
            }
            _ if is_link => return Err(refused(OutputFault::Link).into()),
            _ => self.clone(),
        };
        if self.lstat(&real).kind == Kind::Other {
            let stream = writer.open_stream(&real)?;
            return Ok(Place::Stream { path: real, stream });
        }
        Ok(Place::File { path: real, writer })
    }

    /// One of this process's own descriptors.
    fn own_stream(&self, typed: &Path) -> Option<io::Result<File>> {
        let path = self.absolute(typed);
        let name = path.strip_prefix("/dev/fd").or_else(|_| path.strip_prefix("/proc/self/fd"));
        match (path.to_str()?, name.ok().and_then(Path::to_str)) {
            ("/dev/stdout", _) | (_, Some("1")) => {
                Some(io::stdout().as_fd().try_clone_to_owned().map(File::from))
            }
            ("/dev/stderr", _) | (_, Some("2")) => {
                Some(io::stderr().as_fd().try_clone_to_owned().map(File::from))
            }
            (_, Some(_)) => Some(OpenOptions::new().append(true).open(&path)),
            _ => None,
        }
    }

    /// Opens a character device or a pipe. A pipe that nobody reads is not waited for.
    fn open_stream(&self, path: &Path) -> Result<File> {
        let refused = |why| OutputProblem::Refused { file: path.to_owned(), why };
        let _rights = self.borrow_rights();
        let flags = O_NONBLOCK | O_NOCTTY | O_NOFOLLOW;
        let stream =
            match OpenOptions::new().write(true).custom_flags(flags).open(self.inside(path)) {
                Err(error) if error.raw_os_error() == Some(Errno::ENXIO as i32) => {
                    return Err(refused(OutputFault::NoReader).into());
                }
                opened => opened.map_err(|source| not_opened(path, source))?,
            };
        let kind = stream.metadata().map_err(|source| not_opened(path, source))?.file_type();
        if !kind.is_fifo() && !kind.is_char_device() {
            return Err(refused(OutputFault::Special).into());
        }
        let waits = fcntl(&stream, FcntlArg::F_SETFL(OFlag::empty()));
        waits.map_err(|errno| not_opened(path, errno.into()))?;
        Ok(stream)
    }

    /// Opens a file for the lines of a log: appended to, created when missing.
    fn append_to(&self, path: &Path) -> Result<File> {
        let is_new = !self.lstat(path).exists();
        let is_shared = match self.control(path, Reach::Beside)? {
            Control::Root => false,
            Control::One { uid, .. } => uid != self.users.effective() && self.file_rights.is_none(),
            Control::Many { .. } => true,
        };
        let _rights = self.borrow_rights();
        let file = OpenOptions::new()
            .append(true)
            // What came into its place since is somebody else's.
            .create_new(is_new)
            .mode(0o644)
            .custom_flags(O_NOFOLLOW | O_NONBLOCK)
            .open(self.inside(path))
            .map_err(|source| not_opened(path, source))?;
        let metadata = file.metadata().map_err(|source| not_opened(path, source))?;
        if is_shared && metadata.nlink() > 1 {
            let file = path.to_owned();
            return Err(OutputProblem::Refused { file, why: OutputFault::OtherName }.into());
        }
        Ok(file)
    }
}

fn not_opened(path: &Path, source: io::Error) -> Error {
    refused(Error::Io { action: "open", path: path.to_owned(), source })
}

/// Nothing was done yet, and another place can be named.
fn refused(error: Error) -> Error {
    match error {
        Error::Io { .. } => OutputProblem::NotWritten { said: error.to_string() }.into(),
        other => other,
    }
}
