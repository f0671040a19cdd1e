//! Problems of the system as it was installed, and of the machine around it.

use super::{Describe, Id, Invocation, Remedy, Severity};
use crate::words::quoted;

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
}

impl Describe for PlatformProblem {
    fn id(&self) -> Id {
        match self {
            Self::ReleaseContradictory { .. } => Id::ReleaseContradictory,
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::ReleaseContradictory { .. } => Severity::Warning,
        }
    }

    fn title(&self) -> String {
        match self {
            Self::ReleaseContradictory { .. } => {
                "this system names two releases as its own; its codename is used".into()
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
        }
    }

    fn remedy(&self, _: &Invocation) -> Option<Remedy> {
        match self {
            Self::ReleaseContradictory { .. } => {
                Remedy::as_root("apt-get install --reinstall base-files")
            }
        }
    }
}
