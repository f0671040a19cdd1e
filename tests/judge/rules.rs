//! The rules, one by one, on observations that are made up: no clock, no child.

use labready::course::{Course, Lab};
use labready::lab::{
    End, LabResult, Observation, Point, Reason, Script, ThreadSample, Verdict, conclude,
};

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
fn on_a_quiet_machine_a_second_attempt_that_agrees_settles_it() {
    let serial = swiss(1000.5, 2001.5, 2002.0);
    let attempts = [serial.clone(), serial];
    assert!(after("learning_tasks", &attempts[..1], 3).is_none());
    let result = after("learning_tasks", &attempts, 3).unwrap();
    assert_eq!((result.status, result.reason), (Verdict::Fail, Reason::TooLate));
    let gap = result.evidence.unwrap();
    assert_eq!((gap.from, gap.to, gap.attempt), (Point::Line(1), Point::Line(2), 2));
}

#[test]
fn on_a_busy_machine_every_attempt_has_to_agree() {
    let mut busy = swiss(1000.5, 2001.5, 2002.0);
    for sample in busy.threads.iter_mut().filter(|sample| sample.from_ms > 1100.0) {
        (sample.run_queue_ms, sample.switches) = (Some(300.0), Some(2));
    }
    let attempts = [busy.clone(), busy.clone(), busy];
    assert!(after("learning_tasks", &attempts[..2], 3).is_none());
    let result = after("learning_tasks", &attempts, 3).unwrap();
    assert_eq!((result.status, result.reason), (Verdict::Fail, Reason::TooLate));
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
        (sample.run_queue_ms, sample.switches) = (Some(950.0), Some(2));
    }
    let result = judged("learning_tasks", &stalled);
    assert_eq!((result.status, result.reason), (Verdict::Inconclusive, Reason::Stall));
}

/// Since 6.12 the kernel counts sleep as waiting where a processor is scarce.
#[test]
fn waiting_that_is_counted_while_the_script_sleeps_excuses_nothing() {
    let mut asleep = swiss(1000.5, 2001.5, 2002.0);
    for sample in asleep.threads.iter_mut().filter(|sample| sample.from_ms > 1100.0) {
        sample.run_queue_ms = Some(950.0);
    }
    let result = judged("learning_tasks", &asleep);
    assert_eq!((result.status, result.reason), (Verdict::Fail, Reason::TooLate));
}

/// What the interpreter is said to have worked is too much to leave room for the sleeps.
#[test]
fn a_run_that_is_long_enough_by_the_clock_is_not_failed_by_counters() {
    let mut told_wrong = swiss(1000.5, 1000.9, 1001.5);
    for sample in &mut told_wrong.threads {
        sample.bare_ms = Some(sample.from_ms * 0.7);
    }
    let result = judged("learning_tasks", &told_wrong);
    assert_ne!(result.status, Verdict::Fail, "{}", result.summary);
}

#[test]
fn where_nothing_is_told_of_the_threads_a_late_script_is_not_failed() {
    let mut untold = swiss(1000.5, 2001.5, 2002.0);
    for sample in &mut untold.threads {
        *sample = ThreadSample {
            from_ms: sample.from_ms,
            to_ms: sample.to_ms,
            ..ThreadSample::default()
        };
    }
    let attempts = [untold.clone(), untold.clone(), untold];
    let result = after("learning_tasks", &attempts, 3).unwrap();
    assert_eq!((result.status, result.reason), (Verdict::Inconclusive, Reason::Stall));
}

#[test]
fn where_the_kernel_does_not_count_waiting_the_states_of_the_threads_bound_it() {
    let mut uncounted = swiss(1000.5, 2001.5, 2002.0);
    uncounted.threads.iter_mut().for_each(|sample| sample.run_queue_ms = None);
    assert_eq!(judged("learning_tasks", &uncounted).status, Verdict::Fail);
    for sample in uncounted.threads.iter_mut().filter(|sample| sample.from_ms > 1100.0) {
        (sample.is_asleep, sample.switches) = (false, Some(2));
    }
    assert_eq!(judged("learning_tasks", &uncounted).status, Verdict::Inconclusive);
}

/// A wait that does not begin with the line that the course names, which the machine held up.
#[test]
fn a_line_that_was_held_up_makes_nothing_behind_it_too_early() {
    let lines = |first: f64, second: f64| {
        let mut held = run(
            &[("Sundial: {stamp}".into(), first), ("Sundial: {stamp}".into(), second)],
            second + 1000.5,
        );
        for sample in held.threads.iter_mut().filter(|sample| sample.from_ms > 1000.0) {
            (sample.run_queue_ms, sample.switches) = (Some(first - 1000.0), Some(2));
        }
        judged("learning_event_loops", &held)
    };
    let held_up = lines(1100.5, 2000.9);
    assert_ne!(held_up.status, Verdict::Fail, "{}", held_up.summary);
    let too_early = lines(1100.5, 1500.9);
    assert_eq!((too_early.status, too_early.reason), (Verdict::Fail, Reason::TooEarly));
}

