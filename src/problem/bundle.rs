//! Problems with a bundle: one that cannot be used here, and one that cannot be made.

use std::path::PathBuf;

use super::{Describe, Id, Invocation, Remedy};
use crate::exit::Exit;
use crate::words::{path, quoted};

/// What can be wrong with a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BundleProblem {
    /// It is not whole.
    Damaged {
        /// The bundle, or the file of it.
        place: PathBuf,
        /// What is wrong.
        flaw: BundleFlaw,
    },
    /// It is for something else.
    ForAnother {
        /// In what it differs.
        what: BundleTarget,
        /// What it is for.
        bundle: String,
        /// What is here.
        here: String,
    },
    /// The disk has too little room for it.
    NoRoom {
        /// Where it would be copied to.
        folder: PathBuf,
        /// What it needs, in bytes.
        needed_bytes: u64,
    },
    /// It cannot be made.
    NotMade(BundleObstacle),
}

/// What is wrong with a bundle or one of its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BundleFlaw {
    /// It has no list of files.
    NoManifest {
        /// What the list is called.
        name: String,
    },
    /// Its list cannot be read.
    Unreadable {
        /// What the reader said.
        said: String,
    },
    /// Its list has another format.
    Format {
        /// Its own.
        found: String,
        /// The one that this labready reads.
        known: String,
    },
    /// Its list names a file where no bundle has one.
    PathOutside {
        /// The name.
        name: String,
    },
    /// The file cannot be copied.
    NotCopied {
        /// What the system answered.
        said: String,
    },
    /// The file is larger than when the bundle was made.
    Larger,
    /// The file's SHA-256 is another.
    Changed,
    /// apt cannot read its index.
    Index {
        /// What apt said.
        said: String,
    },
}

/// In what a bundle can differ from what is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BundleTarget {
    /// The release.
    Release,
    /// The architecture.
    Architecture,
    /// The course.
    Course,
    /// The Python.
    Python,
}

/// Why a bundle cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BundleObstacle {
    /// Its folder holds something.
    FolderNotEmpty {
        /// The folder.
        folder: PathBuf,
    },
    /// Something that is not a folder is at its place.
    NotAFolder {
        /// The place.
        folder: PathBuf,
    },
    /// Others can write on the way to its folder.
    WritableByOthers {
        /// Where.
        folder: PathBuf,
    },
    /// apt does not say what the packages need.
    Unresolved {
        /// What apt said.
        said: String,
    },
    /// A fetched file is not one of the signed index.
    NotSigned {
        /// The file.
        name: String,
    },
    /// Not as many packages came as were asked for.
    Incomplete {
        /// How many were asked for.
        wanted: usize,
        /// How many came.
        fetched: usize,
    },
    /// A file has a name that no bundle takes.
    BadName {
        /// The name.
        name: String,
    },
}

impl Describe for BundleProblem {
    fn id(&self) -> Id {
        match self {
            Self::Damaged { .. } => Id::BundleDamaged,
            Self::ForAnother { .. } => Id::BundleForAnother,
            Self::NoRoom { .. } => Id::DiskFull,
            Self::NotMade(_) => Id::BundleNotMade,
        }
    }

    fn title(&self) -> String {
        match self {
            Self::Damaged { place, flaw: BundleFlaw::NoManifest { name } } => {
                format!("{} is not a bundle: it has no `{name}`", path(place))
            }
            Self::Damaged { place, flaw } => format!("{} {}", path(place), flaw.words()),
            Self::ForAnother { what, bundle, here } => {
                format!(
                    "the bundle is for the {} {}, not {}",
                    what.words(),
                    quoted(bundle),
                    quoted(here)
                )
            }
            Self::NoRoom { folder, needed_bytes } => {
                format!("the bundle needs {} MB in {}", needed_bytes / 1_000_000, path(folder))
            }
            Self::NotMade(obstacle) => obstacle.words(),
        }
    }

    fn evidence(&self) -> String {
        match self {
            Self::Damaged { .. } => "nothing was changed".into(),
            Self::NoRoom { .. } => "there is less free space than that".into(),
            Self::NotMade(BundleObstacle::Unresolved { said }) => said.clone(),
            Self::ForAnother { .. } | Self::NotMade(_) => String::new(),
        }
    }

    fn remedy(&self, typed: &Invocation) -> Option<Remedy> {
        let make = || typed.labready_with("bundle", &["DIR"]);
        Remedy::advice(match self {
            Self::Damaged { flaw: BundleFlaw::NoManifest { .. }, .. } => {
                format!("use a folder created by `{}`", make())
            }
            Self::Damaged { .. } => {
                format!("copy the bundle again, or create a new one with `{}`", make())
            }
            Self::ForAnother { .. } => format!(
                "create one with `{}` on a machine with a network and the same release and architecture",
                make()
            ),
            Self::NoRoom { .. } => "free some space; `df -h` shows where".into(),
            Self::NotMade(obstacle) => obstacle.remedy().into(),
        })
    }

    fn exit(&self) -> Exit {
        Exit::Usage
    }
}

impl BundleFlaw {
    /// To be said after its place.
    fn words(&self) -> String {
        match self {
            Self::NoManifest { name } => format!("has no `{name}`"),
            Self::Unreadable { said } => format!("cannot be read: {said}"),
            Self::Format { found, known } => {
                format!("has format {}, but this labready needs {known}", quoted(found))
            }
            Self::PathOutside { name } => {
                format!("lists a file that cannot be in a bundle: {}", quoted(name))
            }
            Self::NotCopied { said } => format!("cannot be copied: {said}"),
            Self::Larger => "is larger than when the bundle was created".into(),
            Self::Changed => "has changed since the bundle was created: its SHA-256 differs".into(),
            Self::Index { said } if said.is_empty() => "cannot be read by apt".into(),
            Self::Index { said } => format!("cannot be read by apt: {said}"),
        }
    }
}

impl BundleTarget {
    fn words(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Architecture => "architecture",
            Self::Course => "course",
            Self::Python => "Python",
        }
    }
}

impl BundleObstacle {
    fn words(&self) -> String {
        match self {
            Self::FolderNotEmpty { folder } => format!("{} is not empty", path(folder)),
            Self::NotAFolder { folder } => format!("{} is not a folder", path(folder)),
            Self::WritableByOthers { folder } => {
                format!("accounts other than root can write to {}", path(folder))
            }
            Self::Unresolved { .. } => "apt cannot resolve the dependencies".into(),
            Self::NotSigned { name } => {
                format!("{} was downloaded, but the signed index does not list it", quoted(name))
            }
            Self::Incomplete { wanted, fetched } => {
                format!("only {fetched} of {wanted} packages were downloaded")
            }
            Self::BadName { name } => {
                format!("a bundle cannot contain a file named {}", quoted(name))
            }
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::FolderNotEmpty { .. } | Self::NotAFolder { .. } => {
                "use a folder that does not exist yet"
            }
            Self::WritableByOthers { .. } => {
                "run it as the account that owns the folder, without root"
            }
            Self::Unresolved { .. } => {
                "check apt's sources and preferences with `apt-cache policy`"
            }
            Self::NotSigned { .. } | Self::Incomplete { .. } | Self::BadName { .. } => {
                "run it again; the archive may have changed meanwhile"
            }
        }
    }
}
