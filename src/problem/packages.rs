//! Packages in problems: why they are on this machine, and what to do to get
//! them.

use super::{Invocation, Remedy};

/// Why a package is on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackageOwner {
    /// The course names it.
    Course,
    /// A package of the course needs it.
    Dependency,
    /// It was there before.
    Other,
}

impl PackageOwner {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Course => "the course needs it",
            Self::Dependency => "a package of the course needs it",
            Self::Other => "it was on this machine before",
        }
    }
}

/// The remedy that unpacks and configures packages again.
pub(super) fn reinstall(packages: &[String]) -> Option<Remedy> {
    Remedy::as_root(format!("apt-get install --reinstall {}", packages.join(" ")))
}

/// What to do where nothing may be fetched.
pub(super) fn bundle_instead(typed: &Invocation) -> String {
    format!(
        "`--offline` fetches nothing: run `{}` on a connected machine of the same release, carry the folder here, then run `{}`",
        typed.labready_with("bundle", &["DIR"]),
        typed.labready_with("setup", &["--bundle", "DIR"])
    )
}
