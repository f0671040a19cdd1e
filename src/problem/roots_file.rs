//! A file of root's in a student's virtual environment, and why it stays root's.

use std::path::Path;

use crate::words::path;

/// Why a file stays root's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RootsFile {
    /// Something is mounted there.
    Mounted,
    /// Not everybody may read it.
    Private,
    /// It has a second name, which may lie elsewhere.
    OtherName,
    /// It is set-uid or set-gid.
    SetUid,
    /// It is a device, a pipe or a socket.
    Special,
    /// It lies deeper than anything that belongs there.
    TooDeep,
    /// It could not be changed.
    Unchanged,
}

impl RootsFile {
    /// The file, below the environment's folder, and why.
    pub fn words(self, file: &Path) -> String {
        let why = match self {
            Self::Mounted => "is on another file system",
            Self::Private => "is root's own: not everybody may read it",
            Self::OtherName => "has a second name, which may lie elsewhere",
            Self::SetUid => "is set-uid or set-gid",
            Self::Special => "is neither a file nor a folder",
            Self::TooDeep => "is too deep in the folder",
            Self::Unchanged => "could not be changed",
        };
        format!("{} {why}", path(file))
    }
}
