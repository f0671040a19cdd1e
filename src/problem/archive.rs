//! Problems with deadsnakes, the archive of the Pythons that Ubuntu lacks.

use super::{Describe, Id, Invocation, Remedy, Severity};
use crate::version::{PythonVersion, Requirement};
use crate::words::{listed, quoted};

/// What can be wrong with it.
#[derive(Clone, Debug, PartialEq)]
pub enum ArchiveProblem {
    /// It serves nothing for this release.
    NotServed {
        /// The release.
        codename: String,
        /// The address that was asked for.
        address: String,
    },
    /// It has nothing for this architecture, or nothing yet.
    ArchitectureNotServed {
        /// dpkg's name for the architecture.
        architecture: String,
        /// The release.
        codename: String,
        /// Those that it names; empty when its index holds no Python.
        served: Vec<String>,
    },
    /// It has no Python in range.
    WithoutPython {
        /// The release.
        codename: String,
        /// The range, if there is one.
        wanted: Option<Requirement>,
        /// The Pythons that it has.
        has: Vec<PythonVersion>,
    },
    /// What answers is no package archive.
    NotAnArchive {
        /// The address.
        address: String,
    },
    /// apt does not accept it.
    NotAccepted {
        /// What apt said.
        said: String,
    },
    /// apt's settings keep it from taking the interpreter from there.
    Overridden {
        /// The interpreter's package.
        package: String,
        /// What apt would take instead; `None` for nothing.
        candidate: Option<String>,
    },
    /// The installed interpreter is none of the archive's.
    NotFromIt {
        /// The package.
        package: String,
        /// Its version.
        version: String,
        /// The archive's address.
        address: String,
    },
}

impl Describe for ArchiveProblem {
    fn id(&self) -> Id {
        match self {
            Self::NotServed { .. } => Id::ArchiveNotServed,
            Self::ArchitectureNotServed { .. } => Id::ArchitectureNotServed,
            Self::WithoutPython { .. } => Id::ArchiveWithoutPython,
            Self::NotAnArchive { .. } => Id::SourceFailed,
            Self::NotAccepted { .. } => Id::ArchiveNotAccepted,
            Self::Overridden { .. } => Id::ArchiveOverridden,
            Self::NotFromIt { .. } => Id::PackageFromElsewhere,
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::NotFromIt { .. } => Severity::Warning,
            _ => Severity::Error,
        }
    }

    fn title(&self) -> String {
        match self {
            Self::NotServed { codename, .. } => format!("deadsnakes does not serve {codename}"),
            Self::ArchitectureNotServed { architecture, codename, .. } => {
                format!("deadsnakes has no Python for {codename} on {architecture}")
            }
            Self::WithoutPython { codename, wanted: Some(wanted), .. } => {
                format!("deadsnakes has no Python in `{wanted}` for {codename}")
            }
            Self::WithoutPython { codename, wanted: None, .. } => {
                format!("deadsnakes has no Python for {codename}")
            }
            Self::NotAnArchive { address } => {
                format!("{} is not a package archive", quoted(address))
            }
            Self::NotAccepted { .. } => "apt does not accept the deadsnakes archive".into(),
            Self::Overridden { package, .. } => {
                format!("apt's settings prevent it from installing {package} from deadsnakes")
            }
            Self::NotFromIt { package, version, .. } => {
                format!("{} {version} did not come from deadsnakes", quoted(package))
            }
        }
    }

    fn evidence(&self) -> String {
        match self {
            Self::NotServed { address, .. } => format!("{} answers 404", quoted(address)),
            Self::ArchitectureNotServed { served, .. } if served.is_empty() => {
                "its index lists none".into()
            }
            Self::ArchitectureNotServed { served, .. } => {
                format!("it serves {}", served.join(", "))
            }
            Self::WithoutPython { has, .. } if has.is_empty() => {
                "its index lists no Python at all".into()
            }
            Self::WithoutPython { has, .. } => {
                format!("it has {}", listed(has.iter().map(ToString::to_string), ", "))
            }
            Self::NotAnArchive { .. } => String::new(),
            Self::NotAccepted { said } => said.clone(),
            Self::Overridden { candidate: Some(candidate), .. } => {
                format!("it would install {candidate}")
            }
            Self::Overridden { candidate: None, .. } => "it would install nothing".into(),
            Self::NotFromIt { address, .. } => {
                format!("{} does not have that version", quoted(address))
            }
        }
    }

    fn remedy(&self, typed: &Invocation) -> Option<Remedy> {
        let otherwise = || {
            format!(
                "to use a Python that you installed yourself, run `{}`",
                typed.labready_with("setup", &["--python", "PATH"])
            )
        };
        match self {
            Self::NotServed { .. } => {
                let late = "it serves a new LTS release only weeks after it has come out";
                Remedy::advice(format!("{late}; {}", otherwise()))
            }
            Self::ArchitectureNotServed { .. } | Self::WithoutPython { .. } => {
                Remedy::advice(otherwise())
            }
            Self::NotAnArchive { .. } => Remedy::advice("check the address of `--ppa-mirror`"),
            Self::NotAccepted { .. } => {
                Remedy::advice("check the key (`--ppa-key`) and the system clock")
            }
            Self::Overridden { package, .. } | Self::NotFromIt { package, .. } => {
                Remedy::run(format!("apt-cache policy {package}"))
            }
        }
    }
}
