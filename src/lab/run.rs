//! Runs one script and observes it: what it says and when, what holds it up, how it ends.
//!
//! The run ends when the script's process ends, whoever still holds its output. Memory is bounded
//! whatever it prints.

use std::path::Path;
use std::time::Duration;

use super::machine::Monitor;
use super::observation::{Chunk, End, Observation, Output, ThreadSample, without_repeats};
use super::stall::{self, Sampler};
use crate::error::{Error, Result};
use crate::host::{Command, Ending, Heard, Host, Opening, Stopping, Stream, Watched};

/// Output that is kept, in bytes: no lab prints as much, and any more is judged as too much.
const TEXT_LIMIT: usize = 64 << 10;
/// A script that has printed so many bytes is stopped: it can only fail, and its chatter holds up
/// the labs beside it.
const FLOOD: u64 = 1 << 20;
/// What is kept of standard error: its beginning and its end, in bytes.
const ERRORS_HEAD: usize = 24 << 10;
const ERRORS_TAIL: usize = 8 << 10;
/// How often the script is listened to while its interpreter starts up, and later.
const STARTING_TICK: Duration = Duration::from_millis(10);
const TICK: Duration = Duration::from_millis(25);
/// How seldom it is looked at at the least while all of it sleeps: looking is work, too, and where
/// a processor is scarce it is what holds everything up.
const DOZE: Duration = Duration::from_millis(100);
/// The same as a share of the lab's unit, so that shorter sleeps are seen as well.
const DOZES: u32 = 10;
/// After a look it rests so many times as long as that took.
const DEAR: f64 = 10.0;
/// How long output is waited for after the end when somebody else still holds it: the kernel hands
/// a terminal's over by and by.
const DRAIN: Duration = Duration::from_millis(300);
/// Reads in a row from one stream, so that the other one has its turn.
const TURN: usize = 64;

/// What is to be run, and how long at the most.
#[derive(Debug)]
pub(super) struct ScriptRun<'a> {
    /// The machine.
    pub host: &'a Host,
    /// The interpreter, the script, the environment.
    pub command: &'a Command,
    /// The script's file.
    pub script: &'a Path,
    /// The time limit.
    pub limit: Duration,
    /// The lab's unit.
    pub unit: Duration,
    /// What the machine does meanwhile.
    pub monitor: &'a Monitor,
    /// When the script is stopped on purpose, to see what waits for what; in the order of their
    /// times.
    pub pauses: &'a [Pause],
}

/// A time in which a script is stopped, after its spawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// From when.
    pub from: Duration,
    /// Until when.
    pub until: Duration,
}

impl ScriptRun<'_> {
    /// Runs and observes. `started_up` is called once, when the interpreter has done its own work.
    ///
    /// # Errors
    /// [`Error::Spawn`], and [`Error::Interrupted`] after which nothing of the script is left.
    pub fn observe(&self, started_up: impl FnOnce()) -> Result<Observation> {
        let opening = self.host.notice_opening(self.script);
        let child = self.host.watch(self.command)?;
        let mut watch = Watch::new(self.host, child, opening);
        let mut started_up = Some(started_up);
        let doze = DOZE.min(self.unit / DOZES);
        let stopped = loop {
            watch.listen();
            watch.look_unless_asleep(doze);
            if watch.child.ended_at().is_some() {
                break None;
            }
            if self.host.is_interrupted() {
                watch.clear_away();
                return Err(Error::Interrupted);
            }
            if watch.now() > self.limit {
                break Some(End::TimeLimit);
            }
            if watch.total_bytes > FLOOD {
                break Some(End::Flood);
            }
            if watch.sampler.is_started_up() || !watch.text.is_empty() {
                started_up.take().into_iter().for_each(|tell| tell());
            }
            let tick = if started_up.is_some() { STARTING_TICK } else { TICK };
            let next = watch.pause(self.pauses).map_or(tick, |next| next.min(tick));
            watch.child.wait(next);
        };
        let observation = watch.finish(stopped, self.monitor);
        let code = if let End::Exit(code) = observation.end { Some(code) } else { None };
        self.command.not_started(code, &observation.errors).map_or(Ok(observation), Err)
    }
}

