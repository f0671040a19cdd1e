//! The commands of update-alternatives, for the group that selects the interpreter.

use std::path::Path;

use crate::host::Command;

pub use crate::problem::{GROUP, LINK};

const PROGRAM: &str = "/usr/bin/update-alternatives";

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
