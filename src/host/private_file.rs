//! A file for a single child, which may hold secrets: it has no name, so nobody else finds it, and nothing
//! is left of it whatever happens. The child has it as its stdin, the one descriptor besides its output that
//! sudo and sudo-rs hand on.

use std::fs::File;
use std::io::{self, Write};

use nix::sys::memfd::{MFdFlags, memfd_create};

use crate::error::{Error, Result};

/// What the child opens. That begins at the file's beginning, while stdin itself is at its end: who reads
/// from that finds nothing, as always.
pub(super) const PLACE: &str = "/dev/stdin";

/// What a child has as its stdin: this text, or nothing.
///
/// # Errors
/// [`Error::Io`].
pub(super) fn stdin_with(text: Option<&String>) -> Result<File> {
    let made = match text {
        None => File::open("/dev/null"),
        Some(text) => memfd_create("", MFdFlags::MFD_CLOEXEC).map_err(io::Error::from).and_then(
            |descriptor| {
                let mut file = File::from(descriptor);
                file.write_all(text.as_bytes()).map(|()| file)
            },
        ),
    };
    made.map_err(|source| Error::Io { action: "open", path: PLACE.into(), source })
}
