//! Problems of the journal that `undo` reads.

use std::path::PathBuf;

use super::{Describe, Id, Invocation, Remedy};
use crate::shell::quoted_line;
use crate::words::{and_listed, path};

/// More lines than this are not listed one by one.
const LISTED: usize = 10;

/// What can be wrong with a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JournalProblem {
    /// Lines in it are not understood.
    NotUnderstood {
        /// The journal.
        journal: PathBuf,
        /// The numbers of the lines.
        lines: Vec<usize>,
    },
    /// Another account can change it.
    Unsafe {
        /// The journal.
        journal: PathBuf,
        /// The journal, or the folder on the way to it, that another account can change.
        place: PathBuf,
        /// How.
        why: Openness,
    },
}

/// How another account can change a file or a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Openness {
    /// One other account can.
    Account {
        /// Which.
        uid: u32,
    },
    /// Several can, or everybody.
    Others,
    /// It is a link.
    Link,
    /// It is no file.
    NoFile,
}

impl Describe for JournalProblem {
    fn id(&self) -> Id {
        match self {
            Self::NotUnderstood { .. } => Id::JournalNotUnderstood,
            Self::Unsafe { .. } => Id::JournalUnsafe,
        }
    }

    fn title(&self) -> String {
        match self {
            Self::NotUnderstood { journal, .. } => {
                format!("labready does not understand all of its journal {}", path(journal))
            }
            Self::Unsafe { journal, .. } => {
                format!("labready does not trust its journal {}", path(journal))
            }
        }
    }

    fn evidence(&self) -> String {
        match self {
            Self::NotUnderstood { lines, .. } => {
                let shown: Vec<String> = lines.iter().take(LISTED).map(usize::to_string).collect();
                let all = match lines.len() - shown.len() {
                    0 => and_listed(shown),
                    more => format!("{} and {more} more", shown.join(", ")),
                };
                let noun = if lines.len() == 1 { "line" } else { "lines" };
                format!("what {noun} {all} recorded is not undone")
            }
            Self::Unsafe { journal, place, why } => {
                let place = if place == journal { "it".to_owned() } else { path(place) };
                match why {
                    Openness::Account { uid } => {
                        format!("another account (uid {uid}) can change {place}")
                    }
                    Openness::Others => format!("other accounts can change {place}"),
                    Openness::Link => format!("{place} is a link"),
                    Openness::NoFile => format!("{place} is not a file"),
                }
            }
        }
    }

    fn remedy(&self, typed: &Invocation) -> Option<Remedy> {
        match self {
            Self::NotUnderstood { journal, .. } => Remedy::advice(format!(
                "if a newer labready wrote them, run `{}` with that version; otherwise read them, and delete {} when you need nothing in it",
                typed.labready("undo"),
                path(journal)
            )),
            Self::Unsafe { journal, place, why } => {
                let shown = place.display().to_string();
                Remedy::advice(match why {
                    Openness::Others => format!(
                        "check with `{}` who can change it, and that nobody has changed {}; then close it with `{}`, or move the journal away",
                        quoted_line(&["ls".into(), "-ld".into(), shown.clone()]),
                        path(journal),
                        quoted_line(&["chmod".into(), "go-w".into(), shown])
                    ),
                    Openness::Account { .. } | Openness::Link | Openness::NoFile => format!(
                        "check with `{}` who made it, and move it away",
                        quoted_line(&["ls".into(), "-ld".into(), shown])
                    ),
                })
            }
        }
    }
}
