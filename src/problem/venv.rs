//! Problems with the virtual environment.

use std::path::PathBuf;

use super::{Describe, Id, Invocation, Occupant, PipFailure, Remedy, RootsFile, Severity};
use crate::shell::quoted_line;
use crate::words::{count, listed, names, path, quoted};

/// More files than this are not listed one by one.
const LISTED: usize = 10;

/// What can be wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VenvProblem {
    /// It does not work.
    Broken {
        /// Its folder.
        folder: PathBuf,
        /// Why.
        flaw: VenvFlaw,
    },
    /// Something else is at its place.
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// What is there.
        what: ForeignFolder,
    },
    /// It must be rebuilt, and holds a file that is not its own.
    HoldsFiles {
        /// Its folder.
        folder: PathBuf,
        /// The first such file, below the folder.
        file: String,
        /// Why it must be rebuilt, as a planner's reason.
        why: String,
    },
    /// It, or a part of it, belongs to another account.
    OfAnother {
        /// Its folder.
        folder: PathBuf,
        /// The part, when the folder itself is right.
        part: Option<PathBuf>,
        /// Whose it is.
        uid: u32,
        /// Whose it should be.
        owner: String,
        /// Whether labready can give it back.
        is_fixable: bool,
        /// The command that gives it back by hand.
        by_hand: String,
    },
    /// It could not be made.
    NotMade {
        /// Its folder.
        folder: PathBuf,
        /// What is wrong with what was made.
        flaw: Option<VenvFlaw>,
        /// What was said.
        said: String,
    },
    /// It could not be given back.
    NotGivenBack {
        /// Its folder.
        folder: PathBuf,
        /// What was said.
        said: String,
    },
    /// Some of it stays root's.
    LeftToRoot {
        /// Its folder.
        folder: PathBuf,
        /// What, below the folder, and why.
        left: Vec<(PathBuf, RootsFile)>,
    },
    /// The one that was replaced is kept.
    SetAside {
        /// The environment's folder.
        folder: PathBuf,
        /// Where the old one is now.
        kept: PathBuf,
    },
    /// It could not be removed.
    NotRemoved {
        /// Its folder.
        folder: PathBuf,
        /// What was said.
        said: String,
    },
    /// Packages are not in it after pip was to install them.
    PipNotInstalled {
        /// Which.
        packages: Vec<String>,
        /// Why, as far as it is known.
        why: PipFailure,
    },
    /// Packages for another machine's pip could not be fetched.
    PipNotFetched {
        /// Which.
        packages: Vec<String>,
        /// Why, as far as it is known.
        why: PipFailure,
    },
}

/// Why a virtual environment does not work.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VenvFlaw {
    /// Making it was cut off.
    Unfinished,
    /// It has no pyvenv.cfg.
    NoConfig,
    /// Its pyvenv.cfg names no version.
    NoVersion,
    /// Its bin/python leads nowhere.
    NoInterpreter,
    /// Its bin/python is another series' now.
    OtherInterpreter {
        /// The series that made it: `python3.11`.
        made_by: String,
        /// Where its bin/python leads now.
        leads_to: PathBuf,
    },
    /// It has no folder for packages.
    NoSitePackages {
        /// The series that made it.
        series: String,
    },
    /// It was made elsewhere and moved.
    Moved {
        /// Where it was made.
        from: String,
    },
}

/// What is where a virtual environment would be.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForeignFolder {
    /// A folder with so many entries, none of which makes a virtual environment.
    Folder {
        /// How many.
        entries: usize,
    },
    /// A file.
    File,
    /// A link.
    Link {
        /// To this.
        target: PathBuf,
    },
    /// A socket, a pipe or a device.
    Special,
    /// A folder that cannot be read.
    Unreadable,
    /// A folder that several accounts can change.
    Shared,
}

impl Describe for VenvProblem {
    fn id(&self) -> Id {
        match self {
            Self::Broken { .. } => Id::VenvBroken,
            Self::Foreign { .. } => Id::VenvForeign,
            Self::HoldsFiles { .. } => Id::VenvHoldsFiles,
            Self::OfAnother { .. } | Self::NotGivenBack { .. } | Self::LeftToRoot { .. } => {
                Id::VenvOfAnother
            }
            Self::NotMade { .. } => Id::VenvNotMade,
            Self::NotRemoved { .. } => Id::VenvNotRemoved,
            Self::PipNotInstalled { .. } => Id::PipNotInstalled,
            Self::SetAside { .. } => Id::VenvSetAside,
            Self::PipNotFetched { .. } => Id::PipNotFetched,
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::SetAside { .. } => Severity::Note,
            Self::LeftToRoot { .. } => Severity::Warning,
            _ => Severity::Error,
        }
    }

