//! What is told of course files, and where drafts are written.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use tempfile::TempDir;

use crate::machine::pythons;
use crate::run::{Run, fixture, labready, shown};

/// A run as a person sees it, with a folder's name that differs taken out.
fn seen(run: &Run, folder: &Path) -> String {
    let text =
        format!("exit code {}\n--- stdout\n{}--- stderr\n{}", run.code, run.stdout, run.stderr);
    text.replace(&shown(folder), "FOLDER")
}

fn folder(course: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("course.toml"), course).unwrap();
    fs::write(folder.path().join("lab.py"), "print('hello')\n").unwrap();
    folder
}

const HEAD: &str = "[course]\nname = \"Wrong\"\npython = \">=3.7\"\n[packages]\npython = [\"{python}\"]\n[venv]\nfolder = \"venv\"\n";

#[test]
fn lint_tells_everything_that_is_wrong_each_with_its_line() {
    let labs = "[[lab]]\nscript = \"lab.py\"\nteaches = \"\"\nunit = \"5\"\ntimeline = []\nends = 1\n\
                [[lab]]\nscript = \"lab.py\"\nteaches = \"\"\nunit = \"1s\"\n\
                timeline = [{ at = 1, after = 2, line = \"a\" }]\nends = 1\n\
                [[lab]]\nscript = \"gone.py\"\nteaches = \"\"\nunit = \"1s\"\ntimeline = [{ at = 1, line = \"{a}\" }]\nends = 1\n";
    let folder = folder(&(HEAD.replace(">=3.7", "3.x.1").replace("\"{python}\"", "\"-x\"") + labs));
    let run = labready(&["course", "lint", &shown(folder.path())]);
    assert_snapshot!(seen(&run, folder.path()));
}

#[test]
fn lint_shows_what_a_lab_has_and_what_is_worth_a_second_look() {
    let labs = "[[lab]]\nscript = \"lab.py\"\nteaches = \"Speed\"\nunit = \"100ms\"\n\
                timeline = [{ at = 1, line = \"{any}\" }, { at = 2.5, after = 1, line = \"b\" }]\nends = { at = 3, after = 2 }\n";
    let folder = folder(&(HEAD.to_owned() + labs));
    let run = labready(&["course", "lint", &shown(folder.path())]);
    assert_snapshot!(seen(&run, folder.path()));
}

#[test]
fn show_takes_a_folder_or_a_file_and_not_two() {
    let course = fixture("courses/pool");
    let text = fs::read_to_string(course.join("course.toml")).unwrap();
    for arguments in [
        ["course", "show", &shown(&course)],
        ["course", "show", &shown(&course.join("course.toml"))],
    ] {
        let run = labready(&arguments);
        assert_eq!((run.code, run.stdout.as_str()), (0, text.as_str()), "{run:?}");
    }
    let run = labready(&["course", "show", &shown(&course), "--course", "elsewhere"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("two courses are given"), "{run:?}");
}

#[test]
fn a_draft_overwrites_nothing() {
    let folder = folder("mine");
    let script = folder.path().join("lab.py");
    let run = labready(&["course", "new", &shown(&script), "--output", &shown(folder.path())]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.stderr.contains("course.toml` already exists: labready does not overwrite files"),
        "{run:?}"
    );
    fs::remove_file(folder.path().join("course.toml")).unwrap();
    let other = fixture("courses/pool/pool_of_two.py");
    fs::write(folder.path().join("pool_of_two.py"), "another").unwrap();
    let run = labready(&["course", "new", &shown(&other), "--output", &shown(folder.path())]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stderr.contains("is another script: labready does not overwrite files"), "{run:?}");
    assert_eq!(fs::read_to_string(folder.path().join("pool_of_two.py")).unwrap(), "another");
}

#[test]
fn a_draft_beside_its_script_leaves_the_script_alone() {
    let folder = folder("");
    fs::remove_file(folder.path().join("course.toml")).unwrap();
    let python = shown(&pythons().pop().unwrap().path);
    let script = shown(&folder.path().join("lab.py"));
    let run = labready(&[
        "course",
        "new",
        &script,
        "--output",
        &shown(folder.path()),
        "--python",
        &python,
    ]);
    assert_eq!(run.code, 0, "{run:?}");
    let run = labready(&["course", "lint", &shown(folder.path())]);
    assert!(run.stdout.contains("note[course-note]: `lab.py` never waits"), "{run:?}");
}

#[test]
fn a_script_that_cannot_be_a_lab_is_refused_before_it_is_run() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("my lab.py"), "").unwrap();
    for (script, why) in
        [("my lab.py", "its name is not a plain Python file name"), ("gone.py", "no such file")]
    {
        let run = labready(&["course", "new", &shown(&folder.path().join(script))]);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains(why), "{run:?}");
    }
}

#[test]
fn a_script_that_fails_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("lab.py");
    fs::write(&script, "import nothing_of_that_name\n").unwrap();
    let python = shown(&pythons().pop().unwrap().path);
    let run = labready(&["course", "new", &shown(&script), "--python", &python]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{run:?}");
    assert!(run.stderr.contains("nothing_of_that_name"), "{run:?}");
}
