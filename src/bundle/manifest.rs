//! What a bundle says of itself: what it is for, and every file with its digest. Pure.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::course::Course;
use crate::error::Result;
use crate::facts::Facts;
use crate::host::Copied;
use crate::problem::{self, BundleFlaw};
use crate::version::{PythonVersion, Requirement};

/// Its name in the bundle's folder.
pub const FILE: &str = "bundle.json";
const SCHEMA: &str = "labready.bundle";
/// The major version is what can be read.
const FORMAT: &str = "1.0";

/// `bundle.json`. Unknown keys are passed over: a newer minor version may have more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Manifest {
    /// What this document is.
    #[cfg_attr(test, schemars(extend("const" = "labready.bundle")))]
    pub schema: String,
    /// `MAJOR.MINOR`.
    pub format_version: String,
    /// The version of labready that made it.
    pub labready: String,
    /// What it is for.
    pub target: Target,
    /// The course's name and digest.
    pub course: CourseRef,
    /// The Python that it brings.
    pub python: PythonVersion,
    /// Everything else in the folder.
    pub files: Vec<File>,
}

/// The machines that a bundle is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Target {
    /// The release, as apt's sources name it, and its family: `debian bookworm`.
    pub release: String,
    /// dpkg's name: `amd64`.
    pub architecture: String,
}

/// The course that a bundle is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CourseRef {
    /// Its name.
    pub name: String,
    /// Its digest.
    pub digest: String,
}

/// A file of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct File {
    /// `Packages`, `debs/NAME` or `wheels/NAME`.
    pub path: String,
    /// SHA-256, in hex.
    pub sha256: String,
    /// In bytes.
    #[serde(rename = "size_bytes")]
    pub size: u64,
}

impl File {
    /// A file that was copied to this path.
    pub fn new(path: String, copied: Copied) -> Self {
        Self { path, sha256: copied.sha256, size: copied.size }
    }

    /// Whether a copy is what is written here.
    pub fn is(&self, copied: &Copied) -> bool {
        (self.size, self.sha256.as_str()) == (copied.size, copied.sha256.as_str())
    }
}

impl Target {
    /// This machine.
    pub fn of(facts: &Facts) -> Self {
        let base = facts.distro.base.as_ref();
        let family =
            base.map(|base| format!("{:?}", base.family).to_lowercase()).unwrap_or_default();
        let codename = base
            .and_then(|base| base.codename.clone())
            .unwrap_or_else(|| facts.distro.version.clone());
        Self {
            release: format!("{family} {codename}"),
            architecture: facts.machine.architecture.clone(),
        }
    }
}

impl Manifest {
    /// Of a bundle for machines like this one.
    pub fn new(course: &Course, facts: &Facts, python: PythonVersion, files: Vec<File>) -> Self {
        Self {
            schema: SCHEMA.into(),
            format_version: FORMAT.into(),
            labready: env!("CARGO_PKG_VERSION").into(),
            target: Target::of(facts),
            course: CourseRef { name: course.name.clone(), digest: course.digest.clone() },
            python,
            files,
        }
    }

    /// Reads one that lies at this place.
    ///
    /// # Errors
    /// [`problem::BundleProblem::Damaged`].
    pub fn parse(text: &str, place: &Path) -> Result<Self> {
        let damaged = |flaw| problem::BundleProblem::Damaged { place: place.to_owned(), flaw };
        let manifest: Self = serde_json::from_str(text)
            .map_err(|error| damaged(BundleFlaw::Unreadable { said: error.to_string() }))?;
        let major = |version: &str| version.split('.').next().map(str::to_owned);
        if manifest.schema != SCHEMA || major(&manifest.format_version) != major(FORMAT) {
            let found = format!("{} {}", manifest.schema, manifest.format_version);
            let known = format!("{SCHEMA} {FORMAT}");
            return Err(damaged(BundleFlaw::Format { found, known }).into());
        }
        match manifest.files.iter().find(|file| !is_inside(&file.path)) {
            Some(file) => Err(damaged(BundleFlaw::PathOutside { name: file.path.clone() }).into()),
            None => Ok(manifest),
        }
    }

    /// Whether it is for this machine, this course and a Python in this range.
    ///
    /// # Errors
    /// [`problem::BundleProblem::ForAnother`].
    pub fn check(&self, course: &Course, facts: &Facts, requirement: &Requirement) -> Result<()> {
        let here = Target::of(facts);
        let of_course =
            |name: &str, digest: &str| format!("{name} ({})", digest.get(..12).unwrap_or(digest));
        let compared = [
            (problem::BundleTarget::Release, self.target.release.clone(), here.release),
            (
                problem::BundleTarget::Architecture,
                self.target.architecture.clone(),
                here.architecture,
            ),
            (
                problem::BundleTarget::Course,
                of_course(&self.course.name, &self.course.digest),
                of_course(&course.name, &course.digest),
            ),
        ];
        let has_course = self.course.digest == course.digest;
        for (what, bundle, here) in compared {
            let is_same =
                if what == problem::BundleTarget::Course { has_course } else { bundle == here };
            if !is_same {
                return Err(problem::BundleProblem::ForAnother { what, bundle, here }.into());
            }
        }
        if requirement.matches(&self.python) {
            return Ok(());
        }
        let (bundle, here) = (self.python.to_string(), requirement.to_string());
        Err(problem::BundleProblem::ForAnother {
            what: problem::BundleTarget::Python,
            bundle,
            here,
        }
        .into())
    }
}

/// Only plain names, in the two folders that there are.
pub(super) fn is_inside(path: &str) -> bool {
    let name = ["debs/", "wheels/"].iter().find_map(|folder| path.strip_prefix(folder));
    let is_plain = |name: &str| {
        !name.is_empty()
            && !name.starts_with('.')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "._+~-".contains(c))
    };
    path == "Packages" || name.is_some_and(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_leads_out_of_the_bundle_is_refused() {
        let inside = [
            "Packages",
            "debs/python3.11_3.11.2-6+deb12u6_amd64.deb",
            "wheels/wheel-0.45.1-py3-none-any.whl",
        ];
        assert!(inside.iter().all(|path| is_inside(path)));
        let outside = [
            "/etc/passwd",
            "debs/../x",
            "debs/",
            "debs/a/b",
            "../debs/x",
            "debs/.x",
            "x",
            "debs/a b",
            "wheels/a\nb",
            "debs/%2e",
        ];
        assert!(!outside.iter().any(|path| is_inside(path)));
    }
}
