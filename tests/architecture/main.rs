//! The rules of the source tree that a compiler does not keep: a grep over `src/`, where the map in
//! `src/lib.rs` is the law.

// A test fails by panicking, and a helper of a test does so for it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod circles;
mod graph;
mod sentences;
mod words;

use std::fs;
use std::path::Path;

/// More lines than this hold more than one concern.
const LONGEST_FILE: usize = 350;

/// A source file, without its comments and its tests.
struct Source {
    /// Below `src/`.
    path: String,
    text: String,
    /// Line numbers and lines.
    code: Vec<(usize, String)>,
}

impl Source {
    fn is_below(&self, places: &[&str]) -> bool {
        places.iter().any(|place| self.path.starts_with(place))
    }

    /// Where a word stands as a word, and as the first of a path: `console::` in
    /// `report::console::Paint` is no crate.
    fn uses(&self, word: &str) -> Vec<String> {
        let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
        let stands = |line: &str| {
            line.match_indices(word).any(|(at, _)| {
                let goes_on = !word.ends_with(':')
                    && line[at + word.len()..]
                        .starts_with(|c: char| c.is_alphanumeric() || c == '_');
                !line[..at].ends_with(is_part) && !goes_on
            })
        };
        self.code
            .iter()
            .filter(|(_, line)| stands(line))
            .map(|(number, line)| format!("{}:{number}: {}", self.path, line.trim()))
            .collect()
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let path = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                sources.push(Source { code: code(&path, &text), path, text });
            }
        }
    }
    sources.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(sources.len() > 30, "{} files", sources.len());
    sources
}

/// The lines of a file that are neither comments nor tests; tests stand last.
fn code(path: &str, text: &str) -> Vec<(usize, String)> {
    if path.ends_with("tests.rs") {
        return Vec::new();
    }
    let lines = text.lines().enumerate().take_while(|(_, line)| *line != "#[cfg(test)]");
    let without_comment = |line: &str| line.split(" // ").next().unwrap_or_default().to_owned();
    lines
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(at, line)| (at + 1, without_comment(line)))
        .collect()
}

/// Fails with everything that was found.
#[track_caller]
fn expect_none(found: Vec<String>, rule: &str) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

/// Every use of any of the words outside of some places.
fn uses_outside(places: &[&str], words: &[&str]) -> Vec<String> {
    let sources = sources();
    let outside = sources.iter().filter(|source| !source.is_below(places));
    outside.flat_map(|source| words.iter().flat_map(|word| source.uses(word))).collect()
}

/// Every use of any of the words within some places.
fn uses_in(places: &[&str], words: &[&str]) -> Vec<String> {
    let sources = sources();
    let inside = sources.iter().filter(|source| source.is_below(places));
    inside.flat_map(|source| words.iter().flat_map(|word| source.uses(word))).collect()
}

#[test]
fn only_the_host_reaches_the_machine() {
    let mut found = uses_outside(
        &["host/"],
        &["std::fs", "std::env", "std::process", "std::net", "std::os", "File::open", "env::var"],
    );
    found.retain(|line| {
        !line.starts_with("main.rs:") || !line.ends_with("use std::process::ExitCode;")
    });
    expect_none(found, "only src/host names files, processes and the environment");
    expect_none(
        uses_outside(&["host/"], &["std::{"]),
        "imports of std stand one a line, so that this test can read them",
    );
}

#[test]
fn every_crate_stays_where_the_map_confines_it() {
    let map = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let rows = map
        .lines()
        .filter(|line| line.starts_with("//! | [`"))
        .map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
    let mut crates = 0;
    for row in rows {
        let (part, confined) = (row[1].trim_matches(['[', ']', '`']), row[3]);
        let confined = confined.split(',').map(str::trim);
        for name in confined
            .map(|name| name.split(" (").next().unwrap_or_default())
            .filter(|name| !name.is_empty())
        {
            let place = if ["console", "indicatif"].contains(&name) {
                "report/console.rs".into()
            } else {
                format!("{part}/")
            };
            let found = uses_outside(&[&place], &[&format!("{}::", name.replace('-', "_"))]);
            expect_none(found, &format!("only src/{place} names the crate {name}"));
            crates += 1;
        }
    }
    assert_eq!(crates, 10, "the crates that the map in src/lib.rs confines");
}

#[test]
fn reports_never_import_doing_code() {
    let doing = [
        "crate::apply",
        "crate::commands",
        "crate::lab::run",
        "crate::lab::verify",
        "Host",
        "gather",
    ];
    expect_none(uses_in(&["report/"], &doing), "src/report takes values and returns values");
}

#[test]
fn plans_and_parsers_take_values_and_return_values() {
    let doing =
        ["crate::apply", "crate::commands", "crate::lab", "crate::report", "Host", "gather"];
    expect_none(
        uses_in(
            &["plan/", "diagnosis/", "version/", "course/format.rs", "course/timeline.rs"],
            &doing,
        ),
        "these parts are pure",
    );
}

