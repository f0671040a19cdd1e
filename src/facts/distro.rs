//! Which distribution this is, and which base's apt codename applies: os-release and its older kin,
//! read by ourselves.
//!
//! Format: os-release(5). A codename is believed only when Debian or Ubuntu has a release of that
//! name (`releases`); whose release it is says the family. Derivatives name their base by
//! UBUNTU_CODENAME, DEBIAN_CODENAME or ID_LIKE; `derivatives` knows those that say nothing, or
//! something else. What real systems say: `fixtures/os-release`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::derivatives;
use super::os_release::parse;
pub use super::releases::{Family, Releases};
use super::releases::{Release, plain_codename};
use crate::apt;
use crate::host::Host;

/// More than any os-release, in bytes; a larger one is read up to here.
const FILE_LIMIT: u64 = 4 << 20;
/// What the base of a Debian system brings.
const DEBIAN_VERSION: &str = "/etc/debian_version";
/// The two bases, and a plain rebuild: the only systems whose own codenames and versions are those
/// of apt's sources.
const BASES: [&str; 3] = ["debian", "ubuntu", "raspbian"];

/// What the system says of itself, and what follows for apt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distro {
    /// ID of os-release; empty when nothing could be read.
    pub id: String,
    /// Name and version, for people.
    pub name: String,
    /// VERSION_ID.
    #[serde(default)]
    pub version: String,
    /// VERSION_CODENAME.
    #[serde(default)]
    pub codename: String,
    /// What it is built on; `None` = not a system with apt that is known.
    pub base: Option<Base>,
    /// The release that its VERSION_ID names, where its VERSION_CODENAME names another one.
    #[serde(default)]
    pub contradiction: Option<String>,
}

/// The distribution whose packages these are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// Which of the two families.
    pub family: Family,
    /// The base's codename as apt sources name it; `None` where none may be guessed.
    pub codename: Option<String>,
    /// Whether the base's release is out of support, so that its archive may have moved.
    pub end_of_life: bool,
    /// Whether it is one of Ubuntu's releases with long-term support.
    #[serde(default)]
    pub long_term: bool,
}

impl Base {
    fn of_release(release: &Release, releases: &Releases) -> Self {
        Self {
            family: release.family,
            codename: Some(release.codename.clone()),
            end_of_life: releases.is_over(release),
            long_term: release.long_term,
        }
    }

    fn of_family(family: Family) -> Self {
        Self { family, codename: None, end_of_life: false, long_term: false }
    }
}

/// What a system without a name is called.
const NAMELESS: &str = "this unknown system";

/// Looks at this machine.
pub fn gather(host: &Host) -> Distro {
    let releases = Releases::gather(host);
    let distro = from_os_release(&identification(host), &releases);
    let base = match distro.base {
        // With or without apt, it is what it says.
        Some(base) if BASES.contains(&distro.id.as_str()) => Some(base),
        // Some that are built on Debian or Ubuntu are read-only images without apt.
        Some(base) => apt::are_here(host).then_some(base),
        None => (apt::are_here(host) && exists(host, DEBIAN_VERSION))
            .then(|| Base::of_family(Family::Debian)),
    };
    Distro { base, ..distro }
}

/// What the system says of itself, in os-release's words.
fn identification(host: &Host) -> BTreeMap<String, String> {
    let read = |path: &str| {
        host.read_at_most(Path::new(path), FILE_LIMIT)
            .ok()
            .flatten()
            .filter(|text| !text.trim().is_empty())
    };
    let os_release = ["/etc/os-release", "/usr/lib/os-release"].into_iter().find_map(read);
    let os_release = os_release.map(|text| parse(&text)).filter(|it| it.contains_key("ID"));
    let lsb_release = || {
        let fields = read("/etc/lsb-release").map(|text| parse(&text));
        fields.filter(|it| it.contains_key("DISTRIB_ID")).map(|it| renamed_lsb(&it))
    };
    let debian_version = || read(DEBIAN_VERSION).map(|text| of_debian_version(text.trim()));
    os_release.or_else(lsb_release).or_else(debian_version).unwrap_or_default()
}

fn exists(host: &Host, path: &str) -> bool {
    host.lstat(Path::new(path)).exists()
}

/// What lsb-release calls the same things.
fn renamed_lsb(fields: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let names = [
        ("DISTRIB_ID", "ID"),
        ("DISTRIB_RELEASE", "VERSION_ID"),
        ("DISTRIB_CODENAME", "VERSION_CODENAME"),
        ("DISTRIB_DESCRIPTION", "PRETTY_NAME"),
    ];
    names
        .iter()
        .filter_map(|(lsb, name)| Some(((*name).to_owned(), fields.get(*lsb)?.clone())))
        .collect()
}

