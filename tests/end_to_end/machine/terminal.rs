//! A terminal for a command: a pseudo-terminal whose other end the test holds.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::process::Command;
use std::time::Duration;

use nix::pty::{Winsize, openpty};

use super::running::{Capture, Running};

const SIZE: Winsize = Winsize { ws_row: 40, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 };

/// Starts a command with a terminal as its stdin, stdout and stderr.
pub fn start(mut command: Command, words: String, limit: Duration) -> Running {
    let pair = openpty(&SIZE, None).expect("a pseudo-terminal");
    let also = |end: &OwnedFd| end.try_clone().expect("another descriptor of a terminal");
    command.stdin(also(&pair.slave)).stdout(also(&pair.slave)).stderr(pair.slave);
    let child = command.spawn().expect("nsenter starts");
    // The command holds our copies of its end, too; the screen would never end.
    drop(command);
    let keyboard = File::from(also(&pair.master));
    Running::around(
        child,
        words,
        [Capture::of_screen(File::from(pair.master)), Capture::empty()],
        Some(keyboard),
        limit,
    )
}
