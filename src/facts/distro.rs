//! Which distribution this is, and which base's apt codename applies: os-release and its older kin,
//! read by ourselves.
//!
//! Format: os-release(5). Derivatives name their base by UBUNTU_CODENAME, DEBIAN_CODENAME or
//! ID_LIKE; the table below is for those that say nothing, and for bases whose codename differs
//! from the derivative's own (observed values: `fixtures/os-release.tsv`).

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::host::Host;

/// More than any os-release, in bytes; a larger one is read up to here.
const FILE_LIMIT: u64 = 4 << 20;
/// Longer values are nobody's name.
const VALUE_LIMIT: usize = 256;

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
}

/// The distribution whose packages these are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// Which of the two families.
    pub family: Family,
    /// The base's codename as apt sources name it; `None` on a rolling derivative, where none may
    /// be guessed.
    pub codename: Option<String>,
    /// Whether the base's release is out of support, so that its archive may have moved.
    pub end_of_life: bool,
}

/// The two families that labready knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Debian and what is built on it.
    Debian,
    /// Ubuntu and what is built on it.
    Ubuntu,
}

/// Releases out of support on the day of this version (Debian: end of LTS; Ubuntu: end of standard
/// support).
const END_OF_LIFE: [&str; 16] = [
    "wheezy", "jessie", "stretch", "buster", "trusty", "xenial", "bionic", "focal", "impish",
    "kinetic", "lunar", "mantic", "oracular", "plucky", "hirsute", "groovy",
];

/// Debian's releases by the number before the point, for systems that give no codename.
const DEBIAN_RELEASES: [(&str, &str); 8] = [
    ("8", "jessie"),
    ("9", "stretch"),
    ("10", "buster"),
    ("11", "bullseye"),
    ("12", "bookworm"),
    ("13", "trixie"),
    ("14", "forky"),
    ("15", "duke"),
];

/// Ubuntu's releases by version.
const UBUNTU_RELEASES: [(&str, &str); 8] = [
    ("16.04", "xenial"),
    ("18.04", "bionic"),
    ("20.04", "focal"),
    ("22.04", "jammy"),
    ("24.04", "noble"),
    ("25.04", "plucky"),
    ("25.10", "questing"),
    ("26.04", "resolute"),
];

/// Derivatives whose os-release does not name the base's codename: ID, their codename or version,
/// family, the base's codename.
const SILENT_DERIVATIVES: [(&str, &str, Family, &str); 20] = [
    ("devuan", "beowulf", Family::Debian, "buster"),
    ("devuan", "chimaera", Family::Debian, "bullseye"),
    ("devuan", "daedalus", Family::Debian, "bookworm"),
    ("devuan", "excalibur", Family::Debian, "trixie"),
    ("linuxmint", "faye", Family::Debian, "bookworm"),
    ("linuxmint", "gigi", Family::Debian, "trixie"),
    ("linuxmint", "elsie", Family::Debian, "bullseye"),
    ("deepin", "apricot", Family::Debian, "buster"),
    ("mx", "19", Family::Debian, "buster"),
    ("mx", "21", Family::Debian, "bullseye"),
    ("mx", "23", Family::Debian, "bookworm"),
    ("mx", "25", Family::Debian, "trixie"),
    ("linuxmint", "una", Family::Ubuntu, "focal"),
    ("linuxmint", "virginia", Family::Ubuntu, "jammy"),
    ("linuxmint", "wilma", Family::Ubuntu, "noble"),
    ("elementary", "odin", Family::Ubuntu, "focal"),
    ("elementary", "horus", Family::Ubuntu, "jammy"),
    ("elementary", "circe", Family::Ubuntu, "noble"),
    ("zorin", "16", Family::Ubuntu, "focal"),
    ("zorin", "17", Family::Ubuntu, "jammy"),
];

/// Debian derivatives that roll: their packages follow no release of Debian.
const ROLLING: [&str; 4] = ["kali", "parrot", "siduction", "sparky-rolling"];

/// What a system without a name is called.
const NAMELESS: &str = "this system (it does not say what it is)";