/// One run under way.
struct Watch<'a> {
    host: &'a Host,
    child: Watched,
    sampler: Sampler,
    samples: Vec<ThreadSample>,
    alive: Duration,
    opening: Opening,
    unread: Duration,
    read_by: Option<Duration>,
    empty: Duration,
    text: Vec<u8>,
    total_bytes: u64,
    chunks: Vec<Chunk>,
    errors_head: Vec<u8>,
    errors_tail: Vec<u8>,
    is_stopped: bool,
    stopped_by: Option<i32>,
    is_held: bool,
    /// Whether it has said something, or has ended, since the last look.
    heard: bool,
}

impl<'a> Watch<'a> {
    fn new(host: &'a Host, child: Watched, opening: Opening) -> Self {
        Self {
            host,
            sampler: Sampler::new(child.pid()),
            child,
            samples: Vec::new(),
            alive: Duration::ZERO,
            opening,
            unread: Duration::ZERO,
            read_by: None,
            empty: Duration::ZERO,
            text: Vec::new(),
            total_bytes: 0,
            chunks: Vec::new(),
            errors_head: Vec::new(),
            errors_tail: Vec::new(),
            is_stopped: false,
            stopped_by: None,
            is_held: false,
            heard: false,
        }
    }

    /// Time since the spawn.
    fn now(&self) -> Duration {
        self.since_spawn(self.host.instants().monotonic)
    }

    fn since_spawn(&self, moment: Duration) -> Duration {
        moment.saturating_sub(self.child.spawned().monotonic)
    }

    /// Stops the script, or lets it go on, as the pauses say. How long it is until the next of them
    /// begins or ends.
    fn pause(&mut self, pauses: &[Pause]) -> Option<Duration> {
        let now = self.now();
        let is_held = pauses.iter().any(|pause| (pause.from..pause.until).contains(&now));
        if is_held != self.is_held {
            self.child.hold(is_held);
            self.is_held = is_held;
        }
        let edges = pauses.iter().flat_map(|pause| [pause.from, pause.until]);
        edges.filter(|edge| *edge > now).map(|edge| edge - now).min()
    }

    /// Takes in what has come. True once nothing more can come.
    fn listen(&mut self) -> bool {
        let mut buffer = [0; 16 << 10];
        let mut is_closed = false;
        for _ in 0..TURN {
            let before = self.now();
            match self.child.read(Stream::Stdout, &mut buffer) {
                Heard::Bytes(count) => self.keep(&buffer[..count]),
                Heard::Nothing => self.empty = before,
                Heard::Closed => is_closed = true,
            }
            if self.empty == before || is_closed {
                break;
            }
        }
        for _ in 0..TURN {
            let Heard::Bytes(count) = self.child.read(Stream::Stderr, &mut buffer) else { break };
            self.keep_errors(&buffer[..count]);
        }
        is_closed
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.heard = true;
        self.total_bytes += bytes.len() as u64;
        let kept = &bytes[..bytes.len().min(TEXT_LIMIT - self.text.len())];
        if !kept.is_empty() {
            self.text.extend_from_slice(kept);
            let arrival_ms = milliseconds(self.now());
            self.chunks.push(Chunk {
                end: self.text.len(),
                empty_ms: milliseconds(self.empty),
                arrival_ms,
            });
        }
    }

    fn keep_errors(&mut self, bytes: &[u8]) {
        let (head, rest) = bytes.split_at(bytes.len().min(ERRORS_HEAD - self.errors_head.len()));
        self.errors_head.extend_from_slice(head);
        self.errors_tail.extend_from_slice(rest);
        let surplus = self.errors_tail.len().saturating_sub(ERRORS_TAIL);
        self.errors_tail.drain(..surplus);
    }

