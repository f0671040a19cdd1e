//! Whether apt's own account can read the keys that a source names: the modes of files and folders
//! tell.

use std::path::{Path, PathBuf};

use super::Source;
use crate::host::{Host, Kind};
use crate::problem::KeyFlaw;

/// The first of a source's key files that apt's own account cannot read, and why not.
pub fn unreadable_key(host: &Host, source: &Source) -> Option<(PathBuf, KeyFlaw)> {
    source.key_files().find_map(|file| Some((file.to_owned(), flaw(host, file)?)))
}

fn flaw(host: &Host, file: &Path) -> Option<KeyFlaw> {
    let is_closed = |folder: &&Path| {
        let entry = host.lstat(folder);
        entry.kind == Kind::Folder && entry.mode & 0o001 == 0
    };
    let folders: Vec<&Path> = file.ancestors().skip(1).collect();
    if let Some(folder) = folders.into_iter().rev().find(is_closed) {
        return Some(KeyFlaw::FolderMode(folder.to_owned()));
    }
    let Some(real) = host.real_path(file) else { return Some(KeyFlaw::Missing) };
    (host.lstat(&real).mode & 0o004 == 0).then_some(KeyFlaw::FileMode(real))
}
