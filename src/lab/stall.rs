//! What held a script up: every thread of it, and of its children, looked at again and again
//! through `/proc`.
//!
//! A thread that has ended keeps the counters that it was last seen with, so that the sums never
//! shrink.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::observation::ThreadSample;
use crate::host::{Host, Kind};

/// More than any of the files that are read here, in bytes.
const FILE_LIMIT: u64 = 64 << 10;
/// No lab has more processes; a script that forks without end is not followed further.
const PROCESS_LIMIT: usize = 64;
/// The kernel tells what a thread has worked in hundredths of a second, whatever its own tick.
const TICK_MS: f64 = 10.0;

/// Looks at one script.
#[derive(Debug)]
pub(super) struct Sampler {
    pid: i32,
    counters: BTreeMap<(i32, i32), Counters>,
    strays: BTreeMap<i32, u64>,
    event_loop: Option<PathBuf>,
    last: Look,
    sum: ThreadSample,
}

/// What a thread's own files tell of it; times in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Counters {
    on_cpu: f64,
    /// How long it waited for a processor. Newer kernels count sleep, too, where a processor is
    /// scarce: only ever an upper bound.
    run_queue: Option<f64>,
    /// How often it went to sleep.
    switches: Option<u64>,
    /// Whether it was awake at a moment behind which it had not gone to sleep more often than that.
    is_awake: bool,
}

/// What the last look saw.
#[derive(Clone, Copy, Debug, Default)]
struct Look {
    is_bare: Option<bool>,
    is_blocked: bool,
    is_asleep: bool,
    is_stopped: bool,
    is_over: bool,
    is_told: bool,
    to_ms: f64,
    main: Counters,
}

/// A line of `/proc/PID/stat`, as far as it is of interest.
struct Stat {
    state: char,
    ran_ms: f64,
    started: u64,
}

impl Sampler {
    /// For a script that was just started.
    pub fn new(pid: i32) -> Self {
        let last = Look { is_bare: Some(true), ..Look::default() };
        let sum = ThreadSample {
            bare_ms: Some(0.0),
            awake_ms: Some(0.0),
            blocked_ms: Some(0.0),
            ..ThreadSample::default()
        };
        Self {
            pid,
            counters: BTreeMap::new(),
            strays: BTreeMap::new(),
            event_loop: None,
            last,
            sum,
        }
    }

    /// Takes a look. `is_stopped` is what waiting for the child told, `now` tells milliseconds since
    /// the spawn.
    pub fn look(&mut self, host: &Host, is_stopped: bool, now: impl Fn() -> f64) -> ThreadSample {
        let from_ms = now();
        let mut look = Look { is_stopped, is_asleep: true, ..Look::default() };
        let (mut processes, mut threads) = (vec![self.pid], 0);
        let mut next = 0;
        while let Some(pid) = processes.get(next).copied() {
            next += 1;
            for tid in host
                .list_readable(&task_folder(pid))
                .iter()
                .filter_map(|name| name.to_str()?.parse::<i32>().ok())
            {
                threads += 1;
                self.look_at_thread(host, pid, tid, &mut look);
                processes.extend(children(host, pid, tid));
                processes.truncate(PROCESS_LIMIT);
            }
        }
        self.remember_strays(host, &processes[1..]);
        look.is_asleep &= look.is_told && !look.is_over;
        look.main = self.counters.get(&(self.pid, self.pid)).copied().unwrap_or_default();
        let alone = threads <= 1 && processes.len() == 1;
        look.is_bare = if alone {
            self.has_event_loop(host, look.is_over).map(|has| !has)
        } else {
            Some(false)
        };
        look.to_ms = now();
        self.add_up(from_ms, threads, look);
        self.sum
    }

    /// Whether the interpreter has started up: it sleeps, or runs something of the script's.
    pub fn is_started_up(&self) -> bool {
        self.last.is_bare == Some(false) || self.last.is_asleep || self.last.is_over
    }

    /// Whether its process has ended, where `/proc` tells.
    pub fn is_over(&self) -> Option<bool> {
        self.last.is_told.then_some(self.last.is_over)
    }

    /// The children that were seen, each with its start, for whoever sees to it that none stays.
    pub fn strays(&self) -> impl Iterator<Item = (i32, u64)> {
        self.strays.iter().map(|(pid, started)| (*pid, *started))
    }

