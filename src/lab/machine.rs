//! What the machine does meanwhile: one ticker for all labs. It looks at the control group, the
//! hypervisor, the pressure files and the clocks, and at how late it is itself. What a machine does
//! not tell stays `None`; nothing here is ever an error.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::observation::{MachineSample, without_repeats};
use crate::host::{Host, Instants};

/// The distance between two ticks, and how many of them lie between two looks: reading is work, too.
const TICK: Duration = Duration::from_millis(20);
const TICKS: u32 = 4;
/// Lateness below this is how timers are.
const PUNCTUAL_MS: f64 = 2.0;
/// Differences below this are how reading two clocks one after the other is.
const SAME_MS: f64 = 1.0;
/// More than any of the files that are read here, in bytes.
const FILE_LIMIT: u64 = 1 << 20;
/// The kernel tells steal in hundredths of a second, whatever its own tick.
const STEAL_TICK_MS: f64 = 10.0;

/// The ticker. It stops when it is dropped.
#[derive(Debug)]
pub(super) struct Monitor {
    state: Arc<Mutex<MonitorState>>,
    ended: Arc<AtomicBool>,
}

/// What was seen so far, and the counters as they were last read.
#[derive(Debug)]
struct MonitorState {
    host: Host,
    throttle_files: Vec<PathBuf>,
    memory_files: Vec<PathBuf>,
    throttled: Vec<f64>,
    stolen: Vec<f64>,
    first: Instants,
    now: MachineSample,
    samples: Vec<(Duration, MachineSample)>,
}

impl Monitor {
    /// Starts ticking.
    pub fn start(host: &Host) -> Self {
        let state = Arc::new(Mutex::new(MonitorState::new(host)));
        let ended = Arc::new(AtomicBool::new(false));
        let (host, its_state, its_end) = (host.clone(), Arc::clone(&state), Arc::clone(&ended));
        // Without a thread to spare there are fewer looks: one at each end of a run.
        let _ = thread::Builder::new().spawn(move || tick(&host, &its_state, &its_end));
        Self { state, ended }
    }

    /// What was seen since a moment, told from that moment on. The last look is taken now.
    pub fn since(&self, moment: &Instants) -> Vec<MachineSample> {
        let mut state = lock(&self.state);
        state.look();
        let start = state.samples.iter().rposition(|(at, _)| *at <= moment.monotonic).unwrap_or(0);
        let first = state.samples[start].1;
        let origin = moment.monotonic.as_secs_f64();
        let told = state.samples[start..].iter().map(|(at, sample)| MachineSample {
            at_ms: (at.as_secs_f64() - origin) * 1e3,
            throttled_ms: difference(sample.throttled_ms, first.throttled_ms),
            steal_ms: difference(sample.steal_ms, first.steal_ms),
            pressure_cpu_ms: difference(sample.pressure_cpu_ms, first.pressure_cpu_ms),
            pressure_io_ms: difference(sample.pressure_io_ms, first.pressure_io_ms),
            pressure_memory_ms: difference(sample.pressure_memory_ms, first.pressure_memory_ms),
            late_ms: sample.late_ms - first.late_ms,
            paused_ms: sample.paused_ms - first.paused_ms,
            clock_step_ms: sample.clock_step_ms - first.clock_step_ms,
            suspended_ms: sample.suspended_ms - first.suspended_ms,
            oom_kills: sample.oom_kills - first.oom_kills,
        });
        without_repeats(told.collect(), |sample| MachineSample { at_ms: 0.0, ..*sample })
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        // It ends with its next tick; nobody has to wait for that.
        self.ended.store(true, Ordering::SeqCst);
    }
}

fn lock(state: &Mutex<MonitorState>) -> std::sync::MutexGuard<'_, MonitorState> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn difference(now: Option<f64>, before: Option<f64>) -> Option<f64> {
    now.zip(before).map(|(now, before)| now - before)
}

/// Sleeps, sees how late it woke up, and takes a look.
fn tick(host: &Host, state: &Mutex<MonitorState>, ended: &AtomicBool) {
    for number in 1_u32.. {
        if ended.load(Ordering::SeqCst) {
            return;
        }
        let (due, queued) = (host.instants().monotonic + TICK, own_run_queue(host));
        thread::sleep(TICK);
        let late = milliseconds(host.instants().monotonic.saturating_sub(due));
        let late = if late < PUNCTUAL_MS { 0.0 } else { late };
        let queued = difference(own_run_queue(host), queued).unwrap_or(0.0);
        let paused = if late - queued < PUNCTUAL_MS { 0.0 } else { late - queued };
        let mut state = lock(state);
        state.now.late_ms += late;
        state.now.paused_ms += paused;
        if late > 0.0 || number.is_multiple_of(TICKS) {
            state.look();
        }
    }
}

/// How long this thread has waited for a processor.
fn own_run_queue(host: &Host) -> Option<f64> {
    let text = read(host, Path::new("/proc/thread-self/schedstat"))?;
    // A kernel that does not count tells three times 0.
    let ran = text.split_whitespace().next().is_some_and(|ran| ran != "0");
    let queued = text.split_whitespace().nth(1)?.parse::<f64>().ok()?;
    ran.then_some(queued / 1e6)
}

impl MonitorState {
    fn new(host: &Host) -> Self {
        let throttle_files: Vec<_> = group_files(host, &THROTTLING)
            .into_iter()
            .filter(|path| throttled(host, path).is_some())
            .collect();
        let mut state = Self {
            host: host.clone(),
            throttled: throttle_files.iter().filter_map(|path| throttled(host, path)).collect(),
            throttle_files,
            memory_files: group_files(host, &MEMORY),
            stolen: stolen(host),
            first: host.steady_instants(),
            now: MachineSample::default(),
            samples: Vec::new(),
        };
        state.now.throttled_ms = (!state.throttle_files.is_empty()).then_some(0.0);
        state.now.steal_ms = (!state.stolen.is_empty()).then_some(0.0);
        state.look();
        state
    }

