//! The command line as a process: exit codes, usage errors, closed pipes, colours, and text that
//! must not reach a terminal as it is.

use std::fs;
use std::io::{self, Read};
use std::process::Stdio;

use insta::assert_snapshot;
use labready::error::Exit;
use labready::facts::Facts;
use labready::lab::Reason;
use labready::problem::Id;
use labready::report::paint::Paint;
use labready::report::{human, json, plain};

use super::documents::{full_report, planned};
use super::machines::{asked, changed, interpreter, recorded};
use super::running::{command, labready, run, shim_python, write_program};

#[test]
fn help_lists_every_exit_code_with_its_meaning() {
    let help = labready(&["--help"]);
    let (_, table) = help.stdout.split_once("Exit codes:\n").expect("a table of exit codes");
    let expected: Vec<String> =
        Exit::ALL.iter().map(|exit| format!("  {:>3}  {}", exit.code(), exit.meaning())).collect();
    assert_eq!(table.trim_end(), expected.join("\n"));
    assert_eq!(Exit::ALL.map(Exit::code), [0, 1, 2, 3, 4, 5, 70, 130]);
}

#[test]
fn the_readme_lists_the_same_exit_codes() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    for exit in Exit::ALL {
        let listed = readme
            .lines()
            .any(|line| line.contains(&exit.code().to_string()) && line.contains(exit.meaning()));
        assert!(listed, "{} ({})", exit.code(), exit.meaning());
    }
}

