//! What was typed and cannot be meant, and files that cannot be read or written as was asked.

use std::path::PathBuf;

use super::{Describe, FileFault, Id, Invocation, Remedy};
use crate::exit::Exit;
use crate::version::{Requirement, RequirementFault};
use crate::words::{path, quoted};

/// What can be wrong with what was typed.
#[derive(Clone, Debug, PartialEq)]
pub enum UsageProblem {
    /// `--python` is neither a version, a range nor a path.
    PythonUnreadable {
        /// What was typed.
        text: String,
        /// What is wrong with it.
        fault: RequirementFault,
    },
    /// `--python` leaves no version of the course's range.
    PythonOutOfRange {
        /// What was typed.
        text: String,
        /// The course's range.
        range: Requirement,
        /// Why the course has it.
        because: Option<String>,
    },
    /// A bundle brings its own Python, and `--python` names one that is here.
    PythonNamedForBundle,
    /// `--ppa-mirror` is not an archive's address.
    MirrorAddress {
        /// What was typed.
        address: String,
    },
    /// `--ppa-mirror` holds a name or a password.
    MirrorPassword,
    /// `--ppa-key` is not a public key.
    KeyFile {
        /// The file.
        file: PathBuf,
    },
    /// `--venv` is a folder that no virtual environment can be.
    VenvFolder {
        /// The folder.
        folder: PathBuf,
        /// Why not.
        why: FolderFault,
    },
    /// `--owner` names an account that is not there.
    OwnerUnknown {
        /// The name.
        name: String,
    },
    /// The account behind sudo is known to nobody.
    StudentUnknown {
        /// Its name, as sudo says it.
        name: String,
        /// Its number.
        uid: u32,
    },
    /// Only root can work for another account.
    OwnerNotRoot {
        /// The name.
        name: String,
        /// Who asks.
        user: String,
    },
    /// Only root can work on an image.
    ImageNotRoot {
        /// Who asks.
        user: String,
    },
    /// With `--quiet` there is no plan to agree to.
    QuietQuestion,
    /// Two courses are named.
    TwoCourses {
        /// The argument.
        argument: PathBuf,
        /// `--course`.
        option: PathBuf,
    },
    /// The current folder cannot be used.
    CurrentFolderUnusable {
        /// What the system answered.
        said: String,
    },
    /// The current folder's name is not UTF-8.
    CurrentFolderNotUtf8 {
        /// The folder.
        folder: PathBuf,
    },
    /// `explain` is asked for an id that is none.
    UnknownId {
        /// What was typed.
        id: String,
        /// The nearest one.
        near: Option<&'static str>,
    },
    /// Something is there that would have to be overwritten.
    FileInTheWay {
        /// The place.
        file: PathBuf,
        /// What is there.
        why: FileFault,
    },
}

/// Why a folder cannot be a virtual environment's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FolderFault {
    /// Its name is not UTF-8.
    NotUtf8,
    /// It is the root of the file system.
    Root,
    /// Its name holds a control character.
    ControlCharacter,
    /// Its name holds a colon.
    Colon,
}

impl Describe for UsageProblem {
    fn id(&self) -> Id {
        match self {
            Self::FileInTheWay { .. } => Id::FileInTheWay,
            _ => Id::Usage,
        }
    }

