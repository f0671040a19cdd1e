//! Problems between this machine and the servers that packages come from.

use std::path::PathBuf;

use super::sources::{KeyFlaw, SourceFailure, SourceLocation};
use super::{Describe, Id, Invocation, Remedy};
use crate::shell::quoted_line;
use crate::words::{listed, path, quoted};

/// What can be wrong with the network, a server, or a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkProblem {
    /// No server answers: each of them, and why.
    Down {
        /// What each server did.
        servers: Vec<ServerFailure>,
        /// Whether this is Windows Subsystem for Linux, where Windows answers for names.
        in_wsl: bool,
    },
    /// One server does not answer.
    ServerDead {
        /// Which, and what it did.
        server: ServerFailure,
        /// Where apt's sources name it.
        places: Vec<SourceLocation>,
    },
    /// The server's certificate is not trusted on this machine.
    CertificateUntrusted {
        /// The server.
        server: String,
        /// What was said of it.
        said: String,
        /// Where apt's sources name it; nowhere, when pip asked.
        places: Vec<SourceLocation>,
        /// The file of certificates that pip was told to trust instead of the machine's.
        only_trusts: Option<String>,
    },
    /// The proxy wants a name and a password.
    ProxyWantsPassword {
        /// Where apt's sources name what was asked for.
        places: Vec<SourceLocation>,
    },
    /// A network that answers with its own page.
    LoginPage {
        /// The page's address, where it is known.
        address: Option<String>,
        /// Where apt's sources name what was asked for.
        places: Vec<SourceLocation>,
    },
    /// The clock is wrong by more than signatures forgive.
    ClockWrong {
        /// How far it is ahead, in seconds; behind when negative.
        ahead_seconds: i64,
        /// The server that says so.
        server: String,
        /// Who sets it.
        owner: ClockOwner,
    },
    /// A source could not be refreshed.
    Source {
        /// Why.
        why: SourceFailure,
        /// Where it is named; `None` when apt's words fit none.
        place: Option<SourceLocation>,
        /// What apt said.
        said: String,
    },
    /// The archive of an old release has moved.
    ReleaseMoved {
        /// The release's codename.
        codename: String,
        /// The source.
        place: SourceLocation,
        /// Where old releases are.
        archive: String,
    },
    /// The server has not, or has no more, the release that this system is.
    WithoutOwnRelease {
        /// The source.
        place: SourceLocation,
        /// What apt said.
        said: String,
    },
    /// The file of a key cannot be read by apt's own account.
    KeyUnreadable {
        /// The key.
        file: PathBuf,
        /// Why not.
        why: KeyFlaw,
        /// The source that names it.
        place: SourceLocation,
    },
}

/// Who sets this machine's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockOwner {
    /// The system itself.
    System,
    /// Windows, whose Subsystem for Linux this is.
    Windows,
    /// ChromeOS, whose Linux this is.
    ChromeOs,
    /// The machine that this container runs on.
    ContainerHost,
}

/// A server, and what happened to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerFailure {
    /// Its name, with its port where one was given.
    pub name: String,
    /// What happened.
    pub what: Silence,
}

/// Why nothing came from a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silence {
    /// Nothing came back: no address, no connection, no refusal.
    Nothing,
    /// Its name has no address.
    NameUnknown,
    /// The proxy's name has no address.
    ProxyUnknown {
        /// The proxy.
        proxy: String,
    },
    /// The connection failed.
    Refused {
        /// What was said.
        said: String,
    },
}

impl Describe for NetworkProblem {
    fn id(&self) -> Id {
        match self {
            Self::Down { .. } => Id::NetworkDown,
            Self::ServerDead { .. } => Id::ServerDead,
            Self::CertificateUntrusted { .. } => Id::CertificateUntrusted,
            Self::ProxyWantsPassword { .. } => Id::ProxyWantsPassword,
            Self::LoginPage { .. } => Id::LoginPage,
            Self::ClockWrong { .. } => Id::ClockWrong,
            Self::ReleaseMoved { .. } => Id::ReleaseEndOfLife,
            Self::WithoutOwnRelease { .. } => SourceFailure::WithoutRelease.id(),
            Self::KeyUnreadable { .. } => Id::KeyUnreadable,
            Self::Source { why, .. } => why.id(),
        }
    }

    fn title(&self) -> String {
        match self {
            Self::Down { .. } => "no package server can be reached".into(),
            Self::ServerDead { server, .. } => server.title(),
            Self::CertificateUntrusted { server, only_trusts: Some(_), .. } => {
                format!("pip does not trust the certificate of {}", quoted(server))
            }
            Self::CertificateUntrusted { server, .. } => {
                format!("this machine does not trust the certificate of {}", quoted(server))
            }
            Self::ProxyWantsPassword { .. } => SourceFailure::ProxyWantsPassword.title().into(),
            Self::LoginPage { .. } => "this network requires you to log in first".into(),
            Self::ClockWrong { ahead_seconds, .. } => {
                let side = if *ahead_seconds < 0 { "behind" } else { "ahead" };
                format!("the system clock is {} {side}", span(ahead_seconds.unsigned_abs()))
            }
            Self::Source { why, .. } => why.title().into(),
            Self::ReleaseMoved { codename, .. } => {
                format!("{codename} is past its end of life, and its archive has moved")
            }
            Self::WithoutOwnRelease { .. } => {
                "a server does not have the release of this system".into()
            }
            Self::KeyUnreadable { file, why, .. } => {
                format!("apt cannot read the key {}: {}", path(file), why.words())
            }
        }
    }

