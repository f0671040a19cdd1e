//! Which distribution this is, and which base's apt codename applies: os-release and its older kin,
//! read by ourselves.
//!
//! Format: os-release(5). Derivatives name their base by UBUNTU_CODENAME, DEBIAN_CODENAME or
//! ID_LIKE; the table in `releases` is for those that say nothing, and for bases whose codename
//! differs from the derivative's own (observed values: `fixtures/os-release.tsv`).

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::os_release::parse;
pub use super::releases::Family;
use super::releases::{DEBIAN_RELEASES, END_OF_LIFE, ROLLING, SILENT_DERIVATIVES, UBUNTU_RELEASES};
use crate::host::Host;

/// More than any os-release, in bytes; a larger one is read up to here.
const FILE_LIMIT: u64 = 4 << 20;
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

/// What a system without a name is called.
const NAMELESS: &str = "this unknown system";

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

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "(?s).{0,400}") {
            from_os_release(&parse(&text));
        }
    }
}
