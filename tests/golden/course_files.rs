//! course.toml: every complaint names the file, the line and what to write; a good course is shown
//! as its author wrote it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use insta::assert_snapshot;
use tempfile::TempDir;

use super::running::labready;

/// A good course; each test breaks one thing in it.
const GOOD: &str = r#"[course]
name = "Two labs"
python = ">=3.7, <3.14"
because = "of reasons"

[packages]
python = ["{python}", "{python}-venv"]
build = ["build-essential", "g++"]

[venv]
folder = "venv"
packages = ["wheel"]

[[lab]]
script = "one.py"
teaches = "One"
unit = "250ms"
timeline = [
    { at = 0, line = "Start" },
    { at = 1, after = 1, line = "One: {stamp}" },
]
ends = { at = 2, after = 2 }

[[lab]]
script = "two.py"
teaches = "Two"
unit = "1s"
timeline = [{ at = 1, line = "{any}" }]
ends = 1
"#;

/// The good course in a folder.
fn good() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("course.toml"), GOOD).unwrap();
    fs::write(folder.path().join("one.py"), "print('one')\n").unwrap();
    fs::write(folder.path().join("two.py"), "print('two')\n").unwrap();
    folder
}

/// What `course lint` says of the good course after a change.
fn lint(change: impl FnOnce(&Path)) -> String {
    let folder = good();
    change(folder.path());
    labready(&["course", "lint", "--course", folder.path().to_str().unwrap()]).seen(folder.path())
}

/// The same with a part of its text replaced.
fn lint_with(part: &str, replacement: &str) -> String {
    assert_eq!(GOOD.matches(part).count(), 1, "{part}");
    lint(|folder| fs::write(folder.join("course.toml"), GOOD.replace(part, replacement)).unwrap())
}

/// One section per replacement.
fn lint_each(part: &str, replacements: &[&str]) -> String {
    let sections = replacements
        .iter()
        .map(|replacement| format!("## {replacement}\n{}", lint_with(part, replacement)));
    sections.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_good_course_is_called_one() {
    assert_snapshot!(lint(|_| ()));
}

#[test]
fn the_embedded_course_is_a_good_one() {
    assert_snapshot!(labready(&["course", "lint"]).seen(Path::new("/nowhere")));
}

#[test]
fn a_course_is_shown_as_its_author_wrote_it() {
    let embedded =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/course.toml"))
            .unwrap();
    assert_eq!(labready(&["course", "show"]).stdout, embedded);
    let folder = good();
    let file = folder.path().join("course.toml");
    assert_eq!(labready(&["course", "show", "--course", file.to_str().unwrap()]).stdout, GOOD);
}

#[test]
fn a_course_that_does_not_load_is_not_shown() {
    let folder = good();
    fs::remove_file(folder.path().join("two.py")).unwrap();
    let run = labready(&["course", "show", "--course", folder.path().to_str().unwrap()]);
    assert_snapshot!(run.seen(folder.path()));
}

#[test]
fn unknown_keys_are_named_with_those_that_there_are() {
    let places = [
        ("because =", "becuase ="),
        ("build =", "builds ="),
        ("folder =", "dir ="),
        ("teaches = \"One\"", "teach = \"One\""),
        ("{ at = 0, line", "{ at = 0, delay = 1, line"),
        ("{ at = 2, after = 2 }", "{ at = 2, afterwards = 2 }"),
        ("[venv]", "[environment]\nx = 1\n[venv]"),
    ];
    let sections = places
        .map(|(part, replacement)| format!("## {replacement}\n{}", lint_with(part, replacement)));
    assert_snapshot!(sections.join("\n"));
}

#[test]
fn missing_keys_are_named() {
    let parts = [
        "name = \"Two labs\"\n",
        "python = \">=3.7, <3.14\"\n",
        "[venv]\nfolder = \"venv\"\npackages = [\"wheel\"]\n",
        "unit = \"1s\"\n",
        "ends = 1\n",
    ];
    let sections = parts
        .map(|part| format!("## without {}\n{}", part.replace('\n', " "), lint_with(part, "")));
    assert_snapshot!(sections.join("\n"));
}

#[test]
fn a_course_without_a_lab_is_refused() {
    assert_snapshot!(lint(|folder| {
        let head = GOOD.split("[[lab]]").next().unwrap();
        fs::write(folder.join("course.toml"), head).unwrap();
    }));
    assert_snapshot!(lint(|folder| {
        let head = GOOD.split("[[lab]]").next().unwrap();
        fs::write(folder.join("course.toml"), format!("lab = []\n{head}")).unwrap();
    }));
}

#[test]
fn a_range_that_could_be_misread_is_refused() {
    assert_snapshot!(lint_each(
        ">=3.7, <3.14",
        &["", "^3.7", "3.7+", ">3.7", "three", ">=3.7 <3.14"]
    ));
}

#[test]
fn an_empty_range_of_pythons_is_a_course_that_no_machine_can_have() {
    assert_snapshot!(lint_each(">=3.7, <3.14", &[">=3.14, <3.7"]));
}

#[test]
fn a_script_that_is_not_beside_the_course_file_is_refused() {
    assert_snapshot!(lint_each(
        "\"one.py\"",
        &[
            "\"../one.py\"",
            "\"/etc/passwd\"",
            "\"/etc/passwd.py\"",
            "\"labs/one.py\"",
            "\"missing.py\"",
            "\"one\"",
            "\".py\"",
            "\".hidden.py\"",
            "\"-c.py\"",
            "\"o\\u001bne.py\"",
            "\"\"",
            "1",
        ]
    ));
}

#[test]
fn a_script_that_is_a_link_out_of_the_folder_is_refused() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.py"), "print('secret')\n").unwrap();
    let seen = lint(|folder| {
        fs::remove_file(folder.join("one.py")).unwrap();
        symlink(outside.path().join("secret.py"), folder.join("one.py")).unwrap();
    });
    assert_snapshot!(seen.replace(&outside.path().display().to_string(), "OUTSIDE"));
}

