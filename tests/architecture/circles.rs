//! No circles between files, and no two types with one name.

use std::collections::BTreeMap;

use super::graph::Graph;
use super::{Source, code, expect_none, sources};

#[test]
fn no_files_use_each_other_in_a_circle() {
    let graph = Graph::new(&sources());
    expect_none(graph.circles().into_iter().collect(), "arrows go down only");
}

#[test]
fn the_circle_finder_follows_re_exports_to_the_file_that_defines_a_name() {
    let source = |path: &str, text: &str| Source {
        path: path.into(),
        text: text.into(),
        code: code(path, text),
    };
    let graph = Graph::new(&[
        source("lib.rs", "pub mod lab;\npub mod report;\n"),
        source(
            "lab/mod.rs",
            "mod run;\nmod verdict;\npub use run::Run;\npub use verdict::{\n    Verdict, Why,\n};\npub struct Lab;\n",
        ),
        source(
            "lab/run.rs",
            "use super::{Lab, Verdict};\nuse crate::report;\nfn run(_: Lab) { report::show() }\n",
        ),
        source(
            "lab/verdict.rs",
            "//! `super::Run` in a comment\nuse std::fmt;\npub enum Verdict {}\n",
        ),
        source("report.rs", "pub fn show() { crate::lab::Run::start(); }\n"),
    ]);
    let edges = graph
        .edges
        .iter()
        .flat_map(|(from, used)| used.iter().map(move |to| format!("{from} → {to}")));
    assert_eq!(
        edges.collect::<Vec<_>>(),
        ["lab/run.rs → lab/verdict.rs", "lab/run.rs → report.rs", "report.rs → lab/run.rs"]
    );
    let circles: Vec<String> = graph.circles().into_iter().collect();
    assert_eq!(circles, ["lab/run.rs → report.rs → lab/run.rs"]);
}

#[test]
fn no_two_types_have_one_name() {
    let mut declared: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for source in sources() {
        for (number, line) in &source.code {
            if let Some(name) = declared_type(line) {
                declared.entry(name).or_default().push(format!("{}:{number}", source.path));
            }
        }
    }
    let twins = declared.iter().filter(|(_, places)| places.len() > 1);
    let twins = twins.map(|(name, places)| format!("{name}: {}", places.join(", ")));
    expect_none(twins.collect(), "one word for one thing");
}

/// The name of a type that is declared at the top of a file.
fn declared_type(line: &str) -> Option<String> {
    let plain =
        ["pub(super) ", "pub(crate) ", "pub "].iter().find_map(|how| line.strip_prefix(how));
    let plain = plain.unwrap_or(line);
    let rest =
        ["struct ", "enum ", "trait ", "type "].iter().find_map(|what| plain.strip_prefix(what))?;
    Some(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
}