/// `12.5` or `trixie/sid`.
fn of_debian_version(text: &str) -> BTreeMap<String, String> {
    let line = text.lines().next().unwrap_or_default();
    let first = line.split('/').next().unwrap_or_default();
    let codename = plain_codename(first).unwrap_or_default();
    let fields = [
        ("ID", "debian"),
        ("VERSION_ID", first),
        ("VERSION_CODENAME", &codename),
        ("PRETTY_NAME", &format!("Debian {line}")),
    ];
    fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

/// The distribution that the assignments describe.
pub fn from_os_release(fields: &BTreeMap<String, String>, releases: &Releases) -> Distro {
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let id = field("ID").to_lowercase();
    let names = [field("PRETTY_NAME"), field("NAME"), id.clone(), NAMELESS.into()];
    let name = names.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
    let (version, codename) = (field("VERSION_ID"), field("VERSION_CODENAME"));
    let distro = Distro { id, name, version, codename, base: None, contradiction: None };
    let base = base(&distro, fields, releases);
    let contradiction =
        contradiction(&distro, fields, releases).map(|release| release.codename.clone());
    Distro { base, contradiction, ..distro }
}

fn base(distro: &Distro, fields: &BTreeMap<String, String>, releases: &Releases) -> Option<Base> {
    let like = fields.get("ID_LIKE").map(String::as_str).unwrap_or_default();
    let family = derivatives::family(&distro.id, like);
    let of_release = |release: &Release| Base::of_release(release, releases);
    let release = if is_itself(distro, fields) {
        own_release(distro, fields, releases)
    } else {
        base_release(distro, fields, releases)
    };
    release.map(of_release).or_else(|| family.map(Base::of_family))
}

/// Whether it is one of the bases, and no other system that goes by its ID.
fn is_itself(distro: &Distro, fields: &BTreeMap<String, String>) -> bool {
    let name = fields.get("NAME").map(|name| name.to_lowercase()).unwrap_or_default();
    BASES.contains(&distro.id.as_str()) && (name.is_empty() || name.starts_with(&distro.id))
}

/// The release that the system names in one of its fields.
fn named<'a>(
    name: &str,
    fields: &BTreeMap<String, String>,
    releases: &'a Releases,
) -> Option<&'a Release> {
    fields.get(name).and_then(|codename| releases.named(codename))
}

/// The release that Debian, Ubuntu or Raspbian itself is: by its codename, else by its number.
fn own_release<'a>(
    distro: &Distro,
    fields: &BTreeMap<String, String>,
    releases: &'a Releases,
) -> Option<&'a Release> {
    let family = derivatives::family(&distro.id, "")?;
    let codenames = ["VERSION_CODENAME", "UBUNTU_CODENAME"].into_iter();
    let mut named = codenames.filter_map(|name| named(name, fields, releases));
    let numbered = || releases.numbered(family, &distro.version);
    named.find(|release| release.family == family).or_else(numbered)
}

/// The release that a derivative is built on. Its own version and codename are its own: a codename
/// that is a base's, too, is no chance.
fn base_release<'a>(
    distro: &Distro,
    fields: &BTreeMap<String, String>,
    releases: &'a Releases,
) -> Option<&'a Release> {
    let named = |name: &str| named(name, fields, releases);
    let known = || {
        let base = derivatives::base(&distro.id, &distro.version, &distro.codename);
        base.and_then(|codename| releases.named(codename))
    };
    let stated = named("UBUNTU_CODENAME").or_else(|| named("DEBIAN_CODENAME")).or_else(known);
    let may_be_guessed = !derivatives::is_rolling(&distro.id);
    stated.or_else(|| named("VERSION_CODENAME").filter(|_| may_be_guessed))
}

/// The release that a system's own VERSION_ID names, where its codename is another release's.
fn contradiction<'a>(
    distro: &Distro,
    fields: &BTreeMap<String, String>,
    releases: &'a Releases,
) -> Option<&'a Release> {
    let own = releases.named(&distro.codename).filter(|_| is_itself(distro, fields))?;
    let numbered = releases.numbered(derivatives::family(&distro.id, "")?, &distro.version)?;
    (numbered != own).then_some(numbered)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn distro(text: &str) -> Distro {
        from_os_release(&parse(text), &Releases::embedded(date(2026, 5, 1)))
    }

    #[test]
    fn a_codename_that_is_not_a_plain_word_is_never_used() {
        for hostile in [
            "jammy main; touch x",
            "$(reboot)",
            "../../etc",
            "`id`",
            "jam\u{1b}[31mmy",
            "Jammy",
            &"a".repeat(33),
        ] {
            let base = distro(&format!(
                "ID=ubuntu\nVERSION_CODENAME=\"{hostile}\"\nUBUNTU_CODENAME='{hostile}'\n"
            ));
            assert_eq!(base.base.unwrap().codename, None, "{hostile}");
        }
    }

    #[test]
    fn a_number_and_a_codename_of_two_releases_contradict_each_other() {
        let contradiction = |text: &str| distro(text).contradiction;
        let debian = "ID=debian\nNAME=\"Debian GNU/Linux\"\n";
        let mixed = format!("{debian}VERSION_ID=12\nVERSION_CODENAME=trixie\n");
        assert_eq!(contradiction(&mixed).as_deref(), Some("bookworm"));
        assert_eq!(distro(&mixed).base.unwrap().codename.as_deref(), Some("trixie"));
        let right = format!("{debian}VERSION_ID=12\nVERSION_CODENAME=bookworm\n");
        let testing = format!("{debian}VERSION_CODENAME=forky\n");
        // Puppy's number is its own.
        let puppy = "ID=debian\nNAME=Puppy\nVERSION_ID=10.0.8\nVERSION_CODENAME=bookworm\n";
        for sound in [right.as_str(), testing.as_str(), puppy] {
            assert_eq!(contradiction(sound), None, "{sound}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "(?s).{0,400}") {
            distro(&text);
        }
    }
}
