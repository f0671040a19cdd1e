//! Everything on a machine's disk, to be compared before and after.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Machine;

/// Every path of the disk (what is mounted on it is not part of it), with what stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    entries: BTreeMap<String, Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    kind: String,
    mode: String,
    owner: String,
    /// Where a link leads, or the digest of a file.
    content: String,
}

impl Tree {
    /// Without what is at or below these paths.
    pub fn without(mut self, paths: &[&str]) -> Self {
        let below = |entry: &str, path: &str| {
            entry.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.entries.retain(|entry, _| !paths.iter().any(|path| below(entry, path)));
        self
    }

    /// Only what is at or below this path.
    pub fn below(mut self, path: &str) -> Self {
        self.entries.retain(|entry, _| {
            entry.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        self
    }

    /// What differs in a later one, a line each: `+` came, `-` went, `~` is another. Empty when
    /// nothing does.
    pub fn changes_to(&self, later: &Self) -> String {
        let mut changes = String::new();
        for (path, entry) in &self.entries {
            match later.entries.get(path) {
                None => writeln!(changes, "- {path}"),
                Some(now) if now != entry => {
                    writeln!(changes, "~ {path}: {entry:?} became {now:?}")
                }
                Some(_) => Ok(()),
            }
            .unwrap();
        }
        for path in later.entries.keys().filter(|path| !self.entries.contains_key(*path)) {
            writeln!(changes, "+ {path}").unwrap();
        }
        changes
    }

    /// Fails the test unless a later one is the same.
    #[track_caller]
    pub fn is_the_same_as(&self, later: &Self) {
        let changes = self.changes_to(later);
        assert!(changes.is_empty(), "the machine's files have changed:\n{changes}");
    }
}

/// Lists a machine.
pub fn list(machine: &Machine) -> Tree {
    let mut entries = BTreeMap::new();
    let listing = machine.shell(r"find / -xdev -printf '%p\0%y\0%m\0%U:%G\0%l\0'");
    let fields: Vec<&str> = listing.split_terminator('\0').collect();
    for field in fields.chunks_exact(5) {
        let [kind, mode, owner, content] = [1, 2, 3, 4].map(|at| field[at].to_owned());
        entries.insert(field[0].to_owned(), Entry { kind, mode, owner, content });
    }
    let digests =
        machine.shell("find / -xdev -type f -print0 | xargs -0 --no-run-if-empty sha256sum --zero");
    for line in digests.split_terminator('\0') {
        let (digest, path) = line.split_once("  ").expect("a digest and a path");
        if let Some(entry) = entries.get_mut(path) {
            entry.content = digest.to_owned();
        }
    }
    Tree { entries }
}
