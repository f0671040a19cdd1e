//! Problems with the interpreter.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::packages::bundle_instead;
use super::{Describe, Id, Invocation, Remedy};
use crate::version::{PythonVersion, Requirement};
use crate::words::{listed, path, quoted};

/// What can be wrong with it.
#[derive(Clone, Debug, PartialEq)]
pub enum PythonProblem {
    /// No Python in range is installed, or can be.
    NotOffered {
        /// The range.
        wanted: Requirement,
        /// Why the course has its range.
        because: Option<String>,
        /// What the system calls itself.
        system: String,
        /// What was found where, and why each was refused: a line each.
        candidates: Vec<String>,
        /// What keeps it from being found.
        obstacle: Obstacle,
    },
    /// No Python in range is installed.
    NotInstalled {
        /// The range.
        wanted: Requirement,
    },
    /// Packages for pip can be fetched only by the Python that they are for.
    NotInstalledForBundle {
        /// That Python's series: `3.12`.
        series: String,
    },
    /// The interpreter of an installed package cannot be used as it is.
    Damaged {
        /// Where it belongs.
        path: PathBuf,
        /// What is wrong with it.
        why: PythonFlaw,
        /// The packages that bring it: its own first.
        packages: Vec<String>,
    },
    /// The interpreter of `--python PATH` cannot be used.
    Unusable {
        /// The path that was named.
        path: PathBuf,
        /// Why not.
        why: PythonFlaw,
    },
}

/// What keeps a Python in range from being found.
#[derive(Clone, Debug, PartialEq)]
pub enum Obstacle {
    /// `--offline` was given.
    Offline,
    /// A bundle holds only what it was made for.
    Bundle,
    /// A bundle is being made, and apt offers none.
    MakingBundle,
    /// A deadsnakes source that is there offers none.
    ArchiveWithout {
        /// Where it is named.
        source: String,
    },
    /// apt has no index.
    NoIndex,
    /// apt offers no Python 3 at all.
    NoOffer,
    /// What is offered is not in range.
    OutOfRange {
        /// The release of Ubuntu, where deadsnakes does not serve it.
        unserved: Option<String>,
        /// The newest series in range: `3.13`.
        series: Option<String>,
    },
}

/// Why a named interpreter cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PythonFlaw {
    /// It does not exist.
    Missing,
    /// It is a folder.
    Folder,
    /// It is a link that leads nowhere.
    DeadLink {
        /// What it says.
        target: PathBuf,
    },
    /// It is a link, where a program belongs.
    Link {
        /// What it says.
        target: PathBuf,
    },
    /// It may not be executed by everybody.
    NotExecutable,
    /// It did not answer in time.
    TooSlow,
    /// It was not asked.
    NotAsked,
    /// Root did not start it: another account can change it.
    Exposed,
    /// It answered, and not as a Python does.
    NotPython,
    /// It does not know the option `-I`, which every Python 3 knows.
    Python2,
    /// It ended without an answer.
    Failed {
        /// How: `exit code 1`.
        ending: String,
        /// What it said, or empty.
        said: String,
    },
    /// It could not be started, or did not end in time.
    NotStarted {
        /// What the system answered.
        said: String,
    },
    /// Its version is not in range.
    OutOfRange {
        /// Its version.
        version: PythonVersion,
        /// Why that is not in range.
        why: String,
    },
    /// It cannot make a virtual environment with pip.
    WithoutEnsurepip,
}

impl Describe for PythonProblem {
    fn id(&self) -> Id {
        match self {
            Self::NotOffered { .. } => Id::PythonNotOffered,
            Self::NotInstalled { .. } | Self::NotInstalledForBundle { .. } => {
                Id::PythonNotInstalled
            }
            Self::Damaged { .. } => Id::PythonDamaged,
            Self::Unusable { .. } => Id::PythonUnusable,
        }
    }

    fn title(&self) -> String {
        match self {
            Self::NotOffered { wanted, because, system, .. } => {
                let because =
                    because.as_ref().map(|because| format!(" ({because})")).unwrap_or_default();
                format!("there is no Python in `{wanted}` for {system}{because}")
            }
            Self::NotInstalled { wanted } => format!("no Python in `{wanted}` is installed"),
            Self::NotInstalledForBundle { series } => {
                format!(
                    "Python {series} is not installed here, but is needed to download its packages"
                )
            }
            Self::Damaged { path: named, .. } => format!("{} is damaged", path(named)),
            Self::Unusable {
                path: named,
                why: why @ (PythonFlaw::OutOfRange { .. } | PythonFlaw::WithoutEnsurepip),
            } => format!("{} {}", path(named), why.words()),
            Self::Unusable { path: named, why } => {
                format!("{} is not a usable Python 3: it {}", path(named), why.words())
            }
        }
    }

