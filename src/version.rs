//! Versions and requirements: Debian's and Python's spellings read into semver's types, and never
//! misread.

use std::fmt;

use semver::{BuildMetadata, Prerelease, Version, VersionReq};
use serde::{Deserialize, Serialize};

/// Reads a Debian package version of an interpreter (`3.11.0~rc1-1~22.04`, `1:3.13.5-2`, `3.15.2`)
/// as a Python version. `None` when its upstream part is not `X.Y` or `X.Y.Z` with an optional `a`,
/// `b` or `rc` suffix.
pub fn from_debian(text: &str) -> Option<Version> {
    let without_epoch = text.split_once(':').map_or(text, |(_, rest)| rest);
    let upstream = without_epoch.rsplit_once('-').map_or(without_epoch, |(upstream, _)| upstream);
    // `+dfsg`, `+really…` are Debian's additions, not Python's.
    let upstream = upstream.split_once('+').map_or(upstream, |(upstream, _)| upstream);
    from_python(upstream)
}

/// Reads what a Python calls itself (`3.13.5`, `3.14.0rc2`, `3.12.0a7+`) or an upstream part
/// (`3.11.0~rc1`).
pub fn from_python(text: &str) -> Option<Version> {
    let text = text.trim().trim_end_matches('+').replace('~', "");
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (numbers, suffix) = text.split_at(end);
    // No Python has numbers that need more bits; with fewer nobody can overflow what is computed
    // from them.
    let number = |part: &str| part.parse::<u16>().ok().map(u64::from);
    let mut parts = numbers.split('.');
    let (major, minor) = (number(parts.next()?)?, number(parts.next()?)?);
    let patch = parts.next().map_or(Some(0), number)?;
    if parts.next().is_some() {
        return None;
    }
    Some(Version { major, minor, patch, pre: pre_release(suffix)?, build: BuildMetadata::EMPTY })
}

/// `rc1` → semver's `rc.1`, so that rc2 < rc10; the empty suffix is a final release.
fn pre_release(suffix: &str) -> Option<Prerelease> {
    if suffix.is_empty() {
        return Some(Prerelease::EMPTY);
    }
    let end = suffix.find(|c: char| c.is_ascii_digit())?;
    let (name, number) = suffix.split_at(end);
    let name = match name {
        "a" | "alpha" => "alpha",
        "b" | "beta" => "beta",
        "c" | "rc" | "candidate" => "rc",
        _ => return None,
    };
    let number: u32 = number.parse().ok()?;
    Prerelease::new(&format!("{name}.{number}")).ok()
}

/// Which interpreters are wanted: semver comparators, all of which must hold, and exclusions
/// (`!=`), which semver lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct Requirement {
    text: String,
    wanted: VersionReq,
    excluded: Vec<VersionReq>,
}

