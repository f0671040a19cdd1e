//! Who else can change what a path leads to. Root executes, writes and removes nothing that another
//! account could exchange: it becomes that account, or refuses.
//!
//! Every folder and link on the way counts. What only root can change on the whole way stays as it
//! was looked at: nothing has to be looked at twice.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::files::{LINK_LIMIT, names};
use super::{Entry, Host, Kind};
use crate::error::Result;

/// Which accounts besides root can change it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Control {
    /// None.
    #[default]
    Root,
    /// One.
    One {
        /// Its uid.
        uid: u32,
        /// The first place on the way that it can change.
        at: PathBuf,
    },
    /// Several, or everybody.
    Many {
        /// The first place on the way that one of them can change.
        at: PathBuf,
    },
}

/// What of a path must stay as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// What is there.
    Itself,
    /// What is there, and everything that lies beside it: Python imports from there.
    Beside,
}

impl Control {
    /// Both: who can change one of two things.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Root, other) => other,
            (own, Self::Root) => own,
            (Self::One { uid, at }, Self::One { uid: same, .. }) if uid == same => {
                Self::One { uid, at }
            }
            (Self::One { at, .. } | Self::Many { at }, _) => Self::Many { at },
        }
    }

    /// The first place on the way that somebody else can change.
    pub fn place(&self) -> Option<&Path> {
        match self {
            Self::Root => None,
            Self::One { at, .. } | Self::Many { at } => Some(at),
        }
    }
}

impl Host {
    /// Who besides root can change what a path leads to. Where something is missing on the way, who
    /// could put something there. What cannot be looked at is whose the folder above is.
    ///
    /// # Errors
    /// When /etc/passwd or /etc/group is there and cannot be read.
    pub fn control(&self, path: &Path, reach: Reach) -> Result<Control> {
        let mut control = Control::Root;
        let mut place = PathBuf::from("/");
        let mut above = self.lstat(&place);
        let mut rest: Vec<OsString> = names(&self.absolute(path)).rev().collect();
        let mut links = 0;
        while let Some(name) = rest.pop() {
            if name == ".." {
                place.pop();
                above = self.lstat(&place);
                continue;
            }
            let is_last = rest.is_empty();
            let step = place.join(&name);
            let entry = self.lstat(&step);
            // In a folder with the sticky bit everybody can add a name, and nobody change another's.
            let adding_counts = match entry.kind {
                Kind::Missing => !is_last,
                _ => is_last && reach == Reach::Beside,
            };
            control = control.and(self.writers(&place, &above, adding_counts)?);
            match entry.kind {
                Kind::Missing | Kind::Unreadable(_) => return Ok(control),
                Kind::Link(target) => {
                    control = control.and(self.owner(&step, entry.uid));
                    links += 1;
                    if links > LINK_LIMIT {
                        return Ok(control);
                    }
                    if target.is_absolute() {
                        place = PathBuf::from("/");
                        above = self.lstat(&place);
                    }
                    rest.extend(names(&target).rev());
                }
                _ => {
                    place = step;
                    above = entry;
                }
            }
        }
        Ok(control.and(self.writers(&place, &above, false)?))
    }

    /// Who can change this file, or the names in this folder.
    fn writers(&self, place: &Path, entry: &Entry, adding_counts: bool) -> Result<Control> {
        let mut control = self.owner(place, entry.uid);
        let is_sticky = entry.kind == Kind::Folder && entry.mode & 0o1000 != 0;
        if is_sticky && !adding_counts {
            return Ok(control);
        }
        if entry.mode & 0o002 != 0 {
            return Ok(Control::Many { at: place.to_owned() });
        }
        // The groups of a machine in a folder are those of whoever runs the test.
        if entry.mode & 0o020 != 0 && self.listed_owner(place).is_none() {
            match self.members(entry.gid)? {
                Some(members) => {
                    for uid in members {
                        control = control.and(self.owner(place, uid));
                    }
                }
                None => return Ok(Control::Many { at: place.to_owned() }),
            }
        }
        Ok(control)
    }

    fn owner(&self, place: &Path, uid: u32) -> Control {
        match uid {
            0 => Control::Root,
            uid => Control::One { uid, at: place.to_owned() },
        }
    }

    /// Who is in a group; `None` where only a name service knows.
    fn members(&self, gid: u32) -> Result<Option<BTreeSet<u32>>> {
        let passwd = self.read(Path::new("/etc/passwd"))?.unwrap_or_default();
        let groups = self.read(Path::new("/etc/group"))?.unwrap_or_default();
        let Some(listed) = groups.lines().find_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            (fields.get(2)?.parse() == Ok(gid)).then(|| fields.get(3).copied().unwrap_or_default())
        }) else {
            return Ok(None);
        };
        let listed: Vec<&str> = listed.split(',').collect();
        let accounts = passwd.lines().filter_map(super::Account::from_line);
        let members = accounts
            .filter(|account| account.gid == gid || listed.contains(&account.name.as_str()));
        Ok(Some(members.map(|account| account.uid).collect()))
    }
}
