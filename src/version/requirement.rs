//! Requirements on a Python's version: as PEP 440 writes them, by semver's comparisons, and never
//! misread.

use std::fmt;

use semver::{Comparator, Op, VersionReq};
use serde::{Deserialize, Serialize};

use super::python::{PythonVersion, from_python};

/// The newest series of Python 3 on the day of this version.
const NEWEST_MINOR: u64 = 14;
/// More releases than any series of Python 3 had.
const PATCHES: u64 = 40;

/// Which interpreters are wanted: semver comparators, all of which must hold, and exclusions
/// (`!=`), which semver lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "String"))]
#[serde(try_from = "String", into = "String")]
pub struct Requirement {
    text: String,
    wanted: VersionReq,
    excluded: Vec<VersionReq>,
}

/// Why a text is not a requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequirementFault {
    /// There is nothing in it, or nothing beside a comma.
    Empty,
    /// One of its comparisons cannot be read.
    Unreadable {
        /// That comparison.
        part: String,
        /// How it was probably meant.
        misreading: Misreading,
    },
}

/// How a comparison that cannot be read was probably meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misreading {
    /// `3.12+`: that version or a later one.
    Plus,
    /// `3.12rc`: a pre-release.
    PreRelease,
    /// `^3.8`, `~3.8`: as other languages write ranges.
    CaretOrTilde,
    /// `===3.12`: that very version.
    Identity,
    /// `==3.12`: every 3.12.x, or 3.12.0 alone.
    Equality,
    /// `>3.12`, `<=3.12`: with 3.12.x or without.
    Order,
    /// Something else.
    Other,
}

impl Requirement {
    /// Reads `>=3.7, <3.14`, `3.12` (which means `3.12.*`), `~=3.8`, `==3.12.*`, `!=3.13.1`.
    ///
    /// # Errors
    /// The part that cannot be read, and how it was probably meant.
    pub fn parse(text: &str) -> Result<Self, RequirementFault> {
        let mut wanted = VersionReq::STAR;
        let mut excluded = Vec::new();
        let mut parts = Vec::new();
        if text.trim().is_empty() {
            return Err(RequirementFault::Empty);
        }
        for part in text.split(',').map(str::trim) {
            let (spelled, clause) = clause(part).ok_or_else(|| unreadable(part))?;
            match clause {
                Clause::Wanted(requirement) => wanted.comparators.extend(requirement.comparators),
                Clause::Excluded(requirement) => excluded.push(requirement),
            }
            parts.push(spelled);
        }
        Ok(Self { text: parts.join(", "), wanted, excluded })
    }

    /// Whether this version is in the range. A pre-release is only when the requirement names that
    /// very pre-release.
    pub fn matches(&self, version: &PythonVersion) -> bool {
        let spelled = version.to_semver();
        let release = version.release().to_semver();
        // `<3.14` excludes 3.14.0rc1 too (PEP 440); to semver that is less than 3.14.0.
        let is_before =
            |end: &Comparator| end.op != Op::Less || !end.pre.is_empty() || end.matches(&release);
        self.wanted.matches(&spelled)
            && self.wanted.comparators.iter().all(is_before)
            && !self.excluded.iter().any(|excluded| excluded.matches(&spelled))
    }

    /// Whether the numbers are in the range, for a pre-release too: it tells "a release candidate"
    /// from "out of range".
    pub fn matches_numbers(&self, version: &PythonVersion) -> bool {
        self.matches(&version.release())
    }

    /// Whether every Python that matches is older than this one.
    pub fn is_before(&self, version: &PythonVersion) -> bool {
        let release = version.release().to_semver();
        let numbers = (release.major, release.minor, release.patch);
        let ends_before = |end: &Comparator| {
            let end_numbers = (end.major, end.minor.unwrap_or(0), end.patch.unwrap_or(0));
            let is_end = !matches!(end.op, Op::Greater | Op::GreaterEq);
            is_end && !end.matches(&release) && numbers >= end_numbers
        };
        self.wanted.comparators.iter().any(ends_before)
    }

    /// The newest series with a Python that matches, of those that are released: `3.13`.
    pub fn newest_series(&self) -> Option<String> {
        let is_in = |minor: &u64| {
            (0..PATCHES).any(|patch| self.matches(&PythonVersion::new(3, *minor, patch)))
        };
        let newest = (0..=NEWEST_MINOR).rev().find(is_in);
        newest.map(|minor| format!("3.{minor}"))
    }

