//! Problems of what the account may do.

use super::{Describe, Id, Invocation, Remedy};
use crate::exit::Exit;

/// What can be missing of rights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RightsProblem {
    /// A question would have to be asked, and there is no terminal.
    NobodyToAsk,
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
            Self::NobodyToAsk => Id::NobodyToAsk,
            Self::Missing { .. } => Id::RightsMissing,
        }
    }

    fn title(&self) -> String {
        match self {
            Self::NobodyToAsk => {
                "changes need your agreement, but there is no terminal to ask on".into()
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
            Self::NobodyToAsk => {
                Remedy::advice("read the plan above, and add `--yes` to agree to it")
            }
            Self::Missing { handover, .. } => {
                Remedy::advice(format!("ask the administrator of this machine to run:\n{handover}"))
            }
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::NobodyToAsk => Exit::Usage,
            Self::Missing { .. } => Exit::NeedsRights,
        }
    }
}
