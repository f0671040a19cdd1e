//! The releases of Debian and Ubuntu, and the derivatives that do not name the release that they are
//! built on (observed values: `fixtures/os-release.tsv`).

use serde::{Deserialize, Serialize};

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
pub(super) const END_OF_LIFE: [&str; 16] = [
    "wheezy", "jessie", "stretch", "buster", "trusty", "xenial", "bionic", "focal", "impish",
    "kinetic", "lunar", "mantic", "oracular", "plucky", "hirsute", "groovy",
];

/// Debian's releases by the number before the point, for systems that give no codename.
pub(super) const DEBIAN_RELEASES: [(&str, &str); 8] = [
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
pub(super) const UBUNTU_RELEASES: [(&str, &str); 8] = [
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
pub(super) const SILENT_DERIVATIVES: [(&str, &str, Family, &str); 20] = [
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
pub(super) const ROLLING: [&str; 4] = ["kali", "parrot", "siduction", "sparky-rolling"];
