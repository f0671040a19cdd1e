//! The soak: right and wrong scripts by the hundred, while the machine is idle, overloaded,
//! throttled, stopped, or writing.
//!
//! `cargo bench --bench soak` takes about an hour and needs stress-ng; the quota needs root. `--
//! idle hogs8` names conditions, `--rounds N` says how often each goes over all scripts, `--python
//! PATH` with which interpreter, `--variants` takes every variant of `fixtures/labs` in turn
//! instead of those whose fault is in their timing. It ends with the confusion matrix, and with 1
//! when a right script was called fail or a wrong one pass.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio, exit};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use labready::course::{Course, Lab};
use labready::host::Host;
use labready::lab::{self, Copy, LabResult, Setting, Subject, Verdict};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Wrong variants whose fault is in their timing: the others fail whatever the machine does.
const WRONG: &[(&str, &[&str])] = &[
    (
        "learning_event_loops",
        &[
            "in_threads",
            "no_last_sleep",
            "last_sleep_begins_first",
            "long_last_sleep",
            "sleeps_twice_as_long",
            "sleeps_a_tenth",
        ],
    ),
    (
        "learn_async_sleep",
        &[
            "sleep_not_awaited",
            "lingers",
            "sleeps_twice_as_long",
            "sleeps_a_tenth",
            "prints_before_it_sleeps",
        ],
    ),
    (
        "learning_tasks",
        &[
            "awaited_in_turn",
            "tasks_awaited_as_made",
            "blocking_sleep",
            "behind_a_lock",
            "fakes_its_stamps",
            "sleeps_twice_as_long",
        ],
    ),
    (
        "advanced_event_loop",
        &[
            "awaited_in_turn",
            "pool_of_one",
            "behind_a_lock",
            "a_silent_third_call",
            "sleeps_a_tenth",
            "sleeps_twice_as_long",
        ],
    ),
];
const CONDITIONS: [&str; 6] = ["idle", "hogs8", "hogs64", "quota", "stops", "writes"];
/// How many verifications run side by side, of four scripts and of one.
const SIDE_BY_SIDE: usize = 2;
const VARIANTS_SIDE_BY_SIDE: usize = 8;

/// What is to be done.
struct Plan {
    conditions: Vec<String>,
    rounds: usize,
    python: PathBuf,
    log: Option<PathBuf>,
    has_variants: bool,
}

/// How often each verdict was given to right and to wrong scripts.
type Matrix = BTreeMap<(bool, &'static str), usize>;

fn main() {
    let plan = plan();
    let host = Host::this().unwrap();
    let labs = Course::embedded().unwrap().labs;
    let mut all = Matrix::new();
    for condition in &plan.conditions {
        let begun = Instant::now();
        let load = match Load::put_on(condition) {
            Ok(load) => load,
            Err(reason) => {
                println!("{condition:8} not run: {reason}");
                continue;
            }
        };
        let matrix = soak(&host, &labs, &plan, condition);
        drop(load);
        println!("{}", line(condition, &matrix, begun.elapsed()));
        for (key, count) in matrix {
            *all.entry(key).or_default() += count;
        }
    }
    println!("{}", line("all", &all, Duration::ZERO));
    let wrong = all.get(&(true, "fail")).unwrap_or(&0) + all.get(&(false, "pass")).unwrap_or(&0);
    println!("wrong verdicts: {wrong}");
    exit(i32::from(wrong > 0));
}

fn plan() -> Plan {
    let mut plan = Plan {
        conditions: Vec::new(),
        rounds: 4,
        python: "/usr/bin/python3".into(),
        log: None,
        has_variants: false,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--rounds" => plan.rounds = arguments.next().unwrap().parse().unwrap(),
            "--python" => plan.python = arguments.next().unwrap().into(),
            "--log" => plan.log = arguments.next().map(PathBuf::from),
            "--variants" => plan.has_variants = true,
            // cargo's own
            "--bench" => {}
            condition if CONDITIONS.contains(&condition) => {
                plan.conditions.push(condition.to_owned())
            }
            other => {
                println!("`{other}` is not one of {}", CONDITIONS.join(", "));
                exit(2);
            }
        }
    }
    if plan.conditions.is_empty() {
        plan.conditions = CONDITIONS.map(str::to_owned).to_vec();
    }
    plan
}

