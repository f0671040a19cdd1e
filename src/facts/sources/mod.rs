//! apt's sources, each with the file and the line that names it, and which of them are deadsnakes:
//! the archive of the Pythons that Ubuntu lacks.
//!
//! `keys` looks whether apt can read what must have signed it, `lines` reads the one-line form,
//! `stanzas` the deb822 form, `pin` what our preferences let come from deadsnakes.

mod keys;
mod lines;
mod pin;
mod stanzas;

use std::fmt::{self, Display, Formatter};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::host::Host;
use crate::problem::SourceLocation;
pub use keys::unreadable_key;
pub use pin::Pin;

/// Where the key is written. A path, not the key itself: apt before 2.3.10 stops over a key in the
/// source.
pub const KEYRING: &str = "/etc/apt/keyrings/labready-deadsnakes.asc";
/// Where the source is written.
pub const SOURCES: &str = "/etc/apt/sources.list.d/labready-deadsnakes.sources";
/// Where it is written what may come from it.
pub const PREFERENCES: &str = "/etc/apt/preferences.d/labready-deadsnakes";

const LIST: &str = "/etc/apt/sources.list";
const PARTS: &str = "/etc/apt/sources.list.d";
/// More than any file of sources, in bytes.
const FILE_LIMIT: u64 = 4 << 20;
/// Where Launchpad serves deadsnakes, and where it did before 2023.
const LAUNCHPAD: [&str; 2] =
    ["ppa.launchpadcontent.net/deadsnakes/ppa", "ppa.launchpad.net/deadsnakes/ppa"];

/// What is configured.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sources {
    /// Every source, those that are switched off among them, in apt's order.
    #[serde(default)]
    pub all: Vec<Source>,
    /// Those of deadsnakes' packages, in any form, whoever wrote them.
    #[serde(default)]
    pub deadsnakes: Vec<Source>,
    /// What our own preferences let come from it.
    #[serde(default)]
    pub pin: Option<Pin>,
}

/// A source: one address of a line or of a stanza.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The file that names it.
    pub file: PathBuf,
    /// The line on which it, or its stanza, begins; counted from 1.
    pub line: usize,
    /// The archive's address, without the name and password that may stand in it.
    pub address: String,
    /// The releases: `bookworm`, `bookworm-updates`; a folder with a final slash in the flat form.
    pub suites: Vec<String>,
    /// `main`, `universe` …; none in the flat form.
    pub components: Vec<String>,
    /// What must have signed it: files or fingerprints; none when apt's own keys do.
    pub signed_by: Vec<String>,
    /// Whether it offers packages, and not only their source code.
    pub binary: bool,
    /// Whether apt uses it.
    pub enabled: bool,
}

impl Source {
    /// The server, with its port where one is named; `None` where the address has none (`file:`,
    /// `cdrom:` …).
    pub fn server(&self) -> Option<&str> {
        let (scheme, rest) = self.address.split_once("://")?;
        let server = rest.split('/').next().filter(|server| !server.is_empty())?;
        matches!(scheme, "http" | "https" | "ftp" | "tor+http" | "tor+https").then_some(server)
    }

    /// Whether it is this archive; a final slash says nothing.
    pub fn is_at(&self, address: &str) -> bool {
        self.address.trim_end_matches('/') == address.trim_end_matches('/')
    }

    /// Where the signed list of what a suite holds lies.
    pub fn release(&self, suite: &str) -> String {
        let address = self.address.trim_end_matches('/');
        if suite.ends_with('/') {
            format!("{address}/{suite}InRelease")
        } else {
            format!("{address}/dists/{suite}/InRelease")
        }
    }

    /// The files of the keys, where it names any.
    pub fn key_files(&self) -> impl Iterator<Item = &Path> {
        self.signed_by.iter().filter(|key| key.starts_with('/')).map(Path::new)
    }
}

/// Where it stands: `FILE:LINE`.
impl Display for Source {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.file.display(), self.line)
    }
}

/// Where a problem says that it stands.
impl From<&Source> for SourceLocation {
    fn from(source: &Source) -> Self {
        Self { file: source.file.clone(), line: source.line, address: source.address.clone() }
    }
}

/// Looks at this machine. `mirror` is a room's own copy of deadsnakes.
pub fn gather(host: &Host, mirror: &str) -> Sources {
    let read = |path: &Path| host.read_at_most(path, FILE_LIMIT).ok().flatten().unwrap_or_default();
    let names = host.list_readable(Path::new(PARTS));
    let parts = names
        .iter()
        .filter_map(|name| name.to_str())
        .filter(|name| is_read(name))
        .map(|name| Path::new(PARTS).join(name));
    let files = std::iter::once(PathBuf::from(LIST)).chain(parts);
    let all: Vec<Source> = files.flat_map(|file| parse(&file, &read(&file))).collect();
    let deadsnakes = all
        .iter()
        .filter(|source| source.binary && is_deadsnakes(source, mirror))
        .cloned()
        .collect();
    Sources { all, deadsnakes, pin: Pin::parse(&read(Path::new(PREFERENCES))) }
}

