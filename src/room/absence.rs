//! Why there is no report of a machine: what lies in its place, or what its carrier says.

use serde::Serialize;

use crate::words::{first_line, one_line, quoted};

/// Why there is no report. Of two reasons the later one in this list says more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum Absence {
    /// Nothing came.
    Missing,
    /// Something that is no report of labready's.
    Foreign {
        /// How it begins.
        said: String,
    },
    /// A report that does not name its machine, in a file that is not named after one.
    Unnamed,
    /// An empty file: its carrier started, and heard nothing.
    Empty,
    /// The beginning of a report.
    Torn,
    /// More than any report.
    TooLarge,
    /// It cannot be read.
    Unreadable {
        /// What the system answered.
        said: String,
    },
    /// A report of a format that this labready does not know.
    UnknownVersion {
        /// Its format.
        version: String,
    },
    /// Its carrier gives another reason, or none.
    NotCarried {
        /// What the carrier said.
        said: String,
    },
    /// Its carrier may not do there what it has to.
    NoRights {
        /// What the carrier said.
        said: String,
    },
    /// Its carrier does not reach it.
    Unreachable {
        /// How that ended.
        kind: Unreached,
        /// What the carrier said.
        said: String,
    },
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Unreached {
    /// In a way that is not known.
    Other,
    /// The address is known to nobody.
    NameUnknown,
    /// No way leads there.
    NoRoute,
    /// Nobody listens.
    Refused,
    /// Nobody answers.
    TimedOut,
    /// It is another machine than it was.
    HostKey,
    /// Nobody may log in like this.
    PermissionDenied,
}

/// What programs say of a connection, in lower case.
const SAID: [(&str, Unreached); 9] = [
    ("connection refused", Unreached::Refused),
    ("timed out", Unreached::TimedOut),
    ("timeout", Unreached::TimedOut),
    ("no route to host", Unreached::NoRoute),
    ("network is unreachable", Unreached::NoRoute),
    ("could not resolve", Unreached::NameUnknown),
    ("name or service not known", Unreached::NameUnknown),
    ("host key verification failed", Unreached::HostKey),
    ("permission denied", Unreached::PermissionDenied),
];

impl Absence {
    /// What a carrier's entry means.
    pub fn by_carrier(problem: &str, text: &str) -> Self {
        let said = one_line(first_line(text));
        match problem {
            "unreachable" => {
                let lower = text.to_lowercase();
                let known = SAID.iter().find(|(words, _)| lower.contains(words));
                let kind = known.map_or(Unreached::Other, |(_, kind)| *kind);
                Self::Unreachable { kind, said }
            }
            "no-rights" => Self::NoRights { said },
            _ => Self::NotCarried { said },
        }
    }

    /// Whether it shows that a report of this machine was meant to be there.
    pub fn is_of_a_machine(&self) -> bool {
        !matches!(self, Self::Foreign { .. } | Self::Unreadable { .. } | Self::TooLarge)
    }

    /// The name of its cause.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Foreign { .. } => "foreign",
            Self::Unnamed => "unnamed",
            Self::Empty => "empty",
            Self::Torn => "torn",
            Self::TooLarge => "too-large",
            Self::Unreadable { .. } => "unreadable",
            Self::UnknownVersion { .. } => "unknown-version",
            Self::NotCarried { .. } => "not-carried",
            Self::NoRights { .. } => "no-rights",
            Self::Unreachable { kind, .. } => match kind {
                Unreached::Other => "unreachable",
                Unreached::NameUnknown => "name-unknown",
                Unreached::NoRoute => "no-route",
                Unreached::Refused => "connection-refused",
                Unreached::TimedOut => "timed-out",
                Unreached::HostKey => "host-key",
                Unreached::PermissionDenied => "permission-denied",
            },
        }
    }

    /// What it means, in a sentence without its period.
    pub fn meaning(&self) -> String {
        match self {
            Self::Missing => "no report arrived".into(),
            Self::Foreign { said } if said.is_empty() => "this is not a report".into(),
            Self::Foreign { said } => format!("this is not a report: {}", quoted(said)),
            Self::Unnamed => "this report does not name its machine".into(),
            Self::Empty => "the file is empty, so labready did not run there".into(),
            Self::Torn => "the report is cut off or damaged".into(),
            Self::TooLarge => "the file is too large for a report".into(),
            Self::Unreadable { said } if said.is_empty() => "the file cannot be read".into(),
            Self::Unreadable { said } => format!("the file cannot be read: {said}"),
            Self::UnknownVersion { version } => {
                format!("format {version} of the report is newer than this labready")
            }
            Self::NotCarried { .. } => "labready ended there without a report".into(),
            Self::NoRights { .. } => "the rights to run labready there are missing".into(),
            Self::Unreachable { kind, .. } => match kind {
                Unreached::Other => "the machine cannot be reached".into(),
                Unreached::NameUnknown => "the name of the machine is unknown".into(),
                Unreached::NoRoute => "no route leads to the machine".into(),
                Unreached::Refused => "the machine refuses the connection".into(),
                Unreached::TimedOut => "the machine does not answer".into(),
                Unreached::HostKey => "the machine has another ssh host key than before".into(),
                Unreached::PermissionDenied => "the machine does not accept the login".into(),
            },
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> Option<&'static str> {
        Some(match self {
            Self::Missing => "run `labready doctor --format json` there, and collect its output",
            Self::Empty | Self::NotCarried { .. } => {
                "run `labready doctor` there and see what it says"
            }
            Self::Torn | Self::TooLarge | Self::Unnamed | Self::Foreign { .. } => {
                "collect the report again"
            }
            Self::UnknownVersion { .. } => "update labready on this machine",
            Self::NoRights { .. } => {
                "give the account sudo, or its password to the tool that connects"
            }
            Self::Unreadable { .. } => return None,
            Self::Unreachable { kind, .. } => match kind {
                Unreached::HostKey => {
                    "remove the old key with `ssh-keygen -R NAME` if it was reinstalled"
                }
                Unreached::PermissionDenied => "check the account and the key of the login",
                Unreached::NameUnknown => "check the name",
                Unreached::Refused => "start its ssh server",
                _ => "check that it is on and connected",
            },
        })
    }

    /// The same without what the machine or its carrier said.
    #[must_use]
    pub fn without_words(self) -> Self {
        let said = String::new();
        match self {
            Self::Foreign { .. } => Self::Foreign { said },
            Self::Unreadable { .. } => Self::Unreadable { said },
            Self::NotCarried { .. } => Self::NotCarried { said },
            Self::NoRights { .. } => Self::NoRights { said },
            Self::Unreachable { kind, .. } => Self::Unreachable { kind, said },
            Self::UnknownVersion { .. } => Self::UnknownVersion { version: "unknown".into() },
            other => other,
        }
    }

    /// What its carrier said, where that says more.
    pub fn said(&self) -> Option<&str> {
        let said = match self {
            Self::NotCarried { said }
            | Self::NoRights { said }
            | Self::Unreachable { said, .. } => said,
            _ => return None,
        };
        Some(said.as_str()).filter(|said| !said.is_empty())
    }
}