    /// Whether there can be a Python that matches.
    pub fn is_satisfiable(&self) -> bool {
        // A range has its ends at its comparators' numbers, or right behind them.
        let ends = self
            .wanted
            .comparators
            .iter()
            .map(|end| (end.major, end.minor.unwrap_or(0), end.patch.unwrap_or(0)));
        let near = ends.flat_map(|(major, minor, patch)| {
            let behind = (0..=self.excluded.len() as u64 + 1).flat_map(move |more| {
                [
                    PythonVersion::new(major, minor, patch + more),
                    PythonVersion::new(major, minor + more, 0),
                    PythonVersion::new(major + more, 0, 0),
                ]
            });
            behind.chain(patch.checked_sub(1).map(|patch| PythonVersion::new(major, minor, patch)))
        });
        let low = (0..=self.excluded.len() as u64)
            .flat_map(|more| [PythonVersion::new(3, 0, more), PythonVersion::new(3, more, 0)]);
        let named = self.wanted.comparators.iter().filter_map(pre_release);
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
    type Error = RequirementFault;

    fn try_from(text: String) -> Result<Self, RequirementFault> {
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

/// The version of a comparison, as it is written.
struct Written {
    version: PythonVersion,
    /// How many numbers it has: 2 in `3.12`, `3.12.*` and `3.12rc1`.
    numbers: usize,
    wildcard: bool,
}

impl Written {
    /// `None` for what an interpreter says of itself and a requirement leaves in doubt: `3.12+`
    /// could as well mean "or later".
    fn read(text: &str) -> Option<Self> {
        let (text, wildcard) = match text.trim().strip_suffix(".*") {
            Some(text) => (text, true),
            None => (text.trim(), false),
        };
        if !text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')) {
            return None;
        }
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let numbers = text[..end].trim_end_matches('.').split('.').count();
        let version = match from_python(text) {
            Some(version) => version,
            None if numbers == 1 => PythonVersion::new(text.parse::<u16>().ok()?.into(), 0, 0),
            None => return None,
        };
        (!(wildcard && version.is_pre_release())).then_some(Self { version, numbers, wildcard })
    }

    /// Whether it names one version.
    fn is_exact(&self) -> bool {
        !self.wildcard && (self.numbers == 3 || self.version.is_pre_release())
    }

    /// semver's comparison with the numbers that are written.
    fn compared(&self, operator: &str) -> Option<VersionReq> {
        let PythonVersion { major, minor, .. } = self.version;
        let text = match self.numbers {
            _ if self.version.is_pre_release() => format!("{operator}{}", self.version.to_semver()),
            1 => format!("{operator}{major}"),
            2 => format!("{operator}{major}.{minor}"),
            _ => format!("{operator}{}", self.version.to_semver()),
        };
        VersionReq::parse(&text).ok()
    }

    /// `~=`: at least this one, and in the same series.
    fn compatible(&self) -> Option<VersionReq> {
        let PythonVersion { major, minor, .. } = self.version;
        let next = match self.numbers {
            2 if !self.version.is_pre_release() => format!("{}", major + 1),
            3 => format!("{major}.{}", minor + 1),
            _ => return None,
        };
        VersionReq::parse(&format!(">={}, <{next}", self.version.to_semver())).ok()
    }

    /// As Python spells it, with the numbers that were written.
    fn spelled(&self) -> String {
        let PythonVersion { major, minor, .. } = self.version;
        let numbers = match self.numbers {
            _ if self.version.is_pre_release() => self.version.to_string(),
            1 => format!("{major}"),
            2 => format!("{major}.{minor}"),
            _ => self.version.to_string(),
        };
        numbers + if self.wildcard { ".*" } else { "" }
    }
}

/// One comparison, and how it is spelled. Python's `==3.12` means 3.12.0 exactly, which nobody wants
/// here and semver reads as `3.12.*`: so it is refused.
fn clause(part: &str) -> Option<(String, Clause)> {
    let end = part.find(|c: char| c.is_ascii_digit() || c == '*')?;
    let (operator, version) = part.split_at(end);
    let (operator, written) = (operator.trim(), Written::read(version)?);
    let exact = written.is_exact();
    let requirement = match operator {
        // The trap: semver reads a bare `3.12` as `^3.12`, which takes 3.13.
        "" | "=" => written.compared("="),
        "==" | "!=" if exact || written.wildcard => written.compared("="),
        "~=" if !written.wildcard => written.compatible(),
        ">=" | "<" if !written.wildcard => written.compared(operator),
        // `>3.12` takes 3.12.1 in Python's reading and not in semver's; `<=3.12` the other way
        // round. Only whole versions agree.
        ">" | "<=" if exact => written.compared(operator),
        _ => None,
    }?;
    let clause =
        if operator == "!=" { Clause::Excluded(requirement) } else { Clause::Wanted(requirement) };
    Some((format!("{operator}{}", written.spelled()), clause))
}

/// The pre-release that a comparison names.
fn pre_release(end: &Comparator) -> Option<PythonVersion> {
    let (minor, patch) = (end.minor?, end.patch?);
    (!end.pre.is_empty())
        .then(|| from_python(&format!("{}.{minor}.{patch}-{}", end.major, end.pre)))
        .flatten()
}

fn unreadable(part: &str) -> RequirementFault {
    if part.is_empty() {
        return RequirementFault::Empty;
    }
    let misreading = if part.ends_with('+') {
        Misreading::Plus
    } else if part.contains(['a', 'b', 'c']) && part.contains(|c: char| c.is_ascii_digit()) {
        Misreading::PreRelease
    } else if part.starts_with('^') || part.starts_with('~') && !part.starts_with("~=") {
        Misreading::CaretOrTilde
    } else if part.starts_with("===") {
        Misreading::Identity
    } else if part.starts_with("==") || part.starts_with("!=") {
        Misreading::Equality
    } else if part.starts_with('>') && !part.starts_with(">=") || part.starts_with("<=") {
        Misreading::Order
    } else {
        Misreading::Other
    };
    RequirementFault::Unreadable { part: part.to_owned(), misreading }
}
