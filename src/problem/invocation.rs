//! What was typed, as hints repeat it: a command of labready's own that can be pasted.

use super::RootBy;
use crate::shell::quoted_line;

/// The command line that was typed, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invocation {
    /// The whole of it after the program's name, quoted for a shell; empty when it is not known.
    line: String,
    /// Which command: `setup`.
    command: String,
    /// The options that every command takes and that say what is wanted: `--course`, `--python`,
    /// `--venv`.
    common: Vec<String>,
    /// Those that `setup`, `plan` and `doctor` share.
    wanted: Vec<String>,
    /// How whoever typed it becomes root.
    pub root: RootBy,
}

/// Flags of setup that plan and doctor do not have.
const SETUP_ONLY: [&str; 2] = ["--image", "--clean"];

impl Invocation {
    /// Of a command with its options; `words` is everything that was typed after the program.
    pub fn new(command: &str, words: &[String], common: Vec<String>, wanted: Vec<String>) -> Self {
        let (line, root) = (quoted_line(words), RootBy::Sudo);
        Self { line, command: command.to_owned(), common, wanted, root }
    }

    /// The same by whoever becomes root like this.
    #[must_use]
    pub fn by_who_becomes_root(self, root: RootBy) -> Self {
        Self { root, ..self }
    }

    /// The same command again; `None` when nothing was typed.
    pub fn again(&self) -> Option<String> {
        (!self.line.is_empty()).then(|| format!("labready {}", self.line))
    }

    /// The same again, where it goes on with what it had begun: a command that changes the machine.
    pub fn to_go_on(&self) -> Option<String> {
        let changes = ["setup", "repair", "undo", "bundle"].contains(&self.command.as_str());
        self.again().filter(|_| changes)
    }

    /// Another command for the same machine: `labready setup --python 3.12`.
    pub fn labready(&self, command: &str) -> String {
        self.labready_with(command, &[])
    }

    /// The same, with further words.
    pub fn labready_with(&self, command: &str, more: &[&str]) -> String {
        let shares = |name: &str| ["setup", "plan", "doctor"].contains(&name);
        let wanted: &[String] =
            if shares(command) && shares(&self.command) { &self.wanted } else { &[] };
        let mut words: Vec<String> = command.split(' ').map(str::to_owned).collect();
        // What is added replaces what was typed: no option stands there twice.
        let mut typed = self.common.iter().chain(wanted).cloned().collect::<Vec<_>>();
        for option in more.iter().filter(|word| word.starts_with("--")) {
            if let Some(at) = typed.iter().position(|word| word == option) {
                typed.drain(at..(at + 2).min(typed.len()));
            }
        }
        // A bundle brings what `--offline` would look for on the machine: they exclude each other.
        if more.contains(&"--bundle") {
            typed.retain(|word| word != "--offline");
        }
        if command != "setup" {
            typed.retain(|word| !SETUP_ONLY.contains(&word.as_str()));
        }
        words.extend(typed);
        words.extend(more.iter().map(|word| (*word).to_owned()));
        format!("labready {}", quoted_line(&words))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_repeats_the_options_that_its_command_takes() {
        let words =
            |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let typed = Invocation::new(
            "doctor",
            &words(&["doctor", "--python", ">=3.10, <3.12", "--labs"]),
            words(&["--python", ">=3.10, <3.12"]),
            words(&["--offline", "--select", "none"]),
        );
        assert_eq!(
            typed.again().as_deref(),
            Some("labready doctor --python '>=3.10, <3.12' --labs")
        );
        assert_eq!(
            typed.labready("setup"),
            "labready setup --python '>=3.10, <3.12' --offline --select none"
        );
        assert_eq!(typed.labready("repair"), "labready repair --python '>=3.10, <3.12'");
        assert_eq!(
            typed.labready_with("setup", &["--select", "local", "--bundle", "DIR"]),
            "labready setup --python '>=3.10, <3.12' --select local --bundle DIR"
        );
        let image = words(&["--image", "--clean", "--owner", "student"]);
        let typed = Invocation::new("setup", &words(&["setup"]), Vec::new(), image);
        assert_eq!(
            typed.labready_with("setup", &["--bundle", "DIR"]),
            "labready setup --image --clean --owner student --bundle DIR"
        );
        assert_eq!(typed.labready("plan"), "labready plan --owner student");
        assert_eq!(Invocation::default().again(), None);
        assert_eq!(Invocation::default().labready("setup"), "labready setup");
    }
}
