//! What holds of every observation: noise never convicts a right script, and never acquits a serial
//! one.

use labready::course::Lab;
use labready::lab::{
    Chunk, End, LabResult, MachineSample, Observation, Output, Script, ThreadSample, Verdict,
    conclude,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::machine::labs;
use crate::simulation::Simulation;

/// The noise of one attempt.
#[derive(Clone, Debug)]
struct Noise {
    queues: Vec<f64>,
    lateness: Vec<f64>,
    looks: Vec<f64>,
    /// In which sleep the script is held, after how long, for how long, and whether the whole
    /// machine is.
    hold: Option<(usize, f64, f64, bool)>,
    /// Whether the machine tells what its threads do.
    is_told: bool,
}

/// What is wrong with a script.
#[derive(Clone, Copy, Debug)]
enum Fault {
    None,
    /// An extra sleep: before which step of the script, and how long.
    Extra(usize, f64),
    /// Every sleep is so long.
    Short(f64),
}

fn noise() -> impl Strategy<Value = Noise> {
    let queue = prop_oneof![4 => Just(0.0), 3 => 0.0..30.0, 2 => 0.0..400.0, 1 => 0.0..3000.0];
    let late = prop_oneof![4 => Just(0.0), 1 => 0.0..600.0];
    let hold =
        proptest::option::weighted(0.3, (0..3_usize, 0.0..1200.0, 0.0..4000.0, any::<bool>()));
    let is_told = proptest::bool::weighted(0.8);
    (vec(queue, 1..12), vec(late, 1..4), vec(10.0..300.0_f64, 1..20), hold, is_told).prop_map(
        |(queues, lateness, looks, hold, is_told)| Noise { queues, lateness, looks, hold, is_told },
    )
}

/// Plays a lab of the embedded course as it should be, or with a fault.
fn play(lab: &Lab, noise: &Noise, fault: Fault) -> Observation {
    let mut script =
        Simulation::start(noise.queues.clone(), noise.lateness.clone(), noise.looks.clone());
    let (mut step, mut slept) = (0, 0);
    let mut before = |script: &mut Simulation| {
        if let Fault::Extra(at, how_long) = fault
            && at == step
        {
            script.sleep(how_long);
        }
        step += 1;
    };
    let mut sleep = |script: &mut Simulation| {
        let long = if let Fault::Short(long) = fault { long } else { 1000.0 };
        match noise.hold {
            Some((which, after, held, true)) if which == slept => {
                script.paused_sleep(long, after, held)
            }
            Some((which, after, held, false)) if which == slept => {
                script.stopped_sleep(long, after, held)
            }
            _ => script.sleep(long),
        }
        slept += 1;
    };
    let mut ready_at = 0.0;
    for mark in &lab.timeline.marks {
        before(&mut script);
        if mark.due.at > ready_at {
            sleep(&mut script);
            ready_at = mark.due.at;
        }
        script.print(&mark.line);
    }
    before(&mut script);
    if lab.timeline.ends.at > ready_at {
        sleep(&mut script);
    }
    let mut observation = script.end();
    if !noise.is_told {
        for sample in &mut observation.threads {
            (sample.on_cpu_ms, sample.run_queue_ms, sample.bare_ms, sample.is_asleep) =
                (None, None, None, false);
        }
    }
    observation
}

fn judged(lab: &Lab, observations: &[Observation]) -> Option<LabResult> {
    conclude(
        lab,
        &Script { shown: lab.script.clone(), ..Script::default() },
        observations,
        observations.len(),
    )
}

fn lab(index: usize) -> Lab {
    labs().swap_remove(index)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, max_shrink_iters: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn delay_never_turns_a_right_run_into_a_fail(index in 0..4_usize, noise in vec(noise(), 1..4)) {
        let lab = lab(index);
        let attempts: Vec<Observation> = noise.iter().map(|noise| play(&lab, noise, Fault::None)).collect();
        let result = judged(&lab, &attempts).unwrap();
        prop_assert!(result.status != Verdict::Fail, "{}\n{:?}", result.summary, result.evidence);
    }

    #[test]
    fn a_serial_second_more_never_passes(index in 0..4_usize, step in 0..3_usize, long in 1000.0..3000.0_f64, noise in vec(noise(), 1..4)) {
        let lab = lab(index);
        let attempts: Vec<Observation> = noise.iter().map(|noise| play(&lab, noise, Fault::Extra(step, long))).collect();
        let result = judged(&lab, &attempts).unwrap();
        prop_assert!(result.status != Verdict::Pass, "{}\n{:?}", result.summary, result.evidence);
    }

    #[test]
    fn a_sleep_of_less_than_half_never_passes(index in 0..4_usize, long in 0.0..400.0_f64, noise in vec(noise(), 1..4)) {
        let lab = lab(index);
        let attempts: Vec<Observation> = noise.iter().map(|noise| play(&lab, noise, Fault::Short(long))).collect();
        let result = judged(&lab, &attempts).unwrap();
        prop_assert!(result.status != Verdict::Pass, "{}\n{:?}", result.summary, result.evidence);
    }

    #[test]
    fn without_noise_right_passes_and_serial_fails(index in 0..4_usize, step in 0..3_usize, looks in vec(10.0..40.0_f64, 1..20)) {
        let lab = lab(index);
        let quiet = Noise { queues: vec![0.0], lateness: vec![0.2], looks, hold: None, is_told: true };
        let right = judged(&lab, &[play(&lab, &quiet, Fault::None)]).unwrap();
        prop_assert!(right.status == Verdict::Pass, "{}", right.summary);
        let wrong = play(&lab, &quiet, Fault::Extra(step, 1000.0));
        let wrong = judged(&lab, &[wrong.clone(), wrong.clone(), wrong]).unwrap();
        prop_assert!(wrong.status == Verdict::Fail, "{}", wrong.summary);
    }
}

fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), -10.0..5000.0, any::<f64>()]
}

