//! What the link that selects the interpreter lacks, as steps: pure.

use std::path::PathBuf;

use super::Step;
use super::choice::{Choice, Origin};
use super::commands::priority;
use super::steps::{register_step, select_step};
use crate::error::Result;
use crate::facts::Facts;
use crate::facts::alternatives::Link;
use crate::facts::interpreters::Home;
use crate::problem::SelectionProblem;
use crate::request::{Request, SelectionRequest};

/// One alternative for each installed interpreter in range, and the chosen one set.
///
/// # Errors
/// [`SelectionProblem::Foreign`].
pub(super) fn steps(facts: &Facts, request: &Request, choice: &Choice) -> Result<Vec<Step>> {
    if request.selection == SelectionRequest::None || !is_fit_for_everybody(facts, choice) {
        return Ok(Vec::new());
    }
    selection_steps(facts, request, choice)
}

/// Whether the whole machine, root included, may be led to it: not to one that lies where a student
/// can write.
fn is_fit_for_everybody(facts: &Facts, choice: &Choice) -> bool {
    let is_exposed = facts.named.as_ref().is_some_and(|named| named.is_exposed);
    choice.origin != Origin::Named
        || (!is_exposed && ["/usr", "/opt"].iter().any(|folder| choice.path.starts_with(folder)))
}

fn selection_steps(facts: &Facts, request: &Request, choice: &Choice) -> Result<Vec<Step>> {
    refuse_foreign(facts)?;
    let selection = &facts.selection;
    let registered =
        |path: &PathBuf| selection.alternatives.iter().any(|alternative| alternative.path == *path);
    let installed =
        facts.interpreters.iter().filter(|found| found.origin == Home::Apt).filter_map(|found| {
            let version = found
                .version
                .as_ref()
                .filter(|version| request.python.requirement.matches(version))?;
            Some((found.real.clone(), version.clone()))
        });
    let mut wanted: Vec<_> = installed.collect();
    wanted.push((choice.path.clone(), choice.version.clone()));
    wanted.sort();
    wanted.dedup_by(|one, other| one.0 == other.0);
    let selected = selection.link == Link::Ours
        && selection.value.as_ref() == Some(&choice.path)
        && selection.manual;
    // Without the link the group is registered anew: that is what puts the link back.
    let unlinked = selection.link == Link::Free;
    let mut steps = Vec::new();
    for (path, version) in wanted {
        if !registered(&path) || (unlinked && path == choice.path) {
            steps.push(register_step(path, priority(&version)));
        }
    }
    if !selected {
        steps.push(select_step(choice));
    }
    Ok(steps)
}

/// Something of somebody else's is never overwritten.
///
/// # Errors
/// [`SelectionProblem::Foreign`].
pub(super) fn refuse_foreign(facts: &Facts) -> Result<()> {
    match &facts.selection.link {
        Link::Foreign(what) => Err(SelectionProblem::Foreign { what: what.clone() }.into()),
        Link::Free | Link::Ours => Ok(()),
    }
}
