//! What apt offers: its index and its candidates, asked of `apt-cache` without root.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::package_source::AptConfig;
use super::{commands, index};
use crate::error::Result;
use crate::host::Host;

/// apt builds its cache first when it is stale, which takes seconds on a slow disk.
const LIMIT: Duration = Duration::from_secs(120);

/// What apt knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offers {
    /// Whether there is a package index at all; without one nothing can be offered.
    pub indexed: bool,
    /// What would be installed, by package name; only the names that were asked for.
    #[serde(default)]
    pub offers: BTreeMap<String, Offer>,
}

/// A package that apt could install.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The candidate's version, as Debian writes it.
    pub version: String,
    /// Where it comes from: `http://deb.debian.org/debian bookworm/main`; empty when only dpkg
    /// knows it.
    #[serde(default)]
    pub from: String,
}

/// What apt will fetch and use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Sizes {
    /// Bytes to download.
    pub download_bytes: u64,
    /// Bytes used on disk afterwards.
    pub disk_bytes: u64,
    /// How many packages are installed, dependencies included.
    pub packages: usize,
}

/// Asks for every Python 3 and for the packages named, as apt sees them with this configuration.
///
/// # Errors
/// [`crate::error::Error::Interrupted`]. Without a working `apt-cache` nothing is offered, and the
/// plan says so.
pub fn gather(host: &Host, packages: &[String], config: &AptConfig) -> Result<Offers> {
    if !index::is_present(host, config) {
        return Ok(Offers::default());
    }
    let said = policy(host, packages, config)?;
    Ok(said.map(|said| Offers { indexed: true, offers: parse_policy(&said) }).unwrap_or_default())
}

/// Every Python 3 that an archive has, by package name and version, whether or not it is the
/// candidate.
///
/// # Errors
/// As [`gather`].
pub fn served_by(host: &Host, address: &str) -> Result<Vec<(String, String)>> {
    Ok(parse_served(&policy(host, &[], &AptConfig::default())?.unwrap_or_default(), address))
}

/// `apt-cache policy` of every Python 3 and of the packages named; `None` without the program.
fn policy(host: &Host, packages: &[String], config: &AptConfig) -> Result<Option<String>> {
    if host.program("apt-cache").is_none() {
        return Ok(None);
    }
    // A name that apt does not know would be taken for a regular expression and matched against the
    // whole archive, for seconds.
    let names = host.run(&commands::package_names(config), LIMIT)?.stdout;
    let asked: BTreeSet<&str> = names
        .lines()
        .filter(|name| is_python(name) || packages.iter().any(|package| package == name))
        .collect();
    if asked.is_empty() {
        return Ok(Some(String::new()));
    }
    let policy = host.run(&commands::policy(config, asked), LIMIT)?;
    Ok(Some(policy.stdout))
}

/// `python3.13`, or the packages that go with it: `python3.13-venv`.
fn is_python(name: &str) -> bool {
    name.strip_prefix("python3.").is_some_and(|rest| {
        let minor = rest.split('-').next().unwrap_or_default();
        !minor.is_empty() && minor.bytes().all(|b| b.is_ascii_digit())
    })
}

/// The candidates in the output of `apt-cache policy`: a name at the left edge, `Candidate:`, then
/// a version table whose row of the candidate is followed by the places it comes from.
fn parse_policy(text: &str) -> BTreeMap<String, Offer> {
    let mut offers: BTreeMap<String, Offer> = BTreeMap::new();
    let (mut name, mut candidate, mut in_row) = ("", "", false);
    for line in text.lines() {
        let trimmed = line.trim();
        if let Some(start) = line.strip_suffix(':').filter(|start| !start.starts_with(' ')) {
            (name, candidate, in_row) = (start, "", false);
        } else if let Some(version) =
            trimmed.strip_prefix("Candidate: ").filter(|version| *version != "(none)")
        {
            candidate = version;
            offers.insert(
                name.to_owned(),
                Offer { version: version.to_owned(), from: String::new() },
            );
        } else if line.starts_with("        ") {
            // `        500 http://deb.debian.org/debian bookworm/main amd64 Packages`
            let words: Vec<&str> = trimmed.split_whitespace().collect();
            if let (true, [_, place, suite, ..], Some(offer)) =
                (in_row, words.as_slice(), offers.get_mut(name))
                && offer.from.is_empty()
            {
                offer.from = format!("{place} {suite}");
            }
        } else {
            // `     3.11.2-6 500`, and ` *** 3.11.2-6 500` where it is installed.
            let version = trimmed.trim_start_matches("*** ").split_whitespace().next();
            in_row = !candidate.is_empty() && version == Some(candidate);
        }
    }
    offers
}

/// The names and versions of the rows that this archive is one of the places of.
fn parse_served(text: &str, address: &str) -> Vec<(String, String)> {
    let (mut name, mut version) = ("", "");
    let mut served = Vec::new();
    for line in text.lines() {
        let mut words = line.trim().trim_start_matches("*** ").split_whitespace();
        if let Some(start) = line.strip_suffix(':').filter(|start| !start.starts_with(' ')) {
            name = start;
        } else if !line.starts_with("        ") {
            version = words.next().unwrap_or_default();
        } else if words.nth(1).is_some_and(|place| place.trim_end_matches('/') == address) {
            served.push((name.to_owned(), version.to_owned()));
        }
    }
    served
}

