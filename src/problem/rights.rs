//! Problems of what the account may do.

use std::path::PathBuf;

use super::{Describe, Id, Invocation, Remedy};
use crate::exit::Exit;
use crate::words::{count, path, quoted};

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
        /// Why not.
        why: NoRights,
        /// What root has to run, once: a command a line.
        handover: String,
    },
}

/// Why an account cannot become root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoRights {
    /// There is no sudo.
    NoSudo,
    /// sudo refuses this account, whatever it types.
    Denied,
    /// The password was not right.
    WrongPassword,
    /// sudo wants a password, and there is no terminal to type it on.
    NoTerminal,
    /// sudo does not work.
    Said(String),
}

impl NoRights {
    fn words(&self, user: &str) -> String {
        match self {
            Self::NoSudo => {
                format!("`{user}` cannot become root: sudo is not installed")
            }
            Self::Denied => format!("`{user}` cannot become root: sudo does not allow it"),
            Self::WrongPassword => "sudo did not accept the password".into(),
            Self::NoTerminal => {
                "sudo asks for a password, and there is no terminal to type it on".into()
            }
            Self::Said(said) => format!("sudo does not work: {}", quoted(said)),
        }
    }
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
            Self::Missing { steps, user, why, .. } => {
                let need = if *steps == 1 { "needs" } else { "need" };
                format!("{} {need} root, but {}", count(*steps, "step"), why.words(user))
            }
        }
    }

    fn remedy(&self, typed: &Invocation) -> Option<Remedy> {
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
            Self::Missing { why: NoRights::WrongPassword, user, .. } => Remedy::advice(format!(
                "run `{}` again, and type the password with which `{user}` logs in; nothing is shown while you type",
                typed.again().unwrap_or_else(|| typed.labready("setup"))
            )),
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
