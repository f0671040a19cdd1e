//! A made-up script on a made-up machine: what would have been observed, sampled and accounted for
//! as the kernel does it.
//!
//! Time is a row of segments. Waiting for a processor is told only when it is over, a sleep goes on
//! while the script is stopped, and looks are taken as unevenly as the plan says.

use labready::lab::{Chunk, End, MachineSample, Observation, Output, ThreadSample};

/// 2026-01-01 00:00:00 UTC.
pub const SPAWNED_US: i64 = 1_767_225_600_000_000;

/// What the script does in a segment.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Doing {
    Work,
    Queue,
    Sleep,
    Stopped,
    Paused,
}

#[derive(Clone, Copy, Debug)]
struct Segment {
    doing: Doing,
    from: f64,
    to: f64,
    is_bare: bool,
}

/// A script under way.
#[derive(Debug, Default)]
pub struct Simulation {
    now: f64,
    is_bare: bool,
    segments: Vec<Segment>,
    output: Output,
    /// How long each further piece of work waits for a processor, in milliseconds; turn about.
    pub queues: Vec<f64>,
    queued: usize,
    /// How late each line reaches us, in milliseconds; turn about.
    pub lateness: Vec<f64>,
    /// The distances between our looks, in milliseconds; turn about.
    pub looks: Vec<f64>,
}

impl Simulation {
    /// An interpreter that starts up.
    pub fn start(queues: Vec<f64>, lateness: Vec<f64>, looks: Vec<f64>) -> Self {
        let mut simulation = Self { is_bare: true, queues, lateness, looks, ..Self::default() };
        for _ in 0..4 {
            simulation.work(20.0);
        }
        simulation.is_bare = false;
        simulation.work(1.0);
        simulation
    }

    /// Works, after waiting for a processor.
    pub fn work(&mut self, milliseconds: f64) {
        let queue = self.queues.get(self.queued % self.queues.len().max(1)).copied().unwrap_or(0.0);
        self.queued += 1;
        self.pass(Doing::Queue, queue);
        self.pass(Doing::Work, milliseconds);
    }

    /// Sleeps, and waits for a processor to wake up on.
    pub fn sleep(&mut self, milliseconds: f64) {
        self.pass(Doing::Sleep, milliseconds);
        self.work(0.1);
    }

    /// A sleep with a signal in it that stops the script for a while; what is left of the sleep
    /// when it goes on is slept.
    pub fn stopped_sleep(&mut self, milliseconds: f64, after: f64, stopped: f64) {
        self.interrupted_sleep(Doing::Stopped, milliseconds, after, stopped);
    }

    /// The same with the whole machine standing still.
    pub fn paused_sleep(&mut self, milliseconds: f64, after: f64, paused: f64) {
        self.interrupted_sleep(Doing::Paused, milliseconds, after, paused);
    }

    fn interrupted_sleep(&mut self, doing: Doing, milliseconds: f64, after: f64, held: f64) {
        let after = after.min(milliseconds);
        self.pass(Doing::Sleep, after);
        self.pass(doing, held);
        self.sleep((milliseconds - after - held).max(0.0));
    }

    /// Prints a line, with the time where it says `{stamp}`.
    pub fn print(&mut self, line: &str) {
        let stamp =
            jiff::Timestamp::from_microsecond(SPAWNED_US + (self.now * 1e3) as i64).unwrap();
        let stamp = stamp.strftime("%Y-%m-%d %H:%M:%S.%6f").to_string();
        self.output.text.push_str(&line.replace("{stamp}", &stamp));
        self.output.text.push('\n');
        let late = self
            .lateness
            .get(self.output.chunks.len() % self.lateness.len().max(1))
            .copied()
            .unwrap_or(0.0);
        // We look again and again: the last time that nothing was there is a look before it was
        // printed.
        let empty_ms = (self.now - 20.0).max(0.0);
        self.output.chunks.push(Chunk {
            end: self.output.text.len(),
            empty_ms,
            arrival_ms: self.now + late + 0.1,
        });
        self.work(0.1);
    }

    /// Shuts the interpreter down, its event loop closed.
    pub fn end(mut self) -> Observation {
        self.is_bare = true;
        self.work(8.0);
        self.work(8.0);
        let ended_ms = self.now;
        let mut looks = vec![0.0];
        let mut at = 0.0;
        for index in 0.. {
            at += self.looks.get(index % self.looks.len().max(1)).copied().unwrap_or(25.0).max(1.0);
            if at >= ended_ms {
                break;
            }
            looks.push(at);
        }
        let alive_ms = looks.last().copied().unwrap_or(0.0);
        looks.push(ended_ms + 0.2);
        let total_bytes = self.output.text.len() as u64;
        Observation {
            spawned_unix_us: SPAWNED_US,
            end: End::Exit(0),
            ended_ms,
            alive_ms,
            threads: looks.iter().map(|at| self.look(*at)).collect(),
            machine: looks.iter().map(|at| self.look_at_machine(*at)).collect(),
            output: Output { total_bytes, on_terminal: true, ..self.output },
            ..Observation::default()
        }
    }

    fn pass(&mut self, doing: Doing, milliseconds: f64) {
        if milliseconds > 0.0 {
            let segment = Segment {
                doing,
                from: self.now,
                to: self.now + milliseconds,
                is_bare: self.is_bare,
            };
            self.now = segment.to;
            self.segments.push(segment);
        }
    }

    /// How much of something had gone by at a moment.
    fn spent(&self, wanted: impl Fn(&Segment) -> bool, at: f64) -> f64 {
        let spent = self.segments.iter().filter(|segment| wanted(segment)).map(|segment| {
            match segment.doing {
                // The kernel tells a wait when it is over.
                Doing::Queue if segment.to > at => 0.0,
                _ => (at.min(segment.to) - segment.from).max(0.0),
            }
        });
        spent.sum()
    }

    fn look(&self, at: f64) -> ThreadSample {
        let doing = |wanted| move |segment: &Segment| segment.doing == wanted;
        let here = self.segments.iter().find(|segment| segment.from <= at && at < segment.to);
        let is_awake = |segment: &Segment| matches!(segment.doing, Doing::Work | Doing::Queue);
        ThreadSample {
            from_ms: at,
            to_ms: at + 0.05,
            threads: 1,
            on_cpu_ms: Some(self.spent(doing(Doing::Work), at)),
            run_queue_ms: Some(self.spent(doing(Doing::Queue), at)),
            blocked_ms: Some(0.0),
            // A look tells that it is stopped, not since when: what it is at either end counts for
            // the whole interval.
            stopped_ms: self.spent(doing(Doing::Stopped), at),
            awake_ms: Some(self.spent(is_awake, at)),
            bare_ms: Some(self.spent(|segment| segment.is_bare && is_awake(segment), at)),
            switches: Some(
                self.segments.iter().filter(|s| s.doing == Doing::Sleep && s.from <= at).count()
                    as u64,
            ),
            is_asleep: here.is_some_and(|segment| segment.doing == Doing::Sleep),
        }
    }

    fn look_at_machine(&self, at: f64) -> MachineSample {
        let paused_ms = self.spent(|segment| segment.doing == Doing::Paused, at);
        // Our own ticker waits too, though less: it hardly works.
        let late_ms = paused_ms + self.spent(|segment| segment.doing == Doing::Queue, at) / 20.0;
        let told = MachineSample {
            throttled_ms: Some(0.0),
            steal_ms: Some(0.0),
            ..MachineSample::default()
        };
        MachineSample { at_ms: at, paused_ms, late_ms, ..told }
    }
}
