//! Problems of apt, dpkg and the packages.

use super::{Describe, Id, Invocation, Remedy, Severity};

/// What can be wrong with packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AptProblem {
    /// Another program uses apt or dpkg.
    InUse {
        /// Which, with its process id.
        holder: String,
        /// How long it was waited for, in seconds; `None` while nobody waits.
        waited_seconds: Option<u64>,
    },
    /// apt's cache or index could not be emptied.
    CacheLeft {
        /// What apt said.
        said: String,
    },
    /// dpkg was interrupted.
    Interrupted {
        /// What dpkg said when it was asked to finish; `None` when it was not asked yet.
        said: Option<String>,
    },
    /// There is no package index, and none could be fetched.
    IndexMissing {
        /// What apt said.
        said: String,
    },
    /// The index names archives that the server does not have, even after a refresh.
    IndexOutOfDate {
        /// What apt said.
        said: String,
    },
    /// apt cannot read its sources.
    SourcesUnreadable {
        /// What apt said.
        said: String,
    },
}

impl Describe for AptProblem {
    fn id(&self) -> Id {
        match self {
            Self::InUse { .. } => Id::AptInUse,
            Self::CacheLeft { .. } => Id::AptCacheLeft,
            Self::Interrupted { .. } => Id::DpkgInterrupted,
            Self::IndexMissing { .. } => Id::IndexMissing,
            Self::IndexOutOfDate { .. } => Id::IndexOutOfDate,
            Self::SourcesUnreadable { .. } => Id::SourcesUnreadable,
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::InUse { waited_seconds: None, .. } => Severity::Note,
            _ => Severity::Error,
        }
    }

    fn title(&self) -> String {
        match self {
            Self::InUse { holder, waited_seconds: None } => {
                format!("another program is using apt: {holder}")
            }
            Self::InUse { holder, waited_seconds: Some(seconds) } => {
                format!("another program is still using apt after {seconds} s: {holder}")
            }
            Self::CacheLeft { .. } => "apt's cache could not be emptied".into(),
            Self::Interrupted { said: None } => "dpkg was interrupted".into(),
            Self::Interrupted { said: Some(_) } => "dpkg is still interrupted".into(),
            Self::IndexMissing { .. } => "apt's package index could not be downloaded".into(),
            Self::IndexOutOfDate { .. } => {
                "apt's package index lists packages that the server does not have, even after an update"
                    .into()
            }
            Self::SourcesUnreadable { .. } => "apt cannot read its sources".into(),

        }
    }

    fn evidence(&self) -> String {
        match self {
            Self::Interrupted { said: None } => {
                "no package can be installed or removed until it finishes".into()
            }
            Self::Interrupted { said: Some(said) }
            | Self::CacheLeft { said }
            | Self::IndexMissing { said }
            | Self::IndexOutOfDate { said }
            | Self::SourcesUnreadable { said } => said.clone(),
            Self::InUse { .. } => String::new(),
        }
    }

    fn remedy(&self, typed: &Invocation) -> Option<Remedy> {
        match self {
            Self::InUse { waited_seconds: None, .. } => None,
            Self::InUse { .. } => {
                Remedy::advice("wait until that program finishes, or raise `--lock-timeout`")
            }
            Self::CacheLeft { .. } => Remedy::as_root("apt-get clean"),
            Self::Interrupted { said: None } => Remedy::run(typed.labready("repair")),
            Self::Interrupted { .. } => Remedy::as_root("dpkg --configure -a"),
            Self::IndexMissing { .. } => {
                Remedy::advice("check apt's sources, the network and, if there is one, the proxy")
            }
            Self::IndexOutOfDate { .. } => Remedy::advice(
                "the server is being updated: try again in an hour, or use another mirror",
            ),
            Self::SourcesUnreadable { .. } => Remedy::advice("fix the source that apt reports"),
        }
    }
}
