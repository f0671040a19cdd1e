//! A child under way: what it says, and how it is ended.

use std::thread;
use std::time::{Duration, Instant};

use duct::Handle;
use nix::errno::Errno;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::children::{EndsWithUs, signal_group};
use super::heard::Outputs;
use super::{Command, Finished, Host, Stream};

/// How often a waiting parent looks for a signal or the end of its time.
pub(super) const TICK: Duration = Duration::from_millis(50);
/// How long an interrupted child may take to put its things in order before it is killed.
pub(super) const GRACE: Duration = Duration::from_secs(10);
/// How long output is read after the child's end: a daemon that it left behind may hold the pipe
/// for ever.
const DRAIN: Duration = Duration::from_secs(1);

/// How a child is treated when Ctrl-C comes, and past its time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Care {
    /// It is asked to end, and given time for that.
    Usual,
    /// It must not be cut off half-way, not even by our own end.
    LetFinish,
    /// It changes nothing, and is killed at once.
    None,
}

/// A child under way.
pub(super) struct Running {
    pub handle: Handle,
    pub output: Outputs,
    pub status_lines: Option<fn(&str) -> bool>,
    pub ends_with_us: Vec<EndsWithUs>,
}

impl Host {
    /// Asks the whole group to end, then makes it.
    pub(super) fn end(&self, running: Running, command: &Command, care: Care) {
        let signals =
            [(Signal::SIGINT, GRACE), (Signal::SIGTERM, TICK * 20), (Signal::SIGKILL, GRACE)];
        let signals = if care == Care::None { &signals[2..] } else { &signals };
        let Running { handle, output, .. } = running;
        // Who says something that nobody hears any more is ended by that: even root's, when sudo
        // has forgotten us.
        drop(output);
        let groups: Vec<Pid> =
            handle.pids().into_iter().map(|pid| Pid::from_raw(pid.cast_signed())).collect();
        for (signal, grace) in signals.iter().copied() {
            for group in &groups {
                match &command.elevation {
                    Some(elevation) => self.signal_elevated(elevation, group.as_raw(), signal),
                    None => signal_group(*group, signal),
                }
            }
            let deadline = Instant::now() + grace;
            while Instant::now() < deadline {
                // Who was killed has nothing more to do; in a container nobody may ever take note
                // of that.
                let is_gone = |group: &Pid| {
                    signal == Signal::SIGKILL || killpg(*group, None) == Err(Errno::ESRCH)
                };
                if handle.try_wait().is_ok_and(|status| status.is_some())
                    && groups.iter().all(is_gone)
                {
                    return;
                }
                thread::sleep(TICK / 2);
            }
        }
    }
}

impl Running {
    /// Takes what has come, and waits a little for more. False once every stream is closed.
    pub fn hear(
        &mut self,
        patience: Duration,
        finished: &mut Finished,
        on_line: &mut dyn FnMut(Stream, &str),
    ) -> bool {
        let status_lines = self.status_lines;
        self.output.hear(patience, &mut |stream, line| {
            finished.note(told_as(stream, line, status_lines), line, on_line);
        })
    }

    /// Takes the rest, after the end.
    pub fn drain(&mut self, finished: &mut Finished, on_line: &mut dyn FnMut(Stream, &str)) {
        // Its number may be another process's from now on.
        self.ends_with_us.clear();
        let status_lines = self.status_lines;
        self.output.drain(DRAIN, &mut |stream, line| {
            finished.note(told_as(stream, line, status_lines), line, on_line);
        });
    }
}

fn told_as(stream: Stream, line: &str, status_lines: Option<fn(&str) -> bool>) -> Stream {
    let is_status = stream == Stream::Stderr && status_lines.is_some_and(|includes| includes(line));
    if is_status { Stream::Status } else { stream }
}
