//! A pseudo-terminal, so that a script's output comes line by line, as on a student's own screen.

use std::fs::OpenOptions;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt;

use nix::fcntl::OFlag;
use nix::libc::{O_CLOEXEC, O_NOCTTY};
use nix::pty::{grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};

/// Both ends of a pseudo-terminal. Neither becomes anybody's controlling terminal, and no other
/// child inherits one.
pub(super) struct Pty {
    /// What a child writes is read here, without blocking.
    pub master: OwnedFd,
    /// What a child gets as its standard output.
    pub slave: OwnedFd,
}

/// Opens one that passes every byte through as it is. Fails where there is no `/dev/pts`, as in
/// some image builds.
pub(super) fn open() -> io::Result<Pty> {
    let master =
        posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let name = ptsname_r(&master)?;
    let slave =
        OpenOptions::new().read(true).write(true).custom_flags(O_NOCTTY | O_CLOEXEC).open(name)?;
    let mut settings = tcgetattr(&slave)?;
    cfmakeraw(&mut settings);
    tcsetattr(&slave, SetArg::TCSANOW, &settings)?;
    Ok(Pty { master: master.into(), slave: slave.into() })
}
