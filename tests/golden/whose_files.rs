//! Whose files `verify` judges, and how it says so: the student's own in the current folder, those
//! that are named, or the course's.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use serde_json::json;
use tempfile::TempDir;

use super::running::{Run, command, run, shim_python};

const RIGHT: &str = "sleep 0.1; echo it is done\n";
const WRONG: &str = "sleep 0.1; echo it is over\n";

/// The folder of a student, with these files.
fn folder_with(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// Runs `verify` with the course of two labs, again while the machine is too busy to tell.
fn verify(folder: &Path, arguments: &[&str]) -> Run {
    let course = shim_python();
    let python = course.path().join("python3").display().to_string();
    let place = course.path().display().to_string();
    let common = ["verify", "--python", &python, "--course", &place];
    let arguments = [common.as_slice(), arguments].concat();
    let mut runs = (0..4).map(|_| run(command(&arguments).current_dir(folder)));
    let settled = runs.find(|run| run.code != Some(3));
    let mut run = settled.unwrap();
    for text in [&mut run.stdout, &mut run.stderr] {
        *text = text.replace(&place, "COURSE").replace(&python, "PYTHON");
        *text = text.replace(&folder.display().to_string(), "FOLDER");
    }
    run
}

/// The exit code, and the answer behind the last empty line.
fn answer(run: &Run) -> String {
    let last = run.stdout.trim_end().rsplit("\n\n").next().unwrap_or_default();
    format!("{}: {}", run.code.unwrap(), last.replace('\n', " "))
}

#[test]
fn the_files_of_the_labs_names_in_the_folder_are_what_is_judged() {
    let one = folder_with(&[("right.py", RIGHT), ("notes.py", "exit 1\n")]);
    let both = folder_with(&[("right.py", RIGHT), ("wrong.py", RIGHT)]);
    let wrong = folder_with(&[("right.py", RIGHT), ("wrong.py", WRONG)]);
    let none = folder_with(&[("notes.py", "exit 1\n")]);
    let answers = [
        verify(one.path(), &[]),
        verify(both.path(), &[]),
        verify(wrong.path(), &[]),
        verify(none.path(), &[]),
        verify(both.path(), &["--course-scripts"]),
        verify(wrong.path(), &["right.py"]),
        verify(wrong.path(), &["wrong.py"]),
    ];
    assert_snapshot!(answers.iter().map(answer).collect::<Vec<_>>().join("\n"), @r"
    0: 1 of 2 labs checked, passed: your file in `FOLDER`.
    0: 2 of 2 labs checked, both passed: your files in `FOLDER`.
    1: wrong.py is not right yet; the other file is right (2 of 2 labs checked, your files in `FOLDER`).
    1: Not ready: 1 of 2 labs failed (wrong.py). These are the course's own scripts; none of yours are in `FOLDER`.
    1: Not ready: 1 of 2 labs failed (wrong.py). These are the course's own scripts.
    0: 1 of 2 labs checked, passed: your file in `FOLDER`.
    1: wrong.py is not right yet (1 of 2 labs checked, your file in `FOLDER`).
    ");
}

#[test]
fn the_report_says_whose_files_were_judged() {
    let folder = folder_with(&[("right.py", RIGHT)]);
    let document = verify(folder.path(), &["--format", "json"]).document();
    assert_eq!(document["scripts"], json!({ "from": "you", "folder": "FOLDER" }));
    assert_eq!(document["labs"].as_array().unwrap().len(), 1);
    let document = verify(folder.path(), &["--course-scripts", "--format", "json"]).document();
    assert_eq!(document["scripts"], json!({ "from": "course", "folder": null }));
    assert_eq!(document["labs"].as_array().unwrap().len(), 2);
}

#[test]
fn in_the_courses_own_folder_its_own_scripts_are_judged() {
    let course = shim_python();
    let python = course.path().join("python3").display().to_string();
    let arguments = ["verify", "--python", &python, "--course", ".", "--format", "json"];
    let document = run(command(&arguments).current_dir(course.path())).document();
    assert_eq!(document["scripts"]["from"], "course");
}

#[test]
fn what_was_typed_wrong_is_named_itself_with_what_was_meant() {
    let folder = folder_with(&[("right.py", RIGHT), ("rihgt.py", RIGHT), ("wrng.py", RIGHT)]);
    let said = |arguments: &[&str]| {
        let run = verify(folder.path(), arguments);
        let words: Vec<&str> = run.stderr.split_whitespace().collect();
        format!("{}: {}", run.code.unwrap(), words.join(" "))
    };
    let all = [
        said(&["rigt.py"]),
        said(&["nowhere/right.py"]),
        said(&["homework.py"]),
        said(&["rihgt.py"]),
        said(&["wrng.py"]),
        said(&["--lab", "rigth", "gone.py"]),
        said(&["--lab", "nonsense", "gone.py"]),
        said(&["--lab", "right", "gone.py"]),
        said(&["--watch", "--course-scripts"]),
    ];
    assert_snapshot!(all.join("\n"), @r"
    2: error: no such file: `rigt.py` hint: did you mean `right.py`?
    2: error: no such file: `nowhere/right.py` hint: check its name, and that it is in `FOLDER/nowhere`
    2: error: no such file: `homework.py` hint: check its name, and that it is in `FOLDER`
    2: error: `rihgt.py` does not have the name of a lab of the course hint: did you mean `right.py`?
    2: error: `wrng.py` does not have the name of a lab of the course hint: if it is your `wrong`, rename it to `wrong.py`, or run `labready verify --course COURSE --python COURSE/python3 --lab wrong wrng.py`
    2: error: the course has no lab `rigth` hint: did you mean `right`?
    2: error: the course has no lab `nonsense` hint: the labs are `right`, `wrong`
    2: error: no such file: `gone.py` hint: check its name, and that it is in `FOLDER`
    2: error: the argument '--watch' cannot be used with '--course-scripts' Usage: labready verify --python <REQ|PATH> --course <FILE|DIR> --watch [FILE]... For more information, try '--help'.
    ");
}
