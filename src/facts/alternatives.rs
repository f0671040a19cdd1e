//! The alternatives group that selects the interpreter: its state file and the real links.
//! `update-alternatives --query` is not asked: it reads only half of them (and says nothing of a
//! link that is somebody else's).

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::apt::alternatives::{GROUP, LINK};
use crate::host::{Host, Kind};
use crate::problem::Occupant;

/// How things stand with the link and the group behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlternativesGroup {
    /// What is at the link itself.
    pub link: Link,
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

/// One alternative of the group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alternative {
    /// The interpreter.
    pub path: PathBuf,
    /// Higher is preferred when nothing is set.
    pub priority: i64,
}

/// Looks at this machine.
pub fn gather(host: &Host) -> AlternativesGroup {
    let inner = Path::new("/etc/alternatives").join(GROUP);
    let link = match host.lstat(Path::new(LINK)).kind {
        Kind::Missing => Link::Free,
        Kind::Link(target) if target == inner => Link::Ours,
        Kind::Link(target) => Link::Foreign(Occupant::Link(vec![target])),
        Kind::File => Link::Foreign(Occupant::File),
        Kind::Folder => Link::Foreign(Occupant::Folder),
        Kind::Other | Kind::Unreadable(_) => Link::Foreign(Occupant::Special),
    };
    let value = match host.lstat(&inner).kind {
        Kind::Link(target) => Some(target),
        _ => None,
    };
    let state = host
        .read(&Path::new("/var/lib/dpkg/alternatives").join(GROUP))
        .ok()
        .flatten()
        .unwrap_or_default();
    let parsed = parse(&state);
    let paths = parsed.alternatives.iter().map(|alternative| alternative.path.clone());
    let dangling = paths.filter(|path| host.real_path(path).is_none()).collect();
    AlternativesGroup { link, value, dangling, ..parsed }
}

/// The state file: `auto` or `manual`, the link, pairs of slave names and links, an empty line,
/// then for each alternative its path, its priority and a line per slave (update-alternatives(1),
/// "Files"). This group has no slaves, and one with slaves is not ours to read.
fn parse(text: &str) -> AlternativesGroup {
    let mut lines = text.lines();
    let manual = lines.next() == Some("manual");
    let mut alternatives = Vec::new();
    let mut rest = lines.skip_while(|line| !line.is_empty()).skip(1);
    while let (Some(path), Some(priority)) = (rest.next(), rest.next()) {
        if let (true, Ok(priority)) = (path.starts_with('/'), priority.parse()) {
            alternatives.push(Alternative { path: PathBuf::from(path), priority });
        }
    }
    AlternativesGroup { manual, alternatives, ..AlternativesGroup::default() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_state_file_is_read_as_update_alternatives_wrote_it() {
        let text = "manual\n/usr/local/bin/python3\n\n/usr/bin/python3.11\n311\n/usr/bin/python3.13\n313\n\n";
        insta::assert_debug_snapshot!(parse(text), @r#"
        AlternativesGroup {
            link: Free,
            value: None,
            manual: true,
            alternatives: [
                Alternative {
                    path: "/usr/bin/python3.11",
                    priority: 311,
                },
                Alternative {
                    path: "/usr/bin/python3.13",
                    priority: 313,
                },
            ],
            dangling: [],
        }
        "#);
    }

    proptest! {
        #[test]
        fn no_state_file_makes_the_parser_panic(text in r"(?s)((auto|manual)?\n|/[a-z/0-9.]{0,20}\n|-?[0-9]{0,22}\n|.{0,20}){0,20}") {
            prop_assert!(parse(&text).alternatives.iter().all(|alternative| alternative.path.is_absolute()));
        }
    }
}
