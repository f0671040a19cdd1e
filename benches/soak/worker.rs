//! Gives the verdicts, a line of JSON each, in whatever condition it was started.

use std::fs;
use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use labready::course::Course;
use labready::host::Host;
use labready::lab::{self, LabResult, Setting, Verdict};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

use crate::Plan;
use crate::scripts;

/// A verdict.
#[derive(Serialize, Deserialize)]
pub struct Told {
    pub is_right: bool,
    pub verdict: String,
    pub script: String,
    pub summary: String,
    /// All of it, where it is not the expected one.
    pub lab: Option<LabResult>,
}

pub fn work(plan: &Plan) {
    let host = Host::this().unwrap();
    let labs = Course::embedded().unwrap().labs;
    let jobs = (0..plan.rounds).flat_map(|_| scripts::round(&labs)).collect::<Vec<_>>();
    let (jobs, ended) = (Mutex::new(jobs.into_iter()), AtomicBool::new(false));
    let judge = || {
        while let Some((subjects, is_right)) = { jobs.lock().unwrap().next() } {
            let setting = Setting::new(&plan.python);
            for result in lab::verify(&host, &subjects, &setting, &|_| ()).unwrap() {
                tell(is_right, result);
            }
        }
    };
    thread::scope(|scope| {
        if plan.stops {
            scope.spawn(|| stop_now_and_then(&ended));
        }
        let judges: Vec<_> = (0..plan.side_by_side).map(|_| scope.spawn(judge)).collect();
        judges.into_iter().for_each(|judge| judge.join().unwrap());
        ended.store(true, Ordering::SeqCst);
    });
}

fn tell(is_right: bool, result: LabResult) {
    let verdict = match result.status {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Inconclusive => "inconclusive",
        Verdict::Error => "error",
    };
    let is_expected = verdict == if is_right { "pass" } else { "fail" };
    let told = Told {
        is_right,
        verdict: verdict.into(),
        script: result.script.clone(),
        summary: result.summary.clone(),
        lab: (!is_expected).then_some(result),
    };
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{}", serde_json::to_string(&told).unwrap()).unwrap();
}

/// Stops one of our scripts now and then for up to a second and a half.
fn stop_now_and_then(ended: &AtomicBool) {
    let mut turn = 0_u64;
    while !ended.load(Ordering::SeqCst) {
        // Uneven on purpose, so that every part of a run is hit.
        turn += 1;
        thread::sleep(Duration::from_millis(150 + turn * 97 % 700));
        let scripts = children();
        let Some(pid) = scripts.get(turn as usize % scripts.len().max(1)) else { continue };
        let _ = kill(Pid::from_raw(*pid), Signal::SIGSTOP);
        thread::sleep(Duration::from_millis(300 + turn * 131 % 1200));
        let _ = kill(Pid::from_raw(*pid), Signal::SIGCONT);
    }
}

fn children() -> Vec<i32> {
    let me = std::process::id();
    let threads = fs::read_dir(format!("/proc/{me}/task")).unwrap();
    let lists =
        threads.filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("children")).ok());
    lists
        .flat_map(|list| {
            list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<i32>>()
        })
        .collect()
}