#[test]
fn arrows_point_one_way() {
    let upwards = [
        (
            "host/",
            vec![
                "crate::apt",
                "crate::facts",
                "crate::course",
                "crate::plan",
                "crate::apply",
                "crate::lab",
                "crate::report",
                "crate::commands",
                "crate::event",
            ],
        ),
        (
            "problem/",
            vec![
                "crate::host",
                "crate::error",
                "crate::course",
                "crate::apt",
                "crate::cli",
                "crate::request",
                "crate::facts",
                "crate::plan",
                "crate::apply",
                "crate::bundle",
                "crate::lab",
                "crate::report",
                "crate::commands",
                "crate::event",
            ],
        ),
        (
            "apt/",
            vec![
                "crate::facts",
                "crate::course",
                "crate::plan",
                "crate::apply",
                "crate::bundle",
                "crate::diagnosis",
                "crate::lab",
                "crate::report",
                "crate::commands",
                "crate::event",
            ],
        ),
        ("version/", vec!["crate"]),
        (
            "course/",
            vec![
                "crate::apt",
                "crate::facts",
                "crate::plan",
                "crate::apply",
                "crate::lab",
                "crate::report",
                "crate::commands",
                "crate::event",
            ],
        ),
        (
            "facts/",
            vec![
                "crate::plan",
                "crate::apply",
                "crate::lab",
                "crate::report",
                "crate::commands",
                "crate::event",
            ],
        ),
        (
            "bundle/",
            vec![
                "crate::plan",
                "crate::apply",
                "crate::lab",
                "crate::report",
                "crate::commands",
                "crate::event",
            ],
        ),
        (
            "lab/",
            vec![
                "crate::apt",
                "crate::facts",
                "crate::plan",
                "crate::apply",
                "crate::report",
                "crate::commands",
            ],
        ),
        ("apply/", vec!["crate::lab", "crate::report", "crate::commands"]),
    ];
    let found = upwards.into_iter().flat_map(|(place, words)| uses_in(&[place], &words)).collect();
    expect_none(found, "commands → {apply, bundle, lab} → plan → facts → apt → host");
}

#[test]
fn only_apt_names_the_programs_of_apt_and_dpkg() {
    let programs = [
        "apt-get",
        "apt-cache",
        "apt-mark",
        "dpkg",
        "dpkg-query",
        "dpkg-deb",
        "update-alternatives",
    ];
    let is_program = |literal: &str| {
        let folders = ["/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"];
        let name = folders.iter().find_map(|folder| literal.strip_prefix(folder));
        programs.contains(&name.unwrap_or(literal))
    };
    let sources = sources();
    let named = |within: bool| {
        // A problem's fix is a command that a person types.
        let places = ["apt/", "problem/"];
        let files = sources.iter().filter(move |source| source.is_below(&places) == within);
        let lines = files.flat_map(|source| source.code.iter().map(move |line| (source, line)));
        // Every second part of a line between quotes is a whole literal.
        let found =
            lines.filter(|(_, (_, line))| line.split('"').skip(1).step_by(2).any(is_program));
        found
            .map(|(source, (number, line))| format!("{}:{number}: {}", source.path, line.trim()))
            .collect::<Vec<_>>()
    };
    assert!(named(true).len() >= 4, "src/apt itself names them: {:?}", named(true));
    expect_none(named(false), "only src/apt runs apt, dpkg and update-alternatives");
}

#[test]
fn nothing_prints_past_the_report_and_nothing_is_unsafe() {
    let words = ["println!", "eprintln!", "print!", "eprint!", "dbg!", "todo!", "unimplemented!"];
    expect_none(uses_outside(&[], &words), "a closed pipe must be a success, not a panic");
    let unsafe_code = ["unsafe {", "unsafe fn", "unsafe impl", "unsafe trait", "unsafe extern"];
    expect_none(uses_outside(&[], &unsafe_code), "nothing is unsafe");
}

#[test]
fn no_code_behaves_otherwise_in_tests() {
    let found = sources().into_iter().flat_map(|source| {
        let lines: Vec<&str> = source.text.lines().collect();
        let next = |at: usize| lines.get(at + 1).copied().unwrap_or_default();
        // What describes a type for its JSON Schema changes nothing that the type does.
        let describes = [
            "#![cfg_attr(test, allow(",
            "#[cfg_attr(test, derive(schemars::",
            "#[cfg_attr(test, schemars(",
        ];
        let strange = |at: usize| {
            let is_attribute = lines[at].contains("cfg_attr(test");
            (is_attribute && !describes.iter().any(|word| lines[at].trim_start().starts_with(word)))
                || (lines[at].contains("cfg(test)") && !next(at).starts_with("mod tests"))
        };
        (0..lines.len())
            .filter(|at| strange(*at))
            .map(|at| format!("{}:{}: {}", source.path, at + 1, lines[at]))
            .collect::<Vec<_>>()
    });
    expect_none(found.collect(), "a machine is faked as a folder, never by a branch");
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent = sources().into_iter().filter(|source| !source.text.starts_with("//! "));
    expect_none(
        silent.map(|source| source.path).collect(),
        "the first line of a file is its legend",
    );
}

#[test]
fn no_file_holds_more_than_one_concern() {
    let sizes = sources().into_iter().map(|source| (source.text.lines().count(), source.path));
    let long = sizes
        .filter(|(lines, _)| *lines > LONGEST_FILE)
        .map(|(lines, path)| format!("{path}: {lines} lines"));
    expect_none(long.collect(), "files of at most 350 lines");
}
