//! A terminal for a command: a pseudo-terminal whose other end the test holds.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::poll::{PollFd, PollFlags, poll};
use nix::pty::{Winsize, openpty};

use super::running::{Capture, Running};

const SIZE: Winsize = Winsize { ws_row: 40, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 };

/// Starts a command with a terminal as its stdin, stdout and stderr.
pub fn start(mut command: Command, words: String, limit: Duration) -> Running {
    let pair = openpty(&SIZE, None).expect("a pseudo-terminal");
    // The terminal is gone with its window: no child holds that.
    fcntl(&pair.master, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).expect("a flag of a terminal");
    let also = |end: &OwnedFd| end.try_clone().expect("another descriptor of a terminal");
    command.stdin(also(&pair.slave)).stdout(also(&pair.slave)).stderr(pair.slave);
    let child = command.spawn().expect("nsenter starts");
    // The command holds our copies of its end, too; the screen would never end.
    drop(command);
    let is_closed = Arc::new(AtomicBool::new(false));
    let keyboard = Keyboard { keys: also(&pair.master).into(), is_closed: Arc::clone(&is_closed) };
    let screen = Screen { pixels: pair.master.into(), is_closed };
    let captures = [Capture::of_screen(screen), Capture::empty()];
    Running::around(child, words, captures, Some(keyboard), limit)
}

/// Where is typed. The terminal is closed once both this and the screen are gone.
pub struct Keyboard {
    pub keys: File,
    is_closed: Arc<AtomicBool>,
}

impl Keyboard {
    /// Closes the terminal's window.
    pub fn close(self) {
        self.is_closed.store(true, Ordering::SeqCst);
    }
}

/// What is shown, until the window is closed.
struct Screen {
    pixels: File,
    is_closed: Arc<AtomicBool>,
}

impl Read for Screen {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.is_closed.load(Ordering::SeqCst) {
                return Ok(0);
            }
            let news = PollFd::new(self.pixels.as_fd(), PollFlags::POLLIN);
            if poll(&mut [news], 20u8)? > 0 {
                return self.pixels.read(buffer);
            }
        }
    }
}
