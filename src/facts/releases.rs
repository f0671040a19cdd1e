//! The releases of Debian and Ubuntu with their names and dates, as Debian's distro-info-data keeps
//! them: the copies in `releases/`, or the machine's own where it knows more.

use std::path::Path;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::host::Host;

/// Where the package distro-info-data keeps them.
const FOLDER: &str = "/usr/share/distro-info";
/// When the embedded copies were made: a clock that shows an earlier day is wrong.
const COPIED: Date = date(2026, 4, 25);
/// More than any of its files, in bytes.
const FILE_LIMIT: u64 = 1 << 20;

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

impl Family {
    /// Both.
    const ALL: [Self; 2] = [Self::Debian, Self::Ubuntu];

    fn file(self) -> &'static str {
        match self {
            Self::Debian => "debian.csv",
            Self::Ubuntu => "ubuntu.csv",
        }
    }

    fn embedded(self) -> &'static str {
        match self {
            Self::Debian => include_str!("releases/debian.csv"),
            Self::Ubuntu => include_str!("releases/ubuntu.csv"),
        }
    }

    /// The columns of which the last that is filled says when updates end: Debian's long-term
    /// support is for everybody, Ubuntu's longer ones are not.
    fn ends(self) -> &'static [&'static str] {
        match self {
            Self::Debian => &["eol-lts", "eol"],
            Self::Ubuntu => &["eol"],
        }
    }
}

/// A release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// Whose it is.
    pub family: Family,
    /// Its number: `12`, `24.04`; empty where it has none.
    pub version: String,
    /// Its codename, as apt's sources name it.
    pub codename: String,
    /// Whether it is one of Ubuntu's with long-term support.
    pub long_term: bool,
    created: Option<Date>,
    end_of_life: Option<Date>,
}

/// All of them, as known today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Releases {
    all: Vec<Release>,
    today: Date,
}

impl Releases {
    /// Those of the embedded copies.
    pub fn embedded(today: Date) -> Self {
        Self::new(Family::ALL.map(|family| Table::parse(family, family.embedded())), today)
    }

    /// Those that this machine knows, or the embedded ones where they are newer.
    pub fn gather(host: &Host) -> Self {
        let tables = Family::ALL.map(|family| {
            let place = Path::new(FOLDER).join(family.file());
            let text = host.read_at_most(&place, FILE_LIMIT).ok().flatten().unwrap_or_default();
            let (own, embedded) =
                (Table::parse(family, &text), Table::parse(family, family.embedded()));
            if own.knowledge() > embedded.knowledge() { own } else { embedded }
        });
        Self::new(tables, host.now().to_zoned(TimeZone::UTC).date())
    }

    fn new(tables: [Table; 2], today: Date) -> Self {
        let all = tables.into_iter().flat_map(|table| table.releases).collect();
        Self { all, today: today.max(COPIED) }
    }

    /// The release with this codename.
    pub fn named(&self, codename: &str) -> Option<&Release> {
        self.all.iter().find(|release| release.codename == codename)
    }

    /// The family's release with this number; a point release of Debian's counts as the release.
    pub fn numbered(&self, family: Family, version: &str) -> Option<&Release> {
        let major = version.split('.').next().unwrap_or_default();
        let number = if family == Family::Debian { major } else { version };
        let mut own = self.all.iter().filter(|release| release.family == family);
        own.find(|release| !number.is_empty() && release.version == number)
    }

    /// Whether a release gets no more updates.
    pub fn is_over(&self, release: &Release) -> bool {
        release.end_of_life.is_some_and(|end| end < self.today)
    }
}

/// One file of theirs.
struct Table {
    releases: Vec<Release>,
    /// When the newest release was begun.
    newest: Option<Date>,
    /// How many dates it gives.
    dates: usize,
}

impl Table {
    /// Comma-separated values under the names of their columns.
    fn parse(family: Family, text: &str) -> Self {
        let mut lines = text.lines();
        let columns: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
        let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
        let releases: Vec<Release> =
            rows.iter().filter_map(|row| release(family, &columns, row)).collect();
        let newest = releases.iter().filter_map(|release| release.created).max();
        let dates = rows.iter().flatten().filter(|cell| cell.parse::<Date>().is_ok()).count();
        Self { releases, newest, dates }
    }

