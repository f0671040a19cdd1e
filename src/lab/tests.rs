//! The judge on observations that are made up or recorded: no clock, no child.

use jiff::Timestamp;

use super::judge::{Judgement, judge};
use super::observation::{Chunk, End, MachineSample, Observation, Output, ThreadSample};
use super::verdict::{Point, Reason, Verdict};
use crate::course::{Course, Timeline};

/// 2026-01-01 00:00:00 UTC.
const SPAWNED_US: i64 = 1_767_225_600_000_000;
/// What an interpreter needs to start up and to shut down on an idle machine, in milliseconds.
const STARTUP_MS: f64 = 80.0;
const SHUTDOWN_MS: f64 = 15.0;

fn timeline(lab: &str) -> Timeline {
    let course = Course::embedded().unwrap();
    course.labs.into_iter().find(|known| known.name == lab).unwrap().timeline
}

fn stamp(after_spawn_ms: f64) -> String {
    let time = Timestamp::from_microsecond(SPAWNED_US + (after_spawn_ms * 1e3) as i64).unwrap();
    time.strftime("%Y-%m-%d %H:%M:%S.%6f").to_string()
}

/// A run on an idle machine: lines with the moments when they are stamped and come, in milliseconds after the start-up.
fn run(lines: &[(&str, f64)], end: f64) -> Observation {
    let mut output = Output { on_terminal: true, ..Output::default() };
    for (line, at) in lines {
        let at = STARTUP_MS + at;
        output.text.push_str(&line.replace("{stamp}", &stamp(at)));
        output.text.push('\n');
        output.chunks.push(Chunk { end: output.text.len(), empty_ms: at - 20.0, arrival_ms: at + 0.2 });
    }
    output.total_bytes = output.text.len() as u64;
    let ended_ms = STARTUP_MS + end + SHUTDOWN_MS;
    let awake = |at_ms: f64, on_cpu: f64, is_asleep| ThreadSample {
        from_ms: at_ms,
        to_ms: at_ms + 0.1,
        threads: 1,
        on_cpu_ms: Some(on_cpu),
        run_queue_ms: Some(0.0),
        blocked_ms: Some(0.0),
        stopped_ms: 0.0,
        bare_ms: Some(on_cpu.min(STARTUP_MS - 10.0)),
        is_asleep,
    };
    let threads = vec![
        awake(0.1, 0.0, false),
        awake(STARTUP_MS - 10.0, STARTUP_MS - 10.0, false),
        awake(STARTUP_MS + 10.0, STARTUP_MS, true),
        awake(ended_ms - SHUTDOWN_MS - 1.0, STARTUP_MS, true),
        awake(ended_ms + 0.5, STARTUP_MS + SHUTDOWN_MS, false),
    ];
    let told = MachineSample { throttled_ms: Some(0.0), steal_ms: Some(0.0), ..MachineSample::default() };
    let machine = vec![MachineSample { at_ms: -5.0, ..told }, MachineSample { at_ms: ended_ms + 1.0, ..told }];
    Observation {
        spawned_unix_us: SPAWNED_US,
        end: End::Exit(0),
        ended_ms,
        alive_ms: ended_ms - 10.0,
        output,
        threads,
        machine,
        ..Observation::default()
    }
}

fn swiss(first: f64, second: f64, end: f64) -> Observation {
    run(&[("Swiss: {stamp}", first), ("Swiss: {stamp}", second)], end)
}

fn judged(lab: &str, observation: &Observation) -> Judgement {
    judge(&timeline(lab), std::slice::from_ref(observation), 1)
}

#[test]
fn lines_that_are_due_together_and_come_together_pass_at_once() {
    let judgement = judged("learning_tasks", &swiss(1000.5, 1000.9, 1001.0));
    assert_eq!((judgement.verdict, judgement.reason), (Some(Verdict::Pass), Reason::AsDue));
    let gap = judgement.evidence.unwrap();
    assert_eq!((gap.from, gap.to), (Point::Line(1), Point::Line(2)));
}

#[test]
fn one_after_the_other_is_tried_three_times_and_fails() {
    let serial = swiss(1000.5, 2001.5, 2002.0);
    let attempts = [serial.clone(), serial.clone(), serial];
    assert_eq!(judge(&timeline("learning_tasks"), &attempts[..1], 3).verdict, None);
    assert_eq!(judge(&timeline("learning_tasks"), &attempts[..2], 3).verdict, None);
    let judgement = judge(&timeline("learning_tasks"), &attempts, 3);
    assert_eq!((judgement.verdict, judgement.reason), (Some(Verdict::Fail), Reason::TooLate));
    let gap = judgement.evidence.unwrap();
    assert_eq!((gap.from, gap.to, gap.attempt), (Point::Line(1), Point::Line(2), 3));
}

#[test]
fn one_proof_outweighs_two_suspicions() {
    let serial = swiss(1000.5, 2001.5, 2002.0);
    let attempts = [serial.clone(), serial, swiss(1000.1, 1000.2, 1001.0)];
    let judgement = judge(&timeline("learning_tasks"), &attempts, 3);
    assert_eq!((judgement.verdict, judgement.attempt), (Some(Verdict::Pass), 3));
}

#[test]
fn a_sleep_that_is_too_short_fails_at_once() {
    let judgement = judged("learning_tasks", &swiss(100.0, 100.0, 101.0));
    assert_eq!((judgement.verdict, judgement.reason), (Some(Verdict::Fail), Reason::TooEarly));
}

#[test]
fn a_stall_that_was_measured_in_the_gap_is_no_fail() {
    let mut stalled = swiss(1000.5, 2001.5, 2002.0);
    for sample in stalled.threads.iter_mut().filter(|sample| sample.from_ms > 1100.0) {
        sample.run_queue_ms = Some(950.0);
    }
    let judgement = judged("learning_tasks", &stalled);
    assert_eq!((judgement.verdict, judgement.reason), (Some(Verdict::Inconclusive), Reason::Stall));
}

#[test]
fn torn_lines_are_found() {
    let mut torn = run(&[("Sundial: {stamp}", 1000.0), ("Sundial: {stamp}", 1000.4)], 1001.0);
    let lines: Vec<&str> = torn.output.text.lines().collect();
    torn.output.text = format!("{}{}\n\n", lines[0], lines[1]);
    assert_eq!(judged("advanced_event_loop", &torn).verdict, Some(Verdict::Pass));
    let stamps: Vec<&str> = torn.output.text.split("Sundial: ").skip(1).map(str::trim).collect();
    torn.output.text = format!("Sundial: Sundial: {}{}\n\n", stamps[0], stamps[1]);
    assert_eq!(judged("advanced_event_loop", &torn).verdict, Some(Verdict::Pass));
}

#[test]
fn a_step_of_the_clock_voids_the_attempt() {
    let mut stepped = swiss(1000.5, 4000.5, 1002.0);
    for sample in stepped.machine.iter_mut().skip(1) {
        sample.clock_step_ms = 3000.0;
    }
    let judgement = judged("learning_tasks", &stepped);
    assert_eq!((judgement.verdict, judgement.reason), (Some(Verdict::Inconclusive), Reason::ClockStep));
}
