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
            Self::Course => "needed by the course",
            Self::Dependency => "needed by a package of the course",
            Self::Other => "not part of the course",
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
        "run `{}` on a machine with a network and the same release, copy the folder to this machine, then run `{}`",
        typed.labready_with("bundle", &["DIR"]),
        typed.labready_with("setup", &["--bundle", "DIR"])
    )
}
