//! course.toml as it is written: every key known, every value checked, every problem with its
//! line.

use std::ops::Range;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::{Due, Mark, Packages, Timeline, VenvWish};
use crate::error::{Error, Result};
use crate::problem::{self, CourseFault, LineFault};
use crate::version::Requirement;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CourseFile {
    pub course: Head,
    pub packages: PackageNames,
    pub venv: VenvTable,
    #[serde(rename = "lab")]
    pub labs: Vec<LabEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    pub name: Spanned<String>,
    pub python: Spanned<String>,
    pub because: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PackageNames {
    pub python: Vec<Spanned<String>>,
    #[serde(default)]
    pub build: Vec<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VenvTable {
    pub folder: Spanned<String>,
    #[serde(default)]
    pub packages: Vec<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LabEntry {
    pub script: Spanned<String>,
    pub teaches: Spanned<String>,
    unit: Spanned<String>,
    timeline: Spanned<Vec<LineEntry>>,
    ends: Ends,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LineEntry {
    at: f64,
    after: Option<usize>,
    line: Spanned<String>,
}

/// `ends = 1` or `ends = { at = 3, after = 2 }`.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "`ends` takes a number or `{ at = 3, after = 2 }`")]
enum Ends {
    At(f64),
    After(EndsAfter),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndsAfter {
    at: f64,
    after: Option<usize>,
}

/// A course file's text, and what it is called in messages.
pub(super) struct CourseText<'a> {
    pub name: &'a str,
    pub text: &'a str,
}

impl CourseText<'_> {
    /// Parses the text.
    ///
    /// # Errors
    /// [`problem::CourseProblem`] with file and line.
    pub fn parse(&self) -> Result<CourseFile> {
        toml::from_str(self.text).map_err(|error| {
            let said = error.message().replace('\n', " ");
            // Rust's names for numbers are nobody else's.
            let said = said
                .replace("expected usize", "expected the number of a line")
                .replace("expected f64", "expected a number");
            self.wrong(error.span(), CourseFault::Toml { said })
        })
    }

    /// An error at a place in this file.
    pub fn wrong(&self, span: Option<Range<usize>>, fault: CourseFault) -> Error {
        let line =
            span.map(|span| self.text[..span.start.min(self.text.len())].matches('\n').count() + 1);
        let location =
            line.map_or_else(|| self.name.to_owned(), |line| format!("{}:{line}", self.name));
        problem::CourseProblem { location, fault }.into()
    }

    /// Words for people, which must leave a terminal alone.
    pub fn words(&self, text: &Spanned<String>) -> Result<String> {
        if text.get_ref().chars().any(char::is_control) {
            let fault = CourseFault::ControlCharacter { text: text.get_ref().clone() };
            return Err(self.wrong(Some(text.span()), fault));
        }
        Ok(text.get_ref().clone())
    }

    /// The requirement of `[course] python`.
    pub fn requirement(&self, python: &Spanned<String>) -> Result<Requirement> {
        let wrong = |fault| self.wrong(Some(python.span()), fault);
        let range = Requirement::parse(python.get_ref())
            .map_err(|fault| wrong(CourseFault::BadRange { fault }))?;
        if range.is_satisfiable() {
            Ok(range)
        } else {
            Err(wrong(CourseFault::EmptyRange { range }))
        }
    }

    /// The packages, each a name that apt can take and no option.
    pub fn packages(&self, names: &PackageNames) -> Result<Packages> {
        let checked = |names: &[Spanned<String>]| -> Result<Vec<String>> {
            names.iter().map(|name| self.package(name)).collect()
        };
        let packages = Packages { python: checked(&names.python)?, build: checked(&names.build)? };
        if packages.python.iter().any(|name| name == "{python}") {
            return Ok(packages);
        }
        let span = names.python.first().map(Spanned::span);
        Err(self.wrong(span, CourseFault::NoInterpreterPackage))
    }

    fn package(&self, name: &Spanned<String>) -> Result<String> {
        let plain = name.get_ref().replace("{python}", "python3.0");
        let valid = plain.len() > 1
            && plain.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && plain.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.".contains(c))
            // apt reads a final `+` or `-` as "install" and "remove".
            && (!plain.ends_with('-') && (!plain.ends_with('+') || plain.ends_with("++")));
        if valid {
            return Ok(name.get_ref().clone());
        }
        let fault = CourseFault::PackageName { name: name.get_ref().clone() };
        Err(self.wrong(Some(name.span()), fault))
    }

    /// The virtual environment: a folder below the current one, packages by name.
    pub fn venv(&self, venv: &VenvTable) -> Result<VenvWish> {
        let folder = venv.folder.get_ref();
        let simple = !folder.is_empty()
            && !folder.starts_with(['/', '-', '.'])
            && !folder.split('/').any(|part| part == "..");
        if !simple || folder.chars().any(char::is_control) {
            let fault = CourseFault::VenvFolder { folder: folder.clone() };
            return Err(self.wrong(Some(venv.folder.span()), fault));
        }
        let packages =
            venv.packages.iter().map(|name| self.pip_package(name)).collect::<Result<_>>()?;
        Ok(VenvWish { folder: folder.clone(), packages })
    }

    fn pip_package(&self, name: &Spanned<String>) -> Result<String> {
        let text = name.get_ref();
        let valid = text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        if valid {
            return Ok(text.clone());
        }
        Err(self.wrong(Some(name.span()), CourseFault::PipName { name: text.clone() }))
    }

    /// The timeline of one lab.
    pub fn timeline(&self, lab: &LabEntry) -> Result<Timeline> {
        let marks = lab
            .timeline
            .get_ref()
            .iter()
            .map(|line| self.mark(line))
            .collect::<Result<Vec<_>>>()?;
        let ends = match &lab.ends {
            Ends::At(at) => Due { at: *at, after: None },
            Ends::After(ends) => Due { at: ends.at, after: ends.after },
        };
        let timeline = Timeline { unit: self.unit(&lab.unit)?, marks, ends };
        match timeline.contradiction() {
            Some(contradiction) => {
                let script = lab.script.get_ref().clone();
                let fault = CourseFault::Timeline { script, contradiction };
                Err(self.wrong(Some(lab.timeline.span()), fault))
            }
            None => Ok(timeline),
        }
    }

    fn mark(&self, line: &LineEntry) -> Result<Mark> {
        let text = line.line.get_ref();
        let unknown = text.replace("{stamp}", "").replace("{any}", "");
        let why = if text.is_empty() {
            LineFault::Empty
        } else if text.chars().any(char::is_control) {
            LineFault::ControlCharacter
        } else if unknown.contains(['{', '}']) {
            LineFault::Placeholder
        } else if text.matches("{stamp}").count() > 1 {
            LineFault::TwoStamps
        } else {
            let due = Due { at: line.at, after: line.after };
            return Ok(Mark { due, line: text.clone() });
        };
        let fault = CourseFault::Line { text: text.clone(), why };
        Err(self.wrong(Some(line.line.span()), fault))
    }

    fn unit(&self, text: &Spanned<String>) -> Result<Duration> {
        unit(text.get_ref()).ok_or_else(|| {
            self.wrong(Some(text.span()), CourseFault::Unit { text: text.get_ref().clone() })
        })
    }
}

/// Reads `1s`, `0.5s` or `250ms`: a time between 100 ms and 60 s.
pub fn unit(text: &str) -> Option<Duration> {
    let number = |suffix: &str| {
        text.strip_suffix(suffix).and_then(|number| number.trim().parse::<f64>().ok())
    };
    let seconds = number("ms").map(|ms| ms / 1000.0).or_else(|| number("s"))?;
    (0.1..=60.0).contains(&seconds).then(|| Duration::from_secs_f64(seconds))
}
