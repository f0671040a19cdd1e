//! How long Python's own modules take to be imported on this machine: seconds from a slow disk or a
//! home on a slow network, which make every lab late by the same amount.

use std::path::Path;
use std::time::Duration;

use super::machine::Monitor;
use super::observation::Observation;
use super::run::ScriptRun;
use super::script::{Subject, prepare};
use super::series;
use super::setting::Setting;
use crate::course::{Due, Lab, Timeline};
use crate::error::Result;
use crate::host::Host;

/// What labs import.
const SOURCE: &str = "import asyncio, concurrent.futures, datetime, threading, time\n";
/// Less than this makes no lab late, in milliseconds.
const LEAST_MS: f64 = 100.0;

/// Times them once, but for what the machine held up and what they worked.
pub(super) fn timed(
    host: &Host,
    setting: &Setting,
    monitor: &Monitor,
    folder: &Path,
) -> Result<f64> {
    let lab = Lab {
        name: "imports".into(),
        script: "imports.py".into(),
        source: SOURCE.into(),
        teaches: String::new(),
        timeline: Timeline {
            unit: Duration::from_secs(1),
            marks: Vec::new(),
            ends: Due { at: 0.0, after: None },
        },
    };
    let (unit, limit) = (lab.timeline.unit, setting.limit_of(&lab));
    let ready = prepare(host, &Subject { lab, copy: None }, setting, folder)?;
    let (command, script) = (&ready.command, ready.file.as_path());
    let run = ScriptRun { host, command, script, limit, unit, monitor, pauses: &[] };
    Ok(unexplained_ms(&run.observe(|| ())?))
}

fn unexplained_ms(run: &Observation) -> f64 {
    let [unread_ms, _] = run.read_ms.unwrap_or_default();
    let stall = series::stall(run, unread_ms, run.ended_ms);
    let slow = run.ended_ms - unread_ms - stall.explains_ms() - stall.on_cpu_ms.unwrap_or(0.0);
    if slow < LEAST_MS { 0.0 } else { slow }
}
