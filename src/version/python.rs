//! A version of Python, spelled as Python spells it (PEP 440): what is printed can be typed.

use std::fmt;
use std::str::FromStr;

use semver::{BuildMetadata, Prerelease, Version};
use serde::{Deserialize, Serialize};

/// A version of Python: `3.13.5`, `3.14.0rc1`. Versions are ordered as they were released.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "String"))]
#[serde(try_from = "String", into = "String")]
pub struct PythonVersion {
    /// 3 of 3.14.0rc1.
    pub major: u64,
    /// 14 of 3.14.0rc1.
    pub minor: u64,
    /// 0 of 3.14.0rc1.
    pub patch: u64,
    /// How far it is on the way to its release.
    pub stage: Stage,
}

/// How far a version is on the way to its release, in that order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// `a1`.
    Alpha(u32),
    /// `b1`.
    Beta(u32),
    /// `rc1`.
    Candidate(u32),
    /// The release itself.
    Final,
}

/// A text that is not a version of Python.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionFault {
    /// The text.
    pub text: String,
}

impl PythonVersion {
    /// A release.
    pub const fn new(major: u64, minor: u64, patch: u64) -> Self {
        Self { major, minor, patch, stage: Stage::Final }
    }

    /// Whether it comes before its release.
    pub fn is_pre_release(&self) -> bool {
        self.stage != Stage::Final
    }

    /// The release that it leads to.
    pub fn release(&self) -> Self {
        Self::new(self.major, self.minor, self.patch)
    }

    /// As semver spells it, for its comparisons.
    pub(super) fn to_semver(&self) -> Version {
        let pre = match self.stage {
            Stage::Alpha(number) => format!("alpha.{number}"),
            Stage::Beta(number) => format!("beta.{number}"),
            Stage::Candidate(number) => format!("rc.{number}"),
            Stage::Final => String::new(),
        };
        Version {
            major: self.major,
            minor: self.minor,
            patch: self.patch,
            // A word and a number are always a pre-release to semver.
            pre: Prerelease::new(&pre).unwrap_or_default(),
            build: BuildMetadata::EMPTY,
        }
    }
}

impl fmt::Display for PythonVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.major, self.minor, self.patch)?;
        match self.stage {
            Stage::Alpha(number) => write!(formatter, "a{number}"),
            Stage::Beta(number) => write!(formatter, "b{number}"),
            Stage::Candidate(number) => write!(formatter, "rc{number}"),
            Stage::Final => Ok(()),
        }
    }
}

impl FromStr for PythonVersion {
    type Err = VersionFault;

    fn from_str(text: &str) -> Result<Self, VersionFault> {
        from_python(text).ok_or_else(|| VersionFault { text: text.to_owned() })
    }
}

impl TryFrom<String> for PythonVersion {
    type Error = VersionFault;

    fn try_from(text: String) -> Result<Self, VersionFault> {
        text.parse()
    }
}

impl From<PythonVersion> for String {
    fn from(version: PythonVersion) -> Self {
        version.to_string()
    }
}

/// Reads a Debian package version of an interpreter (`3.11.0~rc1-1~22.04`, `1:3.13.5-2`, `3.15.2`)
/// as a Python version. `None` when its upstream part is not `X.Y` or `X.Y.Z` with an optional `a`,
/// `b` or `rc` suffix.
pub fn from_debian(text: &str) -> Option<PythonVersion> {
    let without_epoch = text.split_once(':').map_or(text, |(_, rest)| rest);
    let upstream = without_epoch.rsplit_once('-').map_or(without_epoch, |(upstream, _)| upstream);
    // `+dfsg`, `+really…` are Debian's additions, not Python's.
    let upstream = upstream.split_once('+').map_or(upstream, |(upstream, _)| upstream);
    from_python(upstream)
}

/// Reads what a Python calls itself (`3.13.5`, `3.14.0rc2`, `3.12.0a7+`), an upstream part
/// (`3.11.0~rc1`), and the other spellings that PEP 440 allows (`3.14.0-rc.2`).
pub fn from_python(text: &str) -> Option<PythonVersion> {
    let text = text.trim().trim_end_matches('+').replace('~', "");
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (numbers, suffix) = text.split_at(end);
    let stage = stage(suffix)?;
    let numbers = match stage {
        Stage::Final => numbers,
        _ => numbers.strip_suffix('.').unwrap_or(numbers),
    };
    // No Python has numbers that need more bits; with fewer nobody can overflow what is computed
    // from them.
    let number = |part: &str| part.parse::<u16>().ok().map(u64::from);
    let mut parts = numbers.split('.');
    let (major, minor) = (number(parts.next()?)?, number(parts.next()?)?);
    let patch = parts.next().map_or(Some(0), number)?;
    if parts.next().is_some() {
        return None;
    }
    Some(PythonVersion { major, minor, patch, stage })
}

/// `rc1`, or one of its other spellings; nothing is a release.
fn stage(suffix: &str) -> Option<Stage> {
    if suffix.is_empty() {
        return Some(Stage::Final);
    }
    let end = suffix.find(|c: char| c.is_ascii_digit())?;
    let (name, number) = suffix.split_at(end);
    let name = name.strip_prefix(['-', '_']).unwrap_or(name);
    let name = name.strip_suffix(['.', '-', '_']).unwrap_or(name);
    let number: u32 = number.parse().ok()?;
    match name.to_ascii_lowercase().as_str() {
        "a" | "alpha" => Some(Stage::Alpha(number)),
        "b" | "beta" => Some(Stage::Beta(number)),
        "c" | "rc" | "candidate" | "pre" | "preview" => Some(Stage::Candidate(number)),
        _ => None,
    }
}

/// The version in a virtual environment's pyvenv.cfg: venv writes `version = 3.11.2`, virtualenv
/// `version_info = 3.11.2.final.0`, uv `version_info = 3.11.2`.
pub fn of_environment(config: &str) -> Option<PythonVersion> {
    let setting = |key: &str| {
        config.lines().find_map(|line| {
            let (name, value) = line.split_once('=')?;
            (name.trim() == key).then(|| value.trim())
        })
    };
    let written = setting("version").or_else(|| setting("version_info"))?;
    from_python(written.split(".final.").next()?)
}
