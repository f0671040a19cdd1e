//! How a child starts: in a session of its own, so that no foreign program has our terminal, to type
//! into it or to be cut off with it. Only sudo keeps it, which knows by the terminal whom it has
//! asked.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::fd::RawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use nix::errno::Errno;

use super::{Command, Host};
use crate::error::{Error, Result};

/// Starts a program in a new session (util-linux, which is part of every Debian).
const SETSID: &str = "/usr/bin/setsid";
/// The descriptor to report to under sudo: a copy of standard error.
pub(super) const STATUS_UNDER_SUDO: RawFd = 3;
/// What setsid says of a program that it cannot start.
const REFUSAL: &str = "setsid: failed to execute ";

/// One spawn at a time: the status pipe must be inherited by its own child and by no other, and who
/// ends all children must miss none.
static SPAWN: Mutex<()> = Mutex::new(());

/// The words that really start a command.
pub(super) struct Launch {
    pub program: PathBuf,
    pub arguments: Vec<String>,
    /// Whether it is in our session, and needs a process group of its own.
    pub is_in_our_session: bool,
}

/// Waits until it is our turn to start a child.
pub(super) fn spawn_turn() -> MutexGuard<'static, ()> {
    SPAWN.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Host {
    /// How a command starts, with these arguments.
    ///
    /// # Errors
    /// [`Error::Spawn`] when there is no such program.
    pub(super) fn launch(
        &self,
        command: &Command,
        arguments: &[String],
        reports_status: bool,
        outlives_us: bool,
    ) -> Result<Launch> {
        if let Some(elevation) = &command.elevation {
            let environment: Vec<_> = self.environment_of(command).into_iter().collect();
            let mut before: Vec<String> =
                reports_status.then(with_status_descriptor).into_iter().flatten().collect();
            before.extend(outlives_us.then(in_a_session).into_iter().flatten());
            let (sudo, arguments) = elevation.wrap(command, before, arguments, &environment);
            return Ok(Launch { program: self.inside(&sudo), arguments, is_in_our_session: true });
        }
        let program = self.inside(&command.program);
        expect_program(&program).map_err(|source| failed(command, source))?;
        // A system that is no Debian may not have it; there is no other account to start programs
        // for, either.
        if command.account.is_none() && !Path::new(SETSID).exists() {
            let arguments = arguments.to_vec();
            return Ok(Launch { program, arguments, is_in_our_session: true });
        }
        let words = [program.display().to_string()];
        let arguments = words.into_iter().chain(arguments.iter().cloned()).collect();
        Ok(Launch { program: SETSID.into(), arguments, is_in_our_session: false })
    }
}

/// The words before a program that must go on when sudo is ended.
fn in_a_session() -> [String; 3] {
    [SETSID, "--fork", "--wait"].map(str::to_owned)
}

/// The words before a program that reports how far it is. sudo hands on standard error alone; but
/// apt closes the descriptor that it reports to before it starts dpkg, whose files would be opened
/// as standard error then, and be written over.
fn with_status_descriptor() -> [String; 4] {
    ["/bin/sh", "-c", "exec \"$@\" 3>&2", "sh"].map(str::to_owned)
}

impl Command {
    /// The error when it ended because its program could not be started.
    pub fn not_started(&self, code: Option<i32>, stderr: &str) -> Option<Error> {
        let said = stderr.lines().next_back()?.strip_prefix(REFUSAL)?;
        let why = said.rsplit(": ").next().unwrap_or(said);
        let is_refused = matches!(code, Some(126 | 127));
        is_refused.then(|| failed(self, io::Error::other(why.to_owned())))
    }
}

pub(super) fn failed(command: &Command, source: io::Error) -> Error {
    Error::Spawn { program: command.program.clone(), source }
}

/// What can be known before it is tried. Another account may see more than we do.
fn expect_program(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(found) if !found.is_file() || found.permissions().mode() & 0o111 == 0 => {
            Err(Errno::EACCES.into())
        }
        Err(error) if [ErrorKind::NotFound, ErrorKind::NotADirectory].contains(&error.kind()) => {
            Err(error)
        }
        _ => Ok(()),
    }
}