#[test]
fn a_kill_for_want_of_memory_voids_the_attempt() {
    let mut killed = Observation { end: End::Signal(9), ..swiss(1000.5, 1000.9, 1001.0) };
    assert_eq!(judged("learning_tasks", &killed).reason, Reason::Signal);
    killed.machine.last_mut().unwrap().oom_kills = 1.0;
    let result = judged("learning_tasks", &killed);
    assert_eq!((result.status, result.reason), (Verdict::Inconclusive, Reason::OutOfMemory));
}

#[test]
fn an_interpreter_that_sleeps_before_it_reads_the_script_is_nobodys_fault() {
    let mut slow = swiss(3000.5, 3000.9, 3001.0);
    assert_eq!(judged("learning_tasks", &slow).status, Verdict::Fail);
    slow.read_ms = Some([2040.0, 2060.0]);
    let result = judged("learning_tasks", &slow);
    assert_eq!(result.status, Verdict::Pass, "{}", result.summary);
    slow.read_ms = Some([1000.0, 1020.0]);
    assert_eq!(judged("learning_tasks", &slow).status, Verdict::Fail);
}

/// A home on a slow network: the script was read at once, its imports were not.
#[test]
fn every_lab_that_is_late_by_what_python_imports_is_the_machines_doing() {
    let late = Observation { imports_ms: 1900.0, ..swiss(3000.5, 3000.9, 3001.0) };
    let attempts = [late.clone(), late.clone(), late];
    let result = after("learning_tasks", &attempts, 3).unwrap();
    assert_eq!((result.status, result.reason), (Verdict::Inconclusive, Reason::Stall));
    assert!(result.summary.contains("importing Python's own modules alone takes 1.90 s"));
}

#[test]
fn between_one_wait_and_two_the_answer_never_turns_back() {
    let verdict = |wait: f64| {
        let slow = swiss(wait + 0.5, wait + 0.9, wait + 1.2);
        after("learning_tasks", &[slow.clone(), slow], 2).unwrap().status
    };
    for tenths in 10..19 {
        assert_eq!(verdict(f64::from(tenths) * 100.0), Verdict::Pass, "{tenths}");
    }
    for tenths in 19..40 {
        assert_eq!(verdict(f64::from(tenths) * 100.0), Verdict::Fail, "{tenths}");
    }
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

/// The words of a result, by the script that says this.
fn words(name: &str, source: &str, attempts: &[Observation]) -> String {
    let script = Script { shown: "lab.py".into(), source: source.into(), shadows: Vec::new() };
    conclude(&lab(name), &script, attempts, attempts.len()).unwrap().statement()
}

#[test]
fn a_function_is_named_only_where_it_is_called_twice() {
    let serial = [swiss(1000.5, 2001.5, 2002.0)];
    let twice = "async def swiss():\n    print('Swiss:')\nawait swiss()\nawait swiss()\n";
    assert!(words("learning_tasks", twice, &serial).contains("the two calls of `swiss()`"));
    let in_a_loop = "async def swiss():\n    print('Swiss:')\nfor _ in range(2): await swiss()\n";
    assert!(words("learning_tasks", in_a_loop, &serial).contains("the two waits"));
}

#[test]
fn lines_that_changed_places_are_told_without_a_negative_time() {
    let mut changed = lab("learning_tasks");
    changed.timeline.marks[0].line = "Late: {stamp}".into();
    changed.timeline.marks[0].due.at = 2.0;
    changed.timeline.ends.at = 2.0;
    let lines = [("Late: {stamp}".into(), 2000.5), ("Swiss: {stamp}".into(), 3001.5)];
    let result = conclude(&changed, &Script::default(), &[run(&lines, 3002.0)], 1).unwrap();
    assert_eq!(result.status, Verdict::Fail);
    assert!(
        result.summary.contains("1.00 s after line 1 instead of 1.00 s before it"),
        "{}",
        result.summary
    );
}

#[test]
fn a_pass_tells_of_a_coroutine_that_was_never_awaited() {
    let mut warned = swiss(1000.5, 1000.9, 1001.0);
    warned.errors = "lab.py:9: RuntimeWarning: coroutine 'swiss' was never awaited\n".into();
    let result = judged("learning_tasks", &warned);
    assert_eq!(result.status, Verdict::Pass);
    assert!(result.summary.contains("the coroutine `swiss()` was never awaited"));
}

#[test]
fn a_broken_pth_file_fails_no_lab() {
    let mut broken = swiss(1000.5, 1000.9, 1001.0);
    broken.errors = "Error processing line 1 of /venv/lib/python3.12/site-packages/old.pth:\n\n  Traceback (most recent call last):\n    File \"<frozen site>\", line 206, in addpackage\n  ModuleNotFoundError: No module named 'gone'\n\nRemainder of file ignored\n".into();
    assert_eq!(judged("learning_tasks", &broken).status, Verdict::Pass);
}