    /// The more, the newer: releases are added, and dates are.
    fn knowledge(&self) -> (Option<Date>, usize) {
        (self.newest, self.dates)
    }
}

fn release(family: Family, columns: &[&str], row: &[&str]) -> Option<Release> {
    let cell = |name: &str| {
        let at = columns.iter().position(|column| *column == name)?;
        row.get(at).map(|cell| cell.trim())
    };
    let date = |name: &str| cell(name)?.parse::<Date>().ok();
    let version = cell("version")?;
    Some(Release {
        family,
        version: version.trim_end_matches(" LTS").to_owned(),
        codename: plain_codename(cell("series")?)?,
        long_term: version.ends_with(" LTS"),
        created: date("created"),
        end_of_life: family.ends().iter().find_map(|name| date(name)),
    })
}

/// A codename becomes part of a path, an address and an apt source: anything but a plain word is
/// refused.
pub fn plain_codename(codename: &str) -> Option<String> {
    let plain = !codename.is_empty()
        && codename.len() <= 32
        && codename.starts_with(|c: char| c.is_ascii_lowercase())
        && codename.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    plain.then(|| codename.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ended(codename: &str, today: Date) -> bool {
        let releases = Releases::embedded(today);
        releases.is_over(releases.named(codename).unwrap())
    }

    #[test]
    fn every_release_is_known_with_its_end() {
        assert!(!ended("questing", date(2026, 7, 9)));
        assert!(ended("questing", date(2026, 7, 10)));
        // Debian's long-term support is for everybody; Ubuntu's longer ones are not.
        assert!(!ended("bullseye", date(2026, 8, 31)));
        assert!(ended("bullseye", date(2026, 9, 1)));
        assert!(ended("focal", date(2026, 1, 1)));
        for unfinished in ["sid", "forky", "stonking"] {
            assert!(!ended(unfinished, date(2027, 1, 1)), "{unfinished}");
        }
    }

    #[test]
    fn a_clock_that_stands_at_1970_makes_no_release_young_again() {
        assert!(ended("lunar", date(1970, 1, 1)));
    }

    #[test]
    fn only_ubuntus_lts_releases_are_long_term() {
        let releases = Releases::embedded(date(2026, 5, 1));
        let long_term = |codename: &str| releases.named(codename).unwrap().long_term;
        assert!(["jammy", "noble", "resolute"].into_iter().all(long_term));
        assert!(!["plucky", "questing", "stonking", "bookworm"].into_iter().any(long_term));
    }

    #[test]
    fn a_number_leads_to_the_familys_own_release() {
        let releases = Releases::embedded(date(2026, 5, 1));
        let codename = |family, version: &str| {
            releases.numbered(family, version).map(|release| release.codename.as_str())
        };
        assert_eq!(codename(Family::Debian, "12.5"), Some("bookworm"));
        assert_eq!(codename(Family::Ubuntu, "25.10"), Some("questing"));
        assert_eq!(codename(Family::Ubuntu, "24.04.3"), None);
        assert_eq!(codename(Family::Debian, ""), None);
    }

    #[test]
    fn the_table_that_knows_more_wins() {
        let embedded = Table::parse(Family::Ubuntu, Family::Ubuntu.embedded());
        let knowledge = |text: &str| Table::parse(Family::Ubuntu, text).knowledge();
        let newer =
            format!("{}27.04,Xylo Xerus,xylo,2026-10-15,2027-04-22\n", Family::Ubuntu.embedded());
        assert!(knowledge(&newer) > embedded.knowledge());
        let older: String =
            Family::Ubuntu.embedded().lines().take(20).collect::<Vec<_>>().join("\n");
        assert!(knowledge(&older) < embedded.knowledge());
        assert!(knowledge("nonsense") < embedded.knowledge());
    }

    proptest! {
        #[test]
        fn no_table_makes_the_parser_panic(text in r"(version|series|created|eol|,|\n|2026-0[0-9]-[0-9]{2}|[a-zé ]{0,6}){0,40}") {
            Table::parse(Family::Debian, &text);
        }
    }
}