    fn look_at_thread(&mut self, host: &Host, pid: i32, tid: i32, look: &mut Look) {
        let folder = task_folder(pid).join(tid.to_string());
        // In this order: a thread that is asleep now and is not counted more often behind it has
        // slept since the last look; one that is awake behind its count is so until the next.
        let status = read(host, &folder.join("status"));
        let status = status.as_deref().and_then(|text| Some((state_of(text)?, switches_of(text))));
        let Some(stat) = stat(host, &folder.join("stat")) else { return };
        let (state, switches) = status.unwrap_or((stat.state, None));
        look.is_told = true;
        look.is_blocked |= stat.state == 'D';
        look.is_asleep &= matches!(state, 'S' | 'Z' | 'X');
        look.is_over |= pid == self.pid && tid == self.pid && matches!(stat.state, 'Z' | 'X');
        let (on_cpu, run_queue) =
            schedstat(host, &folder.join("schedstat")).unwrap_or((stat.ran_ms, None));
        let is_awake = state == 'R' && stat.state == 'R';
        self.counters.insert((pid, tid), Counters { on_cpu, run_queue, switches, is_awake });
    }

    fn remember_strays(&mut self, host: &Host, children: &[i32]) {
        for pid in children {
            if !self.strays.contains_key(pid)
                && let Some(stat) = stat(host, &PathBuf::from(format!("/proc/{pid}/stat")))
            {
                self.strays.insert(*pid, stat.started);
            }
        }
    }

    /// Whether the process has an event loop: a descriptor of epoll. `None` when its descriptors
    /// may not be looked at.
    fn has_event_loop(&mut self, host: &Host, is_over: bool) -> Option<bool> {
        let is_one = |path: &Path| matches!(host.lstat(path).kind, Kind::Link(target) if target.ends_with("anon_inode:[eventpoll]"));
        if self.event_loop.as_deref().is_some_and(is_one) {
            return Some(true);
        }
        let folder = PathBuf::from(format!("/proc/{}/fd", self.pid));
        let descriptors = host.list_readable(&folder);
        if descriptors.is_empty() {
            // The descriptors of one that has ended are gone: what was true last stays true.
            // Otherwise we may not look.
            return self.last.is_bare.map(|bare| !bare).filter(|_| is_over);
        }
        self.event_loop =
            descriptors.iter().map(|name| folder.join(name)).find(|path| is_one(path));
        Some(self.event_loop.is_some())
    }

    /// Adds what has passed since the last look. A state that was seen at either end counts for all
    /// of it.
    fn add_up(&mut self, from_ms: f64, threads: u32, look: Look) {
        let passed = from_ms - self.sum.from_ms;
        let (last, sum) = (self.last, &mut self.sum);
        if last.is_blocked || look.is_blocked {
            sum.blocked_ms = sum.blocked_ms.map(|blocked| blocked + passed);
        }
        if last.is_stopped || look.is_stopped {
            sum.stopped_ms += passed;
        }
        sum.is_asleep = look.is_asleep;
        if !self.counters.is_empty() {
            let counters = || self.counters.values();
            sum.on_cpu_ms = Some(counters().map(|counters| counters.on_cpu).sum());
            sum.run_queue_ms = counters().map(|counters| counters.run_queue).sum();
            sum.switches = counters().map(|counters| counters.switches).sum();
        }
        if look.is_told {
            let awake = awake_ms(&last, &look, from_ms);
            let is_bare = last.is_bare.zip(look.is_bare).map(|(last, now)| last && now);
            sum.awake_ms = sum.awake_ms.map(|sum| sum + awake);
            sum.bare_ms = sum
                .bare_ms
                .zip(is_bare)
                .map(|(sum, is_bare)| if is_bare { sum + awake } else { sum });
        } else {
            (sum.blocked_ms, sum.awake_ms, sum.bare_ms) = (None, None, None);
        }
        (sum.from_ms, sum.to_ms, sum.threads) = (from_ms, look.to_ms, threads);
        self.last = look;
    }
}

fn task_folder(pid: i32) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}/task"))
}

/// How long the script's main thread was awake between two looks, for certain: what it had of a
/// processor, or all of the time when it was awake at the first look and has not gone to sleep
/// since. Its end is the one way of going to sleep that nobody wakes up from.
fn awake_ms(last: &Look, look: &Look, from_ms: f64) -> f64 {
    let ran = (look.main.on_cpu - last.main.on_cpu).max(0.0);
    let slept = last.main.switches.zip(look.main.switches).map(|(last, now)| now - last.min(now));
    let allowed = u64::from(look.is_over && !last.is_over);
    let never_slept = last.main.is_awake && slept.is_some_and(|slept| slept <= allowed);
    if never_slept { ran.max(from_ms - last.to_ms) } else { ran }
}

