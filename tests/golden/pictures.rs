//! The labs' timelines: as SVG, the whole document, as a browser gets it, and on a terminal.

use std::time::Duration;

use insta::assert_snapshot;
use labready::course::{Due, Mark, Timeline};
use labready::error::Exit;
use labready::event::Event;
use labready::lab::{Attempt, LabResult, Reason, SeenMark, Verdict};
use labready::outcome::{Outcome, Status};
use labready::report::paint::Paint;
use labready::report::{Report, human, svg};

/// Two tasks that share a second: the lab, with when each of its lines was stamped, in milliseconds
/// after the start-up.
fn lab(name: &str, status: Verdict, reason: Reason, stamps: &[f64], end: f64) -> LabResult {
    const STARTUP_MS: f64 = 80.0;
    let due = Due { at: 1.0, after: None };
    let line = "Swiss: {stamp}".to_owned();
    let marks = stamps.iter().enumerate().map(|(index, at)| SeenMark {
        line: "Swiss: 2026-01-01 00:00:01.080500".into(),
        of: Some(index + 1),
        stamp_ms: Some(STARTUP_MS + at),
        arrival_ms: STARTUP_MS + at + 0.2,
    });
    LabResult {
        name: name.to_owned(),
        script: format!("{name}.py"),
        status,
        reason,
        summary: format!("what is said of `{name}`"),
        detail: (status == Verdict::Pass).then(|| "why that is a proof".to_owned()),
        fix: (status != Verdict::Pass).then(|| "what to look at".to_owned()),
        evidence: None,
        line: None,
        exception: None,
        timeline: Timeline {
            unit: Duration::from_secs(1),
            marks: vec![Mark { due, line: line.clone() }, Mark { due, line }],
            ends: due,
        },
        attempts: vec![Attempt {
            marks: marks.collect(),
            startup_ms: STARTUP_MS,
            makespan_ms: STARTUP_MS + end,
            exit_code: Some(0),
            ..Attempt::default()
        }],
    }
}

fn document(labs: Vec<LabResult>, status: Status, sentence: &str) -> String {
    svg::document(&report(labs, status, sentence))
}

fn report(labs: Vec<LabResult>, status: Status, sentence: &str) -> Report {
    let mut report = Report::new("verify", "2026-01-01T00:00:00Z".into());
    for lab in labs {
        report.note(&Event::LabFinished { lab: Box::new(lab) });
    }
    let outcome =
        Outcome { status, exit: Exit::NotReady, sentence: sentence.to_owned(), next: None };
    report.note(&Event::Finished { outcome, duration_ms: 3000 });
    report
}

#[test]
fn a_pass_is_one_line_and_a_fail_keeps_its_evidence() {
    let mut pass = lab("side_by_side", Verdict::Pass, Reason::AsDue, &[1000.5, 1001.0], 1010.0);
    pass.summary = "The two sleeps overlapped: 0.5 ms apart.".into();
    let labs = vec![
        pass.clone(),
        LabResult { script: "a.py".into(), ..pass.clone() },
        lab("serial", Verdict::Fail, Reason::TooLate, &[1000.5, 2001.5], 2010.0),
        pass,
    ];
    let report = report(labs, Status::NotReady, "Not ready: 1 of 4 labs failed.");
    let screen =
        |width, is_verbose| human::text(&report, &Paint::uncoloured(width > 60, width), is_verbose);
    let screens = [screen(80, false), screen(60, false), screen(80, true)];
    assert_snapshot!(screens.join("--------\n"));
}

#[test]
fn a_pass_a_serial_fail_and_a_missing_line_are_told_apart_at_a_glance() {
    let labs = vec![
        lab("side_by_side", Verdict::Pass, Reason::AsDue, &[1000.5, 1001.0], 1010.0),
        lab("serial", Verdict::Fail, Reason::TooLate, &[1000.5, 2001.5], 2010.0),
        lab("missing", Verdict::Fail, Reason::MissingLine, &[1000.5], 1010.0),
    ];
    assert_snapshot!(document(labs, Status::NotReady, "Not ready: 2 of 3 labs failed."));
}

#[test]
fn what_is_neither_right_nor_wrong_has_a_sign_of_its_own() {
    let mut not_run = lab("not_run", Verdict::Error, Reason::CouldNotStart, &[], 0.0);
    not_run.attempts.clear();
    let labs = vec![
        lab("stalled", Verdict::Inconclusive, Reason::Stall, &[1000.5, 1950.0], 2010.0),
        not_run,
    ];
    assert_snapshot!(document(labs, Status::Inconclusive, "Inconclusive."));
}

#[test]
fn foreign_text_is_text_and_nothing_else() {
    let mut hostile = lab("hostile", Verdict::Pass, Reason::AsDue, &[1000.5, 1001.0], 1010.0);
    hostile.script = "</text><script>alert(\"1\")</script>\u{1b}[31m&\u{ffff}\u{202e}.py".into();
    hostile.summary = "a word of ".to_owned() + &"a".repeat(150) + " & so on <image href='x'/>";
    hostile.timeline.marks[0].line = "]]><a href=\"x\">{stamp}".into();
    let document = document(vec![hostile], Status::Ready, "<b>ready</b>");
    assert!(
        !document.contains("<script")
            && !document.contains("<image")
            && !document.contains("<a ")
            && !document.contains("<b>")
    );
    assert!(
        !document.contains('\u{1b}')
            && !document.contains('\u{ffff}')
            && !document.contains('\u{202e}')
    );
    assert_snapshot!(document);
}

#[test]
fn without_a_lab_the_document_says_so() {
    assert_snapshot!(document(Vec::new(), Status::Ready, "Nothing has to change."));
}
