//! The journal: what was changed, written before and after each step and fsynced, so that a
//! finished or killed run can be taken back.
//!
//! One JSON object a line. Root writes /var/lib/labready/journal.jsonl; a student, whose single
//! commands run under sudo, writes below the own home. What another account could have written is
//! not read; what is read is only ever used to remove what it names, after looking at each.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::event::StepStatus;
use crate::host::{Account, Host};
use crate::plan::{Action, Step, Trail};

/// Root's.
const ROOTS: &str = "/var/lib/labready/journal.jsonl";
/// More than any journal, in bytes.
const LIMIT: u64 = 64 << 20;
/// The version of the format that is written here, and the latest that is understood.
const FORMAT: u32 = 1;

/// Both lanes write, and the first record makes the file.
static WRITING: Mutex<()> = Mutex::new(());

/// A line of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct JournalLine {
    /// The version of its format; a line that names none has the first.
    #[serde(default = "first_format")]
    pub version: u32,
    /// What it records.
    #[serde(flatten)]
    pub record: Record,
}

/// What a line of the journal records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "record", rename_all = "kebab-case")]
pub enum Record {
    /// Folders were made for the journal itself.
    Folders {
        /// Which, the outermost first.
        made: Vec<PathBuf>,
    },
    /// A step is about to begin.
    Intent {
        /// Its id.
        id: String,
        /// What it changes.
        action: Action,
        /// Whom the virtual environment belongs to, when root makes it for a student.
        account: Option<Account>,
    },
    /// apt said which packages it is about to install.
    Packages {
        /// Those that were not installed before.
        packages: Vec<String>,
    },
    /// A step ended.
    Outcome {
        /// Its id.
        id: String,
        /// How.
        status: StepStatus,
    },
    /// Changes were undone: of everything above, only this is left.
    Left {
        /// What is left.
        changes: Trail,
    },
}

/// What a journal says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contents {
    /// What is left of the changes.
    pub changes: Trail,
    /// The folders that were made for the journal, the outermost first.
    pub folders: Vec<PathBuf>,
    /// The numbers of the lines that are not understood.
    pub not_understood: Vec<usize>,
}

/// An open journal.
#[derive(Clone, Debug)]
pub struct Journal {
    path: PathBuf,
}

impl Journal {
    /// The journal of whoever runs labready.
    ///
    /// # Errors
    /// [`crate::problem::JournalProblem::Unsafe`] when another account can change it.
    pub fn open(host: &Host, account: &Account) -> Result<Self> {
        // The standard has relative paths ignored.
        let state = host
            .variable("XDG_STATE_HOME")
            .map(PathBuf::from)
            .filter(|folder| folder.is_absolute())
            .unwrap_or_else(|| account.home.join(".local/state"));
        let path = if account.is_root() {
            PathBuf::from(ROOTS)
        } else {
            state.join("labready/journal.jsonl")
        };
        host.expect_private(&path)?;
        Ok(Self { path })
    }

    /// What the journal of an account says, read with its own rights: to be trusted no further than
    /// that account. Nothing where it cannot be read.
    pub fn glimpse(host: &Host, account: &Account) -> Contents {
        let host = host.as_seen_by(Some(account));
        let own = account.home.join(".local/state/labready/journal.jsonl");
        let path = if account.is_root() { PathBuf::from(ROOTS) } else { own };
        let text = host.read_at_most(&path, LIMIT).ok().flatten().unwrap_or_default();
        Contents::of(text.as_bytes())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a record, and returns once it is on the disk.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`]: a change that could not be taken back is not begun.
    pub fn write(&self, host: &Host, record: &Record) -> Result<()> {
        let _one_at_a_time = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = self.path.parent().unwrap_or(Path::new("/"));
        let made = host.make_state_folder(folder)?;
        if !made.is_empty() {
            self.append(host, &Record::Folders { made })?;
        }
        self.append(host, record)
    }

    fn append(&self, host: &Host, record: &Record) -> Result<()> {
        let line = JournalLine { version: FORMAT, record: record.clone() };
        host.append_state(&self.path, &serde_json::to_string(&line).unwrap_or_default())
    }

    /// What it says.
    ///
    /// # Errors
    /// [`crate::problem::JournalProblem::Unsafe`]; [`crate::error::Error::Io`] when it is there and cannot be
    /// read.
    pub fn read(&self, host: &Host) -> Result<Contents> {
        let bytes = host.read_state(&self.path, LIMIT)?.unwrap_or_default();
        Ok(Contents::of(&bytes))
    }

    /// Everything in it is taken back: it is removed, with the folders that were made for it.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`].
    pub fn close(&self, host: &Host, folders: &[PathBuf]) -> Result<()> {
        host.remove_state(&self.path, folders)
    }
}