/// Looks at this machine.
pub fn gather(host: &Host) -> Distro {
    let read = |path: &str| {
        host.read_at_most(Path::new(path), FILE_LIMIT)
            .ok()
            .flatten()
            .filter(|text| !text.trim().is_empty())
    };
    let os_release = ["/etc/os-release", "/usr/lib/os-release"].into_iter().find_map(read);
    if let Some(fields) =
        os_release.map(|text| parse(&text)).filter(|fields| fields.contains_key("ID"))
    {
        return from_os_release(&fields);
    }
    if let Some(fields) = read("/etc/lsb-release")
        .map(|text| parse(&text))
        .filter(|fields| fields.contains_key("DISTRIB_ID"))
    {
        return from_os_release(&renamed_lsb(&fields));
    }
    read("/etc/debian_version").map_or_else(unknown, |text| from_debian_version(text.trim()))
}

/// The assignments of an os-release: quotes, escapes, comments, CRLF, a missing final newline. Of a
/// doubled key the last one counts, as in a shell. Lines that are no assignment are passed over;
/// nothing is ever expanded.
pub fn parse(text: &str) -> BTreeMap<String, String> {
    let assignments = text.lines().filter_map(|line| {
        let (key, value) = line.trim().split_once('=')?;
        let valid = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        valid.then(|| (key.to_owned(), unquoted(value)))
    });
    assignments.collect()
}

