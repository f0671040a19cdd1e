//! Who else can change what a path leads to. Root executes, writes and removes nothing that another
//! account could exchange: it becomes that account, or refuses.
//!
//! Every folder and link on the way counts. What only root can change on the whole way stays as it
//! was looked at: nothing has to be looked at twice.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::access_list::AccessList;
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

    /// Who besides root can change an interpreter, or what it imports: everything in its virtual
    /// environment, where it has one.
    ///
    /// # Errors
    /// As [`Host::control_within`].
    pub fn control_of_python(&self, python: &Path) -> Result<Control> {
        let control = self.control(python, Reach::Itself)?;
        let environment = python.parent().and_then(Path::parent).unwrap_or(python);
        match self.lstat(&environment.join("pyvenv.cfg")).exists() {
            true => Ok(control.and(self.control_within(environment)?)),
            false => Ok(control),
        }
    }

    /// Who besides root can change what Python imports for a script: the modules and packages beside
    /// it.
    ///
    /// # Errors
    /// As [`Host::control_within`].
    pub fn control_of_script(&self, script: &Path) -> Result<Control> {
        let mut control = self.control(script, Reach::Beside)?;
        let Some(folder) = script.parent().filter(|_| control == Control::Root) else {
            return Ok(control);
        };
        for name in self.list(folder)? {
            let place = folder.join(name);
            let is_module =
                place.extension().is_some_and(|it| it == "py" || it == "pyc" || it == "so");
            if is_module || matches!(self.lstat(&place).kind, Kind::Folder | Kind::Link(_)) {
                control = control.and(self.control(&place, Reach::Itself)?);
            }
        }
        Ok(control)
    }

    /// Who besides root can change a folder, anything in it, or what its links lead to.
    ///
    /// # Errors
    /// When /etc/passwd or /etc/group is there and cannot be read, or a folder that is root's.
    pub fn control_within(&self, folder: &Path) -> Result<Control> {
        let mut control = self.control(folder, Reach::Itself)?;
        if control != Control::Root {
            return Ok(control);
        }
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for name in self.list(&folder)? {
                let place = folder.join(name);
                let entry = self.lstat(&place);
                control = control.and(match entry.kind {
                    Kind::Link(_) => self.control(&place, Reach::Itself)?,
                    _ => self.writers(&place, &entry, true)?,
                });
                if matches!(control, Control::Many { .. }) {
                    return Ok(control);
                }
                if entry.kind == Kind::Folder {
                    folders.push(place);
                }
            }
        }
        Ok(control)
    }

    /// Who can change this file, or the names in this folder.
    fn writers(&self, place: &Path, entry: &Entry, adding_counts: bool) -> Result<Control> {
        let owner = self.owner(place, entry.uid);
        let is_sticky = entry.kind == Kind::Folder && entry.mode & 0o1000 != 0;
        if is_sticky && !adding_counts {
            return Ok(owner);
        }
        if entry.mode & 0o002 != 0 {
            return Ok(Control::Many { at: place.to_owned() });
        }
        // Where there is an access control list, these bits are the most that it gives anybody. The
        // groups of a machine in a folder are those of whoever runs the test.
        if entry.mode & 0o020 == 0 || self.listed_owner(place).is_some() {
            return Ok(owner);
        }
        let writers = match self.access_list(place) {
            AccessList::Absent => self.members(entry.gid, entry.uid)?,
            AccessList::Writers { users, groups } => {
                let mut writers = Some(users);
                for gid in groups.into_iter().map(|group| group.unwrap_or(entry.gid)) {
                    let members = self.members(gid, entry.uid)?;
                    writers = writers.zip(members).map(|(one, other)| &one | &other);
                }
                writers
            }
            AccessList::Unknown => None,
        };
        Ok(match writers {
            Some(uids) => {
                uids.into_iter().fold(owner, |control, uid| control.and(self.owner(place, uid)))
            }
            None => Control::Many { at: place.to_owned() },
        })
    }

    fn owner(&self, place: &Path, uid: u32) -> Control {
        match uid {
            0 => Control::Root,
            uid => Control::One { uid, at: place.to_owned() },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    /// Everything is root's but what is named; `ROOT` is the folder.
    fn shown(path: &str, reach: Reach, prepare: impl Fn(&Path)) -> String {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for place in ["home/ada/venv/bin", "home/bob", "srv", "opt/course"] {
            fs::create_dir_all(root.join(place)).unwrap();
        }
        for place in ["", "home", "srv", "opt", "opt/course"] {
            fs::set_permissions(root.join(place), Permissions::from_mode(0o755)).unwrap();
        }
        fs::create_dir(root.join("tmp")).unwrap();
        fs::set_permissions(root.join("tmp"), Permissions::from_mode(0o1777)).unwrap();
        prepare(root);
        let host = Host::in_folder(root, std::collections::BTreeMap::new())
            .run_by(0)
            .with_owner(Path::new("/"), 0)
            .with_owner(Path::new("/home/ada"), 1001)
            .with_owner(Path::new("/home/bob"), 1002)
            .with_owner(Path::new("/tmp/adas"), 1001);
        match host.control(Path::new(path), reach).unwrap() {
            Control::Root => "root alone".into(),
            Control::One { uid, at } => format!("{uid} at {}", at.display()),
            Control::Many { at } => format!("several at {}", at.display()),
        }
    }

    fn of(path: &str) -> String {
        shown(path, Reach::Itself, |_| ())
    }

    #[test]
    fn what_lies_in_roots_folders_is_roots_and_what_lies_in_a_home_is_its_owners() {
        assert_eq!(of("/opt/course"), "root alone");
        assert_eq!(of("/opt/course/not/there/yet"), "root alone");
        assert_eq!(of("/home/ada/venv/bin/python"), "1001 at /home/ada");
        assert_eq!(of("/home/ada/../../opt/course"), "root alone");
    }

    #[test]
    fn a_link_is_followed_and_whoever_can_change_it_counts() {
        let linked = |path| {
            shown(path, Reach::Itself, |root| {
                symlink("/opt/course", root.join("home/ada/course")).unwrap();
                symlink("/home/ada/venv", root.join("opt/venv")).unwrap();
                symlink("/home/bob/notes", root.join("home/ada/notes")).unwrap();
                symlink("circle", root.join("opt/circle")).unwrap();
            })
        };
        assert_eq!(linked("/home/ada/course"), "1001 at /home/ada");
        assert_eq!(linked("/opt/venv/bin"), "1001 at /home/ada");
        assert_eq!(linked("/home/ada/notes"), "several at /home/ada");
        assert_eq!(linked("/opt/circle"), "root alone");
    }

    #[test]
    fn in_tmp_a_name_is_its_owners_but_anybody_can_add_one_beside_it() {
        let in_tmp = |path, reach| {
            shown(path, reach, |root| {
                fs::write(root.join("tmp/roots.py"), "").unwrap();
                fs::write(root.join("tmp/adas.py"), "").unwrap();
                fs::create_dir(root.join("tmp/adas")).unwrap();
            })
        };
        assert_eq!(in_tmp("/tmp/roots.py", Reach::Itself), "root alone");
        assert_eq!(in_tmp("/tmp/roots.py", Reach::Beside), "several at /tmp");
        assert_eq!(in_tmp("/tmp/adas/x.py", Reach::Beside), "1001 at /tmp/adas");
        // It is made by a call that fails when somebody was faster; the folders above it are not.
        assert_eq!(in_tmp("/tmp/venv", Reach::Itself), "root alone");
        assert_eq!(in_tmp("/tmp/new/venv", Reach::Itself), "several at /tmp");
    }

    #[test]
    fn what_everybody_can_write_is_everybodys() {
        let open = |path| {
            shown(path, Reach::Itself, |root| {
                fs::set_permissions(root.join("srv"), Permissions::from_mode(0o777)).unwrap();
                fs::write(root.join("opt/script.py"), "").unwrap();
                let writable = Permissions::from_mode(0o666);
                fs::set_permissions(root.join("opt/script.py"), writable).unwrap();
            })
        };
        assert_eq!(open("/srv/venv"), "several at /srv");
        assert_eq!(open("/opt/script.py"), "several at /opt/script.py");
    }
}
