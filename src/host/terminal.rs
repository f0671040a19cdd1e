//! The three standard streams: which of them is a terminal, how wide it is, and one question on it.

use std::io::{self, BufRead, IsTerminal, Write};
use std::os::fd::AsFd;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::Host;
use crate::error::Result;

/// Which standard streams are terminals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streams {
    /// Somebody can answer.
    pub stdin: bool,
    /// Data is read by a person.
    pub stdout: bool,
    /// Progress is read by a person, and may be redrawn.
    pub stderr: bool,
}

impl Host {
    /// Which streams are terminals.
    pub fn streams(&self) -> Streams {
        Streams {
            stdin: io::stdin().is_terminal(),
            stdout: io::stdout().is_terminal(),
            stderr: io::stderr().is_terminal(),
        }
    }

    /// Asks on stderr and reads one line: true for `y` or `yes`. The end of input, and everything
    /// else, is no.
    ///
    /// # Errors
    /// [`crate::error::Error::Interrupted`] on Ctrl-C.
    pub fn ask(&self, question: &str) -> Result<bool> {
        let mut stderr = io::stderr();
        if write!(stderr, "{question} [y/N] ").and_then(|()| stderr.flush()).is_err() {
            return Ok(false);
        }
        let stdin = io::stdin();
        // A read would go on after Ctrl-C; a poll lets us see it.
        while !poll(&mut [PollFd::new(stdin.as_fd(), PollFlags::POLLIN)], PollTimeout::from(100u8))
            .is_ok_and(|ready| ready > 0)
        {
            self.check_interrupted()?;
        }
        let mut answer = String::new();
        let read = stdin.lock().read_line(&mut answer);
        Ok(read.is_ok() && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
    }
}
