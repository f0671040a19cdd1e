//! A command on a machine: who runs it, where, with what around it.

use std::collections::BTreeMap;
use std::env;
use std::process;
use std::time::Duration;

use super::carried::PROXIES;
use super::recipe::STUDENT;
use super::running::{Output, Running};
use super::{Machine, terminal};

/// Nothing that a test starts may take longer, unless it says so.
const LIMIT: Duration = Duration::from_secs(120);

/// Who runs a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    Root,
    /// A person without any rights.
    Student,
}

impl Account {
    fn name(self) -> &'static str {
        if self == Self::Root { "root" } else { "student" }
    }

    /// The account's home folder.
    pub fn home(self) -> &'static str {
        if self == Self::Root { "/root" } else { "/home/student" }
    }
}

/// A command that is not yet started.
pub struct Command<'m> {
    machine: &'m Machine,
    words: Vec<String>,
    environment: BTreeMap<String, String>,
    account: Account,
    folder: Option<String>,
    stdin: Option<String>,
    terminal: bool,
    limit: Duration,
}

impl<'m> Command<'m> {
    pub(super) fn new(machine: &'m Machine, words: &[&str]) -> Self {
        Self {
            machine,
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            environment: BTreeMap::new(),
            account: Account::Root,
            folder: None,
            stdin: None,
            terminal: false,
            limit: LIMIT,
        }
    }

    /// Sets a variable. There are no others than PATH, HOME, USER, LOGNAME, SHELL, LANG, TERM and
    /// this machine's proxies.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.into(), value.into());
        self
    }

    /// Run by the student, in the home folder unless another is said.
    pub fn by_student(mut self) -> Self {
        self.account = Account::Student;
        self
    }

    /// Run by this account.
    pub fn by(mut self, account: Account) -> Self {
        self.account = account;
        self
    }

    /// Run in this folder.
    pub fn within(mut self, folder: &str) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// With this text on stdin, off a terminal.
    pub fn stdin(mut self, text: &str) -> Self {
        self.stdin = Some(text.into());
        self
    }

    /// On a terminal of its own, 100 columns wide; what is on its screen is `stdout`.
    pub fn on_a_terminal(mut self) -> Self {
        self.terminal = true;
        self
    }

    /// Stopped, and the test failed, when it takes longer.
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs it to its end.
    pub fn run(self) -> Output {
        self.start().finish()
    }

    /// Starts it.
    pub fn start(self) -> Running {
        let words = self.words.join(" ");
        let outer = self.entering();
        if self.terminal {
            terminal::start(outer, words, self.limit)
        } else {
            Running::start(outer, words, self.stdin, self.limit)
        }
    }

    /// The command as this machine sees it: into the other one's namespaces, then as the account,
    /// into the folder.
    fn entering(&self) -> process::Command {
        let mut outer = process::Command::new("nsenter");
        outer.args(["--target", self.machine.holder.pid(), "--mount", "--uts", "--pid", "--"]);
        if !self.machine.network.get() {
            outer.args(["unshare", "--net", "--"]);
        }
        // Not the terminal of whoever runs the tests.
        outer.args(if self.terminal { ["setsid", "--ctty"].as_slice() } else { &["setsid"] });
        if self.account == Account::Student {
            let number = STUDENT.to_string();
            outer.args(["setpriv", "--reuid", &number, "--regid", &number, "--clear-groups", "--"]);
        }
        let folder = self.folder.as_deref().unwrap_or(self.account.home());
        // Whoever runs the tests in the background ignores Ctrl-C, and a shell cannot take that back.
        outer.args(["env", "--default-signal=INT"]);
        outer.args(["--chdir", folder, "--ignore-environment"]);
        outer.args(self.variables().iter().map(|(name, value)| format!("{name}={value}")));
        if self.terminal {
            // A shell with job control, as on any terminal: Ctrl-C reaches the command's process
            // group and nothing else.
            outer.args(["bash", "-c", r#"set -m; "$@"; exit $?"#, "shell"]);
        }
        outer.args(&self.words);
        outer
    }

    fn variables(&self) -> BTreeMap<String, String> {
        let name = self.account.name();
        let mut variables = BTreeMap::from(
            [
                ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
                ("HOME", self.account.home()),
                ("USER", name),
                ("LOGNAME", name),
                ("SHELL", "/bin/bash"),
                ("LANG", "C.UTF-8"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        if self.terminal {
            variables.insert("TERM".into(), "xterm-256color".into());
        }
        variables.extend(
            PROXIES.iter().filter_map(|name| Some(((*name).to_owned(), env::var(name).ok()?))),
        );
        variables.extend(self.environment.clone());
        variables
    }
}