#[test]
fn the_version_is_the_packages() {
    assert_eq!(
        labready(&["--version"]).stdout,
        format!("labready {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn whatever_cannot_be_meant_is_a_usage_error() {
    let nonsense: [&[&str]; 14] = [
        &[],
        &["ready"],
        &["plan", "--nonsense"],
        &["plan", "--format", "xml"],
        &["plan", "--format", "json", "--plain"],
        &["plan", "-q", "-v"],
        &["plan", "--report", "json"],
        &["plan", "--report", "json="],
        &["plan", "--report", "xml=report.xml"],
        &["plan", "--color", "blue"],
        &["plan", "--select", "all"],
        &["plan", "extra"],
        &["verify", "--yes"],
        &["course"],
    ];
    for arguments in nonsense {
        let run = labready(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{arguments:?}: {}", run.stderr);
        assert!(!run.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn who_types_nothing_or_another_tools_word_is_told_what_to_type() {
    let shown = [&[][..], &["install"], &["run", "learning_tasks.py"], &["setpu"]].map(|words| {
        let run = labready(words);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{words:?}");
        format!("## labready {}\n{}", words.join(" "), run.stderr)
    });
    assert_snapshot!(shown.join("\n"));
}

#[test]
fn the_help_of_setup_fits_on_two_screens_and_what_few_need_stands_last() {
    for words in [["setup", "--help"], ["setup", "-h"], ["help", "setup"]] {
        let help = run(command(&words).env("COLUMNS", "80")).stdout;
        assert!(help.lines().count() <= 2 * 23, "{help}");
        assert!(help.lines().all(|line| line.chars().count() <= 80), "{help}");
        let heads: Vec<&str> =
            help.lines().filter(|line| line.ends_with(':') && !line.starts_with(' ')).collect();
        assert_eq!(heads, ["Options:", "Course and Python:", "Output:", "Rarely needed:"]);
    }
}

#[test]
fn explain_lists_every_name_and_prints_the_page_of_one() {
    let list = labready(&["explain"]).stdout;
    let named = |name: &str| list.lines().any(|line| line.split_whitespace().next() == Some(name));
    let problems = Id::ALL.iter().map(|id| (id.name(), id.page()));
    let verdicts = Reason::ALL.iter().map(|reason| (reason.name(), reason.page()));
    for (name, page) in problems.chain(verdicts) {
        assert!(named(name), "`{name}` in {list}");
        assert!(page.starts_with(&format!("# {name}\n")), "{page}");
    }
    assert_eq!(labready(&["explain", "disk-full"]).stdout, Id::DiskFull.page());
    assert_eq!(labready(&["explain", "too-late"]).stdout, Reason::TooLate.page());
}

#[test]
fn explain_suggests_the_name_that_was_probably_meant() {
    let shown = ["disk-fulll", "xyzzy"].map(|id| labready(&["explain", id])).map(|run| {
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
        run.stderr
    });
    assert_snapshot!(shown.join("\n"));
}

#[test]
fn a_python_that_cannot_be_meant_is_refused_with_what_to_type() {
    let nonsense = [
        "",
        "three",
        "^3.8",
        "3.12+",
        "==3.12",
        ">3.12",
        "3.12 or so",
        "3.14",
        "<3.7",
        "2.7",
        "-3",
    ];
    let sections = nonsense.map(|python| {
        let run = labready(&["plan", &format!("--python={python}")]);
        format!("## {python}\n{}", run.seen(std::path::Path::new("/nowhere")))
    });
    assert_snapshot!(sections.join("\n"));
}

#[test]
fn a_python_that_is_no_interpreter_leaves_the_machine_not_ready() {
    let folder = shim_python();
    let inside = |name: &str| folder.path().join(name).display().to_string();
    write_program(&folder.path().join("other"), "#!/bin/sh\necho hello\n");
    let paths = [inside(""), inside("missing"), inside("course.toml"), inside("other")];
    let sections = paths.map(|path| {
        let run = labready(&["verify", "--python", &path]);
        assert_eq!(run.code, Some(Exit::NotReady.code().into()), "{path}: {run:?}");
        run.seen(folder.path())
    });
    assert_snapshot!(sections.join("\n"));
}

#[test]
fn a_venv_that_nothing_could_use_is_a_usage_error() {
    let sections = ["/", "/tmp/a:b", "/tmp/a\nb", "/tmp/\u{1b}[31mred"].map(|venv| {
        let run = labready(&["plan", "--venv", venv]);
        assert_eq!(run.code, Some(2), "{venv:?}: {run:?}");
        run.stderr
    });
    assert_snapshot!(sections.join("\n"));
}

#[test]
fn a_report_that_cannot_be_written_is_found_out_before_anything_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display();
    let reports = [
        format!("json={path}/missing/report.json"),
        format!("json={path}"),
        format!("ndjson={path}/missing/report"),
    ];
    let sections =
        reports.map(|report| labready(&["plan", "--report", &report]).seen(folder.path()));
    assert_snapshot!(sections.join("\n"));
}

#[test]
fn a_log_that_cannot_be_written_is_found_out_before_anything_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("missing/log");
    assert_snapshot!(labready(&["plan", "--log", log.to_str().unwrap()]).seen(folder.path()));
}

#[test]
fn setup_without_a_terminal_and_without_yes_changes_nothing_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let venv = folder.path().join("venv");
    let run = labready(&["setup", "--select", "none", "--venv", venv.to_str().unwrap()]);
    // Whatever this machine lacks: a question that nobody can answer, rights that are missing, or
    // no Python at all.
    assert!([Some(1), Some(2), Some(4)].contains(&run.code), "{run:?}");
    assert!(run.stderr.contains("error: "), "{run:?}");
    assert!(!venv.exists());
}

#[test]
fn a_closed_stdout_is_a_success() {
    for arguments in [
        vec!["course", "show"],
        vec!["--help"],
        vec!["plan", "--format", "ndjson"],
        vec!["plan"],
        vec!["plan", "--format", "json"],
    ] {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let run = run(command(&arguments).stdout(writer).stderr(Stdio::piped()));
        assert!(
            !run.stderr.contains("panicked") && !run.stderr.contains("pipe"),
            "{arguments:?}: {run:?}"
        );
        assert!([Some(0), Some(1)].contains(&run.code), "{arguments:?}: {run:?}");
    }
}

#[test]
fn a_reader_that_has_heard_enough_is_no_reason_to_panic() {
    let mut child =
        command(&["course", "show"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdout.take().unwrap().read_exact(&mut [0]).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()),
        (Some(0), "")
    );
}

#[test]
fn a_closed_stderr_is_no_reason_to_panic() {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    assert_eq!(run(command(&["plan", "--course", "/nowhere"]).stderr(writer)).code, Some(2));
}

#[test]
fn colour_is_used_only_when_it_is_wanted() {
    let coloured = |options: &[&str], variables: &[(&str, &str)]| {
        let arguments = [&["course", "lint", "--course", "/nowhere"], options].concat();
        run(command(&arguments).envs(variables.iter().copied())).stderr.contains('\u{1b}')
    };
    type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], bool);
    let cases: [Case; 10] = [
        (&[], &[], false),
        (&["--color", "always"], &[], true),
        (&["--color", "always"], &[("NO_COLOR", "1")], true),
        (&["--color", "never"], &[("CLICOLOR_FORCE", "1")], false),
        (&[], &[("CLICOLOR_FORCE", "1")], true),
        (&[], &[("CLICOLOR_FORCE", "0")], false),
        (&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false),
        (&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "")], true),
        (&[], &[("TERM", "xterm-256color")], false),
        (&["--color", "auto"], &[("TERM", "dumb"), ("CLICOLOR", "1")], false),
    ];
    for (options, variables, expected) in cases {
        assert_eq!(coloured(options, variables), expected, "{options:?} {variables:?}");
    }
}

