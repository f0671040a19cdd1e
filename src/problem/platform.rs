//! Problems of the system as it was installed, and of the machine around it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Describe, Id, Invocation, Remedy, Severity};
use crate::words::{path, quoted};

/// What can be wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlatformProblem {
    /// Its own file names two releases.
    ReleaseContradictory {
        /// VERSION_ID.
        version: String,
        /// The release that has this number.
        numbered: String,
        /// VERSION_CODENAME.
        codename: String,
    },
    /// The virtual environment is on a drive whose files are not Linux's own.
    VenvOnSharedDrive {
        /// Its folder.
        folder: PathBuf,
        /// The drive.
        drive: SharedDrive,
    },
}

/// A drive that Linux only looks through to: its files have no links and permissions of Linux's, and
/// each of them takes its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedDrive {
    /// Where it is mounted.
    pub mount: PathBuf,
    /// The kernel's name for its kind: `9p`.
    pub file_system: String,
    /// Whose files these are.
    pub owner: DriveOwner,
}

/// Whose files are on a drive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriveOwner {
    /// Windows', seen from its Subsystem for Linux.
    Windows,
    /// ChromeOS's, seen from its Linux.
    ChromeOs,
    /// Those of a stick, of a Windows partition, or of a virtual machine's host.
    Other,
}

impl DriveOwner {
    fn words(self) -> &'static str {
        match self {
            Self::Windows => "on a Windows drive",
            Self::ChromeOs => "in a folder that ChromeOS shares",
            Self::Other => "on a drive that is not made for Linux",
        }
    }
}

impl Describe for PlatformProblem {
    fn id(&self) -> Id {
        match self {
            Self::ReleaseContradictory { .. } => Id::ReleaseContradictory,
            Self::VenvOnSharedDrive { .. } => Id::VenvOnSharedDrive,
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::ReleaseContradictory { .. } | Self::VenvOnSharedDrive { .. } => Severity::Warning,
        }
    }

    fn title(&self) -> String {
        match self {
            Self::ReleaseContradictory { .. } => {
                "this system names two releases as its own; its codename is used".into()
            }
            Self::VenvOnSharedDrive { folder, drive } => {
                format!("the virtual environment {} is {}", path(folder), drive.owner.words())
            }
        }
    }

    fn evidence(&self) -> String {
        match self {
            Self::ReleaseContradictory { version, numbered, codename } => format!(
                "in /etc/os-release, VERSION_ID is {}, which is {}, and VERSION_CODENAME is {}",
                quoted(version),
                quoted(numbered),
                quoted(codename)
            ),
            Self::VenvOnSharedDrive { drive, .. } => format!(
                "{} is mounted as {}: it is slow there, and links and permissions may not work",
                path(&drive.mount),
                quoted(&drive.file_system)
            ),
        }
    }

    fn remedy(&self, typed: &Invocation) -> Option<Remedy> {
        match self {
            Self::VenvOnSharedDrive { .. } => Remedy::advice(format!(
                "keep it in your Linux home folder: `{}`, with a DIR such as ~/course/venv",
                typed.labready_with("setup", &["--venv", "DIR"])
            )),
            Self::ReleaseContradictory { .. } => {
                Remedy::as_root("apt-get install --reinstall base-files")
            }
        }
    }
}