    fn evidence(&self) -> String {
        match self {
            Self::NotOffered { candidates, .. } => {
                listed(candidates.iter().map(|line| format!("  {line}")), "\n")
            }
            Self::Damaged { why, packages, .. } => {
                let package = packages.first().map(String::as_str).unwrap_or_default();
                format!("it belongs to the package {}, but {}", quoted(package), why.words())
            }
            Self::NotInstalled { .. }
            | Self::NotInstalledForBundle { .. }
            | Self::Unusable { .. } => String::new(),
        }
    }

    fn remedy(&self, typed: &Invocation) -> Option<Remedy> {
        match self {
            Self::NotOffered { obstacle, .. } => obstacle.remedy(typed),
            Self::NotInstalled { .. } => Remedy::run(typed.labready("setup")),
            Self::NotInstalledForBundle { .. } => Remedy::run(typed.labready("setup")),
            Self::Damaged { path, why: PythonFlaw::Folder, packages } => {
                let place = path.display();
                Remedy::advice(format!(
                    "move the folder away, because dpkg would delete it: `sudo mv -n {place} {place}.moved-away`; then run `sudo {}`",
                    reinstall(packages)
                ))
            }
            Self::Damaged { packages, .. } => Remedy::as_root(reinstall(packages)),
            Self::Unusable { why: PythonFlaw::WithoutEnsurepip, .. } => Remedy::advice(
                "install its venv package, or omit `--python` to let labready choose",
            ),
            Self::Unusable { why: PythonFlaw::OutOfRange { .. }, .. } => {
                Remedy::advice("omit `--python` to let labready choose")
            }
            Self::Unusable { .. } => Remedy::advice(
                "use a Python 3 interpreter, for example `--python /usr/bin/python3.12`",
            ),
        }
    }
}

fn reinstall(packages: &[String]) -> String {
    format!("apt-get install --reinstall {}", packages.join(" "))
}

impl Obstacle {
    fn remedy(&self, typed: &Invocation) -> Option<Remedy> {
        Remedy::advice(match self {
            Self::Offline => bundle_instead(typed),
            Self::Bundle => format!(
                "a bundle is for one course on one release: create a new one with `{}` on a machine with a network, with the same `--course` and `--python`",
                typed.labready_with("bundle", &["DIR"])
            ),
            Self::MakingBundle => format!(
                "add an apt source that has one; on Ubuntu, run `{}` on this machine to add deadsnakes",
                typed.labready("setup")
            ),
            Self::ArchiveWithout { source } => format!(
                "run `sudo apt-get update` to see what is wrong with the deadsnakes source in {source}, or remove it so that labready adds its own"
            ),
            Self::NoIndex => format!(
                "check the network and run `sudo apt-get update`, then `{}`",
                typed.labready("setup")
            ),
            Self::NoOffer => "check apt's sources with `apt-cache policy`".into(),
            Self::OutOfRange { unserved, series } => {
                let unserved = unserved.as_ref().map(|codename| {
                    format!(
                        "deadsnakes serves only supported LTS releases of Ubuntu, not {codename}; "
                    )
                });
                unserved.unwrap_or_default() + &own_python(series.as_deref(), typed)
            }
        })
    }
}

/// How to get a Python that apt does not have.
fn own_python(series: Option<&str>, typed: &Invocation) -> String {
    let use_it = typed.labready_with("setup", &["--python", "PATH"]);
    match series {
        Some(series) => format!(
            "install Python {series} yourself, for example with uv (`uv python install {series}`), then run `{use_it}` with the path that `uv python find {series}` prints"
        ),
        None => format!("install one yourself, then run `{use_it}`"),
    }
}

impl PythonFlaw {
    /// To be said after its path.
    pub fn words(&self) -> String {
        match self {
            Self::Missing => "does not exist".into(),
            Self::Folder => "is a folder".into(),
            Self::DeadLink { target } => {
                format!("is a link to {}, which leads nowhere", path(target))
            }
            Self::Link { target } => format!("is a link to {}", path(target)),
            Self::NotExecutable => "is not executable by everybody".into(),
            Self::TooSlow => "did not answer within 10 seconds".into(),
            Self::NotAsked => "was not asked for its version".into(),
            Self::Exposed => "can be changed by other accounts, so root does not start it".into(),
            Self::NotPython => "does not behave like Python".into(),
            Self::Python2 => "does not know the option `-I`, so it is probably Python 2".into(),
            Self::Failed { ending, said } if said.is_empty() => {
                format!("ended with {ending} and printed nothing")
            }
            Self::Failed { ending, said } => format!("ended with {ending}: {said}"),
            Self::NotStarted { said } => format!("did not answer: {said}"),
            Self::OutOfRange { version, why } => format!("is Python {version}: {why}"),
            Self::WithoutEnsurepip => {
                "cannot create a virtual environment, because it has no ensurepip".into()
            }
        }
    }
}
