//! Whether apt's own account can read the keys that a source names: told by the modes of files and
//! folders.

use std::path::{Path, PathBuf};

use super::Source;
use crate::host::{Host, Kind, quoted_line};

/// A key that it cannot read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadableKey {
    /// The file, as the source names it.
    pub file: PathBuf,
    /// Why not, to be said after its name.
    pub why: String,
    /// The command for root that mends it, where one does.
    pub mend: Option<String>,
}

/// The first of a source's keys that only root can read, or nobody.
pub fn unreadable_key(host: &Host, source: &Source) -> Option<UnreadableKey> {
    source.key_files().find_map(|file| {
        let told = |why: String, mend: Option<String>| {
            Some(UnreadableKey { file: file.to_owned(), why, mend })
        };
        let chmod = |mode: &str, path: &Path| {
            Some(quoted_line(&["chmod".into(), mode.into(), path.display().to_string()]))
        };
        let folders: Vec<&Path> = file.ancestors().skip(1).collect();
        let is_closed = |folder: &&&Path| {
            let entry = host.lstat(folder);
            entry.kind == Kind::Folder && entry.mode & 0o001 == 0
        };
        if let Some(folder) = folders.iter().rev().find(is_closed) {
            return told(
                format!("lies in `{}`, which only root may enter", folder.display()),
                chmod("0755", folder),
            );
        }
        let Some(real) = host.real_path(file) else { return told("is not there".into(), None) };
        if host.lstat(&real).mode & 0o004 == 0 {
            return told("cannot be read by apt's own account".into(), chmod("0644", &real));
        }
        None
    })
}
