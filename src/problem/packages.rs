//! Problems of packages: those of the course, and those that are in the way of installing them.

use std::path::PathBuf;

use super::{Describe, Id, Invocation, Remedy, Severity};
use crate::shell::quoted_line;
use crate::words::{count, is_are, names, path, quoted};

/// What can be wrong with packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PackageProblem {
    /// A configuration file was kept as it is, though its package brings another.
    ConfigFileKept {
        /// The file on this machine.
        file: PathBuf,
        /// The package's own version, beside it.
        brought: PathBuf,
    },
    /// A package that is not labready's is half-installed.
    HalfInstalled {
        /// The package.
        package: String,
        /// dpkg's word for its state: `half-configured`.
        state: String,
        /// What dpkg said when it was asked to finish it, or empty.
        said: String,
    },
    /// Packages are held at versions that do not fit.
    Held {
        /// Which.
        packages: Vec<String>,
        /// What apt said.
        said: String,
    },
    /// Not every package could be downloaded.
    NotFetched {
        /// What apt said.
        said: String,
    },
    /// Packages are not on this machine, and nothing may be fetched.
    NotHere {
        /// Which, with those that they need.
        packages: Vec<String>,
    },
    /// Packages are not installed afterwards, for an unknown reason.
    NotInstalled {
        /// Which.
        packages: Vec<String>,
        /// The command.
        command: String,
        /// How it ended: `exit code 100`.
        ending: String,
        /// What it said.
        said: String,
    },
    /// apt offers no such packages, though its index is fresh.
    NotOffered {
        /// Which.
        packages: Vec<String>,
        /// What the system calls itself.
        system: String,
    },
    /// Packages are still installed after their removal.
    NotRemoved {
        /// Which.
        packages: Vec<String>,
        /// The command.
        command: String,
        /// What it said.
        said: String,
    },
    /// A package's own script failed.
    ScriptFailed {
        /// The package.
        package: String,
        /// Whose package it is.
        whose: PackageOwner,
        /// dpkg's word for its state.
        state: String,
        /// What the script or dpkg said.
        said: String,
    },
    /// Packages cannot be installed together with what is there.
    Conflict {
        /// The first dependency that cannot be met.
        unmet: String,
        /// Whether what is installed already is broken, too.
        is_broken: bool,
    },
    /// Packages were removed that were not meant to.
    Lost {
        /// Which.
        packages: Vec<String>,
    },
    /// Files went with an alternatives group that managed them in a package's place.
    FilesLost {
        /// The file.
        file: PathBuf,
        /// The packages that bring it.
        packages: Vec<String>,
    },
    /// A package's own check fails.
    CheckFails {
        /// The check.
        command: String,
        /// The package.
        package: String,
        /// What it said.
        said: String,
    },
}

impl PackageProblem {
    /// The command that fixes a package in this state.
    pub fn finish(package: &str, state: &str) -> String {
        match state {
            // Nothing of it can be run: only its archive can bring it back.
            "half-installed" | "reinst-required" => {
                format!("apt-get install --reinstall {package}")
            }
            "unpacked" | "half-configured" | "triggers-awaited" | "triggers-pending" => {
                format!("dpkg --configure {package}")
            }
            _ => "apt-get --fix-broken install".into(),
        }
    }
}

impl Describe for PackageProblem {
    fn id(&self) -> Id {
        match self {
            Self::ConfigFileKept { .. } => Id::ConfigFileKept,
            Self::HalfInstalled { .. } | Self::FilesLost { .. } | Self::CheckFails { .. } => {
                Id::PackageHalfInstalled
            }
            Self::Held { .. } => Id::PackageHeld,
            Self::NotFetched { .. } => Id::PackageNotFetched,
            Self::NotHere { .. } => Id::PackageNotHere,
            Self::NotInstalled { .. } => Id::PackageNotInstalled,
            Self::NotOffered { .. } => Id::PackageNotOffered,
            Self::NotRemoved { .. } => Id::PackageNotRemoved,
            Self::ScriptFailed { .. } => Id::PackageScriptFailed,
            Self::Conflict { .. } => Id::PackagesConflict,
            Self::Lost { .. } => Id::PackagesLost,
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::ConfigFileKept { .. } => Severity::Note,
            Self::HalfInstalled { .. }
            | Self::FilesLost { .. }
            | Self::CheckFails { .. }
            | Self::Lost { .. } => Severity::Warning,
            _ => Severity::Error,
        }
    }

