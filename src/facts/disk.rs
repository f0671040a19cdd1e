//! Free space where something will be written, and what cannot be written at all (`mounts`).

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::mounts;
use crate::host::Host;
use crate::problem::{FULL_BYTES, MachineProblem, Problem, ReadOnlyMount};

/// Free bytes for this user; `None` where the system does not tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disk {
    /// Where packages are unpacked (/usr).
    pub usr_bytes: Option<u64>,
    /// Where apt keeps its index and downloads (/var/cache/apt).
    pub var_bytes: Option<u64>,
    /// Where the virtual environment will be.
    pub venv_bytes: Option<u64>,
    /// The mounts that packages write to and that are read-only.
    #[serde(default)]
    pub read_only: Vec<ReadOnlyMount>,
}

impl Disk {
    /// The full disk that keeps apt from working, if there is one: without room for its caches, apt
    /// offers nothing.
    pub fn apt_problem(&self) -> Option<Problem> {
        let places = [("/var/cache/apt", self.var_bytes), ("/usr", self.usr_bytes)];
        places.into_iter().find(|(_, free)| free.is_some_and(|free| free < FULL_BYTES)).map(
            |(folder, free_bytes)| {
                let (folder, said) = (folder.into(), String::new());
                MachineProblem::DiskFull { folder, free_bytes, said }.into()
            },
        )
    }
}

/// Looks at this machine.
pub fn gather(host: &Host, venv: &Path) -> Disk {
    Disk {
        usr_bytes: host.free_bytes(Path::new("/usr")),
        var_bytes: host.free_bytes(Path::new("/var/cache/apt")),
        venv_bytes: host.free_bytes(venv),
        read_only: mounts::read_only(host),
    }
}

/// The first of these folders that has no room left.
pub fn full<'a>(host: &Host, folders: &[&'a str]) -> Option<&'a str> {
    folders
        .iter()
        .find(|folder| host.free_bytes(Path::new(folder)).is_some_and(|free| free < FULL_BYTES))
        .copied()
}
