//! The catalogue against itself: every name has a page, stands in the schema, is explained, and is met by
//! some test that makes the problem.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use labready::lab::Reason;
use labready::problem::Id;
use serde_json::Value;

use super::running::labready;

/// What no test can make, with the reason. A name that a test does meet must not stand here.
const NOT_PROVOKED: &[(&str, &str)] = &[
    ("architecture-not-served", DEADSNAKES),
    ("archive-not-accepted", DEADSNAKES),
    ("archive-not-served", DEADSNAKES),
    ("archive-overridden", DEADSNAKES),
    ("archive-without-python", DEADSNAKES),
    ("package-from-elsewhere", DEADSNAKES),
    ("bundle-for-another", BUNDLE),
    ("package-not-fetched", BUNDLE),
    ("pip-not-fetched", BUNDLE),
    ("program-timed-out", "the shortest time that a program has is ten seconds"),
    ("report-not-written", "it is said before there is a report, and without its name"),
    ("selftest", "the self-test runs labs for minutes; its words are compared in the snapshot"),
];

/// The end-to-end tests meet it and read its words, without its name.
const DEADSNAKES: &str = "it needs a signed archive behind HTTP: tests/end_to_end/deadsnakes.rs";
const BUNDLE: &str = "it needs a signed archive behind HTTP: tests/end_to_end/bundle.rs";

/// Files that name every problem, or that make one up.
const WITHOUT_MACHINES: [&str; 4] =
    ["golden/catalogue.rs", "golden/every_problem.rs", "golden__every_problem__", "src/error.rs"];

fn names() -> Vec<&'static str> {
    let problems = Id::ALL.iter().map(|id| id.name());
    problems.chain(Reason::ALL.iter().map(|reason| reason.name())).collect()
}

#[test]
fn every_name_stands_in_the_schema_of_reports_and_no_other_does() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/report.schema.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let in_schema = |name: &str| {
        let definition = &schema["$defs"][name];
        let together = definition["enum"].as_array().into_iter().flatten();
        let described = definition["oneOf"].as_array().into_iter().flatten();
        let described = described.map(|kind| &kind["const"]);
        together.chain(described).map(|name| name.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(in_schema("Id"), Id::ALL.iter().map(|id| id.name()).collect::<Vec<_>>());
    let reasons: Vec<_> = Reason::ALL.iter().map(|reason| reason.name()).collect();
    assert_eq!(in_schema("Reason"), reasons);
}

#[test]
fn every_name_is_explained() {
    for name in names() {
        let run = labready(&["explain", name]);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{name}");
        let head = format!("# {name}\n");
        assert!(run.stdout.starts_with(&head), "{name}: {}", run.stdout);
    }
}

/// Every text in which a problem that a test met leaves its name: tests, their snapshots, and the
/// tests within `src`.
fn texts_of_tests() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut places: Vec<PathBuf> = vec![root.join("tests"), root.join("src")];
    // The verdict on each script of the labs' variants, which the judge's tests run.
    let mut texts = vec![fs::read_to_string(root.join("fixtures/labs/verdicts.tsv")).unwrap()];
    while let Some(place) = places.pop() {
        if place.is_dir() {
            places.extend(fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let name = place.strip_prefix(root).unwrap().display().to_string();
        let is_test = [".rs", ".snap"].iter().any(|ending| name.ends_with(ending));
        if !is_test || WITHOUT_MACHINES.iter().any(|file| name.contains(file)) {
            continue;
        }
        let text = fs::read_to_string(&place).unwrap();
        let is_code = name.starts_with("src/") && name.ends_with(".rs");
        let tests = text.split_once("#[cfg(test)]\nmod tests").map(|(_, tests)| tests);
        texts.push(if is_code { tests.unwrap_or_default().to_owned() } else { text });
    }
    texts
}

/// Whether a line names it as reports and assertions do: `error[disk-full]: …`, `"disk-full"`,
/// `Id::DiskFull`, `Reason::TooLate`, a word of a table or a list.
fn is_named(line: &str, name: &str, variant: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let stands = |word: &str| {
        line.match_indices(word).any(|(at, _)| {
            let (before, after) = (&line[..at], &line[at + word.len()..]);
            !before.ends_with(is_part) && !after.starts_with(is_part)
        })
    };
    // A word of plain English is a name only between quotes or tabs.
    let quoted = [format!("\"{name}\""), format!("[{name}]"), format!("\t{name}")];
    let named = if name.contains('-') {
        stands(name)
    } else {
        quoted.iter().any(|word| line.contains(word))
    };
    named || stands(&format!("Id::{variant}")) || stands(&format!("Reason::{variant}"))
}

#[test]
fn every_problem_and_every_verdict_is_met_by_some_test() {
    let texts = texts_of_tests();
    // What is only explained was not met.
    let lines: Vec<&str> = texts
        .iter()
        .flat_map(|text| text.lines())
        .filter(|line| !line.contains("explain"))
        .collect();
    let problems = Id::ALL.iter().map(|id| (id.name(), format!("{id:?}")));
    let reasons = Reason::ALL.iter().map(|reason| (reason.name(), format!("{reason:?}")));
    let unmet: BTreeSet<&str> = problems
        .chain(reasons)
        .filter(|(name, variant)| !lines.iter().any(|line| is_named(line, name, variant)))
        .map(|(name, _)| name)
        .collect();
    let excused: BTreeSet<&str> = NOT_PROVOKED.iter().map(|(name, _)| *name).collect();
    let missing: Vec<_> = unmet.difference(&excused).collect();
    assert!(missing.is_empty(), "no test meets these: {missing:?}");
    let needless: Vec<_> = excused.difference(&unmet).collect();
    assert!(needless.is_empty(), "a test does meet these: {needless:?}");
}
