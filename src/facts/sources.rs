//! apt's sources, as far as they concern deadsnakes: the archive that has the Pythons that Ubuntu lacks.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::host::Host;

/// Where the key is written. A path, not the key itself: apt before 2.3.10 stops over a key in the source.
pub const KEYRING: &str = "/etc/apt/keyrings/labready-deadsnakes.asc";
/// Where the source is written.
pub const SOURCES: &str = "/etc/apt/sources.list.d/labready-deadsnakes.sources";
/// Where it is written what may come from it.
pub const PREFERENCES: &str = "/etc/apt/preferences.d/labready-deadsnakes";

const LIST: &str = "/etc/apt/sources.list";
const PARTS: &str = "/etc/apt/sources.list.d";
/// More than any file of sources, in bytes.
const FILE_LIMIT: u64 = 4 << 20;

/// What is configured of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sources {
    /// Every enabled source of deadsnakes, in any form, whoever wrote it.
    #[serde(default)]
    pub deadsnakes: Vec<Source>,
    /// What our own preferences let come from it.
    #[serde(default)]
    pub pin: Option<Pin>,
}

/// A source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The file that names it.
    pub file: PathBuf,
    /// The archive's address.
    pub address: String,
}

/// What our preferences let come from the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// The archive's Origin, by which apt tells its packages.
    pub origin: String,
    /// The only interpreter that may come from it, `python3.13`; `None` while it is not chosen.
    #[serde(default)]
    pub series: Option<String>,
}

/// How the line that names the series begins in the preferences file.
const SERIES_LINE: &str = "# only: ";

impl Pin {
    /// The preferences file. Until a series is chosen, Pythons can be seen and replace nothing; of everything else nothing comes at all.
    pub fn text(&self) -> String {
        let Self { origin, series } = self;
        let (note, packages, priority) = match series {
            Some(series) => (format!("{SERIES_LINE}{series}\n"), format!("{series} {series}-* lib{series}-* lib{series}"), 500),
            None => (String::new(), "/^(lib)?python3[.][0-9]+(-.*)?$/".to_owned(), 100),
        };
        format!(
            "# Written by labready: what may come from deadsnakes.\n{note}Package: {packages}\nPin: release o={origin}\nPin-Priority: {priority}\n\n\
             Package: *\nPin: release o={origin}\nPin-Priority: -1\n"
        )
    }

    /// Reads such a file.
    pub fn parse(text: &str) -> Option<Self> {
        let origin = text.lines().find_map(|line| line.strip_prefix("Pin: release o="))?.trim().to_owned();
        let series = text.lines().find_map(|line| line.strip_prefix(SERIES_LINE)).map(|series| series.trim().to_owned());
        Some(Self { origin, series })
    }
}

/// Looks at this machine. `mirror` is a room's own copy of the archive.
pub fn gather(host: &Host, mirror: &str) -> Sources {
    let read = |path: &Path| host.read_at_most(path, FILE_LIMIT).ok().flatten().unwrap_or_default();
    let parts = host.list(Path::new(PARTS)).into_iter().map(|name| Path::new(PARTS).join(name));
    let mut deadsnakes = Vec::new();
    for file in std::iter::once(PathBuf::from(LIST)).chain(parts) {
        let addresses = match file.extension().and_then(|extension| extension.to_str()) {
            Some("sources") => of_stanzas(&read(&file)),
            Some("list") => of_lines(&read(&file)),
            _ => continue,
        };
        let ours = addresses.into_iter().filter(|address| is_deadsnakes(address, mirror));
        deadsnakes.extend(ours.map(|address| Source { file: file.clone(), address }));
    }
    Sources { deadsnakes, pin: Pin::parse(&read(Path::new(PREFERENCES))) }
}

fn is_deadsnakes(address: &str, mirror: &str) -> bool {
    let launchpad = ["ppa.launchpadcontent.net/deadsnakes/ppa", "ppa.launchpad.net/deadsnakes/ppa"];
    launchpad.iter().any(|known| address.contains(known)) || address.trim_end_matches('/') == mirror.trim_end_matches('/')
}

/// `deb [options] ADDRESS SUITE COMPONENT…`, one a line.
fn of_lines(text: &str) -> Vec<String> {
    let addresses = text.lines().filter_map(|line| {
        let rest = line.trim().strip_prefix("deb ")?.trim_start();
        let rest = match rest.strip_prefix('[') {
            Some(options) => options.split_once(']')?.1,
            None => rest,
        };
        rest.split_whitespace().next().map(str::to_owned)
    });
    addresses.collect()
}

/// deb822: `Types`, `URIs`, `Suites` …, stanzas between empty lines; `Enabled: no` switches one off.
fn of_stanzas(text: &str) -> Vec<String> {
    let mut addresses = Vec::new();
    for stanza in text.replace("\r\n", "\n").split("\n\n") {
        let field = |name: &str| {
            stanza.lines().find_map(|line| {
                let (key, value) = line.split_once(':')?;
                key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
            })
        };
        let is_enabled = field("Enabled").is_none_or(|value| !matches!(value.to_lowercase().as_str(), "no" | "false" | "0"));
        let is_binary = field("Types").is_some_and(|types| types.split_whitespace().any(|kind| kind == "deb"));
        if is_enabled && is_binary {
            addresses.extend(field("URIs").unwrap_or_default().split_whitespace().map(str::to_owned));
        }
    }
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_are_read_back_as_they_were_written() {
        for series in [None, Some("python3.13".to_owned())] {
            let pin = Pin { origin: "LP-PPA-deadsnakes".into(), series };
            assert_eq!(Pin::parse(&pin.text()), Some(pin));
        }
        assert_eq!(Pin::parse("Package: *\nPin: origin x\n"), None);
    }

    #[test]
    fn one_line_sources_are_found_with_and_without_options() {
        let text = "# deb http://old x main\ndeb http://a/ubuntu noble main\ndeb [arch=amd64 signed-by=/k.asc] https://ppa.launchpad.net/deadsnakes/ppa/ubuntu jammy main\ndeb-src http://s/ x main\n";
        assert_eq!(of_lines(text), ["http://a/ubuntu", "https://ppa.launchpad.net/deadsnakes/ppa/ubuntu"]);
    }

    #[test]
    fn a_stanza_that_is_switched_off_or_has_sources_only_does_not_count() {
        let stanza = |types: &str, more: &str| format!("Types: {types}\nURIs: http://a/\nSuites: x\n{more}");
        assert_eq!(of_stanzas(&stanza("deb deb-src", "Signed-By: /k\n")), ["http://a/"]);
        assert_eq!(of_stanzas(&stanza("deb-src", "")), Vec::<String>::new());
        assert_eq!(of_stanzas(&stanza("deb", "Enabled: no\n")), Vec::<String>::new());
    }
}
