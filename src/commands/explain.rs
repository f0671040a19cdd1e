//! `labready explain`: every problem and every verdict that has a page, or one of the pages.

use super::reporter::Reporter;
use crate::cli::ExplainArgs;
use crate::error::Result;
use crate::explained::first_sentence;
use crate::lab::Reason;
use crate::outcome::Outcome;
use crate::problem::{Id, UsageProblem};
use crate::report::paint::Paint;
use crate::spelling::nearest;

/// A word that differs in more letters from what was typed was hardly meant.
const FAR: usize = 3;

pub(super) fn run(options: &ExplainArgs, output: &Reporter) -> Result<Outcome> {
    let paint = output.paint();
    let page = |typed| page(typed).map(|page| paint.page(&page));
    let text = options.id.as_deref().map_or_else(|| Ok(list(paint)), page)?;
    output.print(&text)?;
    Ok(Outcome::printed())
}

/// The name and the page of every kind of problem.
fn problems() -> impl Iterator<Item = (&'static str, &'static str)> {
    Id::ALL.iter().map(|id| (id.name(), id.page()))
}

/// The name and the page of every reason for a verdict.
fn verdicts() -> impl Iterator<Item = (&'static str, &'static str)> {
    Reason::ALL.iter().map(|reason| (reason.name(), reason.page()))
}

fn list(paint: &Paint) -> String {
    let width = problems().chain(verdicts()).map(|(name, _)| name.len()).max().unwrap_or_default();
    let row = |(name, page)| paint.row(&format!("  {name:width$}  "), &first_sentence(page));
    let problems: String = problems().map(row).collect();
    let verdicts: String = verdicts().map(row).collect();
    format!("Problems:\n{problems}\nVerdicts on a lab:\n{verdicts}")
}

fn page(typed: &str) -> Result<String> {
    let id = bare(typed);
    let known = problems().chain(verdicts()).find(|(name, _)| *name == id);
    let unknown = || UsageProblem::UnknownId { id: id.to_owned(), near: meant(id) };
    known.map_or_else(|| Err(unknown().into()), |(_, page)| Ok(page.to_owned()))
}

/// The id of what the screen prints: `disk-full` of `error[disk-full]:`.
fn bare(typed: &str) -> &str {
    let inside = typed.split_once('[').and_then(|(_, rest)| rest.split_once(']'));
    inside.map_or(typed, |(id, _)| id)
}

/// The name that was probably meant: one that holds what was typed, or is spelled much like it.
fn meant(typed: &str) -> Option<&'static str> {
    let typed = typed.to_lowercase();
    let names = || problems().chain(verdicts()).map(|(name, _)| name);
    let is_part = |name: &&str| typed.len() > 2 && name.contains(&typed);
    let far = FAR.min(typed.len().saturating_sub(1));
    names().find(is_part).or_else(|| nearest(&typed, names(), far))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_name_stands_for_one_page() {
        let names: Vec<&str> = problems().chain(verdicts()).map(|(name, _)| name).collect();
        let different: BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(names.len(), different.len());
    }

    #[test]
    fn a_name_that_is_spelled_wrong_leads_to_the_right_one() {
        let near = ["disk-ful", "diskfull", "full", "Server-Dead", "to-late", "xyz", "q", ""];
        assert_eq!(
            near.map(meant),
            [
                Some("disk-full"),
                Some("disk-full"),
                Some("disk-full"),
                Some("server-dead"),
                Some("too-late"),
                None,
                None,
                None
            ]
        );
    }

    #[test]
    fn an_id_is_found_as_the_screen_prints_it() {
        let typed = ["disk-full", "error[disk-full]", "FAIL[too-late]:", "error[", "]["];
        assert_eq!(typed.map(bare), ["disk-full", "disk-full", "too-late", "error[", "]["]);
    }

    #[test]
    fn the_list_has_a_line_a_name() {
        let page = "# disk-full\n\nA disk is full,\nor nearly so. That is bad.\n\n## What to do\n";
        assert_eq!(first_sentence(page), "A disk is full, or nearly so.");
        assert_eq!(first_sentence("# empty\n\n## What to do\n"), "");
        assert_eq!(
            list(&Paint::uncoloured(true, 1000)).lines().count(),
            Id::ALL.len() + Reason::ALL.len() + 3
        );
    }
}
