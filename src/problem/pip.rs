//! Why pip did not install what it was to install.

use super::packages::bundle_instead;
use super::{Invocation, Remedy};
use crate::shell::quoted_line;
use crate::words::quoted;

/// Why pip failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PipFailure {
    /// Nothing may be fetched.
    Offline {
        /// What pip said.
        said: String,
    },
    /// A server does not give what was asked for.
    Refused {
        /// What was asked for.
        address: String,
        /// What it answered: `403 Forbidden`.
        answer: String,
    },
    /// A server has nothing at the address.
    NotFound {
        /// What was asked for.
        address: String,
        /// What it answered: `404 Not Found`.
        answer: String,
    },
    /// A page came that lists no packages.
    NotAnIndex {
        /// Its address.
        address: String,
    },
    /// An index that is reached without TLS, which pip does not use by itself.
    NotSecure {
        /// Its name.
        server: String,
    },
    /// For this reason.
    Said {
        /// How pip ended: `exit code 1`.
        ending: String,
        /// What it said.
        said: String,
    },
}

impl PipFailure {
    pub(super) fn words(&self) -> String {
        match self {
            Self::Offline { said } => said.clone(),
            Self::Refused { address, answer } | Self::NotFound { address, answer } => {
                format!("{} answers {}", quoted(address), quoted(answer))
            }
            Self::NotAnIndex { address } => {
                format!("{} answers with a page that lists no packages", quoted(address))
            }
            Self::NotSecure { server } => {
                format!("pip ignores {}, because its address is not `https`", quoted(server))
            }
            Self::Said { ending, said } => format!("{said} ({ending})"),
        }
    }

    pub(super) fn remedy(&self, typed: &Invocation) -> Option<Remedy> {
        let advice = match self {
            Self::Offline { .. } => bundle_instead(typed),
            Self::Refused { answer, .. } if answer.starts_with('5') => {
                "try again later, or use another index: `pip config list` shows pip's `index-url`"
                    .into()
            }
            Self::Refused { .. } => {
                "ask whoever runs this server or your network's proxy, or use another index: `pip config list` shows pip's `index-url`".into()
            }
            Self::NotFound { .. } => {
                "check pip's `index-url`: `pip config list` shows it".into()
            }
            Self::NotAnIndex { .. } => {
                "open this address in a browser: if you see a login page, log in; otherwise correct pip's `index-url`, which `pip config list` shows".into()
            }
            Self::NotSecure { server } => {
                let words = ["pip", "config", "set", "global.trusted-host", server];
                let set = quoted_line(&words.map(str::to_owned));
                format!("use the `https` address of this index; if it has none and you trust your network, run `{set}`")
            }
            Self::Said { .. } => {
                "check the network, and check pip's settings with `pip config list`".into()
            }
        };
        Remedy::advice(advice)
    }
}