#[test]
fn a_script_that_is_a_link_within_the_folder_is_taken() {
    assert_snapshot!(lint(|folder| {
        fs::rename(folder.join("one.py"), folder.join("first.py")).unwrap();
        symlink("first.py", folder.join("one.py")).unwrap();
    }));
}

#[test]
fn a_script_that_is_no_file_is_refused() {
    assert_snapshot!(lint(|folder| {
        fs::remove_file(folder.join("one.py")).unwrap();
        fs::create_dir(folder.join("one.py")).unwrap();
    }));
}

#[test]
fn a_script_that_is_a_link_to_itself_is_refused() {
    assert_snapshot!(lint(|folder| {
        fs::remove_file(folder.join("one.py")).unwrap();
        symlink("one.py", folder.join("one.py")).unwrap();
    }));
}

#[test]
fn two_labs_with_one_script_are_refused() {
    assert_snapshot!(lint_each("\"two.py\"", &["\"one.py\""]));
}

#[test]
fn a_timeline_that_contradicts_itself_is_refused() {
    assert_snapshot!(lint_each(
        "{ at = 1, after = 1, line",
        &[
            "{ at = -1, after = 1, line",
            "{ at = nan, after = 1, line",
            "{ at = inf, after = 1, line",
            "{ at = 3, after = 1, line",
            "{ at = 1e9, after = 1, line",
            "{ at = 1, after = 0, line",
            "{ at = 1, after = 2, line",
            "{ at = 1, after = 9, line",
            "{ at = 1, after = -1, line",
        ]
    ));
}

#[test]
fn an_end_that_contradicts_the_timeline_is_refused() {
    assert_snapshot!(lint_each(
        "ends = { at = 2, after = 2 }",
        &[
            "ends = 0.5",
            "ends = { at = 0.5, after = 2 }",
            "ends = { at = 2, after = 3 }",
            "ends = nan",
            "ends = \"later\"",
            "ends = { after = 2 }",
        ]
    ));
}

#[test]
fn a_unit_that_no_lab_can_have_is_refused() {
    assert_snapshot!(lint_each(
        "\"250ms\"",
        &[
            "\"0s\"",
            "\"1\"",
            "\"1 minute\"",
            "\"-1s\"",
            "\"99ms\"",
            "\"61s\"",
            "\"nans\"",
            "\"1e3ms\"",
            "\"\"",
            "1"
        ]
    ));
}

#[test]
fn a_line_with_an_unknown_placeholder_is_refused() {
    assert_snapshot!(lint_each(
        "\"One: {stamp}\"",
        &[
            "\"One: {time}\"",
            "\"One: {stamp\"",
            "\"{stamp} {stamp}\"",
            "\"One:\\u001b[31m\"",
            "\"two\\nlines\"",
            "\"\"",
        ]
    ));
}

#[test]
fn a_package_name_that_apt_would_take_for_an_option_is_refused() {
    assert_snapshot!(lint_each(
        "\"build-essential\"",
        &[
            "\"-o=x\"",
            "\"--force-yes\"",
            "\"foo-\"",
            "\"foo+\"",
            "\"Foo\"",
            "\"foo bar\"",
            "\"foo=1.0\"",
            "\"foo/sid\"",
            "\"./foo.deb\"",
            "\"{pyhton}-dev\"",
            "\"\"",
            "\"f\\u0000o\"",
        ]
    ));
}