/// Scripts that are verified together, and whether they are right.
type Job = (Vec<Subject>, bool);

fn soak(host: &Host, labs: &[Lab], plan: &Plan, condition: &str) -> Matrix {
    let round = if plan.has_variants { variants(labs) } else { labs_and_faults(labs) };
    let side_by_side = if plan.has_variants { VARIANTS_SIDE_BY_SIDE } else { SIDE_BY_SIDE };
    let jobs =
        Mutex::new((0..plan.rounds).flat_map(|_| round.clone()).collect::<Vec<Job>>().into_iter());
    let matrix = Mutex::new(Matrix::new());
    let work = || {
        while let Some((subjects, is_right)) = { jobs.lock().unwrap().next() } {
            for result in
                lab::verify(host, &subjects, &Setting::new(&plan.python), &|_| ()).unwrap()
            {
                note(plan, condition, is_right, &result);
                *matrix.lock().unwrap().entry((is_right, verdict(&result))).or_default() += 1;
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..side_by_side {
            scope.spawn(work);
        }
    });
    matrix.into_inner().unwrap()
}

/// All four labs as they are, twice, and with one wrong copy each, turn about.
fn labs_and_faults(labs: &[Lab]) -> Vec<Job> {
    let own = |lab: &Lab| Subject { lab: lab.clone(), copy: None };
    let turns = WRONG.iter().map(|(_, names)| names.len()).max().unwrap_or(0);
    let jobs = (0..turns).flat_map(|turn| {
        let right: Vec<Subject> = labs.iter().map(own).collect();
        let wrong =
            WRONG.iter().map(|(name, names)| copy(labs, name, names[turn % names.len()])).collect();
        [(right.clone(), true), (right, true), (wrong, false)]
    });
    jobs.collect()
}

/// Every variant of the table that any interpreter can run, one by one.
fn variants(labs: &[Lab]) -> Vec<Job> {
    let table = fs::read_to_string(fixtures().join("verdicts.tsv")).unwrap();
    let lines = table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split('\t').collect::<Vec<_>>());
    lines
        .filter(|fields| fields.len() == 4)
        .map(|fields| (vec![copy(labs, fields[0], fields[1])], fields[2] == "pass"))
        .collect()
}

fn copy(labs: &[Lab], lab: &str, variant: &str) -> Subject {
    let shown = format!("{lab}/{variant}.py");
    let copy = Copy { path: fixtures().join(&shown), shown, account: None };
    Subject { lab: labs.iter().find(|known| known.name == lab).unwrap().clone(), copy: Some(copy) }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/labs")
}

fn verdict(result: &LabResult) -> &'static str {
    match result.status {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Inconclusive => "inconclusive",
        Verdict::Error => "error",
    }
}

/// Everything but the expected is worth a look.
fn note(plan: &Plan, condition: &str, is_right: bool, result: &LabResult) {
    let expected = if is_right { "pass" } else { "fail" };
    if verdict(result) != expected {
        println!("{condition:8} {} of {}: {}", verdict(result), result.script, result.summary);
    }
    if let Some(log) = &plan.log {
        use std::io::Write;
        let mut file = fs::OpenOptions::new().append(true).create(true).open(log).unwrap();
        let line = serde_json::json!({ "condition": condition, "right": is_right, "lab": result });
        writeln!(file, "{line}").unwrap();
    }
}

fn line(condition: &str, matrix: &Matrix, took: Duration) -> String {
    let count = |is_right, verdict| matrix.get(&(is_right, verdict)).copied().unwrap_or(0);
    let row = |is_right| {
        ["pass", "fail", "inconclusive", "error"]
            .map(|verdict| format!("{verdict} {}", count(is_right, verdict)))
            .join(", ")
    };
    format!("{condition:8} right: {} | wrong: {} | {} s", row(true), row(false), took.as_secs())
}

/// What keeps the machine busy; taken off when dropped.
struct Load {
    stress: Option<Child>,
    quota: Option<Quota>,
    stopper: Option<(Arc<AtomicBool>, JoinHandle<()>)>,
}