    fn title(&self) -> String {
        match self {
            Self::ConfigFileKept { file, .. } => {
                format!("{} was changed on this machine and is kept", path(file))
            }
            Self::HalfInstalled { package, state, .. } => {
                format!("the package {} is {state}", quoted(package))
            }
            Self::FilesLost { file, .. } => {
                format!("{} was removed with the alternatives group", path(file))
            }
            Self::CheckFails { command, .. } => {
                format!("`/usr/bin/python3` is the system's own again, but `{command}` still fails")
            }
            Self::Held { packages, .. } => format!(
                "{} {} held at an unsuitable version",
                names(packages),
                is_are(packages.len())
            ),
            Self::NotFetched { .. } => "some packages could not be downloaded".into(),
            Self::NotHere { packages } => match packages.as_slice() {
                [one] => format!("the package {} is not on this machine", quoted(one)),
                all => format!("{} are not on this machine", count(all.len(), "package")),
            },
            Self::NotInstalled { packages, .. } => {
                format!("{} could not be installed", names(packages))
            }
            Self::NotOffered { packages, system } => {
                format!("apt has no {} on {system}", names(packages))
            }
            Self::NotRemoved { packages, .. } => {
                format!("{} could not be removed", count(packages.len(), "package"))
            }
            Self::ScriptFailed { package, whose, .. } => {
                format!("a script of the package {} failed ({})", quoted(package), whose.words())
            }
            Self::Conflict { .. } => {
                "the packages cannot be installed together with what is on this machine".into()
            }
            Self::Lost { packages } => format!(
                "{} {} also removed",
                names(packages),
                if packages.len() == 1 { "was" } else { "were" }
            ),
        }
    }

    fn evidence(&self) -> String {
        match self {
            Self::ConfigFileKept { brought, .. } => {
                format!("the new version of its package is saved as {}", path(brought))
            }
            Self::HalfInstalled { said, .. } if said.is_empty() => {
                "apt tries to finish it each time it runs".into()
            }
            Self::NotHere { packages } => names(packages),
            Self::NotInstalled { ending, said, .. } => format!("{said} ({ending})"),
            Self::Lost { .. } => "apt removed more than planned".into(),
            Self::FilesLost { .. } => "the group had replaced a package's file".into(),
            Self::HalfInstalled { said, .. }
            | Self::CheckFails { said, .. }
            | Self::Held { said, .. }
            | Self::NotFetched { said }
            | Self::NotRemoved { said, .. }
            | Self::ScriptFailed { said, .. } => said.clone(),
            Self::Conflict { unmet, .. } => unmet.clone(),
            Self::NotOffered { .. } => String::new(),
        }
    }

    fn remedy(&self, typed: &Invocation) -> Option<Remedy> {
        match self {
            Self::Lost { .. } => None,
            Self::ConfigFileKept { file, brought } => Remedy::run(quoted_line(&[
                "diff".into(),
                file.display().to_string(),
                brought.display().to_string(),
            ])),
            Self::HalfInstalled { package, state, .. }
            | Self::ScriptFailed { package, state, .. } => {
                Remedy::as_root(Self::finish(package, state))
            }
            Self::FilesLost { packages, .. } => reinstall(packages),
            Self::CheckFails { package, .. } => reinstall(std::slice::from_ref(package)),
            Self::Held { packages, .. } => {
                Remedy::as_root(format!("apt-mark unhold {}", packages.join(" ")))
            }
            Self::NotFetched { .. } => {
                Remedy::advice("check the network and, if there is one, the proxy")
            }
            Self::NotHere { .. } => Remedy::advice(bundle_instead(typed)),
            Self::NotInstalled { command, .. } | Self::NotRemoved { command, .. } => {
                Remedy::advice(format!("run `{command}` by hand to see more"))
            }
            Self::NotOffered { .. } => Remedy::advice(
                "run `sudo apt-get update` and check for sources that fail; on Ubuntu, enable universe",
            ),
            Self::Conflict { is_broken: true, .. } => {
                Remedy::as_root("apt-get --fix-broken install")
            }
            Self::Conflict { .. } => Remedy::as_root("apt-get update"),
        }
    }
}

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