/// What `apt-get install --print-uris` says: a line per archive with its size in bytes, and above
/// them what it comes to.
pub fn parse_sizes(text: &str) -> Option<Sizes> {
    let archives = text.lines().filter(|line| line.starts_with('\''));
    let download_bytes =
        archives.filter_map(|line| line.split_whitespace().nth(2)?.parse::<u64>().ok()).sum();
    let packages = text.lines().find_map(|line| {
        let (_, rest) = line.split_once(" upgraded, ")?;
        rest.split_whitespace().next()?.parse().ok()
    })?;
    let disk_bytes = text.lines().find_map(|line| {
        let words: Vec<&str> =
            line.strip_prefix("After this operation, ")?.split_whitespace().collect();
        // `… disk space will be freed.`
        if words.last().is_some_and(|word| word.starts_with("freed")) {
            return Some(0);
        }
        let number: f64 = words.first()?.replace(',', "").parse().ok()?;
        Some((number * unit(words.get(1)?)?) as u64)
    })?;
    Some(Sizes { download_bytes, disk_bytes, packages })
}

/// The names of the archives that it would fetch: `'http://…/python3.11_3.11.2-6_amd64.deb'
/// python3.11_3.11.2-6_amd64.deb 572860 MD5Sum:…`.
pub fn parse_archives(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| line.starts_with('\''));
    let names = lines.filter_map(|line| line.split_whitespace().nth(1)?.split('_').next());
    names.map(str::to_owned).collect()
}

fn unit(unit: &str) -> Option<f64> {
    Some(match unit {
        "B" => 1.0,
        "kB" => 1e3,
        "MB" => 1e6,
        "GB" => 1e9,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sizes_are_what_apt_says_of_a_fresh_bookworm() {
        insta::assert_debug_snapshot!(parse_sizes(include_str!(
            "../../fixtures/apt/print-uris-bookworm.txt"
        )));
    }

    #[test]
    fn what_is_freed_needs_no_room() {
        let said = "0 upgraded, 2 newly installed, 1 to remove and 0 not upgraded.\n\
                    After this operation, 3,072 kB disk space will be freed.\n";
        let sizes = parse_sizes(said).unwrap();
        assert_eq!((sizes.packages, sizes.disk_bytes), (2, 0));
    }

    #[test]
    fn policy_of_a_fresh_bookworm_is_read() {
        insta::assert_debug_snapshot!(parse_policy(include_str!(
            "../../fixtures/apt/policy-bookworm.txt"
        )));
    }

    #[test]
    fn policy_of_an_arm64_machine_is_read() {
        let text = "python3.12:\n  Installed: (none)\n  Candidate: 3.12.3-1ubuntu0.8\n  Version table:\n     \
                    3.12.3-1ubuntu0.8 500\n        500 http://ports.ubuntu.com/ubuntu-ports noble-updates/main arm64 Packages\n        \
                    500 http://ports.ubuntu.com/ubuntu-ports noble-security/main arm64 Packages\n";
        let offer = &parse_policy(text)["python3.12"];
        assert_eq!(offer.version, "3.12.3-1ubuntu0.8");
        assert_eq!(offer.from, "http://ports.ubuntu.com/ubuntu-ports noble-updates/main");
    }

    #[test]
    fn what_an_archive_serves_is_told_from_the_places_of_each_version() {
        let text = "python3.13:\n  Installed: (none)\n  Candidate: 3.13.14-1\n  Version table:\n     3.13.18-1 -1\n        \
                    500 http://deb.example/debian sid/main amd64 Packages\n     3.13.14-1 100\n        \
                    500 http://deb.example/debian sid/main amd64 Packages\n         \
                    -1 http://ppa.example resolute/main amd64 Packages\n";
        assert_eq!(
            parse_served(text, "http://ppa.example"),
            [("python3.13".to_owned(), "3.13.14-1".to_owned())]
        );
        assert_eq!(parse_served(text, "http://other.example"), []);
    }

    #[test]
    fn policy_of_an_installed_package_names_the_archive_and_not_the_status_file() {
        insta::assert_debug_snapshot!(parse_policy(include_str!(
            "../../fixtures/apt/policy-bookworm-installed.txt"
        )));
    }

    proptest! {
        #[test]
        fn no_answer_of_apt_makes_the_parsers_panic(text in r"(?s)([a-z0-9.]{0,9}:\n|  Candidate: [0-9.~]{0,9}\n| (\*\*\*|   ) [0-9.]{0,5} 500\n| {8}.{0,20}\n|After this operation, [0-9,.]{0,9} .?B.{0,9}\n|.{0,20} upgraded, .{0,9}\n|.{0,20}){0,12}") {
            let offers = parse_policy(&text);
            prop_assert!(offers.values().all(|offer| offer.version != "(none)"));
            parse_served(&text, "");
            parse_sizes(&text);
        }
    }
}