/// A machine that says terminal commands wherever it can say anything.
fn hostile(facts: &mut Facts) {
    let evil = "\u{1b}]0;owned\u{7}\u{1b}[31m\u{9b}2J\u{202e}";
    facts.machine.hostname = format!("host{evil}");
    facts.machine.kernel = format!("6.1{evil}");
    facts.distro.name = format!("Debian{evil}");
    facts.distro.codename = format!("bookworm{evil}");
    facts.venv.folder = format!("/home/student/{evil}/venv").into();
    facts.rights.account.name = format!("student{evil}");
    let home = labready::facts::interpreters::Home::HomeFolder;
    let found = interpreter(&format!("/home/{evil}/python3.12"), "3.12.0", home);
    facts.interpreters.push(labready::facts::interpreters::Interpreter {
        problem: Some(labready::problem::PythonFlaw::NotStarted { said: format!("said {evil}") }),
        version: None,
        ..found
    });
    for offer in facts.apt.iter_mut().flat_map(|apt| apt.offers.values_mut()) {
        offer.from = format!("http://mirror{evil}");
    }
}

#[test]
fn nothing_that_a_machine_says_reaches_a_terminal_as_a_command() {
    let facts = changed("bookworm-python", hostile);
    let report = planned(&facts, &asked());
    let bad = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    for text in [
        human::text(&report, &Paint::uncoloured(true, 100), true),
        human::text(&report, &Paint::uncoloured(false, 40), false),
        plain::text(&report, true),
    ] {
        assert!(!text.contains(bad) && text.contains("\\u{1b}"), "{text:?}");
    }
    // JSON is data, and its own rules escape what ASCII terminals obey.
    assert!(
        !json::document(&report).unwrap().contains(|c: char| c.is_ascii_control() && c != '\n')
    );
}

#[test]
fn a_file_name_with_terminal_commands_is_shown_and_not_obeyed() {
    let folder = tempfile::tempdir().unwrap();
    let course = folder.path().join("\u{1b}[31mcourse\u{7}");
    fs::create_dir(&course).unwrap();
    let run = labready(&["course", "lint", "--course", course.to_str().unwrap()]);
    assert_snapshot!(run.seen(folder.path()));
}

#[test]
fn the_plan_reads_well_on_a_terminal() {
    assert_snapshot!(human::text(
        &planned(&recorded("sid-indexed"), &asked()),
        &Paint::uncoloured(true, 100),
        false
    ));
}

#[test]
fn the_plan_reads_well_aloud() {
    assert_snapshot!(plain::text(&planned(&recorded("sid-indexed"), &asked()), false));
}

#[test]
fn a_report_of_everything_reads_well_on_a_terminal_and_aloud() {
    assert_snapshot!(human::text(&full_report(), &Paint::uncoloured(true, 100), true));
    assert_snapshot!(human::text(&full_report(), &Paint::uncoloured(false, 60), false));
    assert_snapshot!(plain::text(&full_report(), true));
}