    fn title(&self) -> String {
        match self {
            Self::Broken { folder, .. } => {
                format!("the virtual environment {} does not work", path(folder))
            }
            Self::Foreign { folder, what } => format!("{} is {}", path(folder), what.words()),
            Self::HoldsFiles { folder, file, .. } => format!(
                "the virtual environment {} must be rebuilt, but contains {}, which is not part of it",
                path(folder),
                quoted(file)
            ),
            Self::OfAnother { folder, part, uid, owner, .. } => {
                let whose = if *uid == 0 { "root".to_owned() } else { format!("user {uid}") };
                let what = match part {
                    Some(part) => format!("{} in the virtual environment", path(part)),
                    None => format!("the virtual environment {}", path(folder)),
                };
                format!("{what} belongs to {whose}, not to {owner}")
            }
            Self::NotMade { folder, .. } => {
                format!("the virtual environment {} could not be created", path(folder))
            }
            Self::NotGivenBack { folder, .. } => {
                format!(
                    "the owner of the virtual environment {} could not be changed",
                    path(folder)
                )
            }
            Self::LeftToRoot { folder, left } => format!(
                "{} in the virtual environment {} {} root's",
                count(left.len(), "file"),
                path(folder),
                if left.len() == 1 { "stays" } else { "stay" }
            ),
            Self::SetAside { kept, .. } => {
                format!("the old virtual environment is kept as {}", path(kept))
            }
            Self::NotRemoved { folder, .. } => {
                format!("the virtual environment {} could not be removed", path(folder))
            }
            Self::PipNotInstalled { packages, .. } => {
                format!("pip could not install {}", names(packages))
            }
            Self::PipNotFetched { packages, .. } => {
                format!("pip could not download {}", names(packages))
            }
        }
    }

    fn evidence(&self) -> String {
        match self {
            Self::Broken { flaw, .. } => flaw.words(),
            Self::Foreign { .. } => "labready does not touch it".into(),
            Self::HoldsFiles { why, .. } => why.clone(),
            Self::OfAnother { .. } => "pip cannot write to it".into(),
            Self::NotMade { flaw: Some(flaw), said, .. } => format!("{}; {said}", flaw.words()),
            Self::NotMade { flaw: None, said, .. }
            | Self::NotGivenBack { said, .. }
            | Self::NotRemoved { said, .. } => said.clone(),
            Self::LeftToRoot { left, .. } => {
                let shown = left.iter().take(LISTED).map(|(file, why)| why.words(file));
                let more = left.len().saturating_sub(LISTED);
                let more = (more > 0).then(|| format!("and {more} more"));
                listed(shown.chain(more), ", ")
            }
            Self::SetAside { folder, .. } => format!("{} was rebuilt", path(folder)),
            Self::PipNotInstalled { why, .. } | Self::PipNotFetched { why, .. } => why.words(),
        }
    }

    fn remedy(&self, typed: &Invocation) -> Option<Remedy> {
        let elsewhere = "choose another folder with `--venv DIR`";
        match self {
            Self::Broken { .. } => Remedy::run(typed.labready("setup")),
            Self::Foreign { .. } => Remedy::advice(format!("{elsewhere}, or move it away")),
            Self::HoldsFiles { file, .. } => {
                Remedy::advice(format!("move {} out of it, or {elsewhere}", quoted(file)))
            }
            Self::OfAnother { folder, is_fixable: true, .. } => {
                let folder = folder.display().to_string();
                Remedy::run(typed.labready_with("repair", &["--venv", &folder]))
            }
            Self::OfAnother { by_hand, .. } => Remedy::as_root(by_hand.clone()),
            Self::NotMade { .. } => Remedy::advice(format!(
                "check that you can write there and that it can hold symbolic links, or {elsewhere}"
            )),
            Self::NotGivenBack { folder, .. } | Self::NotRemoved { folder, .. } => {
                Remedy::run(quoted_line(&["ls".into(), "-l".into(), folder.display().to_string()]))
            }
            Self::LeftToRoot { folder, .. } => {
                let words = ["find", &folder.display().to_string(), "-uid", "0", "-ls"];
                Remedy::advice(format!(
                    "list them with `{}`; they can stay, or an administrator can change their owner",
                    quoted_line(&words.map(str::to_owned))
                ))
            }
            Self::SetAside { .. } => {
                Remedy::advice("take out of it what you still need, then delete it")
            }
            Self::PipNotInstalled { why, .. } | Self::PipNotFetched { why, .. } => {
                why.remedy(typed)
            }
        }
    }
}

impl VenvFlaw {
    /// What is wrong, without a period.
    pub fn words(&self) -> String {
        match self {
            Self::Unfinished => "its creation was interrupted".into(),
            Self::NoConfig => "it has no pyvenv.cfg".into(),
            Self::NoVersion => "its pyvenv.cfg has no version".into(),
            Self::NoInterpreter => "its bin/python points to a Python that no longer exists".into(),
            Self::OtherInterpreter { made_by, leads_to } => {
                format!(
                    "it was created by {made_by}, but its bin/python now points to {}",
                    path(leads_to)
                )
            }
            Self::NoSitePackages { series } => format!("it has no lib/{series}/site-packages"),
            Self::Moved { from } => {
                format!("it was moved from {}, and its scripts still point there", quoted(from))
            }
        }
    }
}

impl ForeignFolder {
    /// What it is.
    pub fn words(&self) -> String {
        match self {
            Self::Folder { entries } => format!(
                "a folder with {} that is not a virtual environment",
                if *entries == 1 { "one entry".to_owned() } else { format!("{entries} entries") }
            ),
            Self::File => Occupant::File.words(),
            Self::Link { target } => format!("a link to {}", path(target)),
            Self::Special => Occupant::Special.words(),
            Self::Shared => "in a place that several accounts can change".into(),
            Self::Unreadable => "not readable for the account that would use it".into(),
        }
    }
}
