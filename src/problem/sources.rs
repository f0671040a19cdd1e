//! Problems of a single source of apt's: where it is, why it could not be refreshed, and what is
//! wrong with its key.

use std::path::{Path, PathBuf};

use super::{Id, Remedy};
use crate::shell::quoted_line;
use crate::words::path;

/// Where a source is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceLocation {
    /// The file of apt's sources.
    pub file: PathBuf,
    /// The line; 1 is the first.
    pub line: usize,
    /// The address there, without a password.
    pub address: String,
}

/// Why a source could not be refreshed, the reason that explains most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceFailure {
    /// The proxy wants a name and a password.
    ProxyWantsPassword,
    /// What came is no release: a login page, perhaps.
    LoginPage,
    /// The release file lies in the future, by the server's own clock.
    FromTheFuture,
    /// The release file is past its date.
    Expired,
    /// It is signed by another key.
    KeyWrong,
    /// The server has no such release.
    WithoutRelease,
    /// The index does not fit its release: the server is being updated, or a cache on the way is
    /// out of date.
    OutOfDate,
    /// The server does not answer.
    NoAnswer,
    /// Another reason.
    Other,
}

/// Why apt's own account cannot read a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyFlaw {
    /// There is no such file.
    Missing,
    /// The mode of this file forbids it.
    FileMode(PathBuf),
    /// The mode of this folder forbids it.
    FolderMode(PathBuf),
}

impl SourceFailure {
    pub(super) fn id(self) -> Id {
        match self {
            Self::WithoutRelease => Id::ServerWithoutRelease,
            Self::KeyWrong => Id::KeyWrong,
            Self::Expired => Id::ReleaseExpired,
            Self::OutOfDate => Id::IndexOutOfDate,
            Self::NoAnswer => Id::ServerDead,
            Self::ProxyWantsPassword => Id::ProxyWantsPassword,
            Self::LoginPage => Id::LoginPage,
            Self::FromTheFuture | Self::Other => Id::SourceFailed,
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::WithoutRelease => "a server does not have this release",
            Self::KeyWrong => "a source is not signed by its key",
            Self::Expired => "a release file has expired",
            Self::FromTheFuture => {
                "a release file is dated in the future, even by the server's own clock"
            }
            Self::OutOfDate => "an index does not match its release, even on a second attempt",
            Self::NoAnswer => "a server does not answer",
            Self::ProxyWantsPassword => "the proxy requires a valid name and password",
            Self::LoginPage => "a server sent something other than a release, perhaps a login page",
            Self::Other => "an apt source could not be updated",
        }
    }

    pub(super) fn remedy(self, place: Option<&SourceLocation>) -> Option<Remedy> {
        match (self, place) {
            (Self::WithoutRelease, Some(place)) => Remedy::as_root(place.disable()),
            (Self::NoAnswer, _) => Remedy::advice(
                "check the network and, if there is one, the proxy (`http_proxy`, apt's settings)",
            ),
            (Self::ProxyWantsPassword, _) => Remedy::advice(
                "set `http_proxy` and `https_proxy` to `http://NAME:PASSWORD@PROXY:PORT`, or ask your network's administrator",
            ),
            (Self::LoginPage, _) => {
                Remedy::advice("open any page in a browser on this machine and log in")
            }
            (Self::OutOfDate, _) => Remedy::advice("try again in an hour, or use another mirror"),
            _ => Remedy::advice("fix this source, or disable it"),
        }
    }
}

impl KeyFlaw {
    pub(super) fn words(&self) -> String {
        match self {
            Self::Missing => "it does not exist".into(),
            Self::FileMode(_) => "only its owner may read it".into(),
            Self::FolderMode(folder) => format!("only root may open the folder {}", path(folder)),
        }
    }

    pub(super) fn remedy(&self) -> Option<Remedy> {
        let chmod = |mode: &str, place: &Path| {
            let words = ["chmod".to_owned(), mode.to_owned(), place.display().to_string()];
            Remedy::as_root(quoted_line(&words))
        };
        match self {
            Self::FileMode(file) => chmod("0644", file),
            Self::FolderMode(folder) => chmod("0755", folder),
            Self::Missing => {
                Remedy::advice("install the key again, as the archive's website describes")
            }
        }
    }
}

impl SourceLocation {
    /// The command that makes apt skip it.
    fn disable(&self) -> String {
        let is_stanza = self.file.extension().is_some_and(|extension| extension == "sources");
        let edit = if is_stanza { "iEnabled: no" } else { "s/^/# /" };
        format!("sed -i '{}{edit}' {}", self.line, quoted_line(&[self.file.display().to_string()]))
    }
}

/// `/etc/apt/sources.list:3 (http://deb.example/debian)`
impl std::fmt::Display for SourceLocation {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{} ({})", self.file.display(), self.line, self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_disabled_in_its_own_form() {
        let disable = |file: &str| {
            SourceLocation { file: file.into(), line: 4, address: String::new() }.disable()
        };
        assert_eq!(disable("/x.list"), "sed -i '4s/^/# /' /x.list");
        assert_eq!(disable("/x.sources"), "sed -i '4iEnabled: no' /x.sources");
    }

    #[test]
    fn a_key_that_only_root_can_read_is_fixed_by_its_mode() {
        let fix = |flaw: KeyFlaw| flaw.remedy().unwrap().to_string();
        let fixes = [
            fix(KeyFlaw::FileMode("/keyrings/key.asc".into())),
            fix(KeyFlaw::FolderMode("/keyrings".into())),
            fix(KeyFlaw::Missing),
        ];
        insta::assert_snapshot!(fixes.join("\n"), @r"
        run `sudo chmod 0644 /keyrings/key.asc`
        run `sudo chmod 0755 /keyrings`
        install the key again, as the archive's website describes
        ");
    }
}