impl Contents {
    /// Reads a journal's lines.
    fn of(bytes: &[u8]) -> Self {
        let mut contents = Self::default();
        // Steps that have not ended.
        let mut open = BTreeMap::new();
        for (at, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            // After a power cut, a file may end in zeros.
            let line =
                line.trim_ascii_end().strip_suffix(b"\0").map_or(line, |_| without_zeros(line));
            if line.trim_ascii().is_empty() {
                continue;
            }
            match serde_json::from_slice::<JournalLine>(line) {
                Ok(line) if line.version <= FORMAT => contents.note(line.record, &mut open),
                Err(error)
                    if error.is_eof()
                        && !(open.values().any(may_install) && may_name_packages(line)) => {}
                _ => contents.not_understood.push(at + 1),
            }
        }
        contents
    }

    fn note(&mut self, record: Record, open: &mut BTreeMap<String, Action>) {
        match record {
            Record::Folders { made } => self.folders.extend(made),
            Record::Intent { id, action, account } => {
                self.changes.note(&action, account.as_ref());
                open.insert(id, action);
            }
            Record::Packages { packages } => self.changes.packages.extend(packages),
            Record::Outcome { id, status } => {
                let ended = open.remove(&id).filter(|_| status == StepStatus::Done);
                if let Some(action) = ended {
                    self.changes.forget(&action);
                }
            }
            Record::Left { changes } => self.changes = changes,
        }
    }
}

fn first_format() -> u32 {
    1
}

fn without_zeros(line: &[u8]) -> &[u8] {
    let end = line.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    line.get(..end).unwrap_or_default()
}

/// Whether apt may install something in a step.
fn may_install(action: &Action) -> bool {
    matches!(action, Action::InstallPackages { .. } | Action::RemovePackages { .. })
}

/// Whether a line that was cut off may be one that names packages. A change waits until its record is
/// on the disk, so what is cut off was not begun; only in journals of earlier versions, apt did not
/// wait for the names of its packages.
fn may_name_packages(line: &[u8]) -> bool {
    let text = String::from_utf8_lossy(line);
    let Some((_, kind)) = text.split_once("\"record\":\"") else { return true };
    "packages".starts_with(kind) || kind.starts_with("packages\"")
}

