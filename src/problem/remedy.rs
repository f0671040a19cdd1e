//! What to do about a problem: one command that fixes it, or advice in words.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;

use crate::words::{indented_lines, one_line};

/// What to do about a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// One command.
    Fix(Fix),
    /// What no single command does, as a sentence without its period.
    Advice(String),
}

/// A command that fixes a problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Fix {
    /// The command, as typed in a shell.
    pub command: String,
    /// Whether it needs root.
    pub needs_root: bool,
    /// How whoever reads this becomes root.
    #[serde(skip)]
    pub root: RootBy,
}

/// How whoever reads a remedy becomes root.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RootBy {
    /// With sudo.
    #[default]
    Sudo,
    /// It is root who reads it.
    Already,
    /// There is no sudo: somebody else has to do it.
    Nobody,
}

impl Remedy {
    /// A command that needs root.
    pub fn as_root(command: impl Into<String>) -> Option<Self> {
        Some(Self::Fix(Fix { command: command.into(), needs_root: true, root: RootBy::Sudo }))
    }

    /// A command that anybody can run.
    pub fn run(command: impl Into<String>) -> Option<Self> {
        Some(Self::Fix(Fix { command: command.into(), needs_root: false, root: RootBy::Sudo }))
    }

    /// What no single command does.
    pub fn advice(advice: impl Into<String>) -> Option<Self> {
        Some(Self::Advice(advice.into()))
    }
}

impl Remedy {
    /// The same for whoever becomes root like this. Advice says `sudo` in front of a command that
    /// needs root, and nowhere else between backticks.
    pub(super) fn for_who_becomes_root(self, root: RootBy) -> Self {
        match (self, root) {
            (Self::Fix(fix), root) => Self::Fix(Fix { root, ..fix }),
            (Self::Advice(advice), RootBy::Sudo) => Self::Advice(advice),
            (Self::Advice(advice), RootBy::Already) => Self::Advice(advice.replace("`sudo ", "`")),
            (Self::Advice(advice), RootBy::Nobody) => Self::Advice(said_to_be_roots(&advice)),
        }
    }

    /// The same, where nothing foreign starts a line of its own.
    pub(super) fn on_its_lines(self) -> Self {
        match self {
            Self::Fix(fix) => Self::Fix(Fix { command: one_line(&fix.command), ..fix }),
            Self::Advice(advice) => Self::Advice(indented_lines(&advice)),
        }
    }
}

/// `sudo X` is `X` as root.
fn said_to_be_roots(advice: &str) -> String {
    let mut parts = advice.split("`sudo ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| match part.split_once('`') {
        Some((command, rest)) => format!("{text}`{command}` as root{rest}"),
        None => format!("{text}`{part}"),
    })
}

/// As a hint says it.
impl Display for Remedy {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fix(fix) if fix.is_for_somebody_else() => write!(formatter, "{fix}"),
            Self::Fix(fix) => write!(formatter, "run `{fix}`"),
            Self::Advice(advice) => formatter.write_str(advice),
        }
    }
}

impl Fix {
    /// Whether whoever reads it cannot run it.
    fn is_for_somebody_else(&self) -> bool {
        self.needs_root && self.root == RootBy::Nobody
    }
}

/// As it is typed, with sudo where it needs root and there is one.
impl Display for Fix {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        if self.is_for_somebody_else() {
            let command = &self.command;
            return write!(formatter, "ask the administrator of this machine to run `{command}`");
        }
        let is_wanted = self.needs_root && self.root == RootBy::Sudo;
        write!(formatter, "{}{}", if is_wanted { "sudo " } else { "" }, self.command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(remedy: Option<Remedy>) -> String {
        let ways = [RootBy::Sudo, RootBy::Already, RootBy::Nobody];
        let lines = ways.map(|root| remedy.clone().unwrap().for_who_becomes_root(root).to_string());
        lines.join("\n")
    }

    #[test]
    fn who_is_root_or_has_no_sudo_is_told_of_none() {
        insta::assert_snapshot!(shown(Remedy::as_root("apt-get clean")), @r"
        run `sudo apt-get clean`
        run `apt-get clean`
        ask the administrator of this machine to run `apt-get clean`
        ");
        insta::assert_snapshot!(shown(Remedy::advice("run `sudo a`; then `sudo b c` to see")), @r"
        run `sudo a`; then `sudo b c` to see
        run `a`; then `b c` to see
        run `a` as root; then `b c` as root to see
        ");
        insta::assert_snapshot!(shown(Remedy::run("labready repair")), @r"
        run `labready repair`
        run `labready repair`
        run `labready repair`
        ");
    }
}