impl Requirement {
    /// Reads `>=3.7, <3.14`, `3.12` (which means `3.12.*`), `~=3.8`, `==3.12.*`, `!=3.13.1`.
    ///
    /// # Errors
    /// A sentence that names the part that was not understood and shows what to write.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut wanted = VersionReq::STAR;
        let mut excluded = Vec::new();
        if text.trim().is_empty() {
            return Err(
                "a Python requirement is empty; write for example `>=3.7, <3.14` or `3.12`".into(),
            );
        }
        for part in text.split(',').map(str::trim) {
            match clause(part).ok_or_else(|| misunderstood(part))? {
                Clause::Wanted(requirement) => wanted.comparators.extend(requirement.comparators),
                Clause::Excluded(requirement) => excluded.push(requirement),
            }
        }
        Ok(Self { text: text.trim().to_owned(), wanted, excluded })
    }

    /// Whether this version is in the range. A pre-release is only when the requirement names that
    /// very pre-release.
    pub fn matches(&self, version: &Version) -> bool {
        self.wanted.matches(version)
            && !self.excluded.iter().any(|excluded| excluded.matches(version))
    }

    /// Whether the numbers are in the range, for a pre-release too: it tells "a release candidate"
    /// from "out of range".
    pub fn matches_numbers(&self, version: &Version) -> bool {
        self.matches(&Version { pre: Prerelease::EMPTY, ..version.clone() })
    }

    /// Whether there can be a Python that matches.
    pub fn is_satisfiable(&self) -> bool {
        // A range has its ends at its comparators' numbers, or right behind them.
        let ends = self
            .wanted
            .comparators
            .iter()
            .map(|end| (end.major, end.minor.unwrap_or(0), end.patch.unwrap_or(0)));
        let named = self.wanted.comparators.iter().map(|end| Version {
            pre: end.pre.clone(),
            ..Version::new(end.major, end.minor.unwrap_or(0), end.patch.unwrap_or(0))
        });
        let near = ends.flat_map(|(major, minor, patch)| {
            let behind = (0..=self.excluded.len() as u64 + 1).flat_map(move |more| {
                [
                    Version::new(major, minor, patch + more),
                    Version::new(major, minor + more, 0),
                    Version::new(major + more, 0, 0),
                ]
            });
            behind.chain(patch.checked_sub(1).map(|patch| Version::new(major, minor, patch)))
        });
        let low = (0..=self.excluded.len() as u64)
            .flat_map(|more| [Version::new(3, 0, more), Version::new(3, more, 0)]);
        named.chain(near).chain(low).any(|version| self.matches(&version))
    }

    /// Both requirements at once, as the course's range narrowed by `--python`.
    pub fn and(&self, other: &Self) -> Self {
        let mut both = self.clone();
        both.text = format!("{}, {}", self.text, other.text);
        both.wanted.comparators.extend(other.wanted.comparators.iter().cloned());
        both.excluded.extend(other.excluded.iter().cloned());
        both
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl TryFrom<String> for Requirement {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl From<Requirement> for String {
    fn from(requirement: Requirement) -> Self {
        requirement.text
    }
}

enum Clause {
    Wanted(VersionReq),
    Excluded(VersionReq),
}

/// One comparison. Python's `==3.12` means 3.12.0 exactly, which nobody wants here and semver reads
/// as `3.12.*`: so it is refused.
fn clause(part: &str) -> Option<Clause> {
    let end = part.find(|c: char| c.is_ascii_digit() || c == '*')?;
    let (operator, version) = part.split_at(end);
    let (version, wildcard) = match version.trim().strip_suffix(".*") {
        Some(version) => (version, true),
        None => (version.trim(), false),
    };
    let numbers = version.split('.').count();
    // What an interpreter says of itself may end in `+`; in a requirement that could as well mean
    // "or later". And of `3.12rc1` the comparison below would lose the end.
    let plain = version.chars().all(|c| c.is_ascii_digit() || c == '.');
    let is_pre_release =
        numbers == 3 && version.chars().all(|c| c.is_ascii_alphanumeric() || c == '.');
    if !plain && !is_pre_release {
        return None;
    }
    let version = match from_python(version) {
        Some(version) => version,
        None if numbers == 1 => Version::new(version.parse().ok()?, 0, 0),
        None => return None,
    };
    let exact = numbers == 3 && !wildcard;
    let series = |operator: &str| match numbers {
        1 => VersionReq::parse(&format!("{operator}{}", version.major)),
        2 => VersionReq::parse(&format!("{operator}{}.{}", version.major, version.minor)),
        _ => VersionReq::parse(&format!("{operator}{version}")),
    };
    let wanted = match operator.trim() {
        // The trap: semver reads a bare `3.12` as `^3.12`, which takes 3.13.
        "" | "=" => series("="),
        "==" if exact || wildcard => series("="),
        "!=" if exact || wildcard => return series("=").ok().map(Clause::Excluded),
        "~=" if !wildcard && numbers == 2 => {
            VersionReq::parse(&format!(">={version}, ={}", version.major))
        }
        "~=" if exact => {
            VersionReq::parse(&format!(">={version}, ={}.{}", version.major, version.minor))
        }
        operator @ (">=" | "<") if !wildcard => series(operator),
        // `>3.12` takes 3.12.1 in Python's reading and not in semver's; `<=3.12` the other way
        // round. Only whole versions agree.
        operator @ (">" | "<=") if exact => series(operator),
        _ => return None,
    };
    wanted.ok().map(Clause::Wanted)
}

fn misunderstood(part: &str) -> String {
    let hint = if part.ends_with('+') {
        "write `>=3.12` for that version and later ones"
    } else if part.contains(['a', 'b', 'c']) && part.contains(|c: char| c.is_ascii_digit()) {
        "write all three numbers of a pre-release, for example `3.12.0rc1`"
    } else if part.starts_with('^') || part.starts_with('~') && !part.starts_with("~=") {
        "`^` and `~` are not Python's; write `>=3.8, <4` or `~=3.8`"
    } else if part.starts_with("===") {
        "write the version alone, for example `3.12.4`"
    } else if part.starts_with("==") || part.starts_with("!=") {
        "write `3.12` for every 3.12.x, or all three numbers"
    } else if part.starts_with('>') && !part.starts_with(">=") || part.starts_with("<=") {
        "write all three numbers, or `>=3.13` and `<3.13`, which leave no doubt about 3.12.x"
    } else {
        "write for example `>=3.7, <3.14`, `3.12` or `~=3.8`"
    };
    format!("`{part}` is not a Python requirement; {hint}")
}
