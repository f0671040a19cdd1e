//! In what the machines of a room differ: what most have, and who has something else.

use std::collections::BTreeMap;

use serde::Serialize;

use super::state::MachineState;
use super::summary::Summary;
use super::{Machine, nodeset};

/// Digits of a digest that tell two courses apart.
const DIGEST_DIGITS: usize = 12;

/// What machines can differ in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// The distribution.
    Distribution,
    /// The interpreter that was chosen.
    Python,
    /// That of the virtual environment.
    Venv,
    /// The version of labready.
    Labready,
    /// The course.
    Course,
}

/// A difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Drift {
    /// In what.
    pub aspect: Aspect,
    /// What most machines have.
    pub most: Group,
    /// What the others have, most machines first.
    pub others: Vec<Group>,
}

/// Machines that have the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Group {
    /// What they have.
    pub value: String,
    /// How many they are.
    pub count: usize,
    /// Their names, folded.
    pub folded: String,
}

/// Every aspect in which machines with a report differ.
pub fn of(machines: &[Machine]) -> Vec<Drift> {
    let aspects =
        [Aspect::Distribution, Aspect::Python, Aspect::Venv, Aspect::Labready, Aspect::Course];
    aspects.into_iter().filter_map(|aspect| difference(machines, aspect)).collect()
}

fn difference(machines: &[Machine], aspect: Aspect) -> Option<Drift> {
    let mut values: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for machine in machines.iter().filter(|machine| machine.state != MachineState::Stale) {
        if let Some(value) = machine.report().and_then(|report| value(report, aspect)) {
            values.entry(value).or_default().push(&machine.name);
        }
    }
    if values.len() < 2 {
        return None;
    }
    let mut groups: Vec<Group> = values
        .into_iter()
        .map(|(value, names)| Group {
            value,
            count: names.len(),
            folded: nodeset::fold(names.iter().copied()),
        })
        .collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    let most = groups.remove(0);
    Some(Drift { aspect, most, others: groups })
}

fn value(report: &Summary, aspect: Aspect) -> Option<String> {
    match aspect {
        Aspect::Distribution => {
            let distro = &report.host.as_ref()?.distro;
            let parts = [&distro.id, &distro.version, &distro.codename].map(String::as_str);
            let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            Some(parts.join(" "))
        }
        Aspect::Python => Some(report.python.as_ref()?.version.clone()),
        Aspect::Venv => report.venv.as_ref()?.version.clone(),
        Aspect::Labready => Some(report.labready.clone()),
        Aspect::Course => {
            let course = report.course.as_ref()?;
            let digest: String = course.digest.chars().take(DIGEST_DIGITS).collect();
            Some(format!("{} ({digest})", course.name))
        }
    }
}

/// The digest of the course that most reports have; `None` where no course has the most.
pub fn course<'a>(reports: impl Iterator<Item = &'a Summary>) -> Option<String> {
    let mut digests: BTreeMap<&str, usize> = BTreeMap::new();
    for course in reports.filter_map(|report| report.course.as_ref()) {
        *digests.entry(&course.digest).or_default() += 1;
    }
    let most = digests.values().max()?;
    let mut first = digests.iter().filter(|(_, count)| *count == most).map(|(digest, _)| *digest);
    let digest = first.next()?;
    first.next().is_none().then(|| digest.to_owned())
}
