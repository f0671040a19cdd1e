//! The one door to the machine: a root folder, a PATH, an environment. All reading, writing and
//! spawning goes through it.
//!
//! Files: `files` reads, `writes` writes, `state` keeps what is believed later, `outputs` finds where a report goes,
//! `copies` copies a course, `temporary` makes a folder for scripts, `pinned` holds a folder open, `ownership` gives
//! root's files back, `digest` sums up.
//!
//! People: `account` and `accounts` know who is who, `groups` who is in a group, `control` (with `access_list`) who can
//! exchange what, `file_rights` looks with another's
//! eyes, `own_rights` refuses borrowed ones, `elevation` is sudo.
//!
//! Programs: `programs` finds them, `command` is one as data, `spawn` runs it (`launch` starts it, `running` is it under
//! way, `heard` hears it, `finished` is its end, `private_file` hands it a secret), `watched` runs one under the eyes of a
//! clock, on a `pty` (`opening` sees it open a file); `children` end with us, and so do `orphans`.
//!
//! The rest: `locks` are apt's, `run_locks` our own, `signals` hears Ctrl-C, `clock` tells the time,
//! `terminal` asks. A test's machine is a folder (`folder`): [`Host::in_folder`] puts every path, and every program,
//! below it.

mod access_list;
mod account;
mod accounts;
mod children;
mod clock;
mod command;
mod control;
mod copies;
mod digest;
mod elevation;
mod file_rights;
mod files;
mod finished;
mod folder;
mod groups;
mod heard;
mod launch;
mod locks;
mod opening;
mod orphans;
mod outputs;
mod own_rights;
mod ownership;
mod pinned;
mod private_file;
mod programs;
mod pty;
mod run_locks;
mod running;
mod signals;
mod spawn;
mod state;
mod streams;
mod temporary;
mod terminal;
mod watched;
mod writes;

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

pub use crate::shell::quoted_line;
pub use account::Account;
pub use clock::{Clock, Instants};
pub use command::{Command, Elevation, SYSTEM_PATH};
pub use control::{Control, Reach};
pub use copies::{Copied, RoomyFolder};
pub use digest::Digest;
pub use elevation::SudoAnswer;
pub use files::{Entry, Kind};
pub use finished::{Finished, last_line};
pub use heard::Stream;
pub use locks::{FileLock, Holder};
pub use opening::Opening;
pub use orphans::Orphans;
pub use outputs::Destination;
pub use own_rights::expect_own_rights;
pub use pinned::PinnedFolder;
pub use run_locks::{LockAttempt, RunLock, RunningProcess};
pub use spawn::StatusLines;
pub use temporary::TemporaryFolder;
pub use terminal::Streams;
pub use watched::{Ending, Heard, Stopping, Watched};

use jiff::Timestamp;
use nix::sys::stat::{Mode, umask};

use crate::error::Result;
use crate::problem::UsageProblem;
use accounts::{NameServices, Users};
use file_rights::FileRights;

/// What a file of root's does not let others do: write.
const CLOSED: Mode = Mode::S_IWGRP.union(Mode::S_IWOTH);

/// A machine: this one, or one in a folder.
#[derive(Clone, Debug)]
pub struct Host {
    root: PathBuf,
    folder: PathBuf,
    environment: BTreeMap<String, String>,
    /// What was typed after the program's name.
    arguments: Vec<String>,
    /// Who runs labready.
    users: Users,
    /// Accounts that /etc/passwd does not know.
    known: NameServices,
    /// Where this program lies.
    program: Option<PathBuf>,
    /// Who owns what, where that is not asked of the files themselves: for a machine in a folder.
    owners: BTreeMap<PathBuf, u32>,
    /// Whose rights file operations have, when not this process's.
    file_rights: Option<FileRights>,
    /// What the wall clock shows, where that is not the real time: for a machine in a folder.
    clock: Option<Timestamp>,
}

/// The command line of this process: the program's name, and the words after it.
pub fn words_typed() -> impl Iterator<Item = OsString> {
    env::args_os()
}

impl Host {
    /// The machine that the program runs on. Installs the handlers that turn Ctrl-C into
    /// [`crate::error::Error::Interrupted`].
    ///
    /// # Errors
    /// [`UsageProblem`] when the current folder is gone or its name is not UTF-8: every path that
    /// is shown must be one that can be typed.
    pub fn this() -> Result<Self> {
        signals::listen();
        let folder = env::current_dir()
            .map_err(|source| UsageProblem::CurrentFolderUnusable { said: source.to_string() })?;
        if folder.to_str().is_none() {
            return Err(UsageProblem::CurrentFolderNotUtf8 { folder }.into());
        }
        // A variable that is not UTF-8 cannot be one that is read here.
        let environment = env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let arguments =
            env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
        let users = Users::of_this_process();
        if users.are_root() {
            // What root makes, by whatever program, is nobody else's to change.
            umask(umask(CLOSED) | CLOSED);
            file_rights::leave_groups();
        }
        let (root, program) = (PathBuf::from("/"), env::current_exe().ok());
        let (known, owners, file_rights) = (NameServices::default(), BTreeMap::new(), None);
        Ok(Self {
            root,
            folder,
            environment,
            arguments,
            users,
            known,
            program,
            owners,
            file_rights,
            clock: None,
        })
    }

    /// The same machine seen from another current folder.
    pub fn from_folder(&self, folder: &Path) -> Self {
        Self { folder: self.absolute(folder), ..self.clone() }
    }

    /// What was typed after the program's name.
    pub fn arguments(&self) -> &[String] {
        &self.arguments
    }

    /// Where this program lies; `None` where the system does not tell, or it was replaced.
    pub fn own_program(&self) -> Option<PathBuf> {
        self.program.clone().filter(|program| self.inside(program).exists())
    }

    /// Whether it is there and can be changed by root alone.
    pub fn is_only_roots(&self, path: &Path) -> bool {
        self.real_path(path).is_some()
            && self.control(path, Reach::Itself).is_ok_and(|control| control == Control::Root)
    }

    /// A variable of the environment that labready was started with; the empty string counts as
    /// unset.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Every variable whose name passes, for what a child is to inherit.
    pub fn variables(&self, wanted: impl Fn(&str) -> bool) -> BTreeMap<String, String> {
        self.environment
            .iter()
            .filter(|(name, _)| wanted(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// The proxy settings, under the lower-case names that apt and pip both read.
    pub fn proxies(&self) -> BTreeMap<String, String> {
        let names = ["http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy"];
        let value =
            |name: &str| self.variable(name).or_else(|| self.variable(&name.to_uppercase()));
        names
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), value(name)?.to_owned())))
            .collect()
    }

    /// The folder that relative paths mean.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A path as typed, made absolute; `.` and `..` are resolved by their letters, links are not
    /// followed.
    pub fn absolute(&self, path: &Path) -> PathBuf {
        files::normal(&self.folder.join(path))
    }

    /// Where a path of this machine really lies.
    fn inside(&self, path: &Path) -> PathBuf {
        let absolute = self.absolute(path);
        match absolute.strip_prefix("/") {
            Ok(relative) if self.root != Path::new("/") => self.root.join(relative),
            _ => absolute,
        }
    }
}
