//! No line of prose breaks inside a word on a narrow terminal: every screen is measured at 60 columns.

use labready::event::Event;
use labready::outcome::{Next, Outcome};
use labready::problem::{Id, Problem, Remedy};
use labready::report::paint::Paint;
use labready::report::{Report, human, said};
use labready::version::PythonVersion;

use super::documents::{full_report, planned};
use super::every_problem::groups;
use super::machines::{asked, every_recorded, recorded};

const COLUMNS: usize = 60;

/// A command is pasted, so that it is not broken; and a word that is wider has a line of its own.
fn may_be_wide(line: &str) -> bool {
    let text = line.trim_start();
    let starts = ["$ ", "fix: ", "sudo ", "labready ", "cd ", "source ", "python3 ", "/"];
    starts.iter().any(|start| text.starts_with(start)) || !text.contains(' ')
}

/// The lines that a terminal would break inside a word.
fn broken(screen: &str) -> Vec<&str> {
    let is_wide = |line: &&str| line.chars().count() > COLUMNS && !may_be_wide(line);
    screen.lines().filter(is_wide).collect()
}

#[track_caller]
fn expect_narrow(what: &str, screen: &str) {
    assert_eq!(broken(screen), Vec::<&str>::new(), "{what}:\n{screen}");
}

fn paint(unicode: bool) -> Paint {
    Paint::uncoloured(unicode, COLUMNS)
}

#[test]
fn a_line_that_is_too_wide_is_found() {
    let wide = "one two three four five six seven eight nine ten eleven twelve thirteen";
    assert_eq!(broken(&format!("short\n{wide}\n  fix: {wide}")), [wide]);
}

#[test]
fn every_problem_and_every_error_fits() {
    for problem in groups().into_iter().flat_map(|(_, problems)| problems) {
        let name = problem.id().name();
        let record = (&problem).into();
        expect_narrow(name, &said::problem(&record, &paint(true)));
        let error = (&labready::error::Error::from(problem.clone())).into();
        expect_narrow(name, &said::error(&error, &paint(false)));
        expect_narrow(name, &doctor(problem));
    }
}

fn doctor(problem: Problem) -> String {
    let mut report = Report::new("doctor", "2026-11-22T15:31:50Z".into());
    report.note(&Event::problem(problem));
    let outcome = Outcome::not_ready("Not ready: 1 problem.");
    report.note(&Event::Finished { outcome, duration_ms: 12 });
    human::text(&report, &paint(true), false)
}

#[test]
fn every_plan_fits_on_a_screen_of_24_rows_and_its_lines_on_narrow_ones() {
    for name in every_recorded() {
        let report = planned(&recorded(&name), &asked());
        expect_narrow(&name, &human::text(&report, &paint(true), false));
        expect_narrow(&name, &human::text(&report, &paint(true), true));
        let screen = human::text(&report, &Paint::uncoloured(true, 80), false);
        assert!(screen.lines().count() < 24, "{name}:\n{screen}");
    }
}

#[test]
fn a_report_of_everything_fits() {
    for (unicode, is_verbose) in [(true, true), (false, false)] {
        expect_narrow("report", &human::text(&full_report(), &paint(unicode), is_verbose));
    }
}

#[test]
fn what_to_type_next_fits() {
    let next = Next {
        python: PythonVersion::new(3, 13, 5),
        venv: "/home/student/my course/venv".into(),
        lacks: Some("learning_event_loops.py".into()),
        commands: vec!["source '/home/student/my course/venv/bin/activate'".into()],
    };
    let outcome = Outcome::ready("This workstation is ready.").with_next(Some(next));
    let mut report = full_report();
    report.note(&Event::Finished { outcome, duration_ms: 12 });
    let screen = human::text(&report, &paint(true), false);
    assert!(screen.contains(" Next:"), "{screen}");
    expect_narrow("next", &screen);
}

#[test]
fn every_page_fits() {
    for id in Id::ALL {
        expect_narrow(id.name(), &paint(true).page(id.page()));
    }
}

#[test]
fn a_fix_stays_on_its_line() {
    let problems = groups().into_iter().flat_map(|(_, problems)| problems);
    for problem in problems {
        if let Some(Remedy::Fix(fix)) = problem.remedy() {
            let screen = said::problem(&(&problem).into(), &paint(true));
            assert!(screen.lines().any(|line| line == format!("  fix: {fix}")), "{screen}");
        }
    }
}