prop_compose! {
    fn any_sample()(from_ms in any_number(), to_ms in any_number(), threads in any::<u32>(), is_asleep in any::<bool>(),
                    counters in vec(proptest::option::of(any_number()), 4), stopped_ms in any_number()) -> ThreadSample {
        ThreadSample { from_ms, to_ms, threads, on_cpu_ms: counters[0], run_queue_ms: counters[1], blocked_ms: counters[2],
                       stopped_ms, bare_ms: counters[3], awake_ms: counters[0], switches: Some(u64::from(threads)), is_asleep }
    }
}

prop_compose! {
    fn any_observation()(
        text in r"((Swiss|Rolex|Job [12]:|Sundial):? ?|2026-01-01 00:00:0[0-9](\.[0-9]{0,7})?|\PC|\n|\x1b\[3[0-9]m|[0-9 :-]){0,30}",
        errors in r"(Traceback|'x' was never awaited|Error: |\n|.){0,20}",
        ends in vec(0..200_usize, 0..5), numbers in vec(any_number(), 6), total_bytes in 0..300_u64, spawned_unix_us in any::<i64>(),
        end in prop_oneof![4 => Just(End::Exit(0)), 1 => Just(End::TimeLimit), 1 => any::<i32>().prop_map(End::Signal), 1 => Just(End::Flood)],
        is_recent in any::<bool>(), threads in vec(any_sample(), 0..6)) -> Observation {
        let chunks = ends.iter().map(|end| Chunk { end: *end, empty_ms: numbers[0], arrival_ms: numbers[1] }).collect();
        let spawned_unix_us = if is_recent { crate::simulation::SPAWNED_US } else { spawned_unix_us };
        let sample = MachineSample { at_ms: numbers[4], late_ms: numbers[5], ..MachineSample::default() };
        Observation { spawned_unix_us, end, ended_ms: numbers[2], alive_ms: numbers[3], errors, threads, machine: vec![sample],
                      output: Output { text, total_bytes, chunks, on_terminal: true }, stopped_by: None, read_ms: None, imports_ms: 0.0 }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, max_shrink_iters: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_observation_panics(index in 0..4_usize, observations in vec(any_observation(), 0..4), attempts in 0..4_usize) {
        let lab = lab(index);
        let script = Script { shown: lab.script.clone(), ..Script::default() };
        if let Some(result) = conclude(&lab, &script, &observations, attempts) {
            labready::report::picture::draw(&result, 80, labready::report::picture::Pen::Unicode);
            labready::report::picture::words(&result);
            prop_assert!(serde_json::to_string(&result).is_ok());
        }
    }
}