#[test]
fn packages_without_the_interpreter_are_refused() {
    assert_snapshot!(lint_each("\"{python}\", ", &[""]));
}

#[test]
fn a_pip_package_that_pip_would_take_for_an_option_is_refused() {
    assert_snapshot!(lint_each(
        "\"wheel\"",
        &[
            "\"-r\"",
            "\"--pre\"",
            "\"wheel==1\"",
            "\"git+https://example.org/x\"",
            "\"./wheel\"",
            "\"\""
        ]
    ));
}

#[test]
fn a_venv_folder_outside_the_current_one_is_refused() {
    assert_snapshot!(lint_each(
        "folder = \"venv\"",
        &[
            "folder = \"/tmp/venv\"",
            "folder = \"../venv\"",
            "folder = \"a/../../venv\"",
            "folder = \".\"",
            "folder = \"-p\"",
            "folder = \"ve\\nnv\"",
            "folder = \"\"",
        ]
    ));
}

#[test]
fn a_file_that_is_not_toml_is_refused_at_its_line() {
    let texts = [
        "<html>\n",
        "[course\nname = 1\n",
        "[course]\nname = \"a\"\nname = \"b\"\n",
        "{\"course\": {}}\n",
        "",
    ];
    let sections = texts.map(|text| {
        format!(
            "## {text:?}\n{}",
            lint(|folder| fs::write(folder.join("course.toml"), text).unwrap())
        )
    });
    assert_snapshot!(sections.join("\n"));
}

#[test]
fn a_file_that_is_not_utf_8_is_refused() {
    let latin_1 = GOOD.replace("of reasons", "K\u{0}rs").into_bytes();
    let latin_1: Vec<u8> =
        latin_1.into_iter().map(|byte| if byte == 0 { 0xfc } else { byte }).collect();
    assert_snapshot!(lint(|folder| fs::write(folder.join("course.toml"), latin_1).unwrap()));
}

#[test]
fn a_script_that_is_not_utf_8_is_refused_for_it_would_not_run_as_it_was_written() {
    assert_snapshot!(lint(|folder| fs::write(
        folder.join("one.py"),
        b"# -*- coding: latin-1 -*-\nprint('gr\xfcn')\n"
    )
    .unwrap()));
}

#[test]
fn a_huge_file_is_not_read() {
    assert_snapshot!(lint(
        |folder| fs::write(folder.join("course.toml"), "#".repeat(2 << 20)).unwrap()
    ));
}

#[test]
fn a_huge_script_is_not_read() {
    assert_snapshot!(lint(|folder| fs::write(folder.join("one.py"), "#".repeat(2 << 20)).unwrap()));
}

#[test]
fn a_course_that_is_not_there_is_said_to_be_missing() {
    assert_snapshot!(lint(|folder| fs::remove_file(folder.join("course.toml")).unwrap()));
}

#[test]
fn a_path_that_leads_nowhere_is_said_to_be_missing() {
    let folder = good();
    let path = folder.path().join("nowhere/course.toml");
    assert_snapshot!(
        labready(&["course", "lint", "--course", path.to_str().unwrap()]).seen(folder.path())
    );
}

#[test]
fn control_characters_in_what_people_are_told_are_refused() {
    let places = [
        ("\"Two labs\"", "\"Two \\u001b[31mred\\u0007 labs\""),
        ("\"of reasons\"", "\"of\\nreasons\""),
        ("\"One\"", "\"One\\u009b\""),
    ];
    let sections = places
        .map(|(part, replacement)| format!("## {replacement}\n{}", lint_with(part, replacement)));
    assert_snapshot!(sections.join("\n"));
}

#[test]
fn every_command_refuses_a_bad_course_before_it_does_anything() {
    let folder = good();
    fs::write(folder.path().join("course.toml"), "nonsense").unwrap();
    let course = folder.path().to_str().unwrap();
    for arguments in [
        vec!["setup", "--yes"],
        vec!["plan"],
        vec!["verify"],
        vec!["course", "show"],
        vec!["course", "lint"],
    ] {
        let run = labready(&[arguments.as_slice(), &["--course", course]].concat());
        assert_eq!(run.code, Some(2), "{arguments:?}: {run:?}");
        assert!(
            run.stderr.starts_with(&format!("error[course-invalid]: {course}/course.toml:1: ")),
            "{arguments:?}: {run:?}"
        );
    }
}
