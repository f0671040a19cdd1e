//! update-alternatives, for the group that selects the interpreter: its commands, and the parser of
//! the file that it keeps for each group.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::host::Command;
use crate::problem::GroupFlaw;

pub use crate::problem::{GROUP, LINK};

const PROGRAM: &str = "/usr/bin/update-alternatives";
/// It keeps a file for each group here.
pub const GROUPS: &str = "/var/lib/dpkg/alternatives";
/// And here a link that leads to what is chosen; the link of the group leads to this one.
const LINKS: &str = "/etc/alternatives";
/// Where what it cannot read is kept.
const KEPT: &str = "/var/backups";

/// The file that it keeps for our group.
pub fn group_file() -> PathBuf {
    Path::new(GROUPS).join(GROUP)
}

/// The link of our group that leads to what is chosen.
pub fn chosen_link() -> PathBuf {
    Path::new(LINKS).join(GROUP)
}

/// Where a damaged file of our group is moved.
pub fn kept() -> PathBuf {
    Path::new(KEPT).join(GROUP)
}

/// `update-alternatives --install …`
pub fn register(path: &Path, priority: u32) -> Command {
    let path = path.display().to_string();
    let words =
        ["--install".to_owned(), LINK.to_owned(), GROUP.to_owned(), path, priority.to_string()];
    Command::new(PROGRAM).args(words)
}

/// `update-alternatives --set …`
pub fn select(path: &Path) -> Command {
    let words = ["--set".to_owned(), GROUP.to_owned(), path.display().to_string()];
    Command::new(PROGRAM).args(words)
}

/// `update-alternatives --remove …`
pub fn unregister(path: &Path) -> Command {
    let words = ["--remove".to_owned(), GROUP.to_owned(), path.display().to_string()];
    Command::new(PROGRAM).args(words)
}

/// `update-alternatives --remove-all GROUP`, which takes the group's link away, too.
pub fn remove_group(group: &str) -> Command {
    Command::new(PROGRAM).args(["--remove-all", group])
}

/// One alternative of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alternative {
    /// The interpreter.
    pub path: PathBuf,
    /// Higher is preferred when nothing is set.
    pub priority: i64,
}

/// A group's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupFile {
    /// Whether the choice was made by somebody, or falls to the highest priority.
    pub manual: bool,
    /// The link that the group manages.
    pub link: PathBuf,
    /// Further links that go with it.
    pub slaves: Vec<PathBuf>,
    /// What it can lead to.
    pub alternatives: Vec<Alternative>,
}

impl GroupFile {
    /// `auto` or `manual`, the link, pairs of slave names and links, an empty line, then for each
    /// alternative its path, its priority and a line per slave, and an empty line. What
    /// update-alternatives refuses ("corrupt") is refused here, too.
    ///
    /// # Errors
    /// [`GroupFlaw`]: the first thing that is wrong.
    pub fn parse(text: &str) -> Result<Self, GroupFlaw> {
        if text.is_empty() {
            return Err(GroupFlaw::Empty);
        }
        let mut lines = Lines(text);
        let manual = match lines.next()? {
            "auto" => false,
            "manual" => true,
            word => return Err(GroupFlaw::status(word)),
        };
        let link = PathBuf::from(lines.next()?);
        let (mut names, mut slaves) = (Vec::new(), Vec::new());
        while let Some(name) = lines.next_entry()? {
            let slave = PathBuf::from(lines.next()?);
            if names.contains(&name) || slave == link || slaves.contains(&slave) {
                return Err(GroupFlaw::line(name));
            }
            names.push(name);
            slaves.push(slave);
        }
        let mut alternatives: Vec<Alternative> = Vec::new();
        while let Some(path) = lines.next_entry()? {
            let priority = lines.next()?;
            slaves.iter().try_for_each(|_| lines.next().map(drop))?;
            let number = priority.trim_start().parse::<i32>();
            let is_known = alternatives.iter().any(|known| known.path == Path::new(path));
            let (Ok(number), true, false) = (number, path.starts_with('/'), is_known) else {
                return Err(GroupFlaw::line(path));
            };
            alternatives.push(Alternative { path: path.into(), priority: number.into() });
        }
        Ok(Self { manual, link, slaves, alternatives })
    }
}