impl Record {
    /// What is about to be done.
    pub(super) fn intent(step: &Step) -> Self {
        Self::Intent {
            id: step.id.clone(),
            action: step.action.clone(),
            account: step.command.account.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BEFORE: &str = r#"{"record":"intent","id":"install-python","action":{"kind":"install-packages","packages":["python3.11"]},"account":null}"#;
    const PACKAGES: &str =
        r#"{"version":1,"record":"packages","packages":["python3.11","python3.11-minimal"]}"#;
    const AFTER: &str = r#"{"version":1,"record":"outcome","id":"install-python","status":"done"}"#;
    const NEXT: &str = r#"{"version":1,"record":"intent","id":"make-venv","action":{"kind":"refresh-index"},"account":null}"#;

    fn of(lines: &[&str]) -> Contents {
        Contents::of(lines.join("\n").as_bytes())
    }

    #[test]
    fn lines_without_a_version_are_of_the_first() {
        let contents = of(&[BEFORE, PACKAGES, AFTER, ""]);
        assert_eq!(contents.changes.packages.len(), 2);
        assert!(contents.changes.named.contains("python3.11"));
        assert_eq!(contents.not_understood, [0; 0]);
    }

    #[test]
    fn two_lanes_that_write_at_once_lose_no_record() {
        for _ in 0..20 {
            let folder = tempfile::tempdir().unwrap();
            let host = Host::in_folder(folder.path(), BTreeMap::new());
            let journal = Journal { path: "/state/labready/journal.jsonl".into() };
            let write = || {
                for number in 0..5 {
                    let packages = vec![format!("package-{number}")];
                    journal.write(&host, &Record::Packages { packages }).unwrap();
                }
            };
            std::thread::scope(|scope| {
                scope.spawn(write);
                scope.spawn(write);
            });
            let text = std::fs::read(folder.path().join("state/labready/journal.jsonl")).unwrap();
            assert_eq!(Contents::of(&text).not_understood, [0; 0]);
            let lines = String::from_utf8(text).unwrap();
            assert_eq!(lines.matches("\"packages\":").count(), 10, "{lines}");
        }
    }

    #[test]
    fn what_is_not_understood_is_named_by_its_line() {
        let later = NEXT.replace("\"version\":1", "\"version\":2");
        let contents = of(&[
            BEFORE,
            "\u{1}random",
            r#"{"record":"unheard-of"}"#,
            &later,
            &format!("{{\"reco{NEXT}"),
            PACKAGES,
        ]);
        assert_eq!(contents.not_understood, [2, 3, 4, 5]);
        assert_eq!(contents.changes.packages.len(), 2);
    }

    #[test]
    fn a_line_that_was_cut_off_is_harmless_unless_apt_may_have_gone_on() {
        let cut = |line: &str, at: usize| line[..at].to_owned();
        for at in 0..NEXT.len() {
            assert_eq!(of(&[BEFORE, AFTER, &cut(NEXT, at)]).not_understood, [0; 0], "{at}");
            assert_eq!(of(&[BEFORE, AFTER, &cut(NEXT, at), NEXT]).not_understood, [0; 0], "{at}");
        }
        assert_eq!(of(&[BEFORE, AFTER, "\0\0\0\0"]).not_understood, [0; 0]);
        assert_eq!(of(&[BEFORE, "{\"reco"]).not_understood, [2]);
        assert_eq!(of(&[BEFORE, &cut(PACKAGES, 60), NEXT]).not_understood, [2]);
        assert_eq!(of(&[BEFORE, &cut(NEXT, 60), NEXT]).not_understood, [0; 0]);
    }

    #[test]
    fn what_was_removed_is_forgotten_once_that_is_done() {
        let begun = r#"{"record":"intent","id":"remove-packages","action":{"kind":"remove-packages","packages":["python3.11"]},"account":null}"#;
        let done = r#"{"record":"outcome","id":"remove-packages","status":"done"}"#;
        let failed = r#"{"record":"outcome","id":"remove-packages","status":"failed"}"#;
        let left = |lines: &[&str]| of(lines).changes.packages.into_iter().collect::<Vec<_>>();
        assert_eq!(left(&[PACKAGES, begun]), ["python3.11", "python3.11-minimal"]);
        assert_eq!(left(&[PACKAGES, begun, failed]), ["python3.11", "python3.11-minimal"]);
        assert_eq!(left(&[PACKAGES, begun, done]), ["python3.11-minimal"]);
        assert_eq!(left(&[PACKAGES, begun, done, PACKAGES]).len(), 2);
        assert_eq!(left(&[PACKAGES, r#"{"record":"left","changes":{}}"#]).len(), 0);
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic_or_hide_what_it_understands(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let text = [bytes.as_slice(), b"\n", PACKAGES.as_bytes(), b"\n"].concat();
            prop_assert!(Contents::of(&text).changes.packages.contains("python3.11"));
        }
    }
}
