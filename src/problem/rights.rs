//! Problems of what the account may do.

use std::path::PathBuf;

use super::{Describe, Id, Invocation, Remedy};
use crate::exit::Exit;
use crate::words::path;

/// What can be missing of rights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RightsProblem {
    /// A question would have to be asked, and there is no terminal.
    NobodyToAsk,
    /// This copy of labready has more rights than whoever started it.
    Borrowed,
    /// Root would work where several accounts can change things.
    Shared {
        /// The first place on the way that they can change.
        place: PathBuf,
    },
    /// Steps need root, and this account cannot become root.
    Missing {
        /// How many steps need it.
        steps: usize,
        /// Who asks, as a name or a uid.
        user: String,
        /// What root has to run, once: a command a line.
        handover: String,
    },
}

impl Describe for RightsProblem {
    fn id(&self) -> Id {
        match self {
            Self::Borrowed => Id::Usage,
            Self::NobodyToAsk => Id::NobodyToAsk,
            Self::Missing { .. } => Id::RightsMissing,
            Self::Shared { .. } => Id::PathShared,
        }
    }

    fn title(&self) -> String {
        match self {
            Self::Borrowed => {
                "labready does not run as a set-uid or set-gid program, or with capabilities of its own".into()
            }
            Self::NobodyToAsk => {
                "changes need your agreement, but there is no terminal to ask on".into()
            }
            Self::Shared { place } => {
                format!("other accounts can change {}, so root runs nothing there", path(place))
            }
            Self::Missing { steps: 1, user, .. } => {
                format!("one step needs root, but `{user}` cannot become root")
            }
            Self::Missing { steps, user, .. } => {
                format!("{steps} steps need root, but `{user}` cannot become root")
            }
        }
    }

    fn remedy(&self, _typed: &Invocation) -> Option<Remedy> {
        match self {
            Self::Borrowed => Remedy::advice(
                "take the rights from its file (`chmod ug-s`, `setcap -r`), and run it as yourself or with sudo",
            ),
            Self::NobodyToAsk => {
                Remedy::advice("read the plan above, and add `--yes` to agree to it")
            }
            Self::Shared { .. } => Remedy::advice(
                "use a folder that only one account can change, or name the account to work as with `--owner USER`",
            ),
            Self::Missing { handover, .. } => {
                Remedy::advice(format!("ask the administrator of this machine to run:\n{handover}"))
            }
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Borrowed | Self::NobodyToAsk | Self::Shared { .. } => Exit::Usage,
            Self::Missing { .. } => Exit::NeedsRights,
        }
    }
}
