//! Observations that are made up: a quiet machine, and a script that does what a timeline says.

use jiff::Timestamp;
use labready::course::Timeline;
use labready::lab::{Chunk, End, MachineSample, Observation, Output, ThreadSample};

/// 2026-01-01 00:00:00 UTC.
const SPAWNED_US: i64 = 1_767_225_600_000_000;
/// What an interpreter needs to start up and to shut down on an idle machine, in milliseconds.
const STARTUP_MS: f64 = 80.0;
const SHUTDOWN_MS: f64 = 15.0;

/// A line and when it comes, in milliseconds after the start-up.
pub type Printed = (String, f64);

/// A run that prints these lines and ends then. `{stamp}` in a line becomes the moment of printing.
pub fn run(lines: &[Printed], end: f64) -> Observation {
    let mut output = Output { on_terminal: true, ..Output::default() };
    for (line, at) in lines {
        let at = STARTUP_MS + at;
        let time = Timestamp::from_microsecond(SPAWNED_US + (at * 1e3) as i64).unwrap();
        output.text.push_str(
            &line.replace("{stamp}", &time.strftime("%Y-%m-%d %H:%M:%S.%6f").to_string()),
        );
        output.text.push('\n');
        output.chunks.push(Chunk {
            end: output.text.len(),
            empty_ms: at - 0.1,
            arrival_ms: at + 0.2,
        });
    }
    output.total_bytes = output.text.len() as u64;
    let ended_ms = STARTUP_MS + end + SHUTDOWN_MS;
    let told =
        MachineSample { throttled_ms: Some(0.0), steal_ms: Some(0.0), ..MachineSample::default() };
    Observation {
        spawned_unix_us: SPAWNED_US,
        end: End::Exit(0),
        ended_ms,
        alive_ms: ended_ms - 10.0,
        output,
        threads: vec![
            awake(0.1, 0.0, false),
            awake(STARTUP_MS - 10.0, STARTUP_MS - 10.0, false),
            awake(STARTUP_MS + 10.0, STARTUP_MS, true),
            awake(ended_ms - SHUTDOWN_MS - 1.0, STARTUP_MS, true),
            awake(ended_ms + 0.5, STARTUP_MS + SHUTDOWN_MS, false),
        ],
        machine: vec![
            MachineSample { at_ms: -5.0, ..told },
            MachineSample { at_ms: ended_ms + 1.0, ..told },
        ],
        ..Observation::default()
    }
}

fn awake(at_ms: f64, on_cpu: f64, is_asleep: bool) -> ThreadSample {
    ThreadSample {
        from_ms: at_ms,
        to_ms: at_ms + 0.1,
        threads: 1,
        on_cpu_ms: Some(on_cpu),
        run_queue_ms: Some(0.0),
        blocked_ms: Some(0.0),
        stopped_ms: 0.0,
        awake_ms: Some(on_cpu),
        bare_ms: Some(on_cpu.min(STARTUP_MS - 10.0)),
        switches: Some(1),
        is_asleep,
    }
}

/// A run of a script that does what the timeline says, each line late by so much, in milliseconds;
/// the last one is the end.
pub fn conforming(timeline: &Timeline, late: &[f64]) -> Observation {
    let unit_ms = timeline.unit.as_secs_f64() * 1e3;
    let mut came: Vec<f64> = Vec::new();
    let dues = timeline.marks.iter().map(|mark| mark.due).chain([timeline.ends]);
    for (due, late) in dues.zip(late.iter().chain(std::iter::repeat(&0.5))) {
        // What waits for a line is as late as that line is, and its own lateness comes on top.
        let waited = due
            .after
            .map_or(0.0, |line| came[line - 1] - timeline.marks[line - 1].due.at * unit_ms);
        came.push(due.at * unit_ms + waited + late);
    }
    let end = came.iter().copied().fold(0.0, f64::max);
    let mut lines: Vec<Printed> =
        timeline.marks.iter().zip(&came).map(|(mark, at)| (mark.line.clone(), *at)).collect();
    lines.sort_by(|one, other| one.1.total_cmp(&other.1));
    run(&lines, end)
}
