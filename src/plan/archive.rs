//! deadsnakes, the archive of the Pythons that Ubuntu lacks: what is written to use it, and no more
//! of it than the chosen Python. Pure.
//!
//! Facts: the archive serves Ubuntu's LTS releases only, never packages a release's own default,
//! and is deleted when a release ends. Whether it serves a codename is asked of the archive itself,
//! before anything is written (`apply/archive.rs`).

use std::path::Path;

use super::{Action, Choice, Origin, Step};
use crate::apt::{self, AptConfig};
use crate::archive::Archive;
use crate::facts::Facts;
use crate::facts::distro::{Base, Family};
use crate::facts::sources::{KEYRING, Pin, SOURCES, Source};
use crate::version::Requirement;

/// The source file for a codename and an architecture.
pub fn source_text(archive: &Archive, codename: &str, architecture: &str) -> String {
    format!(
        "# Written by labready.\nTypes: deb\nURIs: {}\nSuites: {codename}\nComponents: main\nArchitectures: {architecture}\nSigned-By: {KEYRING}\n",
        archive.address
    )
}

/// Launchpad's host before 2023.
const OLD_HOST: &str = "://ppa.launchpad.net/";

/// The codename to ask the archive for, when it may help: an Ubuntu base that it serves, and no right
/// source of it yet.
pub(super) fn codename(facts: &Facts) -> Option<String> {
    if in_use(facts).is_some() { None } else { served(facts) }
}

/// A source of it that is in use and not ours: a second one with another key would stop apt. Those
/// that are disabled, of another release or of the old host do not matter; our own is rewritten for
/// another Python or with its key.
pub(super) fn in_use(facts: &Facts) -> Option<&Source> {
    let codename = served(facts)?;
    let is_right = |source: &&Source| {
        source.enabled
            && source.file != Path::new(SOURCES)
            && !source.address.contains(OLD_HOST)
            && source.suites.contains(&codename)
    };
    facts.sources.deadsnakes.iter().find(is_right)
}

/// The codename of an Ubuntu base that it serves.
fn served(facts: &Facts) -> Option<String> {
    let base = ubuntu(facts).filter(|base| base.long_term && !base.end_of_life)?;
    base.codename.clone()
}

/// The codename of an Ubuntu base that it does not serve.
pub(super) fn not_served(facts: &Facts) -> Option<String> {
    let base = ubuntu(facts).filter(|base| !base.long_term || base.end_of_life)?;
    base.codename.clone()
}

fn ubuntu(facts: &Facts) -> Option<&Base> {
    facts.distro.base.as_ref().filter(|base| base.family == Family::Ubuntu)
}

/// The step that adds it.
pub(super) fn add_step(
    archive: &Archive,
    facts: &Facts,
    codename: String,
    wanted: &Requirement,
) -> Step {
    Step {
        id: "add-archive".into(),
        title: format!("Add the deadsnakes archive for {codename}"),
        why: format!(
            "no other source has a Python that fits; this writes `{SOURCES}`, its key and its pin"
        ),
        command: apt::commands::refresh_only(SOURCES),
        action: Action::AddArchive {
            archive: archive.clone(),
            codename,
            architecture: facts.machine.architecture.clone(),
            wanted: Some(Box::new(wanted.clone())),
        },
        needs_root: true,
    }
}

/// The step that narrows our preferences to the chosen Python; `None` where they are right, or not
/// ours.
pub(super) fn pin_step(facts: &Facts, choice: &Choice) -> Option<Step> {
    let pin = facts
        .sources
        .pin
        .as_ref()
        .filter(|pin| pin.series.as_deref() != Some(choice.series().as_str()))?;
    let offer = facts.apt.as_ref()?.offers.get(&choice.series())?;
    let is_from_it = facts
        .sources
        .deadsnakes
        .iter()
        .any(|source| offer.from.starts_with(source.address.trim_end_matches('/')));
    (choice.origin == Origin::Apt && is_from_it).then(|| Step {
        id: "pin-archive".into(),
        title: format!("Limit deadsnakes to {}", choice.series()),
        why: "everything else comes from the system's own archives".into(),
        command: apt::commands::policy(&AptConfig::default(), [choice.series()]),
        action: Action::PinArchive {
            pin: Pin { origin: pin.origin.clone(), series: Some(choice.series()) },
        },
        needs_root: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_say_what_may_come_from_where() {
        let pin = Pin { origin: "LP-PPA-deadsnakes".into(), series: Some("python3.13".into()) };
        insta::assert_snapshot!(format!(
            "{}\n{}",
            source_text(&Archive::default(), "noble", "amd64"),
            pin.text()
        ));
        let arm = source_text(&Archive::default(), "noble", "arm64");
        assert!(arm.contains("\nArchitectures: arm64\n"), "{arm}");
    }
}
