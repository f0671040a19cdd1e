//! Whether there is room for what a plan installs, by what apt says of it. Pure.

use std::path::PathBuf;

use super::{Action, Plan};
use crate::facts::Facts;
use crate::facts::disk::{CACHE, USR};
use crate::problem::{DiskProblem, FULL_BYTES};

/// What a virtual environment with pip takes, and a little more, in bytes.
const VENV_BYTES: u64 = 40 << 20;

/// What is needed at a place where something is written.
struct Demand {
    folder: PathBuf,
    free: Option<u64>,
    file_system: Option<u64>,
    needed: u64,
}

/// The file system that has less room than the plan needs on it. What nobody knows is no reason to
/// stop.
pub fn lacking(plan: &Plan, facts: &Facts) -> Option<DiskProblem> {
    let places = places(plan, facts);
    places.iter().filter(|place| place.needed > 0).find_map(|place| {
        let free_bytes = place.free?;
        let is_same = |other: &&Demand| {
            other.folder == place.folder
                || (other.file_system.is_some() && other.file_system == place.file_system)
        };
        let needed: u64 = places.iter().filter(is_same).map(|other| other.needed).sum();
        let needed_bytes = needed + FULL_BYTES;
        let folder = place.folder.clone();
        let holds_cache = facts.apt_files.cache && facts.disk.shares_cache(&folder);
        (free_bytes < needed_bytes).then_some(DiskProblem::TooSmall {
            folder,
            free_bytes,
            needed_bytes,
            holds_cache,
        })
    })
}

/// The three places of [`crate::facts::disk::Disk`]; the one that takes most stands first.
fn places(plan: &Plan, facts: &Facts) -> [Demand; 3] {
    let disk = &facts.disk;
    let [usr, cache, venv] = disk.file_systems;
    let makes = plan.steps.iter().any(|step| matches!(step.action, Action::MakeVenv { .. }));
    let sizes = plan.sizes.as_ref();
    let (download, unpacked) =
        sizes.map_or((0, 0), |sizes| (sizes.download_bytes, sizes.disk_bytes));
    let venv_bytes = if makes { VENV_BYTES } else { 0 };
    let place =
        |folder: PathBuf, free, file_system, needed| Demand { folder, free, file_system, needed };
    [
        place(USR.into(), disk.usr_bytes, usr, unpacked),
        place(CACHE.into(), disk.var_bytes, cache, download),
        place(facts.venv.folder.clone(), disk.venv_bytes, venv, venv_bytes),
    ]
}
