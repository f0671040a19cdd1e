//! A child that is watched while it runs: its output as it comes, its end to the moment, and
//! nothing of it left behind.

use std::fs::File;
use std::io::{self, ErrorKind, PipeReader, PipeWriter, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command as Process, Stdio};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;

use super::children::{EndsWithUs, signal_group};
use super::launch::spawn_turn;
use super::{Command, Host, Instants, Stream, pty};
use crate::error::{Error, Result};

/// How often, and how many times, a killed child is looked for: only a child that the kernel itself
/// holds takes longer.
const REAP_TICK: Duration = Duration::from_millis(2);
const REAP_TRIES: usize = 1000;

/// A running child in a session of its own, its standard input closed. Dropping it kills its whole
/// process group.
#[derive(Debug)]
pub struct Watched {
    child: Child,
    stdout: Option<File>,
    stderr: Option<File>,
    ended: PipeReader,
    ended_at: Arc<OnceLock<Duration>>,
    spawned: Instants,
    on_terminal: bool,
    ending: Option<Ending>,
    _ends_with_us: EndsWithUs,
}

/// What a look at one of the child's streams brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// So many bytes.
    Bytes(usize),
    /// Nothing new.
    Nothing,
    /// Nobody can write to it any more.
    Closed,
}

/// How a watched child ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
}

/// A child was stopped, or went on, since the last look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopping {
    /// By this signal.
    Stopped(i32),
    /// It goes on.
    Continued,
}

impl Host {
    /// Starts a command to be watched: standard output on a terminal of its own, or on a pipe where
    /// the machine has no terminals to give; standard error on a pipe.
    ///
    /// # Errors
    /// [`Error::Spawn`].
    pub fn watch(&self, command: &Command) -> Result<Watched> {
        let failed = |source| Error::Spawn { program: command.program.clone(), source };
        let (stdout, stdout_end, on_terminal) = match pty::open() {
            Ok(pty) => (pty.master, pty.slave, true),
            Err(_) => {
                let (reader, writer) = io::pipe().map_err(failed)?;
                (reader.into(), writer.into(), false)
            }
        };
        let (stderr, stderr_end) = io::pipe().map_err(failed)?;
        let stdout = quiet(stdout).map_err(failed)?;
        let stderr = quiet(stderr.into()).map_err(failed)?;
        let _one_at_a_time = spawn_turn();
        let mut process = self.process(command, !on_terminal)?;
        process
            .stdin(Stdio::null())
            .stdout(Stdio::from(stdout_end))
            .stderr(Stdio::from(stderr_end));
        let spawned = self.steady_instants();
        let (ended, told) = io::pipe().map_err(failed)?;
        let child = process.spawn().map_err(failed)?;
        let ends_with_us = EndsWithUs::note(child.id().cast_signed());
        // The child's ends must not stay open here, or its streams would never close.
        drop(process);
        let ended_at = Arc::new(OnceLock::new());
        let (stdout, stderr) = (Some(stdout), Some(stderr));
        let watched = Watched {
            child,
            stdout,
            stderr,
            ended,
            ended_at,
            spawned,
            on_terminal,
            ending: None,
            _ends_with_us: ends_with_us,
        };
        self.wait_beside(&watched, told).map_err(failed)?;
        Ok(watched)
    }

    fn process(&self, command: &Command, on_pipe: bool) -> Result<Process> {
        let launch = self.launch(command, &command.arguments, false, false)?;
        let mut process = Process::new(launch.program);
        process.args(launch.arguments).env_clear().envs(self.environment_of(command));
        if launch.is_in_our_session {
            process.process_group(0);
        }
        if on_pipe {
            // Its lines would come in one block at the end otherwise.
            process.env("PYTHONUNBUFFERED", "1");
        }
        if let Some(folder) = &command.folder {
            process.current_dir(self.inside(folder));
        }
        if let Some(account) = &command.account {
            process.gid(account.gid).uid(account.uid);
        }
        Ok(process)
    }

    /// Waits for the child's end in a thread of its own: the moment is taken there, and then the
    /// pipe is closed. The child stays a zombie, whose counters can still be read.
    fn wait_beside(&self, watched: &Watched, told: PipeWriter) -> io::Result<()> {
        let (pid, ended_at, host) =
            (Pid::from_raw(watched.pid()), Arc::clone(&watched.ended_at), self.clone());
        thread::Builder::new().stack_size(64 << 10).spawn(move || {
            while waitid(Id::Pid(pid), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT)
                == Err(Errno::EINTR)
            {}
            let _ = ended_at.set(host.instants().monotonic);
            drop(told);
        })?;
        Ok(())
    }