impl Load {
    fn put_on(condition: &str) -> Result<Self, String> {
        let mut load = Self { stress: None, quota: None, stopper: None };
        match condition {
            "hogs8" => load.stress = Some(stress(&["--cpu", "8"])?),
            "hogs64" => load.stress = Some(stress(&["--cpu", "64"])?),
            "writes" => {
                load.stress =
                    Some(stress(&["--hdd", "2", "--io", "2", "--vm", "1", "--vm-bytes", "20%"])?)
            }
            "quota" => load.quota = Some(Quota::take(10)?),
            "stops" => load.stopper = Some(stop_now_and_then()),
            _ => {}
        }
        thread::sleep(Duration::from_secs(1));
        Ok(load)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        if let Some(mut stress) = self.stress.take() {
            let _ = kill(Pid::from_raw(stress.id().cast_signed()), Signal::SIGINT);
            let _ = stress.wait();
        }
        if let Some((ended, stopper)) = self.stopper.take() {
            ended.store(true, Ordering::SeqCst);
            stopper.join().unwrap();
        }
        drop(self.quota.take());
    }
}

fn stress(arguments: &[&str]) -> Result<Child, String> {
    let mut command = Command::new("stress-ng");
    command
        .args(arguments)
        .args(["--temp-path", "/tmp", "--quiet"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
        .spawn()
        .map_err(|error| format!("stress-ng: {error}; sudo apt-get install -y stress-ng"))
}

/// A control group with a tenth of one processor, for this process and its children.
struct Quota {
    group: PathBuf,
    home: PathBuf,
}

impl Quota {
    fn take(percent: u64) -> Result<Self, String> {
        let told = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let path = |wanted: &str| {
            let line = told.lines().find(|line| {
                line.split(':')
                    .nth(1)
                    .is_some_and(|names| names.split(',').any(|name| name == wanted))
            });
            line.and_then(|line| line.splitn(3, ':').nth(2))
                .unwrap_or("/")
                .trim_start_matches('/')
                .to_owned()
        };
        let (mount, limits) = match fs::exists("/sys/fs/cgroup/cpu/cpu.cfs_quota_us") {
            Ok(true) => (
                "/sys/fs/cgroup/cpu",
                vec![
                    ("cpu.cfs_period_us", "100000".to_owned()),
                    ("cpu.cfs_quota_us", (percent * 1000).to_string()),
                ],
            ),
            _ => ("/sys/fs/cgroup", vec![("cpu.max", format!("{} 100000", percent * 1000))]),
        };
        let home = Path::new(mount).join(path(if mount.ends_with("cpu") { "cpu" } else { "" }));
        let group = home.join("labready-soak");
        let failed = |error: std::io::Error| {
            format!("no control group can be made in {}: {error}", home.display())
        };
        fs::create_dir_all(&group).map_err(failed)?;
        for (file, limit) in limits {
            fs::write(group.join(file), limit).map_err(failed)?;
        }
        fs::write(group.join("cgroup.procs"), std::process::id().to_string()).map_err(failed)?;
        Ok(Self { group, home })
    }
}

impl Drop for Quota {
    fn drop(&mut self) {
        let _ = fs::write(self.home.join("cgroup.procs"), std::process::id().to_string());
        let _ = fs::remove_dir(&self.group);
    }
}

/// Stops one of our scripts now and then for up to a second and a half.
fn stop_now_and_then() -> (Arc<AtomicBool>, JoinHandle<()>) {
    let ended = Arc::new(AtomicBool::new(false));
    let its_end = Arc::clone(&ended);
    let stopper = thread::spawn(move || {
        let mut turn = 0_u64;
        while !its_end.load(Ordering::SeqCst) {
            // Uneven on purpose, so that every part of a run is hit.
            turn += 1;
            thread::sleep(Duration::from_millis(150 + turn * 97 % 700));
            let scripts = children();
            let Some(pid) = scripts.get(turn as usize % scripts.len().max(1)) else { continue };
            let _ = kill(Pid::from_raw(*pid), Signal::SIGSTOP);
            thread::sleep(Duration::from_millis(300 + turn * 131 % 1200));
            let _ = kill(Pid::from_raw(*pid), Signal::SIGCONT);
        }
    });
    (ended, stopper)
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