/// What a file names, by the form that its name says.
fn parse(file: &Path, text: &str) -> Vec<Source> {
    let sources = if file.extension().is_some_and(|extension| extension == "sources") {
        stanzas::parse(text)
    } else {
        lines::parse(text)
    };
    sources.into_iter().map(|source| Source { file: file.to_owned(), ..source }).collect()
}

/// apt passes over every other name in silence.
fn is_read(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-.:".contains(c);
    !name.starts_with('.')
        && name.chars().all(is_plain)
        && (name.ends_with(".list") || name.ends_with(".sources"))
}

fn is_deadsnakes(source: &Source, mirror: &str) -> bool {
    LAUNCHPAD.iter().any(|known| source.address.contains(known)) || source.is_at(mirror)
}

/// An address without the name and the password in it: `https://user:password@host/` is
/// `https://host/`.
pub fn without_credentials(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let (server, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let server = server.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{server}{path}")
}

/// What apt takes for a no.
fn is_no(value: &str) -> bool {
    matches!(
        value.trim().to_ascii_lowercase().as_str(),
        "no" | "false" | "without" | "off" | "disable" | "0"
    )
}

/// `/a.gpg,/b.gpg` and `F23C… A4BC…` are lists.
fn split_list(value: &str) -> Vec<String> {
    value
        .split(|c: char| c == ',' || c.is_whitespace())
        .filter(|key| !key.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_names_that_apt_reads_are_read() {
        for name in ["docker.list", "deadsnakes-ubuntu-ppa-noble.sources", "a:b_c-1.list"] {
            assert!(is_read(name), "{name}");
        }
        for name in [
            "docker.list.save",
            "docker.list~",
            "my file.list",
            "list",
            ".hidden.list",
            "ubuntu.sources.curtin.orig",
            "ü.list",
        ] {
            assert!(!is_read(name), "{name}");
        }
    }

    #[test]
    fn a_source_says_where_it_stands_and_keeps_no_password() {
        let read = parse(
            Path::new("/etc/apt/sources.list"),
            "\ndeb https://student:secret@apt.example:8443/debian/ bookworm main\n",
        );
        let source = &read[0];
        assert_eq!(source.to_string(), "/etc/apt/sources.list:2");
        assert_eq!(source.server(), Some("apt.example:8443"));
        assert_eq!(
            source.release("bookworm"),
            "https://apt.example:8443/debian/dists/bookworm/InRelease"
        );
        assert!(!format!("{source:?}").contains("secret"));
    }

    #[test]
    fn a_folder_or_a_disc_has_no_server() {
        let read = parse(
            Path::new("x.list"),
            "deb file:/srv/apt ./\ndeb [trusted=yes] copy:///srv/apt x main\ndeb cdrom:[Debian 12 _Bookworm_]/ bookworm main\n",
        );
        assert_eq!(read.iter().map(Source::server).collect::<Vec<_>>(), [None, None, None]);
        assert_eq!(read[0].release("./"), "file:/srv/apt/./InRelease");
    }

    #[test]
    fn deadsnakes_is_known_by_either_host_and_by_its_mirror() {
        let at = |address: &str| Source { address: address.into(), ..Source::default() };
        let mirror = "http://mirror.example/deadsnakes";
        for address in [
            "https://ppa.launchpadcontent.net/deadsnakes/ppa/ubuntu/",
            "http://ppa.launchpad.net/deadsnakes/ppa/ubuntu",
            "http://mirror.example/deadsnakes/",
        ] {
            assert!(is_deadsnakes(&at(address), mirror), "{address}");
        }
        assert!(!is_deadsnakes(
            &at("https://ppa.launchpadcontent.net/deadsnakes/nightly/ubuntu"),
            mirror
        ));
    }

    proptest! {
        #[test]
        fn no_file_of_sources_makes_the_parsers_panic(
            text in r"(?s)((deb|deb-src|#|Types|URIs|Suites|Signed-By|Enabled|\[|\]|:|\u{22}| |\t|\r?\n|https?://|[a-zé@/.=,]{1,6}){0,40})"
        ) {
            for file in ["x.list", "x.sources"] {
                let lines = text.lines().count();
                prop_assert!(parse(Path::new(file), &text).iter().all(|source| (1..=lines).contains(&source.line)));
            }
        }
    }
}
