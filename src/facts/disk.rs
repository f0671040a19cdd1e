//! Free space where something will be written, and what cannot be written at all.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::host::Host;
use crate::problem::{FULL_BYTES, MachineProblem, Problem};

/// Free bytes for this user; `None` where the system does not tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disk {
    /// Where packages are unpacked (/usr).
    pub usr_bytes: Option<u64>,
    /// Where apt keeps its index and downloads (/var/cache/apt).
    pub var_bytes: Option<u64>,
    /// Where the virtual environment will be.
    pub venv_bytes: Option<u64>,
    /// File systems that packages write to and that are mounted read-only, by where they are
    /// mounted.
    #[serde(default)]
    pub read_only: Vec<PathBuf>,
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

/// Where packages write.
const WRITTEN: [&str; 3] = ["/var/lib/dpkg", "/usr", "/etc"];

/// Looks at this machine.
pub fn gather(host: &Host, venv: &Path) -> Disk {
    Disk {
        usr_bytes: host.free_bytes(Path::new("/usr")),
        var_bytes: host.free_bytes(Path::new("/var/cache/apt")),
        venv_bytes: host.free_bytes(venv),
        read_only: read_only(host),
    }
}

/// Where the file systems are mounted that packages write to and that nobody can.
pub fn read_only(host: &Host) -> Vec<PathBuf> {
    let mounts = mounts(host).unwrap_or_default();
    let folders = WRITTEN.iter().map(PathBuf::from).filter(|folder| host.is_read_only(folder));
    let mut places: Vec<PathBuf> = folders.map(|folder| mount_point(&mounts, &folder)).collect();
    places.sort();
    places.dedup();
    places
}

/// Where something is mounted below a folder, as paths in it.
///
/// # Errors
/// When the kernel's list cannot be read.
pub fn mounted_below(host: &Host, folder: &Path) -> Result<Vec<PathBuf>> {
    let Some(real) = host.real_path(folder) else { return Ok(Vec::new()) };
    let mounts = mounts(host)?;
    let points = mounts.lines().filter_map(|line| line.split(' ').nth(4)).map(unescaped);
    let below = points.filter_map(|point| {
        let below = Path::new(&point).strip_prefix(&real).ok()?;
        (below != Path::new("")).then(|| below.to_owned())
    });
    Ok(below.collect())
}

fn mounts(host: &Host) -> Result<String> {
    let text = host.read_at_most(Path::new("/proc/self/mountinfo"), 4 << 20)?;
    Ok(text.unwrap_or_default())
}

/// A space, a tab, a line break and a backslash stand there as `\040`.
fn unescaped(point: &str) -> String {
    let signs = [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")];
    signs.iter().fold(point.to_owned(), |text, (escape, sign)| text.replace(escape, sign))
}

/// The fifth field of /proc/self/mountinfo (proc(5)) that holds the folder most closely.
fn mount_point(mounts: &str, folder: &Path) -> PathBuf {
    let points = mounts
        .lines()
        .filter_map(|line| line.split(' ').nth(4))
        .filter(|point| folder.starts_with(point));
    points.max_by_key(|point| point.len()).map_or_else(|| PathBuf::from("/"), PathBuf::from)
}

/// The first of these folders that has no room left.
pub fn full<'a>(host: &Host, folders: &[&'a str]) -> Option<&'a str> {
    folders
        .iter()
        .find(|folder| host.free_bytes(Path::new(folder)).is_some_and(|free| free < FULL_BYTES))
        .copied()
}
