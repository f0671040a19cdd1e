//! Free space where something will be written, and what cannot be written at all (`mounts`).

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::drives::Mounts;
use super::mounts;
use crate::apt::index;
pub use crate::apt::index::CACHE;
use crate::host::Host;
use crate::problem::{DiskProblem, FULL_BYTES, Problem, ReadOnlyMount, SharedDrive};

/// Where packages are unpacked.
pub const USR: &str = "/usr";

/// Free bytes for this user; `None` where the system does not tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disk {
    /// On [`USR`].
    pub usr_bytes: Option<u64>,
    /// On [`CACHE`].
    pub var_bytes: Option<u64>,
    /// Where the virtual environment will be.
    pub venv_bytes: Option<u64>,
    /// The file systems of the three, in that order: what has one number shares its room.
    #[serde(default)]
    pub file_systems: [Option<u64>; 3],
    /// The drive that the virtual environment will be on, when it is not Linux's own.
    #[serde(default)]
    pub venv_drive: Option<SharedDrive>,
    /// The mounts that packages write to and that are read-only.
    #[serde(default)]
    pub read_only: Vec<ReadOnlyMount>,
}

impl Disk {
    /// The full disk that keeps apt from working, if there is one: without room for its caches, apt
    /// offers nothing. `has_cache`: apt has fetched what it could fetch again.
    pub fn apt_problem(&self, has_cache: bool) -> Option<Problem> {
        let places = [(CACHE, self.var_bytes), (USR, self.usr_bytes)];
        let is_full = |free: Option<u64>| free.is_some_and(|free| free < FULL_BYTES);
        let (folder, free_bytes) = places.into_iter().find(|(_, free)| is_full(*free))?;
        let holds_cache = has_cache && (folder == CACHE || self.shares_cache(USR));
        let (folder, said) = (folder.into(), String::new());
        Some(DiskProblem::Full { folder, free_bytes, holds_cache, said }.into())
    }

    /// Whether what apt fetches lies on the same file system as this one of the three places.
    pub fn shares_cache(&self, place: impl AsRef<Path>) -> bool {
        let [usr, cache, venv] = self.file_systems;
        let place = match place.as_ref().to_str() {
            Some(CACHE) => return true,
            Some(USR) => usr,
            _ => venv,
        };
        place.is_some() && place == cache
    }
}

/// Looks at this machine.
pub fn gather(host: &Host, venv: &Path) -> Disk {
    let places = [Path::new(USR), Path::new(CACHE), venv];
    let [usr_bytes, var_bytes, venv_bytes] = places.map(|place| host.free_bytes(place));
    let file_systems = places.map(|place| host.file_system(place));
    Disk {
        usr_bytes,
        var_bytes,
        venv_bytes,
        file_systems,
        venv_drive: Mounts::gather(host).drive_of(host, venv),
        read_only: mounts::read_only(host),
    }
}

/// The disk of this folder is full, as a program has found out.
pub fn problem(host: &Host, folder: &Path, said: String) -> Problem {
    let is_apts = host.file_system(folder).is_some_and(|own| {
        host.file_system(Path::new(CACHE)) == Some(own) && index::kept_files(host).cache
    });
    DiskProblem::Full { folder: folder.into(), free_bytes: None, holds_cache: is_apts, said }.into()
}

/// The first of these folders that has no room left.
pub fn full<'a>(host: &Host, folders: &[&'a str]) -> Option<&'a str> {
    folders
        .iter()
        .find(|folder| host.free_bytes(Path::new(folder)).is_some_and(|free| free < FULL_BYTES))
        .copied()
}
