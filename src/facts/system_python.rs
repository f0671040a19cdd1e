//! /usr/bin/python3, the operating system's own: what Debian's defaults say, against where the link
//! leads, link by link.
//!
//! Ubuntu's release upgrader asks the same question. `dpkg --verify` does not see a switched link,
//! and `update-alternatives --query` never looks at the link itself.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::apt::alternatives::{GROUPS, GroupFile};
use crate::host::{Host, Kind};
use crate::problem::{MachineProblem, Occupant, Problem, PythonLink, SYSTEM_PYTHON};

/// Where python3-minimal says which Python the system was made with.
const DEFAULTS: &str = "/usr/share/python3/debian_defaults";
/// The link under its two names: /bin leads to /usr/bin on every system that has this problem.
const LINK_NAMES: [&str; 2] = [SYSTEM_PYTHON, "/bin/python3"];
/// More than any of these files, in bytes.
const FILE_LIMIT: u64 = 1 << 20;

/// How things stand with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemPython {
    /// What the system was made with (`python3.11`); `None` where python3-minimal is not installed,
    /// and then nothing is wrong.
    #[serde(default)]
    pub default: Option<String>,
    /// Whether that interpreter is there.
    #[serde(default)]
    pub default_is_installed: bool,
    /// What is at the link.
    #[serde(default)]
    pub place: Occupant,
    /// The alternatives group that manages the link. No package makes one.
    #[serde(default)]
    pub group: Option<String>,
    /// Further links of that group, which go with it.
    #[serde(default)]
    pub slaves: Vec<PathBuf>,
}

impl SystemPython {
    /// Whether it has to be fixed. A link that leads right is, too, while a group manages it: the
    /// next change of that group switches it again.
    pub fn is_switched(&self) -> bool {
        self.default.is_some() && (self.place != Occupant::Right || self.group.is_some())
    }

    /// Whether programs that say /usr/bin/python3, as the scripts of Debian's packages do, find
    /// nothing there.
    pub fn is_gone(&self) -> bool {
        self.default.is_some() && matches!(self.place, Occupant::Nothing | Occupant::DeadLink(_))
    }

    /// Whether labready can put it back: it does not remove what is no link, and cannot link to
    /// what is not installed.
    pub fn can_be_restored(&self) -> bool {
        self.is_switched() && self.default_is_installed && !self.place.is_no_link()
    }

    /// What is wrong with it.
    pub fn problem(&self) -> Option<Problem> {
        self.link().map(|link| MachineProblem::SystemPython(link).into())
    }

    /// What is wrong with the link.
    pub fn link(&self) -> Option<PythonLink> {
        let default = self.default.clone().filter(|_| self.is_switched())?;
        Some(PythonLink {
            default,
            place: self.place.clone(),
            group: self.group.clone(),
            is_fixable: self.can_be_restored(),
            was_repaired: false,
        })
    }
}

/// Looks at this machine.
pub fn gather(host: &Host) -> SystemPython {
    let defaults =
        host.read_at_most(Path::new(DEFAULTS), FILE_LIMIT).ok().flatten().unwrap_or_default();
    let default = default_version(&defaults);
    let own = Path::new("/usr/bin").join(default.as_deref().unwrap_or("python3"));
    let place = match host.lstat(Path::new(SYSTEM_PYTHON)).kind {
        Kind::Missing => Occupant::Nothing,
        Kind::Link(target) => place_of_link(host, &target, &own),
        Kind::File => Occupant::File,
        Kind::Folder => Occupant::Folder,
        Kind::Other | Kind::Unreadable(_) => Occupant::Special,
    };
    let default_is_installed = default.is_some() && host.lstat(&own).kind == Kind::File;
    let (group, slaves) =
        group(host).map_or((None, Vec::new()), |(name, slaves)| (Some(name), slaves));
    SystemPython { default, default_is_installed, place, group, slaves }
}

/// Right is a link that names the default itself, as py3versions wants it ("must be reset to
/// point to python3.11"): what only leads there by others is switched with any of them.
fn place_of_link(host: &Host, target: &Path, own: &Path) -> Occupant {
    let names_it = target == own || Some(target.as_os_str()) == own.file_name();
    match host.real_path(Path::new(SYSTEM_PYTHON)) {
        Some(_) if names_it => Occupant::Right,
        Some(_) => Occupant::Link(way(host)),
        None => Occupant::DeadLink(way(host)),
    }
}

/// Every place on the way, link by link; a circle once around.
fn way(host: &Host) -> Vec<PathBuf> {
    let mut places = vec![PathBuf::from(SYSTEM_PYTHON)];
    while let Some(Kind::Link(target)) = places.last().map(|place| host.lstat(place).kind) {
        let folder =
            places.last().and_then(|place| place.parent()).unwrap_or(Path::new("/")).to_owned();
        let next = host.absolute(&folder.join(target));
        let is_circle = places.contains(&next);
        places.push(next);
        if is_circle {
            break;
        }
    }
    places.split_off(1)
}

/// `default-version = python3.11`. The name becomes part of a path and of a command: anything else
/// is not taken.
fn default_version(defaults: &str) -> Option<String> {
    let value = defaults.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "default-version").then(|| value.trim())
    })?;
    let minor = value.strip_prefix("python3.")?;
    let is_number =
        !minor.is_empty() && minor.len() <= 3 && minor.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| value.to_owned())
}

/// The group that manages the link, whatever it is called, and its further links. There can be one
/// at the most; a file that update-alternatives cannot read manages nothing.
fn group(host: &Host) -> Option<(String, Vec<PathBuf>)> {
    let names = host.list_readable(Path::new(GROUPS));
    names
        .into_iter()
        .filter_map(|name| name.into_string().ok())
        .filter(|name| !name.starts_with('-'))
        .find_map(|name| {
            let text = host.read_at_most(&Path::new(GROUPS).join(&name), FILE_LIMIT).ok()??;
            let group = GroupFile::parse(&text).ok()?;
            let is_its_link = LINK_NAMES.iter().any(|link| group.link == Path::new(link));
            is_its_link.then_some((name, group.slaves))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_read_as_python3_minimal_writes_it_and_nothing_else_is_taken() {
        let bookworm = "[DEFAULT]\n# the default python3 version\ndefault-version = python3.11\n\n# all supported python3 versions\nsupported-versions = python3.11\n";
        assert_eq!(default_version(bookworm).as_deref(), Some("python3.11"));
        for odd in [
            "",
            "default-version =",
            "default-version = python3.",
            "default-version = python3.11/../x",
            "default-version = -f",
        ] {
            assert_eq!(default_version(odd), None, "{odd}");
        }
    }
}