    /// A script that slept at the last look is let sleep for a while; and where a look took long
    /// the next one is not at once, or we would be all that runs.
    fn look_unless_asleep(&mut self, doze: Duration) {
        let doze_ms = milliseconds(doze);
        let rest_ms = |sample: &ThreadSample| {
            let dear_ms = DEAR * (sample.to_ms - sample.from_ms);
            if sample.is_asleep { doze_ms } else { dear_ms.min(doze_ms) }
        };
        let now = milliseconds(self.now());
        let rests = self.samples.last().is_some_and(|last| now < last.to_ms + rest_ms(last));
        if !rests || self.heard {
            self.look();
        }
    }

    fn look(&mut self) {
        self.heard = false;
        match self.child.stopping() {
            Some(Stopping::Stopped(signal)) => {
                (self.is_stopped, self.stopped_by) = (true, Some(signal))
            }
            Some(Stopping::Continued) => self.is_stopped = false,
            None => {}
        }
        let (host, spawned) = (self.host, self.child.spawned().monotonic);
        let now = || host.instants().monotonic.saturating_sub(spawned);
        let before = now();
        if self.read_by.is_none() {
            match self.opening.has_happened() {
                true => self.read_by = Some(now()),
                false => self.unread = before,
            }
        }
        self.samples.push(self.sampler.look(host, self.is_stopped, || milliseconds(now())));
        // Where `/proc` does not tell, the thread that waits for the end does, a little late.
        if !self.sampler.is_over().unwrap_or(self.child.ended_at().is_some()) {
            self.alive = before;
        }
    }

    /// The last look, the last words, and the end.
    fn finish(mut self, stopped: Option<End>, monitor: &Monitor) -> Observation {
        let deadline = self.now() + DRAIN;
        while stopped.is_none() && !self.listen() && self.now() < deadline {
            self.child.wait(Duration::from_millis(5));
        }
        self.look();
        let ended = self.child.ended_at().map_or_else(|| self.now(), |at| self.since_spawn(at));
        let ending = self.clear_away();
        let end = stopped.unwrap_or(match ending {
            Some(Ending { code: Some(code), .. }) => End::Exit(code),
            Some(Ending { signal: Some(signal), .. }) => End::Signal(signal),
            _ => End::TimeLimit,
        });
        let spawned = self.child.spawned();
        Observation {
            spawned_unix_us: i64::try_from(spawned.realtime.as_micros()).unwrap_or(i64::MAX),
            end,
            ended_ms: milliseconds(ended),
            read_ms: self.read_by.map(|by| [milliseconds(self.unread), milliseconds(by)]),
            imports_ms: 0.0,
            alive_ms: milliseconds(self.alive.min(ended)),
            output: Output {
                text: one_byte_a_byte(&self.text),
                total_bytes: self.total_bytes,
                chunks: self.chunks,
                on_terminal: self.child.is_on_terminal(),
            },
            errors: joined(&self.errors_head, &self.errors_tail),
            stopped_by: self.stopped_by,
            threads: without_repeats(self.samples, |sample| ThreadSample {
                from_ms: 0.0,
                to_ms: 0.0,
                ..*sample
            }),
            machine: monitor.since(&spawned),
        }
    }

    /// Kills what is left: the group, and the children that left it.
    fn clear_away(&mut self) -> Option<Ending> {
        for (pid, started) in self.sampler.strays() {
            self.host.kill_stray(pid, || stall::started(self.host, pid) == Some(started));
        }
        self.child.end()
    }
}

/// Text whose bytes stand where they stood in the output, for whoever looks up when they came.
fn one_byte_a_byte(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    text
}

fn joined(head: &[u8], tail: &[u8]) -> String {
    let (head, tail) = (String::from_utf8_lossy(head), String::from_utf8_lossy(tail));
    if tail.is_empty() { head.into_owned() } else { format!("{head}\n…\n{tail}") }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