/// `/proc/PID/task/TID/schedstat`: nanoseconds on a processor, nanoseconds waiting for one, time
/// slices. Three times 0 is how a kernel that does not count says so.
fn schedstat(host: &Host, path: &Path) -> Option<(f64, Option<f64>)> {
    let text = read(host, path)?;
    let mut fields = text.split_whitespace().map(|field| field.parse::<u64>().ok());
    let (on_cpu, run_queue, slices) = (fields.next()??, fields.next()??, fields.next()??);
    let is_told = on_cpu > 0 || run_queue > 0 || slices > 0;
    is_told.then_some((on_cpu as f64 / 1e6, Some(run_queue as f64 / 1e6)))
}

fn state_of(status: &str) -> Option<char> {
    status.lines().find_map(|line| line.strip_prefix("State:"))?.trim().chars().next()
}

fn switches_of(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?;
    line.trim().parse().ok()
}

fn stat(host: &Host, path: &Path) -> Option<Stat> {
    let text = read(host, path)?;
    // The name in brackets may hold anything, brackets too.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
    let ran_ms = (number(11)? + number(12)?) as f64 * TICK_MS;
    Some(Stat { state: fields.first()?.chars().next()?, ran_ms, started: number(19)? })
}

/// When a process started, in ticks since boot: with the id it names one process for good.
pub(super) fn started(host: &Host, pid: i32) -> Option<u64> {
    stat(host, &PathBuf::from(format!("/proc/{pid}/stat"))).map(|stat| stat.started)
}

fn children(host: &Host, pid: i32, tid: i32) -> Vec<i32> {
    let text =
        read(host, &task_folder(pid).join(tid.to_string()).join("children")).unwrap_or_default();
    text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

fn read(host: &Host, path: &Path) -> Option<String> {
    host.read_at_most(path, FILE_LIMIT).ok().flatten()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::fs;

    use super::*;

    /// A `/proc` with one process of one thread, and a clock that is set by hand.
    struct Machine {
        folder: tempfile::TempDir,
        host: Host,
        now: Cell<f64>,
    }

    impl Machine {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let host = Host::in_folder(folder.path(), std::collections::BTreeMap::new());
            for folder_name in ["proc/7/task/7", "proc/7/fd/1"] {
                fs::create_dir_all(folder.path().join(folder_name)).unwrap();
            }
            Self { folder, host, now: Cell::new(0.0) }
        }

        fn looked(
            &self,
            sampler: &mut Sampler,
            at: f64,
            state: char,
            sleeps: u64,
            schedstat: &str,
        ) -> ThreadSample {
            self.now.set(at);
            let write = |name: &str, text: &str| {
                fs::write(self.folder.path().join("proc/7/task/7").join(name), text).unwrap();
            };
            write(
                "status",
                &format!("State:\t{state} (told)\nvoluntary_ctxt_switches:\t{sleeps}\n"),
            );
            write("stat", &format!("7 (python3) {state} {}", "3 ".repeat(20)));
            write("schedstat", schedstat);
            sampler.look(&self.host, false, || self.now.get())
        }
    }

    #[test]
    fn sleep_that_the_kernel_counts_as_waiting_is_no_time_awake() {
        let (machine, mut sampler) = (Machine::new(), Sampler::new(7));
        machine.looked(&mut sampler, 10.0, 'R', 1, "5000000 1000000 3");
        let before = machine.looked(&mut sampler, 60.0, 'S', 2, "40000000 5000000 9");
        let after = machine.looked(&mut sampler, 1160.0, 'S', 3, "41000000 1000000000 12");
        assert_eq!((before.awake_ms, after.awake_ms), (Some(40.0), Some(41.0)));
        assert_eq!(after.bare_ms, Some(41.0));
    }

    #[test]
    fn a_thread_that_is_awake_and_does_not_go_to_sleep_is_awake_all_the_time() {
        let (machine, mut sampler) = (Machine::new(), Sampler::new(7));
        machine.looked(&mut sampler, 10.0, 'R', 1, "5000000 1000000 3");
        let waiting = machine.looked(&mut sampler, 810.0, 'R', 1, "6000000 1000000 4");
        assert_eq!(waiting.awake_ms, Some(805.0));
        // Its end is a way of going to sleep, too.
        let over = machine.looked(&mut sampler, 910.0, 'Z', 2, "7000000 1000000 5");
        assert_eq!(over.awake_ms, Some(905.0));
    }

    #[test]
    fn a_kernel_that_does_not_count_has_not_told_that_nobody_waited() {
        let (machine, mut sampler) = (Machine::new(), Sampler::new(7));
        let sample = machine.looked(&mut sampler, 10.0, 'S', 1, "0 0 0");
        assert_eq!((sample.run_queue_ms, sample.on_cpu_ms), (None, Some(60.0)));
    }
}
