//! What an image need not keep, as steps: apt's cache of packages, and its index. Pure.

use super::{Action, Step};
use crate::apt;
use crate::facts::Facts;
use crate::host::Command;
use crate::request::Request;

/// Empties what holds anything, or will once the steps before it are done. They stand last: what
/// comes before them needs both.
pub(super) fn steps(facts: &Facts, request: &Request, before: &[Step]) -> Vec<Step> {
    if !request.clean {
        return Vec::new();
    }
    let fills_cache =
        before.iter().any(|step| matches!(step.action, Action::InstallPackages { .. }));
    let cache = (fills_cache || facts.apt_files.cache).then(|| {
        step(
            "empty-cache",
            "Empty apt's package cache",
            Action::EmptyCache,
            apt::commands::empty_cache(),
        )
    });
    let index = facts.apt_files.index.then(|| {
        step(
            "empty-index",
            "Empty apt's package index",
            Action::EmptyIndex,
            apt::commands::empty_index(),
        )
    });
    cache.into_iter().chain(index).collect()
}

fn step(id: &str, title: &str, action: Action, command: Command) -> Step {
    let why = "`--clean` keeps it out of the image".to_owned();
    Step { id: id.into(), title: title.into(), why, action, command, needs_root: true }
}
