//! The packages that the course names and dpkg does not have. Pure.

use super::choice::{Choice, Origin};
use crate::course::{Course, Packages};
use crate::facts::Facts;

/// The packages that dpkg does not have.
pub(super) struct Missing {
    /// The interpreter's.
    pub python: Vec<String>,
    /// The build tools.
    pub build: Vec<String>,
}

impl Missing {
    pub fn of(course: &Course, facts: &Facts, choice: &Choice) -> Self {
        let missing = |names: &[String]| {
            let mut names = wanted(names, choice);
            names.retain(|name| !facts.packages.has(name));
            names
        };
        Self { python: missing(&course.packages.python), build: missing(&course.packages.build) }
    }

    pub fn is_empty(&self) -> bool {
        self.python.is_empty() && self.build.is_empty()
    }

    pub fn all(&self) -> impl Iterator<Item = &String> {
        self.python.iter().chain(&self.build)
    }
}

/// The package names for a choice. An interpreter named by its path has no packages of its own.
fn wanted(names: &[String], choice: &Choice) -> Vec<String> {
    let names: Vec<String> = names
        .iter()
        .filter(|name| choice.origin != Origin::Named || !name.contains("{python}"))
        .cloned()
        .collect();
    Packages::named(&names, &choice.series())
}

/// Every package for a choice; without one, those that do not depend on it.
pub(super) fn every_package(course: &Course, choice: Option<&Choice>) -> Vec<String> {
    let names = [course.packages.python.as_slice(), &course.packages.build].concat();
    match choice {
        Some(choice) => wanted(&names, choice),
        None => names.into_iter().filter(|name| !name.contains("{python}")).collect(),
    }
}