    fn title(&self) -> String {
        match self {
            Self::PythonUnreadable { text, fault } => format!("`--python {text}`: {fault}"),
            Self::PythonOutOfRange { text, range, .. } => {
                format!("`--python {text}` leaves no version of the course's range `{range}`")
            }
            Self::PythonNamedForBundle => {
                "a bundle contains its own Python, so `--python` cannot be a path".into()
            }
            Self::MirrorAddress { address } => {
                format!("`--ppa-mirror`: {} is not the address of an archive", quoted(address))
            }
            Self::MirrorPassword => {
                "`--ppa-mirror`: the address contains a user name or a password, which every account could then read"
                    .into()
            }
            Self::KeyFile { file } => format!("`--ppa-key`: {} is not a public key", path(file)),
            Self::VenvFolder { folder, why } => {
                format!("the virtual environment cannot be in {}: {}", path(folder), why.words())
            }
            Self::OwnerUnknown { name } => {
                format!("`--owner`: there is no account {}", quoted(name))
            }
            Self::StudentUnknown { name, uid } => format!(
                "this machine does not know the account that ran sudo: {} (user {uid})",
                quoted(name)
            ),
            Self::OwnerNotRoot { name, user } => {
                format!(
                    "`--owner {name}`: only root can work for another account, but you are {user}"
                )
            }
            Self::ImageNotRoot { user } => {
                format!("`--image` needs root, but you are {user}")
            }
            Self::QuietQuestion => "`--quiet` hides the plan that needs your agreement".into(),
            Self::TwoCourses { argument, option } => format!(
                "two courses are given, {} and `--course {}`",
                path(argument),
                option.display()
            ),
            Self::CurrentFolderUnusable { said } => {
                format!("the current folder cannot be used: {said}")
            }
            Self::CurrentFolderNotUtf8 { folder } => {
                format!("the name of the current folder, {}, is not UTF-8", path(folder))
            }
            Self::UnknownId { id, .. } => format!("there is no id {}", quoted(id)),
            Self::FileInTheWay { file, why } => format!("{} {}", path(file), why.words()),
        }
    }

    fn evidence(&self) -> String {
        match self {
            Self::FileInTheWay { .. } => "labready does not overwrite files".into(),
            _ => String::new(),
        }
    }

    fn remedy(&self, typed: &Invocation) -> Option<Remedy> {
        Remedy::advice(match self {
            Self::PythonUnreadable { .. } => {
                "`--python` takes a version (`3.12`), a range (`>=3.10, <3.13`) or the path of an interpreter".into()
            }
            Self::PythonOutOfRange { range, because, .. } => {
                let because =
                    because.as_ref().map(|because| format!(": {because}")).unwrap_or_default();
                format!("the course needs a Python in `{range}`{because}")
            }
            Self::PythonNamedForBundle => {
                "narrow the range instead, for example `--python 3.12`".into()
            }
            Self::MirrorAddress { .. } => {
                "write for example `--ppa-mirror http://mirror.example/deadsnakes/ppa/ubuntu`".into()
            }
            Self::MirrorPassword => {
                "write them into a file in /etc/apt/auth.conf.d that only root can read (see `man apt_auth.conf`), and leave them out of the address".into()
            }
            Self::KeyFile { .. } => "export it with `gpg --export --armor`".into(),
            Self::VenvFolder { .. } => "choose another folder with `--venv DIR`".into(),
            Self::OwnerUnknown { .. } => {
                "use the name or uid of an existing account; in an image, create it first with `useradd --create-home NAME`".into()
            }
            Self::StudentUnknown { .. } => {
                "run labready without sudo: it asks for root's rights itself; to set up root's own folders, add `--owner root`".into()
            }
            Self::OwnerNotRoot { .. } => "run it as root, or without `--owner`".into(),
            Self::ImageNotRoot { .. } => format!(
                "run it as root inside the image; on your own machine, run `{}` without `--image`",
                typed.labready("setup")
            ),
            Self::QuietQuestion => "add `--yes`, or run it without `--quiet`".into(),
            Self::TwoCourses { .. } => "use only one of them".into(),
            Self::CurrentFolderUnusable { .. } => {
                "change to a folder that exists, for example with `cd ~`".into()
            }
            Self::CurrentFolderNotUtf8 { .. } => "rename it, or start from another folder".into(),
            Self::UnknownId { near: Some(near), .. } => {
                format!("did you mean `labready explain {near}`?")
            }
            Self::UnknownId { near: None, .. } => "run `labready explain` to list all ids".into(),
            Self::FileInTheWay { .. } => {
                "choose another folder with `--output DIR`, or move it away".into()
            }
        })
    }

    fn exit(&self) -> Exit {
        match self {
            Self::FileInTheWay { .. } => Exit::NotReady,
            _ => Exit::Usage,
        }
    }
}

impl FolderFault {
    fn words(self) -> &'static str {
        match self {
            Self::NotUtf8 => "its name is not UTF-8",
            Self::Root => "it is the root of the file system",
            Self::ControlCharacter => "its name contains a control character",
            Self::Colon => "its name contains a `:`, which separates folders in PATH",
        }
    }
}
