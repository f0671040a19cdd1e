//! The link that selects the interpreter and its alternatives group: what setup adds, what repair
//! fixes, what undo takes back. Pure.
//!
//! A link that is somebody else's is never overwritten and never removed; so no step of
//! update-alternatives is planned while there is one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Step;
use super::choice::{Choice, Origin};
use super::commands::priority;
use super::steps::{
    register_step, remove_group_step, select_step, set_aside_step, unregister_step,
};
use super::words::short;
use crate::apt::alternatives::{LINK, chosen_link, group_file};
use crate::error::Result;
use crate::facts::Facts;
use crate::facts::alternatives::{AlternativesGroup, Link};
use crate::facts::interpreters::Home;
use crate::problem::{Leftover, SelectionProblem};
use crate::request::{Request, SelectionRequest};

/// Why what is damaged goes away first.
const DAMAGED: &str = "update-alternatives cannot use it; nothing is deleted";
/// Why an interpreter is taken out of the group.
const REGISTERED: &str = "setup registered it; with the last one `/usr/local/bin/python3` goes";
/// 3.0's: lower than that of every Python that setup registers.
const LOWEST: u32 = 300;

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
    if facts.selection.leads_to.as_ref() == Some(&choice.path) {
        // Somebody has made the link that this would make.
        return Ok(Vec::new());
    }
    refuse_foreign(facts)?;
    let selection = &facts.selection;
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
    // Without the link the group is registered anew: that is what puts the link back.
    let unlinked = selection.link == Link::Free;
    let mut steps = set_aside(selection);
    for (path, version) in wanted {
        if !selection.lists(&path) || (unlinked && path == choice.path) {
            steps.push(register_step(path, priority(&version)));
        }
    }
    if !selection.selects(&choice.path) {
        let name = format!("Python {}", short(choice));
        steps.push(select_step(&choice.path, &name, "the course runs `python3`"));
    }
    steps.extend(without_dangling(facts));
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

/// What update-alternatives cannot use goes away, and is kept.
fn set_aside(selection: &AlternativesGroup) -> Vec<Step> {
    let damaged = selection.damage.iter().filter(|damage| damage.is_in_the_way());
    damaged.map(|damage| set_aside_step(&damage.place, DAMAGED)).collect()
}

/// What repair does: the group as it was, and without what is gone.
pub(super) fn repair(facts: &Facts) -> Vec<Step> {
    let selection = &facts.selection;
    let mut steps = set_aside(selection);
    if selection.is_foreign() {
        return steps;
    }
    steps.extend(without_dangling(facts));
    if selection.is_lost() {
        steps.extend(register_anew(facts));
    } else if !selection.damage.is_empty() {
        steps.extend(selection.best().map(|best| {
            select_step(best, &name(best), "it is the newest that the alternatives group lists")
        }));
    }
    steps
}

/// What is gone for good leaves the group.
fn without_dangling(facts: &Facts) -> impl Iterator<Item = Step> {
    let why =
        |path: &Path| format!("`{}` is gone, so `{LINK}` must not point to it", path.display());
    facts.dangling().map(move |path| unregister_step(path, &why(path)))
}

/// The group with the one interpreter that its link still names; where nothing names one, the rest
/// of the group goes, too.
fn register_anew(facts: &Facts) -> Vec<Step> {
    let selection = &facts.selection;
    let Some(value) = &selection.value else {
        let why = format!("`{LINK}` leads nowhere, and nothing says what it should lead to");
        return vec![remove_group_step(rest_of_group(selection), &why)];
    };
    let known = facts.interpreters.iter().find(|found| found.real == *value);
    let version = known.and_then(|found| found.version.as_ref());
    let why = format!("`{LINK}` leads to it");
    vec![
        register_step(value.clone(), version.map_or(LOWEST, priority)),
        select_step(value, &name(value), &why),
    ]
}

fn name(interpreter: &Path) -> String {
    let name = interpreter.file_name().map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_default()
}

/// What setup registered is taken back, and what of it stays.
pub(super) fn take_back(
    selection: &AlternativesGroup,
    registered: &BTreeSet<PathBuf>,
) -> (Vec<Step>, Option<Leftover>) {
    if registered.is_empty() {
        return (Vec::new(), None);
    }
    let mut steps = set_aside(selection);
    let is_left = !selection.alternatives.is_empty() || selection.value.is_some();
    match &selection.link {
        Link::Foreign(what) if is_left || !selection.damage.is_empty() => {
            let is_only_ours = !selection.has_slaves
                && selection.alternatives.iter().all(|one| registered.contains(&one.path));
            if !is_only_ours {
                return (steps, Some(Leftover::Group));
            }
            let why = format!("setup created it; `{LINK}` is not its own any more and stays");
            steps.push(remove_group_step(rest_of_group(selection), &why));
            (steps, Some(Leftover::Link { what: what.clone() }))
        }
        _ if selection.is_lost() => {
            let why = "setup created it, and update-alternatives cannot read it any more";
            steps.push(remove_group_step(rest_of_group(selection), why));
            (steps, None)
        }
        _ => {
            let ours = registered.iter().filter(|path| selection.lists(path));
            steps.extend(ours.map(|path| unregister_step(path, REGISTERED)));
            (steps, None)
        }
    }
}

/// The group's files and links, but for a link that is somebody else's.
fn rest_of_group(selection: &AlternativesGroup) -> Vec<PathBuf> {
    let link = (selection.link == Link::Ours).then(|| PathBuf::from(LINK));
    [group_file(), chosen_link()].into_iter().chain(link).collect()
}
