//! Sentences for people stand where somebody proof-reads them. A string of three or more words of prose
//! anywhere else is one that was forgotten.

use std::collections::BTreeMap;

use super::{Source, expect_none, sources};

/// Where sentences stand: the catalogue, verdicts, reports, the command line, the planner's titles, and
/// how each command ends.
const HOMES: [&str; 19] = [
    "problem/",
    "lab/explain/",
    "report/",
    "cli/",
    "plan/",
    "course/draft.rs",
    "outcome.rs",
    "room/absence.rs",
    "room/answer.rs",
    "room/causes.rs",
    "commands/bundle.rs",
    "commands/course.rs",
    "commands/doctor.rs",
    "commands/repair.rs",
    "commands/selftest.rs",
    "commands/setup.rs",
    "commands/show.rs",
    "commands/undo.rs",
    "commands/verify.rs",
];

/// Files with a reason to hold some. One that holds none any more must go from here.
const EXCEPTIONS: [(&str, &str); 30] = [
    ("apply/install.rs", PROGRESS),
    ("apply/pip_output.rs", SAID_BY_PROGRAMS),
    ("apply/refresh/mod.rs", PROGRESS),
    ("apply/refresh/update_errors.rs", SAID_BY_PROGRAMS),
    ("apply/services.rs", WRITTEN_FILE),
    ("apply/venv.rs", "evidence: what ensurepip did when it was started again"),
    ("apt/offers.rs", SAID_BY_PROGRAMS),
    ("apt/output.rs", SAID_BY_PROGRAMS),
    (
        "course/format.rs",
        "what the TOML parser is told to expect, which it puts into its own message",
    ),
    ("error.rs", "what the system refused, and the hint of a bug: they have no kind of problem"),
    ("exit.rs", "the meaning of each exit code, for --help and the README"),
    ("facts/distro.rs", "a name for a system without one"),
    ("facts/interpreters.rs", "whose an interpreter is, for the list of candidates"),
    ("facts/network/answer.rs", SAID_BY_PROGRAMS),
    ("facts/sources/pin.rs", WRITTEN_FILE),
    ("facts/sources/stanzas.rs", "a name for a key without a file"),
    ("host/copies.rs", SYSTEM),
    ("host/elevation.rs", SAID_BY_PROGRAMS),
    ("host/locks.rs", SYSTEM),
    ("host/pinned.rs", SYSTEM),
    ("host/launch.rs", "what setsid says of a program that does not start"),
    ("host/finished.rs", "a name for an end, and for an output, that there is none of"),
    ("host/temporary.rs", SYSTEM),
    ("host/writes.rs", SYSTEM),
    ("lab/script.rs", "the names of Python's modules"),
    ("lab/traceback.rs", SAID_BY_PROGRAMS),
    ("lab/tracebacks.rs", SAID_BY_PROGRAMS),
    ("lab/verdict.rs", "what the machine did meanwhile: to be moved to lab/explain"),
    ("lab/verify.rs", "a lab that was not run: to be moved to lab/explain"),
    ("request/mod.rs", "the first line of a key's file"),
];

const PROGRESS: &str = "what a step does at this moment, beside its title";
const SAID_BY_PROGRAMS: &str = "what other programs say, to be recognized";
const SYSTEM: &str = "what was tried when the system refused: `could not {action} PATH`";
const WRITTEN_FILE: &str = "a comment in a file that labready writes";

/// The string literals of a file, each with its line; those that end elsewhere than they begin are joined.
fn literals(source: &Source) -> Vec<(usize, String)> {
    let mut literals = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in &source.code {
        let mut letters = line.chars().peekable();
        let mut before = ' ';
        while let Some(letter) = letters.next() {
            match (&mut open, letter) {
                // A character that is a quote.
                (None, '\'') if letters.peek() == Some(&'"') => drop(letters.next()),
                (None, '"') => open = Some((*number, String::new())),
                (None, _) => {}
                (Some(_), '"') if before != '\\' => literals.extend(open.take()),
                (Some((_, text)), letter) => text.push(letter),
            }
            before = if before == '\\' && letter == '\\' { ' ' } else { letter };
        }
    }
    literals
}

/// Whether it reads as prose: three or more words in a row that are nothing but letters.
fn is_prose(literal: &str) -> bool {
    let is_word = |word: &str| {
        let word = word.trim_matches(|c: char| ".,:;()'’`".contains(c));
        !word.is_empty() && word.chars().all(|c| c.is_alphabetic() || c == '\'')
    };
    let mut in_a_row = 0;
    literal.split(' ').any(|word| {
        in_a_row = if is_word(word) { in_a_row + 1 } else { 0 };
        in_a_row >= 3
    })
}

/// Whether the literal is for whoever writes labready: a bug's message, a reason for the compiler.
fn is_for_developers(source: &Source, number: usize) -> bool {
    let signs = ["Bug {", "reason = ", "expect(", "message:"];
    source
        .code
        .iter()
        .any(|(at, line)| *at == number && signs.iter().any(|sign| line.contains(sign)))
}

#[test]
fn sentences_stand_where_somebody_proof_reads_them() {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for source in sources().iter().filter(|source| !source.is_below(&HOMES)) {
        for (number, literal) in literals(source) {
            if is_prose(&literal) && !is_for_developers(source, number) {
                let line = format!("{}:{number}: {literal:?}", source.path);
                found.entry(source.path.clone()).or_default().push(line);
            }
        }
    }
    let held = EXCEPTIONS.iter().map(|(path, _)| (*path, found.remove(*path)));
    let needless: Vec<_> = held.filter(|(_, lines)| lines.is_none()).collect();
    let needless = needless.into_iter().map(|(path, _)| path.to_owned()).collect();
    expect_none(found.into_values().flatten().collect(), "sentences belong into the catalogue");
    expect_none(needless, "these files hold none any more");
}

#[test]
fn prose_is_told_from_commands_and_names() {
    for prose in
        ["the disk is full", "could not {action} it, try again later", "Waiting for the lock"]
    {
        assert!(is_prose(prose), "{prose}");
    }
    for other in [
        "/usr/bin/apt-get -y install",
        "two words",
        "a {b} c {d} e",
        "Candidate: (none)",
        "%d %d %d",
    ] {
        assert!(!is_prose(other), "{other}");
    }
}
