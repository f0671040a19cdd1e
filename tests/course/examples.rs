//! The worked examples of the format's documentation, and drafts of them and of the embedded labs,
//! run with real interpreters.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use labready::course::Course;
use labready::host::Host;
use tempfile::TempDir;

use crate::machine::{Python, pythons};
use crate::run::{fixture, labready, labready_for_sure, shown};

/// The worked examples, each with its script.
const EXAMPLES: [(&str, &str); 3] =
    [("waits", "downloads.py"), ("pool", "pool_of_two.py"), ("diners", "diners.py")];

fn example(name: &str) -> PathBuf {
    fixture("courses").join(name)
}

/// Does something with each example side by side: they sleep.
fn for_each_example(check: impl Fn(&str, &str, &Python) + Sync) {
    let pythons = pythons();
    thread::scope(|scope| {
        for (index, (name, script)) in EXAMPLES.into_iter().enumerate() {
            let (python, check) = (&pythons[index % pythons.len()], &check);
            scope.spawn(move || check(name, script, python));
        }
    });
}

#[test]
fn every_example_is_a_good_course() {
    for (name, script) in EXAMPLES {
        let run = labready(&["course", "lint", &shown(&example(name))]);
        assert_eq!(run.code, 0, "{run:?}");
        assert!(run.stdout.contains(script) && !run.stdout.contains("note:"), "{run:?}");
    }
}

#[test]
fn every_example_passes_with_the_oldest_and_the_newest_python() {
    let pythons = pythons();
    for python in [pythons.first().unwrap(), pythons.last().unwrap()] {
        for_each_example(|name, _, _| {
            let run = labready_for_sure(&[
                "verify",
                "--course",
                &shown(&example(name)),
                "--python",
                &shown(&python.path),
            ]);
            assert_eq!(run.code, 0, "{name} on 3.{}: {run:?}", python.minor);
        });
    }
}

#[test]
fn the_wrong_variant_of_every_example_fails() {
    for_each_example(|name, script, python| {
        let wrong = example(name).join("wrong").join(script);
        let course = shown(&example(name));
        let run = labready_for_sure(&[
            "verify",
            "--course",
            &course,
            "--python",
            &shown(&python.path),
            &shown(&wrong),
        ]);
        assert_eq!(run.code, 1, "{name} on 3.{}: {run:?}", python.minor);
    });
}

#[test]
fn the_documentation_shows_the_examples_as_they_are() {
    let run = labready(&["course", "explain"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, Course::format()));
    for (name, script) in EXAMPLES {
        let course = fs::read_to_string(example(name).join("course.toml")).unwrap();
        let lab = &course[course.find("[[lab]]").unwrap()..];
        assert!(Course::format().contains(lab), "{name}/course.toml");
        let script = fs::read_to_string(example(name).join(script)).unwrap();
        assert!(Course::format().contains(&script), "{name}'s script");
    }
}

/// Drafts a course from a script, and gives the folder that it was written to.
fn draft(script: &Path, python: &Python) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let run = labready_for_sure(&[
        "course",
        "new",
        &shown(script),
        "--python",
        &shown(&python.path),
        "--output",
        &shown(folder.path()),
    ]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}: {run:?}", script.display());
    folder
}

#[test]
fn a_draft_of_an_example_passes_by_the_same_script() {
    for_each_example(|name, script, python| {
        let folder = draft(&example(name).join(script), python);
        let run = labready_for_sure(&[
            "verify",
            "--course",
            &shown(folder.path()),
            "--python",
            &shown(&python.path),
        ]);
        let course = || fs::read_to_string(folder.path().join("course.toml")).unwrap();
        assert_eq!(run.code, 0, "{name} on 3.{}: {run:?}\n{}", python.minor, course());
    });
}

#[test]
fn drafts_of_the_embedded_labs_equal_them_in_effect() {
    let (host, pythons) = (Host::this().unwrap(), pythons());
    thread::scope(|scope| {
        for (index, lab) in Course::embedded().unwrap().labs.into_iter().enumerate() {
            let (host, python) = (&host, &pythons[index % pythons.len()]);
            scope.spawn(move || {
                let script =
                    Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts").join(&lab.script);
                let folder = draft(&script, python);
                let drafted = Course::load(host, folder.path()).unwrap().labs.remove(0).timeline;
                let dues = |timeline: &labready::course::Timeline| -> Vec<(f64, String)> {
                    timeline.marks.iter().map(|mark| (mark.due.at, mark.line.clone())).collect()
                };
                assert_eq!(
                    (drafted.unit, dues(&drafted), drafted.ends.at),
                    (lab.timeline.unit, dues(&lab.timeline), lab.timeline.ends.at)
                );
                let run = labready_for_sure(&[
                    "verify",
                    "--course",
                    &shown(folder.path()),
                    "--python",
                    &shown(&python.path),
                ]);
                assert_eq!(run.code, 0, "{} on 3.{}: {run:?}", lab.name, python.minor);
            });
        }
    });
}