/// A value without its quotes. In single quotes nothing is special; elsewhere a backslash takes the
/// next character as it is.
fn unquoted(value: &str) -> String {
    let value = value.trim();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    let mut characters = value.chars().skip(usize::from(quote.is_some()));
    let mut plain = String::new();
    while let Some(character) = characters.next() {
        match character {
            _ if Some(character) == quote => break,
            '\\' if quote != Some('\'') => plain.extend(characters.next()),
            _ if plain.len() >= VALUE_LIMIT => break,
            _ => plain.push(character),
        }
    }
    plain
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

/// The distribution that the assignments describe.
pub fn from_os_release(fields: &BTreeMap<String, String>) -> Distro {
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let id = field("ID").to_lowercase();
    let names = [field("PRETTY_NAME"), field("NAME"), id.clone(), NAMELESS.into()];
    let name = names.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
    let distro = Distro {
        id,
        name,
        version: field("VERSION_ID"),
        codename: field("VERSION_CODENAME"),
        base: None,
    };
    let base = base(&distro, fields);
    Distro { base, ..distro }
}

fn base(distro: &Distro, fields: &BTreeMap<String, String>) -> Option<Base> {
    let named = |name: &str| fields.get(name).and_then(|codename| plain_codename(codename));
    if distro.id != "debian"
        && let Some(codename) = named("UBUNTU_CODENAME")
    {
        return Some(with_codename(Family::Ubuntu, &codename));
    }
    if let Some(codename) = named("DEBIAN_CODENAME") {
        return Some(with_codename(Family::Debian, &codename));
    }
    let major = distro.version.split('.').next().unwrap_or_default();
    let silent = SILENT_DERIVATIVES.iter().find(|(id, release, ..)| {
        *id == distro.id && (*release == distro.codename || *release == major)
    });
    if let Some((_, _, family, codename)) = silent {
        return Some(with_codename(*family, codename));
    }
    let family = family(&distro.id, fields)?;
    if ROLLING.contains(&distro.id.as_str()) {
        return Some(Base { family, codename: None, end_of_life: false });
    }
    // Only the base itself and its plain rebuilds use its own codenames and versions.
    let same_releases = matches!(distro.id.as_str(), "debian" | "ubuntu" | "raspbian");
    let codename = same_releases.then(|| own_codename(distro, family)).flatten();
    Some(codename.map_or(Base { family, codename: None, end_of_life: false }, |codename| {
        with_codename(family, &codename)
    }))
}

/// By ID, else by the first name in ID_LIKE that is known.
fn family(id: &str, fields: &BTreeMap<String, String>) -> Option<Family> {
    let like = fields.get("ID_LIKE").map(|like| like.to_lowercase()).unwrap_or_default();
    std::iter::once(id).chain(like.split_whitespace()).find_map(|name| match name {
        "ubuntu" => Some(Family::Ubuntu),
        "debian" | "raspbian" => Some(Family::Debian),
        // Debian derivatives that do not say so.
        "devuan" | "kali" | "parrot" | "deepin" | "mx" => Some(Family::Debian),
        _ => None,
    })
}

fn own_codename(distro: &Distro, family: Family) -> Option<String> {
    let from_version = || match family {
        Family::Debian => {
            let major = distro.version.split('.').next().unwrap_or_default();
            DEBIAN_RELEASES
                .iter()
                .find(|(version, _)| *version == major)
                .map(|(_, codename)| (*codename).to_owned())
        }
        Family::Ubuntu => UBUNTU_RELEASES
            .iter()
            .find(|(version, _)| *version == distro.version)
            .map(|(_, codename)| (*codename).to_owned()),
    };
    plain_codename(&distro.codename).or_else(from_version)
}

fn with_codename(family: Family, codename: &str) -> Base {
    Base {
        family,
        codename: Some(codename.to_owned()),
        end_of_life: END_OF_LIFE.contains(&codename),
    }
}

/// A codename becomes part of a path, an address and an apt source: anything but a plain word is
/// refused.
fn plain_codename(codename: &str) -> Option<String> {
    let plain = !codename.is_empty()
        && codename.len() <= 32
        && codename.starts_with(|c: char| c.is_ascii_lowercase())
        && codename.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    plain.then(|| codename.to_owned())
}

/// `12.5` or `trixie/sid`.
fn from_debian_version(text: &str) -> Distro {
    let first = text.lines().next().unwrap_or_default();
    let fields = [("ID", "debian"), ("VERSION_ID", first.split('/').next().unwrap_or_default())];
    let mut fields: BTreeMap<String, String> =
        fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    fields.insert("PRETTY_NAME".into(), format!("Debian {first}"));
    if let Some(codename) = first.split('/').next().and_then(plain_codename) {
        fields.insert("VERSION_CODENAME".into(), codename);
    }
    from_os_release(&fields)
}

fn unknown() -> Distro {
    Distro {
        id: String::new(),
        name: NAMELESS.into(),
        version: String::new(),
        codename: String::new(),
        base: None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_observed_system_leads_to_its_base() {
        for line in include_str!("../../fixtures/os-release.tsv")
            .lines()
            .filter(|line| !line.starts_with(['#', 'N']))
        {
            let cells: Vec<&str> = line.split('\t').collect();
            let names = [
                "NAME",
                "ID",
                "ID_LIKE",
                "VERSION_ID",
                "VERSION_CODENAME",
                "UBUNTU_CODENAME",
                "DEBIAN_CODENAME",
            ];
            let fields = names.iter().zip(&cells).filter(|(_, cell)| !cell.is_empty());
            let distro = from_os_release(
                &fields.map(|(name, cell)| ((*name).to_owned(), (*cell).to_owned())).collect(),
            );
            let family = distro.base.as_ref().map_or("none", |base| match base.family {
                Family::Debian => "debian",
                Family::Ubuntu => "ubuntu",
            });
            let codename = match &distro.base {
                None => "-",
                Some(base) => base.codename.as_deref().unwrap_or("rolling"),
            };
            assert_eq!((family, codename), (cells[7], cells[8]), "{line}");
        }
    }

    #[test]
    fn quotes_escapes_comments_and_line_ends_are_read_as_a_shell_would() {
        let text = "# a comment\r\nID=debian\r\nNAME='Debian \\ GNU'\nPRETTY_NAME=\"a \\\"b\\\" \\$c\"\nID=ubuntu\nnonsense\nVERSION_ID=12";
        insta::assert_debug_snapshot!(parse(text), @r#"
        {
            "ID": "ubuntu",
            "NAME": "Debian \\ GNU",
            "PRETTY_NAME": "a \"b\" $c",
            "VERSION_ID": "12",
        }
        "#);
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
            let fields = parse(&format!(
                "ID=ubuntu\nVERSION_CODENAME=\"{hostile}\"\nUBUNTU_CODENAME='{hostile}'\n"
            ));
            let base = from_os_release(&fields).base.unwrap();
            assert_eq!(base.codename, None, "{hostile}");
        }
    }

    #[test]
    fn a_megabyte_of_one_line_is_cut_and_not_kept() {
        let fields = parse(&format!("ID=debian\nVERSION_CODENAME={}\n", "x".repeat(1 << 20)));
        assert_eq!(fields["VERSION_CODENAME"].len(), VALUE_LIMIT);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "(?s).{0,400}") {
            from_os_release(&parse(&text));
        }
    }
}
