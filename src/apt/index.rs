//! apt's package index: whether there is one, how old it is, and what apt has kept on the disk.
//!
//! What tells the age (apt 2.6): every `apt-get update` changes lists/partial, and nothing else
//! does. It does so also when every answer is "Hit", which leaves the index's own files as they
//! were, and when the servers do not answer. The files' own times are the server's.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::package_source::{AptConfig, LISTS};
use crate::host::{Host, Kind};

const CACHE: &str = "/var/cache/apt";
/// Where apt's sources are configured.
const SOURCES: [&str; 2] = ["/etc/apt/sources.list", "/etc/apt/sources.list.d"];

/// How old the machine's own index is. Times are seconds since 1970, by this machine's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// Whether there is one.
    pub is_present: bool,
    /// When `apt-get update` last ran, whoever ran it; `None` without an index.
    #[serde(default)]
    pub refreshed_at: Option<u64>,
    /// When apt's sources last changed; `None` where there are none.
    #[serde(default)]
    pub sources_changed_at: Option<u64>,
}

impl Index {
    /// Whether apt's sources have changed since: the index says nothing of what is new in them.
    pub fn is_older_than_sources(&self) -> bool {
        self.refreshed_at < self.sources_changed_at
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
    let refreshed_at =
        modified_at(host, &lists.join("partial")).or_else(|| modified_at(host, lists));
    // A folder changes when a file comes, goes or is replaced.
    let parts = Path::new(SOURCES[1]);
    let files = host.list(parts).into_iter().map(|name| parts.join(name));
    let sources = SOURCES.iter().map(PathBuf::from).chain(files);
    Index {
        is_present,
        refreshed_at: refreshed_at.filter(|_| is_present),
        sources_changed_at: sources.filter_map(|path| modified_at(host, &path)).max(),
    }
}

fn modified_at(host: &Host, path: &Path) -> Option<u64> {
    let modified = host.lstat(&host.real_path(path)?).modified?;
    modified.duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs())
}

/// Whether apt has any package index.
pub fn is_present(host: &Host, config: &AptConfig) -> bool {
    host.list(&config.lists).iter().any(|name| name.to_string_lossy().contains("_Packages"))
}

/// Looks for what apt has kept.
pub fn kept_files(host: &Host) -> KeptFiles {
    let ends = |folder: &str, ending: &str| {
        host.list(&Path::new(CACHE).join(folder))
            .iter()
            .any(|name| name.to_string_lossy().ends_with(ending))
    };
    let is_index = |name: &OsString| {
        name != "lock" && host.lstat(&Path::new(LISTS).join(name)).kind != Kind::Folder
    };
    KeptFiles {
        cache: ends("archives", ".deb") || ends("", ".bin"),
        index: host.list(Path::new(LISTS)).iter().any(is_index),
    }
}