    fn evidence(&self) -> String {
        match self {
            Self::Down { servers, .. } => listed(servers.iter().map(ServerFailure::in_short), "; "),
            Self::ServerDead { server, places } => joined(places, server.what.said()),
            Self::CertificateUntrusted { said, only_trusts: Some(file), .. } => {
                format!("{said}; pip's settings name {} as all that it trusts", quoted(file))
            }
            Self::CertificateUntrusted { said, places, .. } => joined(places, said.clone()),
            Self::ProxyWantsPassword { places } => joined(places, String::new()),
            Self::LoginPage { address, places } => joined(
                places,
                address
                    .as_ref()
                    .map(|address| format!("{} answered", quoted(address)))
                    .unwrap_or_default(),
            ),
            Self::ClockWrong { server, .. } => {
                format!("compared with {}; apt checks the dates of signatures", quoted(server))
            }
            Self::Source { place, said, .. } => {
                joined(place.as_ref().map(std::slice::from_ref).unwrap_or_default(), said.clone())
            }
            Self::WithoutOwnRelease { place, said } => {
                joined(std::slice::from_ref(place), said.clone())
            }
            Self::ReleaseMoved { place, .. } | Self::KeyUnreadable { place, .. } => {
                place.to_string()
            }
        }
    }

    fn remedy(&self, _: &Invocation) -> Option<Remedy> {
        match self {
            Self::Down { servers, in_wsl: true } if no_name_is_known(servers) => Remedy::advice(
                "restart WSL, which writes /etc/resolv.conf anew: run `wsl --shutdown` in Windows PowerShell, then open this terminal again; if that does not help, turn off the VPN in Windows",
            ),
            Self::Down { .. } | Self::ServerDead { .. } => SourceFailure::NoAnswer.remedy(None),
            Self::CertificateUntrusted { only_trusts: Some(file), .. } => Remedy::advice(format!(
                "add the certificate of your network's proxy to {}, or remove pip's setting `cert`, which `pip config list` shows",
                quoted(file)
            )),
            Self::CertificateUntrusted { .. } => Remedy::advice(
                "install the certificate of your network's proxy: copy it to /usr/local/share/ca-certificates/NAME.crt, then run `sudo update-ca-certificates`",
            ),
            Self::ProxyWantsPassword { .. } => SourceFailure::ProxyWantsPassword.remedy(None),
            Self::LoginPage { .. } => SourceFailure::LoginPage.remedy(None),
            Self::ClockWrong { owner, .. } => owner.remedy(),
            Self::Source { why, place, .. } => why.remedy(place.as_ref()),
            Self::ReleaseMoved { place, archive, .. } => Remedy::as_root(quoted_line(&[
                "sed".into(),
                "-i".into(),
                format!("s|{}|{archive}|", place.address),
                place.file.display().to_string(),
            ])),
            Self::WithoutOwnRelease { .. } => Remedy::advice(
                "use another mirror, and leave the source in: the system's own packages come from it",
            ),
            Self::KeyUnreadable { why, .. } => why.remedy(),
        }
    }
}

/// Whether every server's name is unknown: it is the names that do not work.
fn no_name_is_known(servers: &[ServerFailure]) -> bool {
    !servers.is_empty() && servers.iter().all(|server| server.what == Silence::NameUnknown)
}

impl ClockOwner {
    fn remedy(self) -> Option<Remedy> {
        match self {
            Self::System => Remedy::as_root("timedatectl set-ntp true"),
            Self::Windows => Remedy::as_root("hwclock -s"),
            Self::ChromeOs => Remedy::advice(
                "set the time in the ChromeOS settings, then shut down Linux (right-click the Terminal icon) and start it again",
            ),
            Self::ContainerHost => {
                Remedy::advice("set the clock of the machine that this container runs on")
            }
        }
    }
}

impl ServerFailure {
    fn title(&self) -> String {
        let name = quoted(&self.name);
        match &self.what {
            Silence::Nothing => format!("{name} does not answer"),
            Silence::NameUnknown => format!("no server is called {name}"),
            Silence::ProxyUnknown { .. } | Silence::Refused { .. } => {
                format!("{name} cannot be reached")
            }
        }
    }

    fn in_short(&self) -> String {
        match self.what.said().as_str() {
            "" => self.title(),
            said => format!("{} ({said})", self.title()),
        }
    }
}

impl Silence {
    fn said(&self) -> String {
        match self {
            Self::Nothing => "no response at all".into(),
            Self::NameUnknown => String::new(),
            Self::ProxyUnknown { proxy } => {
                format!("no server is called {}, the proxy", quoted(proxy))
            }
            Self::Refused { said } => said.clone(),
        }
    }
}

/// The places, once each, and what was said.
fn joined(places: &[SourceLocation], said: String) -> String {
    let mut shown: Vec<String> = places.iter().map(SourceLocation::to_string).collect();
    shown.dedup();
    let parts = [shown.join(", "), said];
    listed(parts.into_iter().filter(|part| !part.is_empty()), ": ")
}

/// The largest whole unit.
fn span(seconds: u64) -> String {
    let units =
        [(31_536_000, "year"), (86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let found = units.into_iter().find(|(size, _)| seconds >= *size).unwrap_or((1, "second"));
    crate::words::count((seconds / found.0) as usize, found.1)
}
