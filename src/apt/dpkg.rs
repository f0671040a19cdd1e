//! dpkg's view of packages, from its status file: milliseconds, and dpkg is not started.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::host::Host;

/// dpkg's own file.
pub(super) const STATUS: &str = "/var/lib/dpkg/status";
/// Where an interrupted dpkg leaves numbered files (what apt looks at to say "dpkg was
/// interrupted").
const UPDATES: &str = "/var/lib/dpkg/updates";
/// Where dpkg keeps a list of files for each package.
const LISTS: &str = "/var/lib/dpkg/info";
/// More than any of them, in bytes.
const LIST_LIMIT: u64 = 16 << 20;

/// The packages that matter here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DpkgStatus {
    /// Installed and configured: name → version.
    pub installed: BTreeMap<String, String>,
    /// Half-done ones of the whole system: name → dpkg's state.
    #[serde(default)]
    pub half_done: BTreeMap<String, String>,
    /// Those of them that dpkg was unpacking: nothing but their archive can bring them back.
    #[serde(default)]
    pub half_unpacked: BTreeSet<String>,
    /// Those that somebody holds at their version (`apt-mark hold`).
    #[serde(default)]
    pub held: BTreeSet<String>,
    /// Whether dpkg was interrupted and left its journal.
    #[serde(default)]
    pub interrupted: bool,
    /// dpkg's own architecture, which is that of all packages, whatever the kernel's is.
    #[serde(default)]
    pub architecture: Option<String>,
}

impl DpkgStatus {
    /// Whether a package is installed and configured.
    pub fn has(&self, name: &str) -> bool {
        self.installed.contains_key(name)
    }

    /// Whether dpkg must first finish what it began.
    pub fn need_configuring(&self) -> bool {
        self.interrupted || !self.half_done.is_empty()
    }
}

/// Reads dpkg's state; of the installed packages only those that pass are kept.
///
/// # Errors
/// When the status file is there and cannot be read.
pub fn gather(host: &Host, wanted: impl Fn(&str) -> bool) -> Result<DpkgStatus> {
    let text = host.read(Path::new(STATUS))?.unwrap_or_default();
    let numbered = |name: &std::ffi::OsStr| {
        name.to_str()
            .is_some_and(|name| !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit()))
    };
    let interrupted = host.list_readable(Path::new(UPDATES)).iter().any(|name| numbered(name));
    Ok(DpkgStatus { interrupted, ..parse(&text, wanted) })
}

/// Whether a package's own list names a file; a list that is not there is not asked.
pub fn lists(host: &Host, package: &str, file: &Path) -> bool {
    let list = Path::new(LISTS).join(format!("{package}.list"));
    let list = host.read_at_most(&list, LIST_LIMIT).ok().flatten();
    list.is_none_or(|list| list.lines().any(|line| Path::new(line) == file))
}

/// The stanzas of a status file (deb822: `Package`, `Status: want flag state`, `Version`).
pub fn parse(text: &str, wanted: impl Fn(&str) -> bool) -> DpkgStatus {
    let mut packages = DpkgStatus::default();
    let (mut name, mut status, mut version, mut architecture) = ("", "", "", "");
    for line in text.lines().chain([""]) {
        if line.is_empty() {
            note(&mut packages, &wanted, name, status, version);
            if name == "dpkg" && !architecture.is_empty() {
                packages.architecture = Some(architecture.to_owned());
            }
            (name, status, version, architecture) = ("", "", "", "");
        } else if let Some(value) = line.strip_prefix("Architecture: ") {
            architecture = value.trim();
        } else if let Some(value) = line.strip_prefix("Package: ") {
            name = value.trim();
        } else if let Some(value) = line.strip_prefix("Status: ") {
            status = value.trim();
        } else if let Some(value) = line.strip_prefix("Version: ") {
            version = value.trim();
        }
    }
    packages
}

fn note(
    packages: &mut DpkgStatus,
    wanted: impl Fn(&str) -> bool,
    name: &str,
    status: &str,
    version: &str,
) {
    let state = status.rsplit(' ').next().unwrap_or_default();
    if state == "half-installed"
        && !status.starts_with("deinstall ")
        && !status.starts_with("purge ")
    {
        packages.half_unpacked.insert(name.to_owned());
    }
    if status.starts_with("hold ") {
        packages.held.insert(name.to_owned());
    }
    match state {
        "installed" if wanted(name) => {
            packages.installed.insert(name.to_owned(), version.to_owned());
        }
        "half-installed" | "unpacked" | "half-configured" | "triggers-awaited"
        | "triggers-pending" => {
            packages.half_done.insert(name.to_owned(), state.to_owned());
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STATUS_TEXT: &str = "Package: python3.11\nStatus: install ok installed\nArchitecture: amd64\nVersion: 3.11.2-6\nDescription: x\n Package: not-a-stanza\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n\nPackage: broken\nStatus: install reinstreq half-installed\nVersion: 2\n\nPackage: vim\nStatus: hold ok installed\nVersion: 9";

    #[test]
    fn only_configured_packages_count_as_installed_and_half_done_ones_are_named() {
        insta::assert_debug_snapshot!(parse(STATUS_TEXT, |name| name.starts_with("python")), @r#"
        DpkgStatus {
            installed: {
                "python3.11": "3.11.2-6",
            },
            half_done: {
                "broken": "half-installed",
            },
            half_unpacked: {
                "broken",
            },
            held: {
                "vim",
            },
            interrupted: false,
            architecture: None,
        }
        "#);
    }

    /// Raspberry Pi OS of 32 bits has a kernel of 64.
    #[test]
    fn the_architecture_is_that_of_dpkg_and_not_of_another_package() {
        let text = "Package: libc6\nStatus: install ok installed\nArchitecture: i386\nVersion: 2\n\n\
                    Package: dpkg\nStatus: install ok installed\nArchitecture: armhf\nVersion: 1.21.22\n\n\
                    Package: tzdata\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n";
        assert_eq!(parse(text, |_| true).architecture.as_deref(), Some("armhf"));
    }

    proptest! {
        #[test]
        fn no_status_file_makes_the_parser_panic(text in r"(?s)((Package|Status|Version): ?[ a-z0-9.-]{0,20}\n|\n|.{0,20}){0,20}") {
            let packages = parse(&text, |name| name != "unwanted");
            prop_assert!(!packages.has("unwanted"));
        }
    }
}