/// What is left of a file whose every line ends.
struct Lines<'a>(&'a str);

impl<'a> Lines<'a> {
    fn next(&mut self) -> Result<&'a str, GroupFlaw> {
        let (line, rest) = self.0.split_once('\n').ok_or(GroupFlaw::CutOff)?;
        self.0 = rest;
        if line.contains('\0') { Err(GroupFlaw::line(line)) } else { Ok(line) }
    }

    /// The first line of an entry; `None` at the end of the list, which is an empty line.
    fn next_entry(&mut self) -> Result<Option<&'a str>, GroupFlaw> {
        self.next().map(|line| Some(line).filter(|line| !line.is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TWO: &str =
        "manual\n/usr/local/bin/python3\n\n/usr/bin/python3.11\n311\n/usr/bin/python3.13\n313\n\n";
    const WITH_SLAVES: &str = "auto\n/usr/bin/python3\npydoc3\n/usr/bin/pydoc3\npython3-config\n/usr/bin/python3-config\n\n/usr/bin/python3.12\n-2\n/usr/bin/pydoc3.12\n\n\n";

    #[test]
    fn a_file_is_read_as_update_alternatives_wrote_it() {
        let alternative = |path: &str, priority| Alternative { path: path.into(), priority };
        let group = GroupFile {
            manual: true,
            link: LINK.into(),
            slaves: Vec::new(),
            alternatives: vec![
                alternative("/usr/bin/python3.11", 311),
                alternative("/usr/bin/python3.13", 313),
            ],
        };
        assert_eq!(GroupFile::parse(TWO), Ok(group));
        let group = GroupFile {
            manual: false,
            link: "/usr/bin/python3".into(),
            slaves: vec!["/usr/bin/pydoc3".into(), "/usr/bin/python3-config".into()],
            alternatives: vec![alternative("/usr/bin/python3.12", -2)],
        };
        assert_eq!(GroupFile::parse(WITH_SLAVES), Ok(group));
    }

    #[test]
    fn what_update_alternatives_calls_corrupt_is_not_read() {
        let line = |text: &str| GroupFlaw::Line { text: text.into() };
        let cases = [
            ("", GroupFlaw::Empty),
            ("garbage\n", GroupFlaw::Status { word: "garbage".into() }),
            ("manual", GroupFlaw::CutOff),
            ("auto\n/usr/local/bin/python3\n\n/usr/bin/python3.11\n311\n", GroupFlaw::CutOff),
            (
                "auto\n/usr/local/bin/python3\n\n/usr/bin/python3.11\nhigh\n\n",
                line("/usr/bin/python3.11"),
            ),
            ("auto\n/usr/local/bin/python3\n\n/a\n2147483648\n\n", line("/a")),
            ("auto\n/usr/local/bin/python3\n\n/a\n1\n/a\n1\n\n", line("/a")),
            ("auto\n/usr/local/bin/python3\n\npython3.11\n1\n\n", line("python3.11")),
            ("auto\n/a\nx\n/a\n\n\n", line("x")),
            ("auto\n/a\0b\n\n\n", line("/a\0b")),
        ];
        for (text, flaw) in cases {
            assert_eq!(GroupFile::parse(text), Err(flaw), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_file_makes_the_parser_panic(text in r"(?s)((auto|manual)?\n|/[a-z/0-9.]{0,20}\n|-?[0-9]{0,22}\n|.{0,20}){0,20}") {
            if let Ok(group) = GroupFile::parse(&text) {
                prop_assert!(group.alternatives.iter().all(|alternative| alternative.path.is_absolute()));
            }
        }

        #[test]
        fn a_file_that_is_cut_off_anywhere_is_not_read(at in 0..TWO.len()) {
            prop_assert!(GroupFile::parse(&TWO[..at]).is_err());
        }
    }
}