    /// Reads everything. Counters of which there are several (control groups one above the other,
    /// processors) go on by the one that grew the most: a thread is held up by one of them at a
    /// time.
    fn look(&mut self) {
        let throttled: Vec<f64> =
            self.throttle_files.iter().filter_map(|path| throttled(&self.host, path)).collect();
        self.now.throttled_ms =
            self.now.throttled_ms.map(|sum| sum + growth(&self.throttled, &throttled));
        self.throttled = throttled;
        let stolen = stolen(&self.host);
        self.now.steal_ms = self.now.steal_ms.map(|sum| sum + growth(&self.stolen, &stolen));
        self.stolen = stolen;
        self.now.oom_kills = oom_kills(&self.host, &self.memory_files);
        self.now.pressure_cpu_ms = pressure(&self.host, "cpu");
        self.now.pressure_io_ms = pressure(&self.host, "io");
        self.now.pressure_memory_ms = pressure(&self.host, "memory");
        let (now, first) = (self.host.steady_instants(), &self.first);
        let passed = |to: Duration, from: Duration| to.as_secs_f64() - from.as_secs_f64();
        let by_monotonic = passed(now.monotonic, first.monotonic);
        let ahead =
            |seconds: f64| if (seconds * 1e3).abs() < SAME_MS { 0.0 } else { seconds * 1e3 };
        self.now.clock_step_ms = ahead(passed(now.realtime, first.realtime) - by_monotonic);
        self.now.suspended_ms = ahead(passed(now.boottime, first.boottime) - by_monotonic);
        self.samples.push((now.monotonic, self.now));
    }
}

fn growth(before: &[f64], now: &[f64]) -> f64 {
    before.iter().zip(now).map(|(before, now)| now - before).fold(0.0, f64::max)
}

/// A file of a control group: version 1's controller, where that is mounted usually, and what the
/// file is called there and in version 2.
struct CgroupFile {
    controller: &'static str,
    mounts: &'static [&'static str],
    name: &'static str,
    unified_name: &'static str,
}

const THROTTLING: CgroupFile = CgroupFile {
    controller: "cpu",
    mounts: &["/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"],
    name: "cpu.stat",
    unified_name: "cpu.stat",
};
const MEMORY: CgroupFile = CgroupFile {
    controller: "memory",
    mounts: &["/sys/fs/cgroup/memory"],
    name: "memory.oom_control",
    unified_name: "memory.events",
};

/// Where the control groups that we are in, and those above them, have that file.
fn group_files(host: &Host, file: &CgroupFile) -> Vec<PathBuf> {
    let groups = read(host, Path::new("/proc/self/cgroup")).unwrap_or_default();
    let mut files = Vec::new();
    for line in groups.lines() {
        let mut fields = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(group)) = (fields.next(), fields.next()) else { continue };
        let (mounts, name): (&[&str], _) = match controllers {
            "" => (&["/sys/fs/cgroup", "/sys/fs/cgroup/unified"], file.unified_name),
            _ if controllers.split(',').any(|name| name == file.controller) => {
                (file.mounts, file.name)
            }
            _ => continue,
        };
        for mount in mounts {
            let group = Path::new(group.trim_start_matches('/'));
            files.extend(group.ancestors().map(|group| Path::new(mount).join(group).join(name)));
        }
    }
    files
}

/// How many processes were killed for want of memory: of the whole machine, or of our groups where
/// that does not tell.
fn oom_kills(host: &Host, files: &[PathBuf]) -> f64 {
    let machine = Path::new("/proc/vmstat");
    let told = |path: &Path| {
        let text = read(host, path)?;
        let count = text.lines().find_map(|line| line.strip_prefix("oom_kill "))?;
        count.trim().parse::<f64>().ok()
    };
    files.iter().map(PathBuf::as_path).chain([machine]).filter_map(told).sum()
}

/// In milliseconds: version 2 tells microseconds, version 1 nanoseconds.
fn throttled(host: &Host, path: &Path) -> Option<f64> {
    let text = read(host, path)?;
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(' ')?;
        let value: f64 = value.trim().parse().ok()?;
        match key {
            "throttled_usec" => Some(value / 1e3),
            "throttled_time" => Some(value / 1e6),
            _ => None,
        }
    })
}

/// What the hypervisor gave to others, a number for each processor.
fn stolen(host: &Host) -> Vec<f64> {
    let text = read(host, Path::new("/proc/stat")).unwrap_or_default();
    let processors =
        text.lines().filter(|line| line.starts_with("cpu") && !line.starts_with("cpu "));
    let steal = processors.filter_map(|line| line.split_whitespace().nth(8)?.parse::<f64>().ok());
    steal.map(|ticks| ticks * STEAL_TICK_MS).collect()
}

/// `some avg10=0.00 avg60=0.00 avg300=0.00 total=MICROSECONDS`
fn pressure(host: &Host, of: &str) -> Option<f64> {
    let text = read(host, &Path::new("/proc/pressure").join(of))?;
    let total = text.lines().next()?.rsplit_once("total=")?.1;
    total.trim().parse::<f64>().ok().map(|microseconds| microseconds / 1e3)
}

fn read(host: &Host, path: &Path) -> Option<String> {
    host.read_at_most(path, FILE_LIMIT).ok().flatten()
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
