//! The alternatives group that selects the interpreter: its file and the real links.
//! `update-alternatives --query` is not asked: it reads only half of them (and says nothing of a
//! link that is somebody else's).

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use crate::apt::alternatives::Alternative;
use crate::apt::alternatives::{GroupFile, LINK, chosen_link, group_file};
use crate::host::{Host, Kind};
use crate::problem::{GroupDamage, GroupFlaw, Occupant};

/// More than any group's file, in bytes.
const FILE_LIMIT: u64 = 1 << 20;

/// How things stand with the link and the group behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlternativesGroup {
    /// What is at the link itself.
    pub link: Link,
    /// The interpreter that a link of somebody else's names, without another link in between.
    #[serde(default)]
    pub leads_to: Option<PathBuf>,
    /// What the group's own link (in /etc/alternatives) says.
    #[serde(default)]
    pub value: Option<PathBuf>,
    /// Whether the choice was made by somebody (`manual`), or falls to the highest priority.
    #[serde(default)]
    pub manual: bool,
    /// The group's alternatives.
    #[serde(default)]
    pub alternatives: Vec<Alternative>,
    /// Those of them that lead nowhere: their package was removed.
    #[serde(default)]
    pub dangling: Vec<PathBuf>,
    /// Whether further links go with it, which labready never adds.
    #[serde(default)]
    pub has_slaves: bool,
    /// What of it update-alternatives cannot use.
    #[serde(default)]
    pub damage: Vec<GroupDamage>,
}

/// What is at the link.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// Nothing.
    #[default]
    Free,
    /// Our link into /etc/alternatives.
    Ours,
    /// Something of somebody else's.
    Foreign(Occupant),
}

impl AlternativesGroup {
    /// Whether the link is somebody else's. update-alternatives would replace or remove it, so it is
    /// not started then.
    pub fn is_foreign(&self) -> bool {
        matches!(self.link, Link::Foreign(_))
    }

    /// Whether the group lists an interpreter.
    pub fn lists(&self, path: &Path) -> bool {
        self.alternatives.iter().any(|alternative| alternative.path == path)
    }

    /// Whether somebody chose this interpreter, and the link leads to it.
    pub fn selects(&self, path: &Path) -> bool {
        let chosen = self.manual && self.lists(path) && self.value.as_deref() == Some(path);
        chosen && self.link == Link::Ours && self.damage.is_empty()
    }

    fn take_in(&mut self, host: &Host, file: Option<GroupFile>) {
        let Some(file) = file else { return };
        let paths = file.alternatives.iter().map(|alternative| alternative.path.clone());
        self.dangling = paths.filter(|path| host.real_path(path).is_none()).collect();
        self.manual = file.manual;
        self.has_slaves = !file.slaves.is_empty();
        self.alternatives = file.alternatives;
    }

    /// The interpreter that update-alternatives would choose.
    pub fn best(&self) -> Option<&Path> {
        let there = self.alternatives.iter().filter(|one| !self.dangling.contains(&one.path));
        there.max_by_key(|one| one.priority).map(|one| one.path.as_path())
    }

    /// Whether its file tells nothing: what update-alternatives knows of the group is lost.
    pub fn is_lost(&self) -> bool {
        self.damage.iter().any(|damage| damage.place == group_file())
    }
}

/// Looks at this machine.
pub fn gather(host: &Host) -> AlternativesGroup {
    let link = match host.lstat(Path::new(LINK)).kind {
        Kind::Missing => Link::Free,
        Kind::Link(target) if target == chosen_link() => Link::Ours,
        Kind::Link(target) => Link::Foreign(Occupant::Link(vec![target])),
        Kind::File => Link::Foreign(Occupant::File),
        Kind::Folder => Link::Foreign(Occupant::Folder),
        Kind::Other | Kind::Unreadable(_) => Link::Foreign(Occupant::Special),
    };
    let leads_to = match &link {
        Link::Foreign(Occupant::Link(places)) => places.first().and_then(|it| target(host, it)),
        _ => None,
    };
    let mut group = AlternativesGroup { link, leads_to, ..AlternativesGroup::default() };
    match read_file(host, &group.link) {
        Ok(file) => group.take_in(host, file),
        Err(flaw) => group.damage.push(GroupDamage { place: group_file(), flaw }),
    }
    match read_choice(host, &group) {
        Ok(value) => group.value = value,
        Err(flaw) => group.damage.push(GroupDamage { place: chosen_link(), flaw }),
    }
    group
}

/// Where a link in the place of ours leads, unless that is another link.
fn target(host: &Host, says: &Path) -> Option<PathBuf> {
    let place = Path::new(LINK).parent()?.join(says);
    let real = host.real_path(place.parent()?)?.join(place.file_name()?);
    matches!(host.lstat(&real).kind, Kind::File | Kind::Missing).then_some(real)
}

/// What is chosen; `None` where there is no group, or its file does not say more.
fn read_choice(host: &Host, group: &AlternativesGroup) -> Result<Option<PathBuf>, GroupFlaw> {
    let is_used = group.link == Link::Ours && !group.is_lost();
    let target = match host.lstat(&chosen_link()).kind {
        Kind::Link(target) => target,
        Kind::Missing if is_used => return Err(GroupFlaw::Missing),
        Kind::Missing => return Ok(None),
        Kind::Unreadable(kind) => return Err(GroupFlaw::Unread { said: kind.to_string() }),
        _ => return Err(GroupFlaw::NoLink),
    };
    match host.real_path(&target) {
        // It is known to be gone.
        None if group.dangling.contains(&target) => Ok(Some(target)),
        None if is_used => Err(GroupFlaw::DeadLink { target }),
        None => Ok(None),
        Some(_) => Ok(Some(target)),
    }
}

/// The group's file; `None` where there is no group.
fn read_file(host: &Host, link: &Link) -> Result<Option<GroupFile>, GroupFlaw> {
    let place = group_file();
    match host.lstat(&place).kind {
        Kind::Missing if *link == Link::Ours => return Err(GroupFlaw::Missing),
        Kind::Missing => return Ok(None),
        Kind::File | Kind::Unreadable(_) => {}
        _ => return Err(GroupFlaw::NoFile),
    }
    let text = match host.read_at_most(&place, FILE_LIMIT) {
        Ok(text) => text.unwrap_or_default(),
        Err(error) => return Err(GroupFlaw::Unread { said: error.to_string() }),
    };
    let file = GroupFile::parse(&text)?;
    // update-alternatives would move that link here.
    if file.link != Path::new(LINK) {
        return Err(GroupFlaw::OtherLink { link: file.link });
    }
    // It says "cannot stat file" and gives up, where it would only drop one that is gone.
    if let Some(one) = file.alternatives.iter().find(|one| is_below_a_file(host, &one.path)) {
        return Err(GroupFlaw::line(&one.path.display().to_string()));
    }
    Ok(Some(file))
}

/// Whether a folder on the way to something that is gone is no folder any more.
fn is_below_a_file(host: &Host, path: &Path) -> bool {
    let is_file = |folder: &Path| {
        let real = host.real_path(folder);
        real.is_some_and(|real| matches!(host.lstat(&real).kind, Kind::File | Kind::Other))
    };
    host.real_path(path).is_none() && path.ancestors().skip(1).any(is_file)
}
