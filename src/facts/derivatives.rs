//! Systems that are built on Debian or Ubuntu and do not say on which release (observed texts:
//! `fixtures/os-release`). Which of the two families it is, the release itself says.

use super::releases::Family;

/// ID, the system's own codename or the number before its first point, the base's codename. A
/// Devuan under another name keeps Devuan's codenames: those stand without an ID.
const BASES: [(&str, &str, &str); 62] = [
    ("", "ascii", "stretch"),
    ("", "beowulf", "buster"),
    ("", "chimaera", "bullseye"),
    ("", "daedalus", "bookworm"),
    ("", "excalibur", "trixie"),
    ("", "freia", "forky"),
    ("", "ceres", "sid"),
    ("antix", "19", "buster"),
    ("antix", "21", "bullseye"),
    ("antix", "22", "bullseye"),
    ("antix", "23", "bookworm"),
    ("bunsenlabs", "9", "stretch"),
    ("bunsenlabs", "10", "buster"),
    ("bunsenlabs", "11", "bullseye"),
    ("bunsenlabs", "12", "bookworm"),
    ("deepin", "20", "buster"),
    ("elementary os", "0", "xenial"),
    ("elementary", "5", "bionic"),
    ("elementary", "6", "focal"),
    ("elementary", "7", "jammy"),
    ("elementary", "8", "noble"),
    ("linuxmint", "4", "buster"),
    ("linuxmint", "5", "bullseye"),
    ("linuxmint", "6", "bookworm"),
    ("linuxmint", "7", "trixie"),
    ("linuxmint", "17", "trusty"),
    ("linuxmint", "18", "xenial"),
    ("linuxmint", "19", "bionic"),
    ("linuxmint", "20", "focal"),
    ("linuxmint", "21", "jammy"),
    ("linuxmint", "22", "noble"),
    ("mx", "19", "buster"),
    ("mx", "21", "bullseye"),
    ("mx", "23", "bookworm"),
    ("mx", "25", "trixie"),
    ("pardus", "19", "buster"),
    ("pardus", "21", "bullseye"),
    ("pardus", "23", "bookworm"),
    ("peppermint", "7", "xenial"),
    ("pureos", "amber", "buster"),
    ("pureos", "byzantium", "bullseye"),
    ("pureos", "crimson", "bookworm"),
    ("q4os", "centaurus", "buster"),
    ("q4os", "gemini", "bullseye"),
    ("q4os", "aquarius", "bookworm"),
    ("q4os", "andromeda", "trixie"),
    ("sparky", "po-tolo", "bullseye"),
    ("sparky", "6", "bullseye"),
    ("sparky", "7", "bookworm"),
    ("sparky", "8", "trixie"),
    ("steamos", "1", "wheezy"),
    ("steamos", "2", "jessie"),
    ("trisquel", "8", "xenial"),
    ("trisquel", "9", "bionic"),
    ("trisquel", "10", "focal"),
    ("trisquel", "11", "jammy"),
    ("zorin os", "12", "xenial"),
    ("zorin", "12", "xenial"),
    ("zorin", "15", "bionic"),
    ("zorin", "16", "focal"),
    ("zorin", "17", "jammy"),
    ("zorin", "18", "noble"),
];

/// Debian's derivatives that roll: their packages follow no release.
const ROLLING: [&str; 4] = ["kali", "parrot", "siduction", "sparky-rolling"];

/// Debian's derivatives that do not say whose they are.
const UNSAID: [&str; 8] = ["devuan", "kali", "parrot", "deepin", "mx", "pureos", "antix", "sparky"];

/// The codename of the release that a derivative is built on.
pub(super) fn base(id: &str, version: &str, codename: &str) -> Option<&'static str> {
    let major = version.split('.').next().unwrap_or_default();
    let is_it = |(known, release, _): &&(&str, &str, &str)| match *known {
        "" => *release == codename,
        known => known == id && (*release == codename || *release == major),
    };
    BASES.iter().find(is_it).map(|(_, _, base)| *base)
}

/// Whether no release may be guessed for it.
pub(super) fn is_rolling(id: &str) -> bool {
    ROLLING.contains(&id)
}

/// By ID, else by the first name in ID_LIKE that is known.
pub(super) fn family(id: &str, like: &str) -> Option<Family> {
    let like = like.to_lowercase();
    std::iter::once(id).chain(like.split_whitespace()).find_map(|name| match name {
        "ubuntu" => Some(Family::Ubuntu),
        "debian" | "raspbian" => Some(Family::Debian),
        _ if UNSAID.contains(&name) => Some(Family::Debian),
        _ => None,
    })
}
