//! Where the virtual environment of this course is: where it was named, else where one is already,
//! else where one would be made.
//!
//! What another account could have put there is not taken: an environment that was found belongs to
//! whom this run is for. And none is taken that would have to be made again by another Python, for it
//! serves something else.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::folder_fault;
use crate::host::{Account, Host, Kind};
use crate::version::{self, Requirement};

/// More than any pyvenv.cfg, in bytes.
const CONFIG_LIMIT: u64 = 1 << 20;

/// How it is known which folder is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum VenvSource {
    /// It is the course's, in the current folder.
    #[default]
    Folder,
    /// `--venv` names it.
    Named,
    /// It is activated in this shell: `$VIRTUAL_ENV`.
    Activated,
    /// An earlier setup made it for this account.
    Journal,
    /// It lies in a folder above the current one.
    Above,
}

/// The environments that the journals name which concern an account.
pub type MadeFor<'a> = &'a dyn Fn(&Account) -> Vec<PathBuf>;

/// Whose environment is looked for, and with what.
pub(super) struct Search<'a> {
    pub host: &'a Host,
    /// Whom it belongs to.
    pub owner: &'a Account,
    /// The folder that it is looked for from.
    pub base: &'a Path,
    /// The course's name for it.
    pub name: &'a Path,
    /// Its interpreter must be in this range.
    pub wanted: &'a Requirement,
    /// Whether this shell's environment counts: it is the owner's own.
    pub is_own_shell: bool,
}

impl Search<'_> {
    /// The folder, and how it was found.
    pub fn find(&self, made: MadeFor<'_>) -> (PathBuf, VenvSource) {
        let usual = self.base.join(self.name);
        let found = self
            .activated()
            .map(|folder| (folder, VenvSource::Activated))
            .or_else(|| Some((self.nearest(made(self.owner))?, VenvSource::Journal)))
            .or_else(|| Some((self.above()?, VenvSource::Above)));
        match found {
            Some((folder, source)) if folder != usual => (folder, source),
            _ => (usual, VenvSource::Folder),
        }
    }

    /// The one of this shell.
    fn activated(&self) -> Option<PathBuf> {
        let typed = self.host.variable("VIRTUAL_ENV").filter(|_| self.is_own_shell)?;
        let folder = PathBuf::from(typed);
        let is_usable = folder.is_absolute() && folder_fault(&folder).is_none();
        (is_usable && self.fits(&folder)).then_some(folder)
    }

    /// The one that is fewest folders away from here; of several, the one that was made last.
    fn nearest(&self, made: Vec<PathBuf>) -> Option<PathBuf> {
        let there = made.into_iter().rev().filter(|folder| self.is_there(folder));
        there.min_by_key(|folder| distance(self.base, folder))
    }

    /// One in this folder, or in the folders above it as far as the owner's home.
    fn above(&self) -> Option<PathBuf> {
        let home = &self.owner.home;
        let reach = if self.base.starts_with(home) { home.as_path() } else { self.base };
        let folders = self.base.ancestors().take_while(|folder| folder.starts_with(reach));
        let mut there = folders.map(|folder| (folder, folder.join(self.name)));
        // What is in the current folder is the course's, whatever it was made with.
        let is_it = |(folder, venv): &(&Path, PathBuf)| {
            if *folder == self.base { self.is_there(venv) } else { self.fits(venv) }
        };
        there.find(is_it).map(|(_, venv)| venv)
    }

    /// Whether a virtual environment of the owner's is there, or what is left of one.
    fn is_there(&self, folder: &Path) -> bool {
        let entry = self.host.lstat(folder);
        let has = |name: &str| self.host.lstat(&folder.join(name)).exists();
        let is_own = entry.kind == Kind::Folder && entry.uid == self.owner.uid;
        is_own && (has("pyvenv.cfg") || has("bin/python"))
    }

    /// Whether it is one that the course can be taken with as it is.
    fn fits(&self, folder: &Path) -> bool {
        let config = self.host.read_at_most(&folder.join("pyvenv.cfg"), CONFIG_LIMIT);
        let config = config.ok().flatten().unwrap_or_default();
        let version = version::of_environment(&config);
        self.is_there(folder) && version.is_some_and(|version| self.wanted.matches(&version))
    }
}

/// How many folders one goes up and down on the way from a folder to an environment's.
fn distance(from: &Path, venv: &Path) -> usize {
    let to = venv.parent().unwrap_or(venv);
    let shared = from.components().zip(to.components()).take_while(|(one, other)| one == other);
    let shared = shared.count();
    from.components().count() + to.components().count() - 2 * shared
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_is_the_fewest_folders_away() {
        let from = |venv: &str| distance(Path::new("/home/ada/course/lab"), Path::new(venv));
        assert_eq!(from("/home/ada/course/lab/venv"), 0);
        assert_eq!(from("/home/ada/course/venv"), 1);
        assert_eq!(from("/home/ada/other/venv"), 3);
        assert_eq!(from("/srv/venv"), 5);
    }
}
