//! From words to a [`Cli`]: what is said to who typed nothing, or a command of another tool's.

use std::ffi::OsString;
use std::io::{self, Write};

use clap::Parser;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::Cli;
use crate::exit::Exit;

/// What is said to who typed nothing.
const START: &str = "\
labready gets this computer ready for your Python course.
Start here:        labready setup
Something wrong?   labready doctor
All commands:      labready --help
";

/// What other tools call it, and what it is called here. Words that are spelled like a command of
/// labready and mean another one stand here, too.
const MEANT: [(&[&str], &str); 9] = [
    (&["install", "init", "start", "begin", "configure", "update", "upgrade"], "setup"),
    (&["check", "status", "diagnose", "info", "health"], "doctor"),
    (&["run", "test", "tests", "lab", "labs", "judge"], "verify"),
    (&["uninstall", "remove", "delete", "revert", "reset", "clean"], "undo"),
    (&["fix"], "repair"),
    (&["show", "preview", "diff"], "plan"),
    (&["list", "ls", "commands"], "--help"),
    (&["version"], "--version"),
    (&["download", "pack"], "bundle DIR"),
];

/// Why nothing is run, or that a text was asked for: `--help`.
#[derive(Debug)]
pub enum Refusal {
    /// In clap's words.
    Clap(clap::Error),
    /// In ours.
    Own(String),
}

impl Cli {
    /// What was typed: the program's name, and the words after it.
    ///
    /// # Errors
    /// [`Refusal`] for what cannot be meant.
    pub fn read(words: impl IntoIterator<Item = OsString>) -> Result<Self, Refusal> {
        let words: Vec<OsString> = words.into_iter().collect();
        if words.len() < 2 {
            return Err(Refusal::Own(START.into()));
        }
        Self::try_parse_from(&words).map_err(|error| match other_tools_word(&error, &words) {
            Some(text) => Refusal::Own(text),
            None => Refusal::Clap(error),
        })
    }
}

impl Refusal {
    /// Says why, and gives the exit code: who typed nothing has done nothing, so that is not 0.
    pub fn show(&self) -> u8 {
        // There is nowhere to say that nothing could be said.
        match self {
            Self::Own(text) => {
                let _ = io::stderr().write_all(text.as_bytes());
                Exit::Usage.code()
            }
            Self::Clap(error) => {
                let _ = error.print();
                error.exit_code().try_into().unwrap_or(Exit::Usage.code())
            }
        }
    }
}

/// A command that labready does not have, by a word that others use for one that it has.
fn other_tools_word(error: &clap::Error, words: &[OsString]) -> Option<String> {
    if error.kind() != ErrorKind::InvalidSubcommand {
        return None;
    }
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    // Not a word below `course`.
    let is_first = words[1..].iter().find(|word| !word.to_string_lossy().starts_with('-'));
    is_first.filter(|first| first.to_str() == Some(typed))?;
    let lower = typed.to_lowercase();
    let (_, meant) = MEANT.iter().find(|(others, _)| others.contains(&lower.as_str()))?;
    Some(format!(
        "error: labready has no command `{typed}`; did you mean `labready {meant}`?\n\nRun `labready --help` for all commands.\n"
    ))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn own(words: &[&str]) -> Option<String> {
        let words = ["labready"].iter().chain(words).map(OsString::from);
        match Cli::read(words) {
            Err(Refusal::Own(text)) => Some(text),
            _ => None,
        }
    }

    #[test]
    fn who_types_nothing_is_told_where_to_start_in_four_short_lines() {
        let text = own(&[]).unwrap();
        assert_eq!(text, START);
        assert_eq!(text.lines().count(), 4);
        assert!(text.lines().all(|line| line.len() <= 60), "{text}");
        assert!(text.contains("labready setup\n"));
    }

    #[test]
    fn the_words_of_other_tools_lead_to_the_command_that_is_meant() {
        for (others, meant) in MEANT {
            for other in others {
                let text = own(&[other]).unwrap_or_else(|| panic!("`{other}` is a command"));
                assert!(text.contains(&format!("`labready {meant}`")), "{text}");
                assert_eq!(own(&["--offline", other]), None, "only where options are known");
                assert!(own(&["-v", &other.to_uppercase()]).is_some());
            }
            let is_known = |name: &str| {
                name.starts_with("--") || Cli::command().find_subcommand(name).is_some()
            };
            assert!(is_known(meant.split(' ').next().unwrap()), "{meant}");
        }
    }

    #[test]
    fn a_command_that_is_spelled_wrong_and_one_below_another_are_left_to_clap() {
        for words in [&["setpu"][..], &["course", "install"], &["setup", "--install"], &["--help"]]
        {
            assert_eq!(own(words), None, "{words:?}");
        }
    }
}
