//! apt's package index: whether there is one, how old it is, and what apt has kept on the disk.
//!
//! What tells the age (apt 2.6): every `apt-get update` changes lists/partial, and nothing else
//! does. It does so also when every answer is "Hit", which leaves the index's own files as they
//! were, and when the servers do not answer. The files' own times are the server's.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::package_source::{AptConfig, LISTS};
use crate::host::{Host, Kind};

/// An index that is younger is as new as the servers have it.
const FRESH_MS: u64 = 3_600_000;
/// Where apt keeps what it has fetched.
pub const CACHE: &str = "/var/cache/apt";
/// Where apt's sources are configured.
const SOURCES: [&str; 2] = ["/etc/apt/sources.list", "/etc/apt/sources.list.d"];

/// How old the machine's own index is. Times are milliseconds since 1970, by this
/// machine's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// Whether there is one.
    pub is_present: bool,
    /// When `apt-get update` last ran, whoever ran it; `None` without an index.
    #[serde(default)]
    pub refreshed_at_ms: Option<u64>,
    /// Whether that was less than an hour ago, and the sources have not changed since: another
    /// refresh would bring nothing new.
    #[serde(default)]
    pub is_fresh: bool,
    /// When apt's sources last changed; `None` where there are none.
    #[serde(default)]
    pub sources_changed_at_ms: Option<u64>,
}

impl Index {
    /// Whether it was refreshed less than an hour before that time. A time that lies ahead is a
    /// clock that was wrong.
    fn is_fresh_at(&self, now: u64) -> bool {
        let is_recent = |at: u64| at <= now && now - at < FRESH_MS;
        self.refreshed_at_ms.is_some_and(is_recent) && !self.is_older_than_sources()
    }

    /// Whether apt's sources have changed since: the index says nothing of what is new in them.
    pub fn is_older_than_sources(&self) -> bool {
        self.refreshed_at_ms < self.sources_changed_at_ms
    }
}

/// What apt has fetched and kept; an image may do without.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptFiles {
    /// Whether there are packages in its cache, or what it computed from its index.
    pub cache: bool,
    /// Whether there is anything of an index.
    pub index: bool,
}

/// Looks at the machine's own index and sources. Modification times, because those survive the
/// copying of an image.
pub fn gather(host: &Host) -> Index {
    let is_present = is_present(host, &AptConfig::default());
    let lists = Path::new(LISTS);
    let refreshed_at_ms =
        modified_at(host, &lists.join("partial")).or_else(|| modified_at(host, lists));
    // A folder changes when a file comes, goes or is replaced.
    let parts = Path::new(SOURCES[1]);
    let files = host.list_readable(parts).into_iter().map(|name| parts.join(name));
    let sources = SOURCES.iter().map(PathBuf::from).chain(files);
    let index = Index {
        is_present,
        refreshed_at_ms: refreshed_at_ms.filter(|_| is_present),
        is_fresh: false,
        sources_changed_at_ms: sources.filter_map(|path| modified_at(host, &path)).max(),
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, milliseconds);
    Index { is_fresh: index.is_fresh_at(now), ..index }
}

fn milliseconds(since: Duration) -> u64 {
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

fn modified_at(host: &Host, path: &Path) -> Option<u64> {
    let modified = host.lstat(&host.real_path(path)?).modified?;
    modified.duration_since(UNIX_EPOCH).ok().map(milliseconds)
}

/// Whether apt has any package index.
pub fn is_present(host: &Host, config: &AptConfig) -> bool {
    host.list_readable(&config.lists)
        .iter()
        .any(|name| name.to_string_lossy().contains("_Packages"))
}

/// Looks for what apt has kept.
pub fn kept_files(host: &Host) -> KeptFiles {
    let ends = |folder: &str, ending: &str| {
        host.list_readable(&Path::new(CACHE).join(folder))
            .iter()
            .any(|name| name.to_string_lossy().ends_with(ending))
    };
    let is_index = |name: &OsString| {
        name != "lock" && host.lstat(&Path::new(LISTS).join(name)).kind != Kind::Folder
    };
    KeptFiles {
        cache: ends("archives", ".deb") || ends("", ".bin"),
        index: host.list_readable(Path::new(LISTS)).iter().any(is_index),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs::{self, File};

    use super::*;

    const SERVER: &str = "var/lib/apt/lists/deb.example_dists_x_main_binary-amd64_Packages";
    const PARTIAL: &str = "var/lib/apt/lists/partial";

    /// What is seen of these files and folders, each with the time of its last change.
    fn seen(changed: &[(&str, u64)]) -> Index {
        let root = tempfile::tempdir().unwrap();
        for (path, _) in changed {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            if path.ends_with("partial") || path.ends_with("sources.list.d") {
                fs::create_dir_all(path).unwrap();
            } else {
                fs::write(path, "").unwrap();
            }
        }
        for (path, at) in changed {
            let time = UNIX_EPOCH + Duration::from_millis(*at);
            File::open(root.path().join(path)).unwrap().set_modified(time).unwrap();
        }
        gather(&Host::in_folder(root.path(), BTreeMap::new()))
    }

    #[test]
    fn an_update_counts_from_when_it_ran_and_not_from_the_servers_dates() {
        let index = seen(&[(SERVER, 9_000), (PARTIAL, 2_000)]);
        assert_eq!((index.is_present, index.refreshed_at_ms), (true, Some(2_000)));
        assert!(!index.is_older_than_sources(), "there are no sources");
    }

    #[test]
    fn without_an_index_an_earlier_update_counts_for_nothing() {
        assert_eq!(seen(&[(PARTIAL, 2_000)]), Index::default());
    }

    #[test]
    fn sources_that_changed_after_the_update_make_the_index_old() {
        let sources = |list, folder, part| {
            let parts = "etc/apt/sources.list.d";
            let file = "etc/apt/sources.list.d/x.sources";
            seen(&[
                (SERVER, 1_000),
                (PARTIAL, 2_000),
                ("etc/apt/sources.list", list),
                (file, part),
                (parts, folder),
            ])
        };
        let old = [(1, 1, 1), (2_000, 1, 1), (2_001, 1, 1), (1, 2_001, 1), (1, 1, 2_001)]
            .map(|(list, folder, part)| sources(list, folder, part).is_older_than_sources());
        assert_eq!(old, [false, false, true, true, true]);
    }

    #[test]
    fn an_index_is_fresh_for_an_hour_unless_the_sources_changed_or_the_clock_was_wrong() {
        let index = |sources| Index {
            is_present: true,
            refreshed_at_ms: Some(5_000),
            sources_changed_at_ms: sources,
            ..Index::default()
        };
        let hour = 3_600_000;
        let fresh = [
            index(Some(4_999)).is_fresh_at(5_000 + hour - 1),
            index(Some(4_999)).is_fresh_at(5_000 + hour),
            index(Some(5_001)).is_fresh_at(6_000),
            index(None).is_fresh_at(4_999),
            Index::default().is_fresh_at(6_000),
        ];
        assert_eq!(fresh, [true, false, false, false, false]);
    }
}