    /// The three clocks, read so close together that nothing came in between; the best of several
    /// tries.
    pub fn steady_instants(&self) -> Instants {
        let mut best = self.instants();
        let mut best_spread = Duration::MAX;
        for _ in 0..20 {
            let reading = self.instants();
            let spread = self.instants().monotonic.saturating_sub(reading.monotonic);
            if spread < best_spread {
                (best, best_spread) = (reading, spread);
            }
            if spread < Duration::from_micros(200) {
                break;
            }
        }
        best
    }
}

/// Reads must not block, and no other child may inherit the end.
fn quiet(end: OwnedFd) -> io::Result<File> {
    fcntl(&end, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    Ok(File::from(end))
}

impl Watched {
    /// Its process id, which is also its group's.
    pub fn pid(&self) -> i32 {
        self.child.id().cast_signed()
    }

    /// The clocks right before it was started.
    pub fn spawned(&self) -> Instants {
        self.spawned
    }

    /// Whether its standard output is a terminal.
    pub fn is_on_terminal(&self) -> bool {
        self.on_terminal
    }

    /// Waits until it has said something, has ended, or the patience is at its end.
    pub fn wait(&self, patience: Duration) {
        let streams =
            [self.stdout.as_ref(), self.stderr.as_ref()].into_iter().flatten().map(AsFd::as_fd);
        // The end is told once; afterwards only the streams are of interest.
        let end = self.ended_at.get().is_none().then(|| self.ended.as_fd());
        let mut waited: Vec<PollFd<'_>> =
            streams.chain(end).map(|fd| PollFd::new(fd, PollFlags::POLLIN)).collect();
        let timeout = PollTimeout::try_from(patience).unwrap_or(PollTimeout::ZERO);
        let _ = poll(&mut waited, timeout);
    }

    /// Reads what has come on one of its two streams.
    pub fn read(&mut self, stream: Stream, buffer: &mut [u8]) -> Heard {
        let end = match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr | Stream::Status => &mut self.stderr,
        };
        let Some(file) = end else { return Heard::Closed };
        match file.read(buffer) {
            Ok(count @ 1..) => Heard::Bytes(count),
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) =>
            {
                Heard::Nothing
            }
            // A terminal whose other end is closed answers with an error, a pipe with no bytes.
            Ok(_) | Err(_) => {
                *end = None;
                Heard::Closed
            }
        }
    }

    /// When its process ended, by the monotonic clock; `None` while it runs.
    pub fn ended_at(&self) -> Option<Duration> {
        self.ended_at.get().copied()
    }

    /// Whether it was stopped by a signal, or went on, since the last look.
    pub fn stopping(&self) -> Option<Stopping> {
        let flags = WaitPidFlag::WSTOPPED | WaitPidFlag::WCONTINUED | WaitPidFlag::WNOHANG;
        match waitid(Id::Pid(Pid::from_raw(self.pid())), flags) {
            Ok(WaitStatus::Stopped(_, signal)) => Some(Stopping::Stopped(signal as i32)),
            Ok(WaitStatus::Continued(_)) => Some(Stopping::Continued),
            _ => None,
        }
    }

    /// Stops its whole group, or lets it go on.
    pub fn hold(&self, is_held: bool) {
        let signal = if is_held { Signal::SIGSTOP } else { Signal::SIGCONT };
        signal_group(Pid::from_raw(self.pid()), signal);
    }

    /// Kills whatever is left of its group, and tells how it ended. `None` when the kernel does not
    /// let it go.
    pub fn end(&mut self) -> Option<Ending> {
        if self.ending.is_some() {
            return self.ending;
        }
        // The group lives as long as its unreaped leader, so that its number cannot be somebody
        // else's.
        signal_group(Pid::from_raw(self.pid()), Signal::SIGKILL);
        for _ in 0..REAP_TRIES {
            if let Ok(Some(status)) = self.child.try_wait() {
                self.ending = Some(Ending { code: status.code(), signal: status.signal() });
                break;
            }
            thread::sleep(REAP_TICK);
        }
        self.ending
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.end();
    }
}

impl Host {
    /// Kills one process that left its group, named by its id and its start as `/proc` tells it, so
    /// that no other is hit.
    pub fn kill_stray(&self, pid: i32, is_still_it: impl Fn() -> bool) {
        if is_still_it() {
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }
}
