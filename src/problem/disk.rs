//! Problems of a disk without room.

use std::path::PathBuf;

use super::{Describe, Id, Invocation, Remedy, Severity};
use crate::shell::quoted_line;
use crate::words::path;

/// Less free space than this is a full disk, in bytes.
pub const FULL_BYTES: u64 = 16 << 20;

/// A disk that has little room, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiskProblem {
    /// It has little room, or none.
    Full {
        /// A folder on that disk, where something is written.
        folder: PathBuf,
        /// What is left, in bytes, where it is known.
        free_bytes: Option<u64>,
        /// Whether apt has fetched anything on that disk that can be fetched again.
        holds_cache: bool,
        /// What a program said of it, or empty.
        said: String,
    },
    /// It has less room than setup needs, which apt says before anything is installed.
    TooSmall {
        /// A folder on that disk, where something is written.
        folder: PathBuf,
        /// What is left, in bytes.
        free_bytes: u64,
        /// What is needed there, in bytes.
        needed_bytes: u64,
        /// Whether apt has fetched anything on that disk that can be fetched again.
        holds_cache: bool,
    },
    /// One is full, and only a program says so.
    SomeFull {
        /// What it said.
        said: String,
    },
}

/// Megabytes as apt counts them.
fn megabytes(bytes: u64) -> u64 {
    bytes.div_ceil(1_000_000)
}

impl Describe for DiskProblem {
    fn id(&self) -> Id {
        Id::DiskFull
    }

    fn title(&self) -> String {
        match self {
            Self::Full { folder, free_bytes: Some(free), .. } if *free >= FULL_BYTES => {
                format!("the disk that holds {} has {} MB left", path(folder), free / 1_000_000)
            }
            Self::Full { folder, .. } => format!("the disk that holds {} is full", path(folder)),
            Self::TooSmall { folder, free_bytes, needed_bytes, .. } => format!(
                "the disk that holds {} has {} MB left, but setup needs {} MB there",
                path(folder),
                free_bytes / 1_000_000,
                megabytes(*needed_bytes)
            ),
            Self::SomeFull { .. } => "a disk is full".into(),
        }
    }

    fn evidence(&self) -> String {
        match self {
            Self::Full { free_bytes: Some(free), .. } if *free >= FULL_BYTES => {
                "the next installation may fill it".into()
            }
            Self::Full { said, .. } if said.is_empty() => "nothing can be installed".into(),
            Self::Full { said, .. } | Self::SomeFull { said } => said.clone(),
            Self::TooSmall { .. } => "nothing was installed".into(),
        }
    }

    fn remedy(&self, _: &Invocation) -> Option<Remedy> {
        match self {
            Self::Full { holds_cache: true, .. } | Self::TooSmall { holds_cache: true, .. } => {
                Remedy::as_root("apt-get clean")
            }
            Self::Full { folder, .. } | Self::TooSmall { folder, .. } => {
                let words = ["df".into(), "-h".into(), folder.display().to_string()];
                Remedy::advice(format!(
                    "delete what you do not need on that disk, which `{}` names",
                    quoted_line(&words)
                ))
            }
            Self::SomeFull { .. } => {
                Remedy::advice("delete what you do not need on the full disk, which `df -h` shows")
            }
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::Full { free_bytes: Some(free), .. } if *free >= FULL_BYTES => Severity::Warning,
            _ => Severity::Error,
        }
    }
}
