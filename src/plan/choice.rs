//! The interpreter that was chosen, and those that were considered. Pure.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::version::PythonVersion;

/// The interpreter that was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Choice {
    /// Where it is, or will be.
    pub path: PathBuf,
    /// Its version.
    pub version: PythonVersion,
    /// Where it comes from.
    pub origin: Origin,
    /// Why this one.
    pub why: String,
}

/// Where the chosen interpreter comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// It is installed by apt already.
    Installed,
    /// apt will install it from the sources that are configured.
    Apt,
    /// It was named by `--python PATH`.
    Named,
}

impl Choice {
    /// The name of its package: `python3.13`.
    pub fn series(&self) -> String {
        format!("python{}.{}", self.version.major, self.version.minor)
    }
}

/// An interpreter that was considered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Candidate {
    /// A path, or a package name.
    pub what: String,
    /// Its version, where it is known.
    pub version: Option<PythonVersion>,
    /// Whose it is, in words.
    pub origin: String,
    /// Whether it was taken.
    pub taken: bool,
    /// Why it was taken or refused.
    pub why: String,
}

impl Candidate {
    /// The candidate in one line: `/usr/bin/python3.11 (3.11.2), installed by apt: …`.
    pub fn line(&self) -> String {
        let version =
            self.version.as_ref().map(|version| format!(" ({version})")).unwrap_or_default();
        format!("{}{version}, {}: {}", self.what, self.origin, self.why)
    }
}
