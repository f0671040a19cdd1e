//! The rules, one by one, on observations that are made up: no clock, no child.

use labready::course::{Course, Lab};
use labready::lab::{LabResult, Observation, Point, Reason, Script, Verdict, conclude};

use crate::synthetic::run;

fn lab(name: &str) -> Lab {
    Course::embedded().unwrap().labs.into_iter().find(|known| known.name == name).unwrap()
}

fn swiss(first: f64, second: f64, end: f64) -> Observation {
    run(&[("Swiss: {stamp}".into(), first), ("Swiss: {stamp}".into(), second)], end)
}

/// The result after these attempts, of which there may be so many.
fn after(name: &str, attempts: &[Observation], most: usize) -> Option<LabResult> {
    conclude(&lab(name), &Script::default(), attempts, most)
}

fn judged(name: &str, observation: &Observation) -> LabResult {
    after(name, std::slice::from_ref(observation), 1).unwrap()
}

#[test]
fn lines_that_are_due_together_and_come_together_pass_at_once() {
    let result = judged("learning_tasks", &swiss(1000.5, 1000.9, 1001.0));
    assert_eq!((result.status, result.reason), (Verdict::Pass, Reason::AsDue));
    let gap = result.evidence.unwrap();
    assert_eq!((gap.from, gap.to), (Point::Line(1), Point::Line(2)));
}

#[test]
fn one_after_the_other_is_tried_three_times_and_fails() {
    let serial = swiss(1000.5, 2001.5, 2002.0);
    let attempts = [serial.clone(), serial.clone(), serial];
    assert!(after("learning_tasks", &attempts[..1], 3).is_none());
    assert!(after("learning_tasks", &attempts[..2], 3).is_none());
    let result = after("learning_tasks", &attempts, 3).unwrap();
    assert_eq!((result.status, result.reason), (Verdict::Fail, Reason::TooLate));
    let gap = result.evidence.unwrap();
    assert_eq!((gap.from, gap.to, gap.attempt), (Point::Line(1), Point::Line(2), 3));
}

#[test]
fn one_proof_outweighs_two_suspicions() {
    let serial = swiss(1000.5, 2001.5, 2002.0);
    let attempts = [serial.clone(), serial, swiss(1000.1, 1000.2, 1001.0)];
    let result = after("learning_tasks", &attempts, 3).unwrap();
    assert_eq!((result.status, result.evidence.unwrap().attempt), (Verdict::Pass, 3));
}

#[test]
fn a_sleep_that_is_too_short_fails_at_once() {
    let result = judged("learning_tasks", &swiss(100.0, 100.0, 101.0));
    assert_eq!((result.status, result.reason), (Verdict::Fail, Reason::TooEarly));
}

#[test]
fn a_stall_that_was_measured_in_the_gap_is_no_fail() {
    let mut stalled = swiss(1000.5, 2001.5, 2002.0);
    for sample in stalled.threads.iter_mut().filter(|sample| sample.from_ms > 1100.0) {
        sample.run_queue_ms = Some(950.0);
    }
    let result = judged("learning_tasks", &stalled);
    assert_eq!((result.status, result.reason), (Verdict::Inconclusive, Reason::Stall));
}

#[test]
fn torn_lines_are_found() {
    let mut torn =
        run(&[("Sundial: {stamp}".into(), 1000.0), ("Sundial: {stamp}".into(), 1000.4)], 1001.0);
    let lines: Vec<&str> = torn.output.text.lines().collect();
    torn.output.text = format!("{}{}\n\n", lines[0], lines[1]);
    assert_eq!(judged("advanced_event_loop", &torn).status, Verdict::Pass);
    let stamps: Vec<&str> = torn.output.text.split("Sundial: ").skip(1).map(str::trim).collect();
    torn.output.text = format!("Sundial: Sundial: {}{}\n\n", stamps[0], stamps[1]);
    assert_eq!(judged("advanced_event_loop", &torn).status, Verdict::Pass);
}

#[test]
fn a_step_of_the_clock_voids_the_attempt() {
    let mut stepped = swiss(1000.5, 4000.5, 1002.0);
    for sample in stepped.machine.iter_mut().skip(1) {
        sample.clock_step_ms = 3000.0;
    }
    let result = judged("learning_tasks", &stepped);
    assert_eq!((result.status, result.reason), (Verdict::Inconclusive, Reason::ClockStep));
}

#[test]
fn a_suspended_machine_voids_the_attempt() {
    let mut suspended = swiss(1000.5, 4000.5, 1002.0);
    for sample in suspended.machine.iter_mut().skip(1) {
        sample.suspended_ms = 3000.0;
    }
    let result = judged("learning_tasks", &suspended);
    assert_eq!((result.status, result.reason), (Verdict::Inconclusive, Reason::Suspended));
}
