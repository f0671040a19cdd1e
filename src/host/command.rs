//! A command as data: what the plan shows is what is spawned.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Account, private_file};
use crate::shell::quoted_line;

/// The PATH of every child: the system's own folders, none that a student can write.
pub const SYSTEM_PATH: &str = "/usr/sbin:/usr/bin:/sbin:/bin";

/// A program by its absolute path, its arguments, and the environment on top of a cleared one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Command {
    /// Absolute path of the program.
    pub program: PathBuf,
    /// Arguments, without the program.
    pub arguments: Vec<String>,
    /// Variables on top of PATH, LC_ALL and HOME. They may hold secrets (a proxy's password): shown
    /// by name only.
    #[serde(skip)]
    pub environment: BTreeMap<String, String>,
    /// The text of a file that nobody but the child can open.
    #[serde(skip)]
    pub private_file: Option<String>,
    /// The folder it starts in; `/` unless told.
    #[serde(skip)]
    pub folder: Option<PathBuf>,
    /// Whom it runs as; unchanged unless told. Only root can say.
    #[serde(skip)]
    pub account: Option<Account>,
    /// What gives it root's rights, when the student runs labready.
    #[serde(skip)]
    pub elevation: Option<Elevation>,
}

/// The program that gives rights, as a path of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elevation {
    pub(super) sudo: PathBuf,
}

impl Command {
    /// A command with a program given by its absolute path.
    pub fn new(program: impl AsRef<Path>) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            arguments: Vec::new(),
            environment: BTreeMap::new(),
            private_file: None,
            folder: None,
            account: None,
            elevation: None,
        }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<S: Into<String>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Sets one variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.insert(name.to_owned(), value.into());
        self
    }

    /// Sets many variables.
    #[must_use]
    pub fn envs(mut self, variables: BTreeMap<String, String>) -> Self {
        self.environment.extend(variables);
        self
    }

    /// Gives it a file that nobody else can open, and its name in this variable.
    #[must_use]
    pub fn with_private_file(mut self, variable: &str, text: String) -> Self {
        self.private_file = Some(text);
        self.env(variable, private_file::PLACE)
    }

    /// Starts it in this folder.
    #[must_use]
    pub fn in_folder(mut self, folder: &Path) -> Self {
        self.folder = Some(folder.to_owned());
        self
    }

    /// Runs it as this account.
    #[must_use]
    pub fn as_account(mut self, account: Option<Account>) -> Self {
        self.account = account;
        self
    }

    /// Runs it with root's rights.
    #[must_use]
    pub fn elevated(mut self, elevation: Option<Elevation>) -> Self {
        self.elevation = elevation;
        self
    }

    /// The program and its arguments, one string each.
    pub fn argv(&self) -> Vec<String> {
        let program = self.program.display().to_string();
        std::iter::once(program).chain(self.arguments.iter().cloned()).collect()
    }

    /// The program's name, for messages.
    pub fn name(&self) -> String {
        self.program.file_name().unwrap_or(self.program.as_os_str()).to_string_lossy().into_owned()
    }
}

/// As it would be typed in a shell, quoted where a shell needs it.
impl fmt::Display for Command {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&quoted_line(&self.argv()))
    }
}
